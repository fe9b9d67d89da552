"""Collect the schemas of a document under class names, in a form without surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Set

from .document import CodegenError, Json, follow
from .names import pascal

if TYPE_CHECKING:
    from .names import Names

#: The class of free-form objects: empty for the generator, `Dict[str, Any]` in its output.
FREE_FORM = "JsonObject"

PREFIX = "#/components/schemas/"

_FORMATS = ("date-time", "binary")
_SCALARS = ("string", "integer", "number", "boolean")


class Schemas:
    """The prepared schemas by class name, filled while the document is read.

    Attributes:
        prepared: The schemas.
        bodies: Which of them are request bodies: their fields become arguments, not a class.
    """

    def __init__(self, document: Json, names: Names) -> None:
        self.prepared: Json = {FREE_FORM: {"type": "object"}}
        self.bodies: Set[str] = set()
        self.names = names
        self._document = document
        self._components: Json = document.get("components", {}).get("schemas", {})
        skipped = _only_bodies(document)
        for name, schema in self._components.items():
            if name not in skipped and _is_class(schema):
                self.add(names.of_component(name), schema)

    def add(self, name: str, schema: Json) -> Json:
        """Add a class, or to its namesake what that lacks; return the reference to it."""
        if schema.get("enum"):
            values = self.prepared.setdefault(name, {"type": "string", "enum": []})["enum"]
            values += [value for value in _strings(schema) if value not in values]
            return {"$ref": PREFIX + name}
        prepared = self.prepared.setdefault(name, {"type": "object", "properties": {}})
        if schema.get("description"):
            prepared.setdefault("description", schema["description"])
        for key, value in properties(self._document, schema).items():
            prepared["properties"].setdefault(key, self.tidy(value, name, key))
        return {"$ref": PREFIX + name}

    def add_body(self, operation: str, schema: Json) -> Json:
        """Add the request body of an operation; return the reference to it.

        Here `required` counts: it is what the caller must pass.
        """
        component = schema.get("$ref", "").replace(PREFIX, "")
        owner = self.names.of_component(component) if component else f"{operation}Request"
        schema = follow(self._document, schema)
        name = f"BodyOf{operation}"
        self.bodies.add(name)
        self.prepared[name] = {
            "type": "object",
            "properties": {
                key: self.tidy(value, owner, key)
                for key, value in properties(self._document, schema).items()
            },
            "required": schema.get("required", []),
        }
        return {"$ref": PREFIX + name}

    def add_answer(self, operation_id: str, schema: Json) -> Json:
        """Add what an operation answers with; return the reference to it."""
        if schema.get("type") == "array":
            items = self.add_answer(operation_id, schema.get("items", {}))
            return {"type": "array", "items": items}
        if not schema.get("properties"):
            return self._bare(_without_union(schema), "", operation_id, item=False)
        results = schema["properties"].get("results", {}).get("items")
        if results is None:
            return self.add(self.names.of_answer(operation_id), schema)
        # A page described in place is named after its items: that of predictions, PredictionPage.
        item = self.add_answer(operation_id, results)
        name = item["$ref"].replace(PREFIX, "") if "$ref" in item else pascal(operation_id)
        page = name + "Page"
        self.add(page, {**schema, "properties": {**schema["properties"], "results": {}}})
        self.prepared[page]["properties"]["results"] = {"type": "array", "items": item}
        return {"$ref": PREFIX + page}

    def tidy(self, schema: Json, owner: str, name: str, *, item: bool = False) -> Json:
        """Return the schema of a property, with classes and enums in it as references."""
        bare = self._bare(_without_union(schema), owner, name, item=item)
        description = schema.get("description")
        if not description:
            return bare
        # The generator ignores what stands beside a $ref.
        return {**({"allOf": [bare]} if "$ref" in bare else bare), "description": description}

    def _bare(self, schema: Json, owner: str, name: str, *, item: bool) -> Json:
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        kind = schema.get("type")
        if kind == "array":
            items = self.tidy(schema.get("items", {}), owner, name, item=True)
            return {"type": "array", "items": items}
        if _is_class(schema):
            return self.add(self.names.of_place(owner, name, item=item), schema)
        if kind == "object":
            return {"$ref": PREFIX + FREE_FORM}
        if kind in _SCALARS:
            known = {"format": schema["format"]} if schema.get("format") in _FORMATS else {}
            return {"type": kind, **known}
        return {}

    def _reference(self, ref: str) -> Json:
        name = ref.replace(PREFIX, "")
        if name not in self._components:
            raise CodegenError(f"$ref {ref!r} is not a component schema")
        cls = self.names.of_component(name)
        if _is_class(self._components[name]):
            return {"$ref": PREFIX + cls}
        return self._bare(_without_union(self._components[name]), cls, "value", item=False)


def properties(document: Json, schema: Json) -> Json:
    """Return the properties of an object schema, with those of its `allOf`."""
    found: Json = {}
    for part in schema.get("allOf", []):
        found.update(properties(document, follow(document, part)))
    found.update(schema.get("properties", {}))
    return found


def _is_class(schema: Json) -> bool:
    """Whether a schema has something to name: fields, or the values of an enum of strings."""
    return bool(schema.get("properties") or len(schema.get("allOf", [])) > 1 or _strings(schema))


def _strings(schema: Json) -> Any:
    values = [value for value in schema.get("enum", []) if value is not None]
    return values if all(isinstance(value, str) for value in values) else []


def _without_union(schema: Json) -> Json:
    """Return the one alternative that is not null; among strings only, a string."""
    parts = schema.get("oneOf") or schema.get("anyOf")
    if isinstance(schema.get("type"), list):
        parts = [{**schema, "type": kind} for kind in schema["type"]]
    elif parts is None and len(schema.get("allOf", [])) == 1 and "properties" not in schema:
        parts = schema["allOf"]
    if parts is None:
        return schema
    parts = [_without_union(part) for part in parts if part.get("type") != "null"]
    if len(parts) == 1:
        only: Json = parts[0]
        return only
    return {"type": "string"} if all(part.get("type") == "string" for part in parts) else {}


def _only_bodies(document: Json) -> Set[str]:
    """Return the components that are request bodies and nothing else."""
    bodies: Set[str] = set()
    others: Set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                others.add(node["$ref"].replace(PREFIX, ""))
            for key, value in node.items():
                if key == "requestBody":
                    for media in follow(document, value).get("content", {}).values():
                        schema = media.get("schema", {})
                        if "$ref" in schema:
                            bodies.add(schema["$ref"].replace(PREFIX, ""))
                        else:
                            walk(schema)
                else:
                    walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    return bodies - others
