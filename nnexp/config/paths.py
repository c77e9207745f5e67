"""Where conf/, sweeps/ and data/ are: inside an installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "shipped" if (PACKAGE / "shipped").is_dir() else PACKAGE.parent

CONF = SHIPPED / "conf"
SWEEPS = SHIPPED / "sweeps"
DATA = SHIPPED / "data"

USER_CONF = Path("conf")
USER_SWEEPS = Path("sweeps")


def sweep_names() -> list[str]:
    """List the sweeps that can be run by name: the user's own in ./sweeps and those that nnexp ships."""
    return sorted({file.stem for folder in (USER_SWEEPS, SWEEPS) for file in folder.glob("*.yaml")})
