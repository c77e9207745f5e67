"""Plans of small runs."""

from tests.plans import diary, plan  # noqa: F401
