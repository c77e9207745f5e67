"""Plans of small runs."""

from tests.plans import config, diary, isolated, npz, plan  # noqa: F401
