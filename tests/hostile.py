"""Texts that would be something else than text, if an output were not careful: names that anybody may give to anything.

What must hold of every output stands beside them: `amiss` finds what a terminal would act on.
"""

from __future__ import annotations

from nnexp.escape import visible

TEXTS = {
    # rich's markup and emoji codes
    "a closing tag": "lr [/old]",
    "styles": "[bold red]loud[/] [link=http://evil.example]here[/link]",
    "an emoji code": ":bomb: :smile:",
    # what a terminal acts on
    "colours": "\x1b[31mred\x1b[0m",
    "a window's title": "\x1b]0;pwned\x07",
    "a terminal's link": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "controls of eight bits": "\x9b2J\x9d0;pwned\x9c",
    "backspaces": "12\b\b99\x7f",
    "a carriage return": "FAILED\rFINISHED",
    "two lines": "one\nnnexp: all is well\u2028three",
    "a tab": "a\tb",
    "nothing": "nul\x00byte",
    # what turns text around, or hides in it
    "an override": "abc\u202egnp.exe",
    "isolates": "\u2067abc\u2066\u200fdef\u2069",
    "no width": "pay\u200bpal\ufeff\u00ad",
    "half a pair": "bytes \udcff\ud83d",
    # HTML, and the scripts in it
    "a script": "<script>alert(1)</script>",
    "the end of a script": "</script><script>alert(2)</script>",
    "a script in a comment": "<!--<script>",
    "an image": "\"'><img src=x onerror=alert(3)>",
    "a link": "<a href=\"http://evil.example\">here</a> <a href='javascript:alert(4)'>there</a>",
    "plotly's tags": "<b>b</b><br>&lt;i&gt; &amp; %{x} %{text}",
    # Markdown
    "a link of Markdown": "[here](http://evil.example) ![x](http://evil.example/x.png) <http://evil.example>",
    "an address": "http://evil.example/a www.evil.example",
    "signs of Markdown": "`a` *b* __c__ ~~d~~ $e$ \\",
    "a heading": "# heading",
    "an item": "- [ ] item",
    # LaTeX
    "commands": r"\input{/etc/passwd} \end{tabular} $x$ % # & ^^5c ~ {",
    "a bracket": "[1em] & \\\\ *",
    # what a spreadsheet reckons with
    "a formula": '=HYPERLINK("http://evil.example","here")',
    "a sum": "+1+cmd|' /C calc'!A0",
    "an at": "@SUM(1;2)",
    "a dash": "-2+3",
    "a cell of a table": 'a | b, "c"; d',
    # the rest
    "templates": "{task.description} ${HOME} $title %s {0}",
    "a way out": "../../../etc/passwd",
    "other scripts": "Größe 漢字 \U0001f3f3\ufe0f\u200d\U0001f308",
    "long": "long " * 400,
    "spaces": "  spaces  ",
}

HALF = "half a pair"  # comes from a command line or a file's name alone: no store holds it
STORED = {kind: text for kind, text in TEXTS.items() if kind != HALF}

SAFE = "\n"  # what an output may hold that cannot be seen


def amiss(output: str) -> list[str]:
    """List what a terminal would act on, or hide, in what was printed."""
    return sorted({repr(sign) for sign in output if not sign.isprintable() and sign not in SAFE})


def squeezed(text: str) -> str:
    """Take the white space out: a table folds what is long, and fills what is short."""
    return "".join(text.split())


def shown(text: str) -> str:
    """Give a text as an output shows it, less its white space."""
    return squeezed(visible(text))
