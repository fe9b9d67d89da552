"""Inputs and outputs that are models of pydantic, 1 or 2, if the user has it."""

from __future__ import annotations

from typing import Any, Dict, List, cast

Schema = Dict[str, Any]


def is_model(kind: Any) -> bool:
    """Tell whether a class is a model of pydantic."""
    return isinstance(kind, type) and hasattr(kind, "parse_obj") and hasattr(kind, "schema_json")


def schema_of(kind: Any) -> Schema:
    """Return the JSON schema of a model, without references."""
    new = hasattr(kind, "model_json_schema")
    schema: Schema = kind.model_json_schema() if new else kind.schema()
    definitions: Schema = schema.pop("$defs", None) or schema.pop("definitions", None) or {}
    return cast("Schema", _inlined(schema, definitions, 20))


def parse(kind: Any, value: Any) -> Any:
    """Make a model of JSON."""
    return kind.model_validate(value) if hasattr(kind, "model_validate") else kind.parse_obj(value)


def fields_of(value: Any) -> Dict[str, Any]:
    """Return the fields of a model's object, as Python has them."""
    fields: Dict[str, Any] = value.model_dump() if hasattr(value, "model_dump") else value.dict()
    return fields


def _inlined(schema: Any, definitions: Schema, depth: int) -> Any:
    items: Any = schema
    if isinstance(schema, list):
        return [_inlined(item, definitions, depth) for item in cast("List[Any]", items)]
    if not isinstance(schema, dict):
        return items
    if depth == 0:  # a model that contains itself
        return {}
    whole: Schema = dict(items)
    reference = whole.pop("$ref", None)
    if reference is not None:
        whole = {**definitions[str(reference).rpartition("/")[2]], **whole}
    flat: Schema = {key: _inlined(value, definitions, depth - 1) for key, value in whole.items()}
    for part in flat.pop("allOf", ()):
        flat = {**part, **flat}
    return flat
