"""What is written as it would be typed is read by Hydra as it was meant."""

from __future__ import annotations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from nnexp.sweep.hydra.overrides import as_overrides
from tests.hostile import TEXTS


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_read_as_it_was_given(text: str) -> None:
    [typed] = as_overrides({"x": text})
    assert OverridesParser.create().parse_override(typed).value() == text
