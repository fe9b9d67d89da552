"""What a version's schema says about its output. Pure, no I/O.

A version carries the OpenAPI schema that Cog, which packages models, derived from the
model's code (https://github.com/replicate/cog/blob/main/docs/python.md).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Optional

from ._guards import is_array, is_object, is_text, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_FIRST_COG_WITH_ARRAY_TYPE = (0, 3, 9)

MOST_PARTS = 100_000
"""Objects in a schema without references, at most: where each refers twice to the next, a few
lines would make as many as fit nowhere."""


def version_has_no_array_type(cog_version: str) -> Optional[bool]:
    """Say whether a Cog version is from before 0.3.9, when iterators were not yet marked.

    Returns:
        None if the version cannot be read, such as `dev`.
    """
    number = r"(\d{1,9})"
    match = re.match(
        rf"\s*v?{number}(?:\.{number})?(?:\.{number})?(?![\d.]*[^\d.+\-a-z])",
        cog_version,
        re.IGNORECASE,
    )
    if not match:
        return None
    release = tuple(int(part or 0) for part in match.groups())
    prerelease = re.match(
        r"[-_.]?(a|b|c|rc|alpha|beta|pre|preview|dev)", cog_version[match.end() :]
    )
    return release < _FIRST_COG_WITH_ARRAY_TYPE or (
        release == _FIRST_COG_WITH_ARRAY_TYPE and prerelease is not None
    )


def make_schema_backwards_compatible(schema: dict[str, Any], cog_version: str) -> dict[str, Any]:
    """Return a schema in which an array output of an old Cog version is marked as an iterator."""
    output = output_schema(schema)
    if (
        output is None
        or output.get("type") != "array"
        or not version_has_no_array_type(cog_version)
    ):
        return schema
    components = schema["components"]
    marked = {**output, "x-cog-array-type": "iterator"}
    return {
        **schema,
        "components": {**components, "schemas": {**components["schemas"], "Output": marked}},
    }


def output_schema(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the schema of the output with its references followed, None where there is none."""
    schemas = _get(_get(schema, "components"), "schemas")
    output = _get(schemas, "Output")
    return _follow(output, schemas) if is_object(output) else None


def input_properties(
    schema: Mapping[str, Any] | None, *, of_training: bool = False
) -> dict[str, Any]:
    """Return the schemas of a model's inputs by name, in the order in which its author has them."""
    name = "TrainingInput" if of_training else "Input"
    part = resolved(_get(_get(_get(schema, "components"), "schemas"), name), schema)
    properties = _get(part, "properties")
    return _in_order(properties) if is_object(properties) else {}


def _in_order(properties: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(properties.items(), key=lambda item: _order(item[1])))


def input_schema(
    schema: Mapping[str, Any] | None, *, of_training: bool = False
) -> dict[str, Any] | None:
    """Return the schema of a model's input, without references; None where it is not known."""
    part = _whole(schema, "TrainingInput" if of_training else "Input")
    if part is None:
        return None
    return {**part, "properties": _in_order(part.get("properties", {}))}


def whole_output_schema(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the schema of the output, without references; None where it is not known."""
    return _whole(schema, "Output")


def _whole(schema: Mapping[str, Any] | None, name: str) -> dict[str, Any] | None:
    part = _get(_get(_get(schema, "components"), "schemas"), name)
    if not is_object(part) or schema is None:
        return None
    try:
        return _readable(inlined(part, schema))
    except (TypeError, ValueError):  # it is none
        return None


def _readable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without the keywords whose values are not of the kind that they must be."""
    found = dict(schema)
    for key, is_right in _KINDS.items():
        if key in found and not is_right(found[key]):
            del found[key]
    if "items" in found:
        found["items"] = _readable(found["items"])
    if "properties" in found:
        members = found["properties"].items()
        found["properties"] = {name: _readable(each) for name, each in members if is_object(each)}
    for key in ("anyOf", "oneOf"):
        if key in found:
            found[key] = [_readable(each) for each in found[key] if is_object(each)]
    return found


_KINDS: dict[str, Callable[[Any], bool]] = {
    "anyOf": is_array,
    "enum": is_array,
    "items": is_object,
    "oneOf": is_array,
    "properties": is_object,
    "required": lambda names: is_array(names) and all(map(is_text, names)),
}


def inlined(
    node: Any,
    document: Mapping[str, Any],
    depth: int = 40,
    room: Iterator[Any] | None = None,
) -> Any:
    """Return a part of a document with what it refers to in the place of references.

    What stands beside a reference goes before what is there. `allOf` is joined. A schema that
    contains itself ends at the depth.

    Raises:
        ValueError: A reference leads nowhere, or there would be more than `MOST_PARTS`.
    """
    room = iter(range(MOST_PARTS)) if room is None else room
    if is_array(node):
        return [inlined(item, document, depth, room) for item in node]
    if not is_object(node):
        return node
    if next(room, None) is None:
        raise ValueError("a schema without its references would be too large")
    if depth == 0:
        return {}
    whole = dict(node)
    reference = whole.pop("$ref", None)
    if reference is not None:
        return inlined({**_find(str(reference), document), **whole}, document, depth - 1, room)
    flat: dict[str, Any] = {
        key: inlined(each, document, depth - 1, room) for key, each in whole.items()
    }
    for part in flat.pop("allOf", ()):
        flat = {**part, **flat}
    return flat


def _find(reference: str, document: Mapping[str, Any]) -> dict[str, Any]:
    found: Any = document
    for part in re.sub(r"^#/?", "", reference).split("/"):
        found = _get(found, part.replace("~1", "/").replace("~0", "~"))
    if not is_object(found):
        raise ValueError(f"a reference of the schema leads nowhere: {reference}")
    return found


def is_one_text(output: Mapping[str, Any] | None) -> bool:
    """Say whether an output, by its schema, is a text that comes in pieces."""
    return bool(_get(output, "x-cog-array-display") == "concatenate")


def _order(node: Any) -> float:
    order = _get(node, "x-order")
    return order if isinstance(order, (int, float)) else float("inf")


def is_iterator(schema: Mapping[str, Any] | None, cog_version: Any = None) -> bool:
    """Say whether the model yields its output item by item."""
    output = output_schema(schema)
    if output is None or output.get("type") != "array":
        return False
    return output.get("x-cog-array-type") == "iterator" or bool(
        isinstance(cog_version, str) and version_has_no_array_type(cog_version)
    )


def _follow(node: dict[str, Any], schemas: Any, depth: int = 10) -> dict[str, Any]:
    """Resolve `$ref` and a single `allOf` within the schema's own components."""
    ref = node.get("$ref")
    if isinstance(ref, str):
        target = _get(schemas, ref.rpartition("/")[2])
    elif is_array(node.get("allOf")) and len(node["allOf"]) == 1:
        target = node["allOf"][0]
    else:
        return node
    if depth == 0 or not is_object(target):
        return node
    rest = {key: value for key, value in node.items() if key not in {"$ref", "allOf"}}
    return {**_follow(target, schemas, depth - 1), **rest}


def resolved(node: Any, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a part of a schema with its references followed; None if it is not an object."""
    if not is_object(node):
        return None
    return _follow(node, _get(_get(schema, "components"), "schemas"))


def _get(node: Any, key: str) -> Any:
    return node.get(key) if is_object(node) else None


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
