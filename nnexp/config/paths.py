"""Where conf/, sweeps/ and data/ are: inside an installed package, or beside it in a checkout."""

from difflib import get_close_matches
from pathlib import Path

from nnexp.errors import NotFoundError

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


def check_sweep_name(name: str) -> None:
    """Refuse a sweep that is not there, with the one that may have been meant."""
    if name not in sweep_names():
        near = get_close_matches(name, sweep_names(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sweep_names())}"
        raise NotFoundError(f"there is no sweep {name} in ./sweeps or among nnexp's own; {hint}")
