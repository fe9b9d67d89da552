"""Values that fit a schema: what a model puts out that nobody has written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping

from .._validation import invalid_fields
from .demo import painter
from .files import File

if TYPE_CHECKING:
    from .schema import Schema

TEXT = "What the sandbox puts out in the place of the model's own text."


def example(schema: Schema, hint: str) -> Any:
    """Return a value that fits a schema, the same for the same hint.

    Args:
        schema: The schema, without references.
        hint: What pictures are made of, such as the input.
    """
    for key in ("example", "default", "const"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    choices: List[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
    for choice in choices:
        if choice.get("type") != "null":
            return example(choice, hint)
    return _of_type(schema, hint)


def _of_type(schema: Schema, hint: str) -> Any:
    kind = schema.get("type")
    if kind == "array":
        number = max(1, schema.get("minItems", 0))
        return [example(schema.get("items", {}), f"{hint} {n}") for n in range(number)]
    if kind == "object":
        properties: Dict[str, Schema] = schema.get("properties", {})
        return {name: example(prop, f"{hint} {name}") for name, prop in properties.items()}
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("maximum", 1))
    if kind == "boolean":
        return True
    return _text(schema, hint)


def _text(schema: Schema, hint: str) -> Any:
    form = schema.get("format")
    if form == "uri":
        return painter(hint, 64, 64)
    if form in ("date-time", "date"):
        return "2026-01-01T00:00:00Z"[: 10 if form == "date" else None]
    text = TEXT * (1 + schema.get("minLength", 0) // len(TEXT))
    return text[: schema.get("maxLength", len(text))]


def pieces(schema: Schema, hint: str) -> Iterator[Any]:
    """Yield a value piece by piece, as a model with an iterator does."""
    items: Schema = schema.get("items", {})
    if schema.get("x-cog-array-display") == "concatenate" and "enum" not in items:
        words = TEXT.split(" ")
        yield from (word if word is words[-1] else f"{word} " for word in words)
    else:
        for number in range(2):
            yield example(items, f"{hint} {number}")


def check_fits(schema: Schema, value: Any) -> None:
    """Refuse an output that does not fit its schema.

    Raises:
        ValueError: if it does not.
    """
    found = invalid_fields(schema, _as_json(value), "output")
    if found:
        reasons = "; ".join(f"{wrong['field']}: {wrong['description']}" for wrong in found)
        raise ValueError(f"the output does not fit the schema of the version: {reasons}")


def _as_json(value: Any) -> Any:
    whole: Any = value
    if isinstance(value, Mapping):
        return {str(key): _as_json(item) for key, item in whole.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in whole]
    if value is None or isinstance(value, (bool, int, float, str)):
        return whole
    return "https://replicate.delivery/file" if isinstance(value, File) or _is_file(value) else {}


def _is_file(value: Any) -> bool:
    return isinstance(value, bytes) or hasattr(value, "read") or hasattr(value, "__fspath__")
