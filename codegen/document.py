"""Read, write and walk OpenAPI documents as plain dictionaries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, Iterator, Tuple

import yaml

if TYPE_CHECKING:
    from pathlib import Path

Json = Dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


class CodegenError(Exception):
    """A problem in the document or in the data of codegen/, worded for the one who runs it."""


def load(path: Path) -> Json:
    """Read a YAML or JSON document."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CodegenError(f"{path}: {error.strerror}") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Json:
    """Parse a YAML or JSON document; `name` is for the error message."""
    try:
        data = json.loads(text)
    except ValueError:
        try:
            data = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a safe one
        except yaml.YAMLError as error:
            raise CodegenError(f"{name}: neither JSON nor YAML: {error}") from error
    if not isinstance(data, dict):
        raise CodegenError(f"{name}: expected a mapping")
    return data


class _Loader(yaml.SafeLoader):
    """The safe loader, but time stamps stay the strings that JSON would have."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def resolve(document: Json, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901) points at, or raise KeyError."""
    node: Any = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            try:
                node = node[int(key)]
            except (ValueError, IndexError):
                raise KeyError(pointer) from None
        elif isinstance(node, dict) and key in node:
            node = node[key]
        else:
            raise KeyError(pointer)
    return node


def follow(document: Json, node: Json) -> Json:
    """Return the object behind a chain of `$ref`, or the object itself."""
    seen = set()
    while "$ref" in node:
        ref = node["$ref"]
        if ref in seen or not ref.startswith("#/"):
            raise CodegenError(f"cannot follow $ref {ref!r}")
        seen.add(ref)
        try:
            node = resolve(document, ref[1:])
        except KeyError:
            raise CodegenError(f"$ref {ref!r} points at nothing") from None
    return node


def operations(document: Json) -> Iterator[Tuple[str, str, Json]]:
    """Yield (method, path, operation) in the order of the document."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation
