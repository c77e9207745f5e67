"""The library that draws, as a page carries it: compressed, and written in 85 signs that end no script.

It is plotly.js with those kinds of plot alone that have two axes, a third of all of it: `plotly-cartesian.min.js` of
npm's `plotly.js-cartesian-dist-min`, in the version that Python's plotly is made for; its licence stands at its
beginning. page.js unpacks it, with what every browser has since 2023.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from importlib.resources import files

SAFE = bytes.maketrans(b"<&", b",.")  # of RFC 1924's signs those that HTML acts on
PACKED = "plotly-cartesian.min.js.gz"


@lru_cache(maxsize=1)
def library() -> tuple[str, int]:
    """Give the text, and how many bytes of what it unpacks to are the compressed library."""
    compressed = files("nnexp.report.page").joinpath(PACKED).read_bytes()
    return base64.b85encode(compressed, pad=True).translate(SAFE).decode(), len(compressed)
