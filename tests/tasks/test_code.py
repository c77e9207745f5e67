"""Code is what it does: another layout or a clearer comment is the same code, another token is not."""

from __future__ import annotations

import pytest

from nnexp.tasks.code import code_of, digest_code

CODE = '''"""A docstring."""

import numpy as np


class Descent(object):
    """Another."""

    rate = 0.5  # an attribute

    def step(self, w, nabla):
        """Take a step."""
        if nabla.any():
            return np.subtract(w, self.rate * nabla)
        return f"{w} at {self.rate}"
'''

SAME = {
    "a comment changed": ("# an attribute", "# what a step is multiplied with"),
    "a comment gone": ("  # an attribute", ""),
    "a comment more": ("    rate", "    # the rate\n    rate"),
    "a comment at a column of its own": ("    rate", "# the rate\n    rate"),
    "a module's docstring changed": ("A docstring.", "A clearer docstring,\nof two lines."),
    "a module's docstring gone": ('"""A docstring."""\n', ""),
    "a class's docstring changed": ("Another.", "Some other."),
    "a function's docstring in other quotes": ('"""Take a step."""', "'Take a step.'"),
    "a raw docstring": ('"""Take', 'r"""Take'),
    "an attribute explained by a text": ("an attribute\n", 'an attribute\n    "the rate"\n'),
    "a blank line more": ("np\n", "np\n\n\n"),
    "a blank line less": ("np\n\n\n", "np\n"),
    "another indent": ("    ", "  "),
    "an indent of tabs": ("    ", "\t"),
    "a line break inside parentheses": ("(w, self.rate * nabla)", "(\n    w,\n    self.rate\n * nabla)"),
    "a continued line": ("self.rate * nabla", "self.rate \\\n   * nabla"),
    "other spaces": ("(w, self.rate * nabla)", "( w,self.rate*nabla )"),
    "a space at the end of a line": ("np\n", "np  \n"),
    "no last line break": ('rate}"\n', 'rate}"'),
    "line ends of Windows": ("\n", "\r\n"),
}

OTHER = {
    "a number": ("0.5", "0.50"),
    "a name": ("nabla.any", "nabla.all"),
    "a sign": ("*", "/"),
    "the order of arguments": ("w, self.rate * nabla", "self.rate * nabla, w"),
    "a comma before a closing bracket": ("self.rate * nabla)", "self.rate * nabla,)"),
    "a text": ("import numpy as np", 'print("x")\nimport numpy as np'),
    "a space inside a text": ("} at {", "}  at {"),
    "a line break inside a text": ('f"{w} at {self.rate}"', 'f"""{w} at\n{self.rate}"""'),
    "what an f-string computes": ("{w}", "{w + 1}"),
    "a statement gone": ("    rate = 0.5  # an attribute\n", ""),
    "a statement of another block": ("        return f", "            return f"),
    "two statements in one line": ("object):\n", "object):\n    pass; "),
    "an import": ("numpy", "cupy"),
    "a comment that became code": ("# an attribute", "; an_attribute"),
    "code that became a comment": ("    rate =", "    # rate ="),
    "a decorator": ("    def", "    @staticmethod\n    def"),
    "a type": ("w, nabla", "w: float, nabla"),
    "an f-string alone, which computes": ("    rate", "    f'{step()}'\n    rate"),
    "a text put together with one": ('"""Another."""', '"""Another.""" f"{step()}"'),
    "a raw f-string alone": ("    rate", "    Rf'{step()}'\n    rate"),
    "another kind of text": ('f"', 'rf"'),
}


def changed(old: str, new: str) -> str:
    assert old in CODE
    return CODE.replace(old, new)


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_only_looks_otherwise_is_the_same_code(change: tuple[str, str]) -> None:
    text = changed(*change)
    assert text != CODE
    assert code_of(text) == code_of(CODE)


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_what_does_otherwise_is_other_code(change: tuple[str, str]) -> None:
    assert code_of(changed(*change)) != code_of(CODE)


def test_a_text_that_is_used_is_no_docstring() -> None:
    assert code_of("def f():\n    return 'a'\n") != code_of("def f():\n    return 'b'\n")
    assert code_of("x = (\n    'a'\n)\n") != code_of("x = (\n    'b'\n)\n")


def test_the_digest_is_of_names_and_code() -> None:
    one, other = "a = 1\n", "b = 2\n"
    digest = digest_code({"one.py": one, "other.py": other})
    assert len(digest) == 64
    assert digest_code({"other.py": other, "one.py": one}) == digest
    assert digest_code({"renamed.py": one, "other.py": other}) != digest
    assert digest_code({"one.py": other, "other.py": one}) != digest
    assert digest_code({"one.py": one}) != digest
    assert digest_code({"one.py": "# explained\na = 1\n", "other.py": other}) == digest
    assert digest_code({"one.py": "a = 3\n", "other.py": other}) != digest
