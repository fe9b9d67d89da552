"""Inputs and outputs that are models of pydantic, 1 or 2, if the user has it."""

from __future__ import annotations

from typing import Any, Dict

from ..schema import inlined

Schema = Dict[str, Any]


def is_model(kind: Any) -> bool:
    """Tell whether a class is a model of pydantic."""
    return isinstance(kind, type) and hasattr(kind, "parse_obj") and hasattr(kind, "schema_json")


def schema_of(kind: Any) -> Schema:
    """Return the JSON schema of a model, without references."""
    new = hasattr(kind, "model_json_schema")
    schema: Schema = kind.model_json_schema() if new else kind.schema()
    own = {key: value for key, value in schema.items() if key not in {"$defs", "definitions"}}
    whole: Schema = inlined(own, schema, 20)
    return whole


def parse(kind: Any, value: Any) -> Any:
    """Make a model of JSON."""
    return kind.model_validate(value) if hasattr(kind, "model_validate") else kind.parse_obj(value)


def fields_of(value: Any) -> Dict[str, Any]:
    """Return the fields of a model's object, as Python has them."""
    fields: Dict[str, Any] = value.model_dump() if hasattr(value, "model_dump") else value.dict()
    return fields
