"""Eight signals at moments of one seed for each store; `python -m tests.chaos` draws others, as many as are wanted."""

import pytest

from tests.chaos import rounds


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def test_every_promise_holds_whenever_a_signal_comes(store, request, zygote):
    uri = None if store == "sqlite" else request.getfixturevalue(store)
    assert len([*rounds(11, 8, {store: uri}, zygote)]) == 8
