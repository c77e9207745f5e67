"""One setting: what the field of a dataclass says of it. schema.py makes configs of them."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from nnexp.config import checks
from nnexp.config.checks import Check


@dataclass(frozen=True)
class Setting:
    """One setting: its dotted name, and what was declared of it."""

    name: str
    default: Any  # as its check gives it; MISSING where a value must be given
    check: Check
    meaning: str = ""
    decides: bool = True  # whether it decides what is trained, and so the key
    costs: bool = False  # whether it changes how long an epoch takes
    lengthens: bool = False  # whether more of it is more epochs, after the same ones
    recorded: Check | None = None  # what its value in a record must keep to besides
    before: Any = None  # what a record older than the setting stands for; None: its default
    group: str = ""  # beneath which head a person reads of it
    example: str = ""  # a value as it is typed, where neither its default nor its words show one

    @property
    def wanted(self) -> str:
        """What its values are, in words; empty where its check does not say."""
        return getattr(self.check, "wanted", "")

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it takes, where it takes no other value."""
        return getattr(self.check, "words", ())

    @property
    def unsaid(self) -> Any:
        """The value that a record and a key leave out."""
        return self.default if self.before is None else self.before


def setting(
    default: Any,
    check: Check,
    meaning: str,
    *,
    decides: bool = True,
    costs: bool = False,
    lengthens: bool = False,
    recorded: Check | None = None,
    before: Any = None,
    group: str = "",
    example: str = "",
) -> Any:
    """Declare a setting, as the field of a frozen dataclass."""
    declared = {
        "check": check,
        "meaning": meaning,
        "decides": decides,
        "costs": costs,
        "lengthens": lengthens,
        "recorded": recorded,
        "before": before,
        "group": group,
        "example": example,
    }
    return field(default=default, metadata={"setting": declared})


def declared_in(config: type[Any], prefix: str = "") -> list[Setting]:
    """List what the fields of a dataclass declare, in their order."""
    hints = get_type_hints(config)
    found: list[Setting] = []
    for each in fields(config):
        name = f"{prefix}{each.name}"
        if is_dataclass(hints[each.name]):
            found += declared_in(hints[each.name], f"{name}.")
        else:
            found.append(_setting(name, each, hints[each.name]))
    return found


def _setting(name: str, declared: Field[Any], hint: Any) -> Setting:
    stated: dict[str, Any] = declared.metadata.get("setting") or {"check": _check_of(name, hint)}
    default = declared.default if declared.default is MISSING else stated["check"](name, declared.default)
    return Setting(name, default, **stated)


def _check_of(name: str, hint: Any) -> Check:
    """Take a type for the check, where a field declares nothing else."""
    kinds = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) in (UnionType, Union) and len(kinds) == 1:
        return checks.optional(_check_of(name, kinds[0]))
    if get_origin(hint) is Literal:
        return checks.one_of(get_args(hint))
    plain_checks: dict[Any, Check] = {
        bool: checks.flag,
        int: checks.integer,
        float: checks.number(),
        str: checks.text,
    }
    if hint not in plain_checks:
        raise TypeError(f"the setting {name} has the type {hint}, which has no check of its own; declare one")
    return plain_checks[hint]
