"""Conditions on settings, by which a sweep leaves combinations out: `hidden < 100 or eta < 1`.

A condition has the grammar of Python's expressions and none of their power: settings by their dotted names, numbers,
texts in quotes, lists, true, false and null; comparisons and `in`; `and`, `or`, `not`; + - * / // %. Whatever else it
holds is refused before any of it is worked out.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nnexp.config.schema import Schema
from nnexp.config.value import format_value
from nnexp.errors import ConfigError

Values = Mapping[str, Any]  # of settings, by their dotted names, in JSON's types
Term = Callable[[Values], Any]

LONGEST = 1000  # characters
WORDS = {"true": True, "false": False, "null": None}
ARITHMETIC: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, of: item in of,
    ast.NotIn: lambda item, of: item not in of,
}


class _UnfitError(Exception):
    """A value that a part of a condition cannot be worked out with."""


@dataclass(frozen=True)
class Condition:
    """A condition that was read: what was written, the settings that it speaks of, and how it is worked out."""

    text: str
    names: frozenset[str]
    _term: Term

    def holds(self, values: Values) -> bool:
        """Tell whether it holds for settings, as `Schema.flat` gives them.

        Raises
        ------
        ConfigError
            If it cannot be worked out: a list is not less than a number.
        """
        try:
            return _truth(self._term(values))
        except (_UnfitError, ArithmeticError, RecursionError) as error:
            having = " ".join(f"{name}={format_value(values[name])}" for name in sorted(self.names))
            raise ConfigError(
                f"the condition {self.text} cannot be worked out for {having or 'any run'}: {error}"
            ) from error


def read_condition(text: str, schema: Schema[Any]) -> Condition:
    """Read a condition on the settings of a schema.

    Raises
    ------
    ConfigError
        If it is none; for a setting that does not exist, or that can never be what it is held against.
    """
    if len(text) > LONGEST:
        raise ConfigError(f"a condition must be at most {LONGEST:,} characters long, but has {len(text):,}")
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(f"({text}\n)", mode="eval").body  # in brackets: it may go on in another line
        if isinstance(tree, ast.Tuple):  # of nothing, or of what commas stand between
            raise SyntaxError
        reader = _Reader(schema)
        term = reader.term(tree)
        return Condition(text, frozenset(reader.names), term)
    except ConfigError as error:
        raise ConfigError(f"the condition {text}: {error}") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(f"the condition {text} cannot be read; write it like hidden < 100 or eta < 1") from None
    except (_UnfitError, ArithmeticError) as error:
        raise ConfigError(f"the condition {text} cannot be worked out: {error}") from error


class _Reader:
    """Makes a term of each part of a condition, and keeps the settings that it finds."""

    def __init__(self, schema: Schema[Any]) -> None:
        self.names: set[str] = set()
        self._schema = schema

    def term(self, node: ast.expr) -> Term:
        """Give what works a part out."""
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None as value):
                return lambda _: value
            case ast.Name(id=word) if word in WORDS:
                return lambda _: WORDS[word]
            case ast.Name() | ast.Attribute():
                return self._setting(node)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                items = [self.term(part) for part in parts]
                return lambda values: [item(values) for item in items]
            case ast.BoolOp(op=ast.And(), values=parts):
                terms = [self.term(part) for part in parts]
                return lambda values: all(_truth(term(values)) for term in terms)
            case ast.BoolOp(op=ast.Or(), values=parts):
                terms = [self.term(part) for part in parts]
                return lambda values: any(_truth(term(values)) for term in terms)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                term = self.term(part)
                return lambda values: not _truth(term(values))
            case ast.UnaryOp(op=ast.USub(), operand=part):
                term = self.term(part)
                return lambda values: -_number(term(values))
            case ast.BinOp(left=first, op=op, right=second) if type(op) in ARITHMETIC:
                work, left, right = ARITHMETIC[type(op)], self.term(first), self.term(second)
                return lambda values: work(_number(left(values)), _number(right(values)))
            case ast.Compare(left=first, ops=ops, comparators=others) if all(type(op) in COMPARISONS for op in ops):
                return self._comparison([type(op) for op in ops], [first, *others])
        raise ConfigError(
            f"it may not hold {ast.unparse(node)}, only settings, numbers, texts, lists and what compares them"
        )

    def _setting(self, node: ast.expr) -> Term:
        name = ast.unparse(node)
        if name not in self._schema.settings:
            raise ConfigError(f"{self._schema.unknown_setting(name)} (a text stands in quotes)")
        self.names.add(name)
        return operator.itemgetter(name)

    def _comparison(self, signs: Sequence[type[ast.cmpop]], parts: Sequence[ast.expr]) -> Term:
        """Compare neighbours."""
        terms = [self.term(part) for part in parts]
        for place, sign in enumerate(signs):
            here, there = place, place + 1
            if sign in (ast.Eq, ast.NotEq):
                self._fit(parts[here], parts[there], terms, there)
                self._fit(parts[there], parts[here], terms, here)
            elif sign in (ast.In, ast.NotIn):
                self._fit(parts[here], parts[there], terms, there, each=True)
        pairs = [(COMPARISONS[sign], left, right) for sign, (left, right) in zip(signs, pairwise(terms), strict=True)]
        return lambda values: all(_compared(sign, left(values), right(values)) for sign, left, right in pairs)

    def _fit(self, left: ast.expr, right: ast.expr, terms: list[Term], place: int, *, each: bool = False) -> None:
        """Take what a setting is held against for a value of that setting, and refuse what it can never be."""
        name = ast.unparse(left)
        if name not in self._schema.settings or not _is_constant(right):
            return
        value = terms[place]({})
        if each and not isinstance(value, list):
            return
        fitting = [self._schema.flat_value(name, item) for item in (value if each else [value])]
        terms[place] = lambda _: fitting if each else fitting[0]


def _is_constant(node: ast.expr) -> bool:
    return all(ast.unparse(part) in WORDS for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _UnfitError(f"{format_value(value)} is neither true nor false")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _UnfitError(f"{format_value(value)} is no number")
    return value


def _compared(sign: Callable[[Any, Any], Any], left: Any, right: Any) -> bool:
    try:
        return bool(sign(left, right))
    except TypeError:
        raise _UnfitError(f"{format_value(left)} and {format_value(right)} cannot be compared so") from None
