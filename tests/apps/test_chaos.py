"""Sixteen signals at moments of one seed; `python -m tests.chaos` draws others, and as many as are wanted."""

import pytest

from tests.chaos import rounds


@pytest.mark.xdist_group("postgres")
def test_every_promise_holds_whenever_a_signal_comes(postgres, zygote):
    assert len([*rounds(11, 16, {"sqlite": None, "postgresql": postgres}, zygote)]) == 16
