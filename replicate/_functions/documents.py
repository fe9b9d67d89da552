"""Reading the schema of a version, from what the API answers or from a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Union, cast

from replicate_api.answer import loads

from .._guards import is_mapping, is_object


class Source(NamedTuple):
    """What is known of a version.

    Attributes:
        name: The full name of its model, if that is known.
        version_id: Its id, if that is known.
        official: Whether its model is an official one, if that is known.
        description: The description of its model, if there is one.
        openapi: Its OpenAPI document.
    """

    name: Optional[str]
    version_id: Optional[str]
    official: Optional[bool]
    description: Optional[str]
    openapi: Dict[str, Any]


def read(source: Any) -> Source:
    """Read a version, a model, their JSON, an OpenAPI document, or a file with one of them.

    Raises:
        TypeError: The source is none of these.
        ValueError: It has no schema of an input.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(cast("Union[str, os.PathLike[str]]", source))
        return read(loads(path.read_text(encoding="utf-8")))
    if hasattr(source, "to_dict"):
        source = source.to_dict()
    if not isinstance(source, Mapping):
        raise TypeError(
            "a model is made from a version, a model, an OpenAPI document or a path to one of"
            f" these as JSON, not from {type(source).__name__}"
        )
    facts = cast("Mapping[str, Any]", source)
    version: Any = facts.get("latest_version") or facts
    openapi = _inside(version, "openapi_schema") or version
    if not is_object(_inside(_inside(_inside(openapi, "components"), "schemas"), "Input")):
        raise ValueError("there is no schema of an input in it: components.schemas.Input")
    name = f"{facts['owner']}/{facts['name']}" if {"owner", "name"} <= set(facts) else None
    version_id = version.get("id") if version is not openapi else None
    description = facts.get("description")
    return Source(
        name,
        version_id,
        facts.get("is_official"),
        description if isinstance(description, str) else None,
        openapi,
    )


def _inside(node: Any, key: str) -> Any:
    return node.get(key) if is_mapping(node) else None
