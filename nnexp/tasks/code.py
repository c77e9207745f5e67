"""The digest of code that decides numbers: of what it does, not of how it is laid out or explained.

Files are read as Python's tokens, less comments, docstrings and layout, so that a clearer comment or another line break
is the same code. The same tokens come out under every Python: before 3.12 an f-string was one token, since then many.
Of a C file the comments and spaces are taken out. Any other file, and what is no Python, counts as it stands.
A comma before a closing bracket is a token, and after the one item of a tuple it means something: code that gains or
loses one, by hand or by a formatter, is other code and makes another key.
"""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Iterator, Mapping

LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
MARKS = {tokenize.NEWLINE: "\n", tokenize.INDENT: "{", tokenize.DEDENT: "}"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
COMPUTED = re.compile(r"[a-z]*[ft]", re.IGNORECASE)  # how an f-string begins
STARTS = (getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "TSTRING_START", -1))
ENDS = (getattr(tokenize, "FSTRING_END", -1), getattr(tokenize, "TSTRING_END", -1))


def digest_code(sources: Mapping[str, str]) -> str:
    """Compute the SHA-256 (hex) of the names and the code of files, given what stands in them."""
    sha256 = hashlib.sha256()
    for name, source in sorted(sources.items()):
        sha256.update(f"{name}\n{_code(name, source)}\n".encode(errors="surrogatepass"))
    return sha256.hexdigest()


def _code(name: str, source: str) -> str:
    if name.endswith(".c"):
        return code_of_c(source)
    try:
        return code_of(source) if name.endswith(".py") else source
    except (tokenize.TokenError, SyntaxError):  # whoever runs it is told
        return source


def code_of_c(source: str) -> str:
    """Write what a C file does: a line for each of its lines that has code, its comments a space as to a compiler."""
    lines = COMMENT.sub(" ", source).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def code_of(source: str) -> str:
    """Write what a module does: its statements, a line each, a space between tokens."""
    statements = _statements(_tokens(source))
    return "".join(" ".join(text for _, text in statement) for statement in statements if not _is_text(statement))


def _tokens(source: str) -> Iterator[tuple[int, str]]:
    """Give the kind and text of each token, an f-string as the one piece of text that it is."""
    lines = io.StringIO(source).readlines()
    depth, begun = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in STARTS:
            begun = begun if depth else token.start
            depth += 1
        elif token.type in ENDS:
            depth -= 1
            if not depth:
                yield tokenize.STRING, _between(lines, begun, token.end)
        elif not depth and token.type not in LAYOUT:
            yield token.type, MARKS.get(token.type, token.string)


def _statements(tokens: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    statement: list[tuple[int, str]] = []
    for kind, text in tokens:
        if kind in (tokenize.INDENT, tokenize.DEDENT):
            yield [(kind, text)]
            continue
        statement.append((kind, text))
        if kind == tokenize.NEWLINE:
            yield statement
            statement = []
    yield statement


def _is_text(statement: list[tuple[int, str]]) -> bool:
    """Tell whether a statement is a text alone, as a docstring is; one that is put together computes something."""
    kinds = {kind for kind, _ in statement}
    return kinds == {tokenize.STRING, tokenize.NEWLINE} and not any(COMPUTED.match(text) for _, text in statement)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    return "".join([lines[first - 1][left:], *lines[first : last - 1], lines[last - 1][:right]])
