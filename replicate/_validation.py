"""Check JSON against a schema, with the findings of the API's validator. Pure."""

from __future__ import annotations

import math
import re
from typing import Any, Dict, List, Mapping
from urllib.parse import urlsplit

ROOT = "(root)"

STEPS = 1_000_000
"""Steps that a search for a stranger's pattern may take: Python needs some 10 ms for them."""


def invalid_fields(
    schema: Mapping[str, Any], value: Any, field: str, *, quick: bool = False
) -> List[Dict[str, str]]:
    """List what is wrong with a JSON value, in the words of the API's validator.

    Args:
        schema: The JSON schema, without references.
        value: The decoded JSON value.
        field: The dotted path of the value.
        quick: Whether to leave out patterns for which Python might search a value for long. A
            stranger's pattern can be such that a short text takes years: `^(a+)+$` is an example.
    """
    expected = schema.get("type")
    if isinstance(expected, list):  # as OpenAPI 3.1 has it
        any_of = {**schema, "type": None, "anyOf": _choices(schema)}
        return invalid_fields(any_of, value, field, quick=quick)
    choices: List[Mapping[str, Any]] = schema.get("anyOf") or schema.get("oneOf") or []
    if choices:
        refusals = [invalid_fields(choice, value, field, quick=quick) for choice in choices]
        fits = not all(refusals) or (value is None and schema.get("nullable"))
        return [] if fits else refusals[0]
    if value is None:
        if expected not in (None, "null") and not schema.get("nullable"):
            return [wrong("invalid_type", field, _mismatch(expected, "null"))]
        return []
    given = _kind(value)
    if expected not in (None, given) and (expected, given) != ("number", "integer"):
        return [wrong("invalid_type", field, _mismatch(expected, given))]
    found: List[Dict[str, str]] = []
    if "enum" in schema and value not in schema["enum"]:
        allowed = ", ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in schema["enum"])
        found.append(wrong("enum", field, f"{field} must be one of the following: {allowed}"))
    if given in ("integer", "number"):
        found.extend(_number(schema, value, field))
    elif given == "string":
        found.extend(_string(schema, value, field, quick=quick))
    elif given == "array" and "items" in schema:
        for position, item in enumerate(value):
            place = f"{field}.{position}"
            found.extend(invalid_fields(schema["items"], item, place, quick=quick))
    elif given == "object":
        found.extend(_members(schema, value, field, quick=quick))
    return found


def _members(
    schema: Mapping[str, Any], value: Mapping[str, Any], field: str, *, quick: bool
) -> List[Dict[str, str]]:
    found = [
        wrong("required", field, f"{name} is required")
        for name in schema.get("required", ())
        if name not in value
    ]
    properties = schema.get("properties", {})
    for name, member in value.items():
        if name in properties:
            inside = name if field == ROOT else f"{field}.{name}"
            found.extend(invalid_fields(properties[name], member, inside, quick=quick))
        elif schema.get("additionalProperties") is False:
            text = f"Additional property {name} is not allowed"
            found.append(wrong("additional_property_not_allowed", field, text))
    return found


def _number(schema: Mapping[str, Any], value: float, field: str) -> List[Dict[str, str]]:
    found: List[Dict[str, str]] = []
    if value < _bound(schema, "minimum", -math.inf):
        text = f"Must be greater than or equal to {schema['minimum']}"
        found.append(wrong("number_gte", field, text))
    if value > _bound(schema, "maximum", math.inf):
        text = f"Must be less than or equal to {schema['maximum']}"
        found.append(wrong("number_lte", field, text))
    return found


def _string(
    schema: Mapping[str, Any], value: str, field: str, *, quick: bool
) -> List[Dict[str, str]]:
    found: List[Dict[str, str]] = []
    if len(value) < _bound(schema, "minLength", 0):
        text = f"String length must be greater than or equal to {schema['minLength']}"
        found.append(wrong("string_gte", field, text))
    if len(value) > _bound(schema, "maxLength", math.inf):
        text = f"String length must be less than or equal to {schema['maxLength']}"
        found.append(wrong("string_lte", field, text))
    if "pattern" in schema and not _matches(schema["pattern"], value, quick=quick):
        found.append(wrong("pattern", field, f"Does not match pattern '{schema['pattern']}'"))
    if schema.get("format") == "web-address" and not _is_web_address(value):
        found.append(wrong("format", field, "Does not match format 'uri'"))
    return found


def _bound(schema: Mapping[str, Any], name: str, default: float) -> float:
    bound: Any = schema.get(name)
    return bound if isinstance(bound, (int, float)) else default


def _matches(pattern: str, value: str, *, quick: bool) -> bool:
    try:
        return (quick and _may_be_slow(pattern, len(value))) or bool(re.search(pattern, value))
    except (re.error, TypeError, OverflowError):  # JavaScript's, or none: Python cannot say
        return True


def _may_be_slow(pattern: str, length: int) -> bool:
    """Say whether a search may take more than `STEPS`.

    Without groups, what is repeated is one character. So each repeat, and the start, has as many
    choices as there are places in the text.
    """
    repeats = len(re.findall(r"[*+?{]", pattern))
    return "(" in pattern or repeats > 20 or (length + 1) ** (repeats + 1) > STEPS


def _choices(schema: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return [{**schema, "type": kind} for kind in schema["type"]]


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    readable = text.isprintable() and " " not in text
    return readable and parts.scheme in ("http", "https") and bool(parts.hostname)


def _mismatch(expected: Any, given: str) -> str:
    return f"Invalid type. Expected: {expected}, given: {given}"


def wrong(kind: str, field: str, description: str) -> Dict[str, str]:
    """Return a finding, in the form that the API has for it."""
    return {"type": kind, "field": field, "description": description}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    kinds = {float: "number", str: "string", list: "array", dict: "object"}
    return next(kind for cls, kind in kinds.items() if isinstance(value, cls))
