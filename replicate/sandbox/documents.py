"""The OpenAPI document of a version that somebody else has written, and what it says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List

from ..schema import inlined
from .schema import Schema, Signature


def signature(openapi: Schema, prefix: str = "") -> Signature:
    """Return what a document says of inputs and output.

    Args:
        openapi: The document.
        prefix: `Training` for those of a training.
    """
    schemas = openapi["components"]["schemas"]
    inputs = inlined(schemas[f"{prefix}Input"], openapi)
    output = inlined(schemas.get(f"{prefix}Output", {}), openapi)
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
