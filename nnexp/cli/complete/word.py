"""The word at the cursor as bash sees it: what of it stays, and which quote is open; and a value that is put there."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLAIN = re.compile(r"[\w./=:,+@%^~-]")  # what bash takes as it is
ESCAPED = re.compile(r'[\\"$`]')  # what a backslash makes text of within "
NO_HISTORY = "\"'!'\""  # within " no backslash would take from ! what it means, nor go itself


@dataclass(frozen=True)
class Word:
    """The word that is being typed: what of it stays, as a program would read it, and the quote that is open."""

    before: str
    quote: str = ""

    def rest(self, value: str) -> str:
        """Write what takes the place of all but the beginning of a value, so that the shell reads the value."""
        value = value.removeprefix(self.before)
        if self.quote == "'":
            return value.replace("'", r"'\''")
        if self.quote:
            return ESCAPED.sub(r"\\\g<0>", value).replace("!", NO_HISTORY)
        return "".join(one if PLAIN.match(one) else f"\\{one}" for one in value)


def word_at_the_end(line: str, breaks: str) -> Word:
    """Read a line's last word: it is replaced behind a quote that is open, else behind the last break not quoted."""
    text = before = opened = quote = ""
    is_escaped = False
    for one in line:
        if is_escaped:
            text += f"\\{one}" if quote and not ESCAPED.match(one) else one
            is_escaped = False
        elif one == "\\" and quote != "'":
            is_escaped = True
        elif quote:
            quote, text = (quote, text + one) if one != quote else ("", text)
        elif one in "\"'":
            quote, opened = one, text
        elif one.isspace():
            text = before = ""
        else:
            text += one
            before = text if one in breaks else before
    return Word(opened if quote else before, quote)
