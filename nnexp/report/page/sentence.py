"""A sentence as it stands on a page: text, and what is to be typed in it as code."""

from __future__ import annotations

import re

from nnexp.escape import in_html

TYPED = re.compile(r"`((?:nnexp |--|hydra\.)[^`]+)`")  # between two backticks, and no name of a setting


def sentence(text: str) -> str:
    """Write a sentence as the content of an HTML element."""
    return TYPED.sub(r"<code>\1</code>", in_html(text))
