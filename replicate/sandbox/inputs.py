"""What a model says about its inputs, in the words of this package, of Cog or of pydantic."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any, Dict, Mapping, Optional, Sequence

_REQUIRED = inspect.Parameter.empty
_RULES: Dict[str, str] = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "regex": "pattern",
}


@dataclasses.dataclass(frozen=True)
class InputInfo:
    """What a model says about one of its inputs beyond its annotation."""

    default: Any
    description: Optional[str]
    rules: Mapping[str, Any]
    choices: Optional[Sequence[Any]]


def Input(  # noqa: N802 - Cog's name, so that a model's signature can be taken over unchanged
    default: Any = inspect.Parameter.empty,
    *,
    description: Optional[str] = None,
    ge: Optional[float] = None,
    le: Optional[float] = None,
    min_length: Optional[int] = None,
    max_length: Optional[int] = None,
    regex: Optional[str] = None,
    choices: Optional[Sequence[Any]] = None,
) -> Any:
    """Describe an input of a model, as the default value of the function's parameter.

    Args:
        default: The value if the caller gives none. Without a default the input is required.
        description: Text for the schema.
        ge: The smallest number allowed.
        le: The largest number allowed.
        min_length: The smallest number of characters allowed.
        max_length: The largest number of characters allowed.
        regex: A regular expression that must match somewhere in the text.
        choices: The allowed values. Annotations with `Literal` and `Enum` do the same.
    """
    if ge is not None and le is not None and ge > le:
        raise ValueError(f"ge={ge} is greater than le={le}: no number fits")
    if min_length is not None and max_length is not None and min_length > max_length:
        raise ValueError(
            f"min_length={min_length} is greater than max_length={max_length}: no text fits"
        )
    if regex is not None:
        re.compile(regex)
    if choices is not None and not choices:
        raise ValueError("choices is empty: give at least one value")
    rules = {
        "minimum": ge,
        "maximum": le,
        "minLength": min_length,
        "maxLength": max_length,
        "pattern": regex,
    }
    kept = {name: rule for name, rule in rules.items() if rule is not None}
    return InputInfo(default, description, kept, choices)


def as_input(default: Any, *, nullable: bool = False) -> InputInfo:
    """Return what the default value of a function's parameter says about the input.

    Args:
        default: The value, or a description of the input: this package's, Cog's or pydantic's.
        nullable: Whether the input's type allows None.
    """
    if isinstance(default, InputInfo):
        return default
    if type(default).__name__ != "FieldInfo":
        return InputInfo(default, None, {}, None)
    rules: Dict[str, Any] = {}
    # Cog has the rules as attributes; pydantic, and Cog up to 0.16, as objects with one of them.
    for source in (default, *getattr(default, "metadata", ())):
        for name, rule in _RULES.items():
            if getattr(source, name, None) is not None:
                rules[rule] = getattr(source, name)
    extra: Any = getattr(default, "json_schema_extra", None) or {}
    choices: Any = getattr(default, "choices", None) or extra.get("enum")
    return InputInfo(_value(default, nullable), default.description, rules, choices)


def _value(field: Any, nullable: bool) -> Any:
    if hasattr(field, "is_required"):  # pydantic
        return _REQUIRED if field.is_required() else field.get_default(call_default_factory=True)
    value = field.default
    factory: Any = getattr(value, "default_factory", None)  # a list, which dataclasses do not share
    if callable(factory):
        return factory()
    # To Cog, None is no default unless the type allows it.
    return _REQUIRED if value is None and not nullable else value
