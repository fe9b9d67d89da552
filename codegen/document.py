"""Read, write and walk OpenAPI documents as plain dictionaries."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterator, List

import yaml

if TYPE_CHECKING:
    from pathlib import Path

Json = Dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

_AMBIGUOUS = ("bool", "int", "timestamp")

_VERSIONS = re.compile(r"3\.[012](\.\d+)?(-\w+)?")


class CodegenError(Exception):
    """A problem in the document or in the data of codegen/, worded for the one who runs it."""


@dataclass(frozen=True)
class Place:
    """An operation, and where it stands in the document."""

    method: str
    path: str
    item: Json
    """The path item, which has what all of its operations share."""
    operation: Json

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def load(path: Path) -> Json:
    """Read a YAML or JSON document."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CodegenError(f"{path}: {error.strerror}") from error
    return parse(data, str(path))


def parse(data: bytes, name: str) -> Json:
    """Parse a YAML or JSON document; `name` is for the error message."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodegenError(f"{name}: not a text in UTF-8: {error}") from error
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a safe one
        except yaml.YAMLError as error:
            raise CodegenError(f"{name}: neither JSON nor YAML: {error}") from error
    if not isinstance(found, dict):
        raise CodegenError(f"{name}: expected a mapping")
    return found


def check_version(document: Json, name: str) -> None:
    """Refuse what is no OpenAPI document of a version that is understood."""
    version = document.get("openapi")
    if not isinstance(version, str) or not _VERSIONS.fullmatch(version):
        found = f"openapi: {version}" if version is not None else "no `openapi`"
        if "swagger" in document:
            found = f"swagger: {document['swagger']}"
        raise CodegenError(f"{name}: expected an OpenAPI document, 3.0, 3.1 or 3.2; found {found}")


# The one in C takes a fifth of the time, where PyYAML has it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # which one depends on the machine
    """The safe loader, but for what YAML 1.1 takes for something else than YAML 1.2 does.

    Time stamps and keys are the strings that JSON would have, and so are `on`, `no` and `12:30`.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        mapping = super().construct_mapping(node, deep=deep)
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                key = self.construct_object(key_node, deep=deep)
                if not isinstance(key, str):  # an unquoted status code, or `on`
                    mapping = {(key_node.value if k is key else k): v for k, v in mapping.items()}
        return mapping


_TAG = "tag:yaml.org,2002:"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag[len(_TAG) :] not in _AMBIGUOUS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    f"{_TAG}bool", re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"-?(0|[1-9]\d*)$"), list("-0123456789"))


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
    while isinstance(node, dict) and "$ref" in node:
        ref = node["$ref"]
        if ref in seen or not isinstance(ref, str) or not ref.startswith("#/"):
            raise CodegenError(f"cannot follow $ref {ref!r}")
        seen.add(ref)
        try:
            node = resolve(document, ref[1:].replace("%7B", "{").replace("%7D", "}"))
        except KeyError:
            raise CodegenError(f"$ref {ref!r} points at nothing") from None
    return node


def operations(document: Json) -> Iterator[Place]:
    """Yield the operations in the order of the document."""
    for path, given in (document.get("paths") or {}).items():
        if path.startswith("x-"):
            continue
        item = follow(document, given)
        # OpenAPI 3.0 and 3.1 let a path item have more than a reference.
        item = {**item, **{key: value for key, value in given.items() if key != "$ref"}}
        methods = {method: item[method] for method in item if method in METHODS}
        methods.update(item.get("additionalOperations") or {})
        for method, operation in methods.items():
            yield Place(method, path, item, operation)


def strings(node: Any) -> List[str]:
    """Return what a list holds of strings."""
    return [value for value in node if isinstance(value, str)] if isinstance(node, list) else []
