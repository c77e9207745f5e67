"""Thirty signals at moments of one seed; `python -m tests.chaos` draws others, and as many as are wanted."""

import pytest

from tests.chaos import rounds


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize(("store", "seed"), [("sqlite", 11), ("postgresql", 12)])
def test_every_promise_holds_whenever_a_signal_comes(store, seed, postgres):
    uris = {"sqlite": None, "postgresql": postgres}
    assert len([*rounds(seed, 15, {store: uris[store]})]) == 15
