"""The OpenAPI document of a version that somebody else has written, and what it says."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Union, cast

from .schema import Schema, Signature

DEPTH = 40
"""How deep references are followed: schemas may refer to themselves."""


class Source(NamedTuple):
    """What is known of a version.

    Attributes:
        name: The full name of its model, if that is known.
        version_id: Its id, if that is known.
        official: Whether its model is an official one, if that is known.
        description: The model's, if there is one.
        openapi: Its document.
    """

    name: Optional[str]
    version_id: Optional[str]
    official: Optional[bool]
    description: Optional[str]
    openapi: Schema


def read(source: Any) -> Source:
    """Read a version, a model, their JSON, an OpenAPI document, or a file with one of them.

    Raises:
        TypeError: if it is nothing of that kind.
        ValueError: if it has no schema of an input.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(cast("Union[str, os.PathLike[str]]", source))
        return read(json.loads(path.read_text(encoding="utf-8")))
    if hasattr(source, "to_dict"):
        source = source.to_dict()
    if not isinstance(source, Mapping):
        raise TypeError(
            "a model is made from a version, a model, an OpenAPI document or a path to one of"
            f" these as JSON, not from {type(source).__name__}"
        )
    facts = cast("Mapping[str, Any]", source)
    version: Any = facts.get("latest_version") or facts
    openapi = version.get("openapi_schema") or version
    schemas = openapi.get("components", {}).get("schemas", {})
    if "Input" not in schemas:
        raise ValueError("there is no schema of an input in it: components.schemas.Input")
    name = f"{facts['owner']}/{facts['name']}" if {"owner", "name"} <= set(facts) else None
    version_id = version.get("id") if version is not openapi else None
    return Source(name, version_id, facts.get("is_official"), facts.get("description"), openapi)


def signature(openapi: Schema, prefix: str = "") -> Signature:
    """Return what a document says of inputs and output.

    Args:
        openapi: The document.
        prefix: `Training` for those of a training.
    """
    schemas = openapi["components"]["schemas"]
    inputs = _flat(schemas[f"{prefix}Input"], openapi, DEPTH)
    output = _flat(schemas.get(f"{prefix}Output", {}), openapi, DEPTH)
    annotations = {name: _annotation(prop) for name, prop in inputs.get("properties", {}).items()}
    return Signature({"type": "object", **inputs}, annotations, output, openapi)


def defaults(inputs: Schema) -> Dict[str, Any]:
    """Return the values of the inputs that nobody has to give."""
    properties: Dict[str, Schema] = inputs.get("properties", {})
    return {name: prop["default"] for name, prop in properties.items() if "default" in prop}


def identify(*parts: Any) -> str:
    """Return an id in the form of a version's, the same for the same parts."""
    text = json.dumps(parts, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def _annotation(prop: Schema) -> Any:
    if _is_file(prop):
        return Path
    return List[Path] if _is_file(prop.get("items", {})) else Any


def _is_file(prop: Schema) -> bool:
    choices: List[Schema] = [prop, *prop.get("anyOf", ())]
    return any(c.get("type") == "string" and c.get("format") == "uri" for c in choices)


def _flat(schema: Any, document: Schema, depth: int) -> Any:
    """Put what is referred to in the place of references; join `allOf`."""
    items: Any = schema
    if isinstance(schema, list):
        return [_flat(item, document, depth) for item in items]
    if not isinstance(schema, dict) or depth == 0:
        return {} if isinstance(schema, dict) else schema
    whole = dict(cast("Schema", schema))
    reference = whole.pop("$ref", None)
    if reference is not None:
        whole = {**_find(reference, document), **whole}
        return _flat(whole, document, depth - 1)
    flat: Schema = {key: _flat(value, document, depth - 1) for key, value in whole.items()}
    for part in flat.pop("allOf", ()):
        flat = {**part, **flat}
    return flat


def _find(reference: str, document: Schema) -> Schema:
    found: Any = document
    for part in re.sub(r"^#/?", "", reference).split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or name not in found:
            raise ValueError(f"a reference of the schema leads nowhere: {reference}")
        found = cast("Schema", found)[name]
    return cast("Schema", found)
