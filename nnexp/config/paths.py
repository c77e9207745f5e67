"""Where conf/, sweeps/ and data/ are: inside an installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "shipped" if (PACKAGE / "shipped").is_dir() else PACKAGE.parent

CONF = SHIPPED / "conf"
SWEEPS = SHIPPED / "sweeps"
DATA = SHIPPED / "data"

USER_CONF = Path("conf")
USER_SWEEPS = Path("sweeps")
