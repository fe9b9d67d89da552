"""Read the schemas of a document: types of values, and classes for those that have fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, List, Set, Tuple, Union

from . import names as naming
from .document import CodegenError, Json, follow, strings
from .media import is_binary
from .texts import sentence
from .types import ANY, FILE, OBJECT, TIMESTAMP, Class, Enum, Field, Type

if TYPE_CHECKING:
    from .names import Names

PREFIX = "#/components/schemas/"

#: In place of a schema: the name of the class that it has become.
CLASS = "x-class"

#: How deep schemas are read that contain each other in other ways than by classes.
_DEEPEST = 50

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

#: What of a schema tells how a value is read.
_FACTS = {"$ref", CLASS, "allOf", "anyOf", "enum", "items", "oneOf", "properties", "type"}


class Schemas:
    """The classes of a document by name, filled while the document is read.

    A component is a class if it has something to name: fields, or the values of an enumeration of
    strings. So is a schema in place. Places that models.yaml gives one name are one class, with the
    fields or values of all of them; others share a class only if they say the same.

    Attributes:
        classes: The classes.
        used: The keys of models.yaml that named one.
    """

    def __init__(self, document: Json, names: Names) -> None:
        self.classes: Dict[str, Union[Class, Enum]] = {}
        self.used: List[str] = []
        self._document = document
        self._names = names
        self._content: Dict[str, str] = {}
        self._components: Json = (document.get("components") or {}).get("schemas") or {}
        self._following: List[str] = []
        self._depth = 0
        bodies = only_bodies(document)
        found = {
            name: self._name(naming.of_component(name), name)
            for name, schema in self._components.items()
            if name not in bodies and self._is_class(schema)
        }
        self._component_classes = found
        for name, cls in found.items():
            self._claim(cls, PREFIX + name, self._components[name], is_named=name in names.classes)
        for name, cls in found.items():
            self._define(cls, PREFIX + name, self._components[name])

    def type_of(self, schema: Any, owner: str, name: str, *, item: bool = False) -> Type:
        """Return the type of a value; a schema that needs a class is named after its place."""
        if self._depth > _DEEPEST:
            return Type(ANY)  # it contains itself
        self._depth += 1
        try:
            return self._type_of(self.plain(schema)[0], owner, name, item=item)
        finally:
            self._depth -= 1

    def _type_of(self, schema: Json, owner: str, name: str, *, item: bool) -> Type:
        if CLASS in schema:
            return self._type(schema[CLASS])
        ref = schema.get("$ref")
        if ref is not None:
            return self._referred(ref, owner, name, item=item)
        kind = schema.get("type")
        if kind == "array":
            return self.type_of(schema.get("items") or {}, owner, name, item=True).in_list
        if self._is_class(schema):
            return self._in_place(schema, owner, name, item=item)
        if kind is None and schema.get("allOf"):
            merged: Json = {}
            for part in schema["allOf"]:
                merged.update(self.resolved(part))
            return self.type_of({**merged, "allOf": None}, owner, name, item=item)
        if kind == "object":
            return Type(OBJECT)
        if is_binary(schema):
            return Type(FILE)
        if kind == "string" and schema.get("format") == "date-time":
            return Type(TIMESTAMP)
        return Type(_SCALARS.get(str(kind), ANY))

    def plain(self, schema: Any) -> Tuple[Json, bool]:
        """Return a schema without null and single alternatives, and whether it may be null."""
        if not isinstance(schema, dict):
            return {}, False  # true: anything
        if "$ref" in schema:
            return schema, bool(schema.get("nullable")) or self._is_null_referred(schema["$ref"])
        nullable = bool(schema.get("nullable")) or None in (schema.get("enum") or ())
        parts: Any = schema.get("oneOf") or schema.get("anyOf")
        kinds = schema.get("type")
        if isinstance(kinds, list):
            parts = [{**schema, "type": kind} for kind in kinds]
        elif parts is None and len(schema.get("allOf") or ()) == 1 and "properties" not in schema:
            parts = schema["allOf"]
        elif parts is None or schema.get("properties"):
            return _with_type(schema), nullable
        nullable = nullable or any(_is_null(part) for part in parts)
        simple = [self.plain(part) for part in parts if not _is_null(part)]
        nullable = nullable or any(null for _, null in simple)
        if len(simple) == 1:
            only = simple[0][0]
            text = schema.get("description")
            return (
                {**only, "description": text} if text and "$ref" not in only else only
            ), nullable
        found = {str(self._resolved(part).get("type")) for part, _ in simple}
        if found == {"string"}:
            return {"type": "string"}, nullable
        if found and found <= {"integer", "number"}:
            return {"type": "number"}, nullable
        return ({"type": "object"} if found == {"object"} else {}), nullable

    def properties(self, schema: Json) -> Tuple[Json, List[str]]:
        """Return the fields of an object, and which are required, with those of its `allOf`."""
        return self._properties(schema, ())

    def _properties(self, schema: Json, seen: Tuple[int, ...]) -> Tuple[Json, List[str]]:
        schema = follow(self._document, schema)
        if not isinstance(schema, dict) or id(schema) in seen:
            return {}, []
        found: Json = {}
        required: List[str] = []
        for part in schema.get("allOf") or ():
            fields, names = self._properties(part, (*seen, id(schema)))
            found.update(fields)
            required += names
        found.update(schema.get("properties") or {})
        return found, [*required, *strings(schema.get("required"))]

    def resolved(self, schema: Any) -> Json:
        """Return the schema that is meant, without references, null and single alternatives."""
        return self._resolved(self.plain(schema)[0])

    def _resolved(self, schema: Json) -> Json:
        ref = schema.get("$ref")
        if ref is None:
            return schema
        if ref in self._following:
            return {}  # it is itself
        self._following.append(ref)
        try:
            return self._resolved(self.plain(follow(self._document, schema))[0])
        finally:
            self._following.pop()

    def _is_null_referred(self, ref: str) -> bool:
        if ref in self._following:
            return False
        self._following.append(ref)
        try:
            return self.plain(follow(self._document, {"$ref": ref}))[1]
        finally:
            self._following.pop()

    def _referred(self, ref: str, owner: str, name: str, *, item: bool) -> Type:
        component = ref[len(PREFIX) :] if ref.startswith(PREFIX) else ""
        if component in self._component_classes:
            return self._type(self._component_classes[component])
        if ref in self._following:
            return Type(ANY)  # a list of itself
        target = follow(self._document, {"$ref": ref})
        self._following.append(ref)
        try:
            if component:
                owner, name, item = naming.of_component(component), "value", False
            return self.type_of(target, owner, name, item=item)
        finally:
            self._following.pop()

    def _type(self, name: str) -> Type:
        found = self.classes.get(name)
        if isinstance(found, Enum):
            return Type(name, "enum")
        return Type(name, "dictionary" if name in self._names.dictionaries else "class")

    def _in_place(self, schema: Json, owner: str, name: str, *, item: bool) -> Type:
        """Return the type of a schema that is described in place, and needs a class."""
        place = f"{owner}.{name}"
        cls = self._name(naming.of_place(owner, name, item=item), place)
        return self.register(cls, place, schema)

    def register(self, name: str, place: str, schema: Json) -> Type:
        """Make a class for a schema in place; if another one has its name, give it a longer one."""
        is_named = place in self._names.classes
        if not is_named and self._content.get(name, self._content_of(schema)) != self._content_of(
            schema
        ):
            name = f"{name}Object"
        self._claim(name, place, schema, is_named=is_named)
        self._define(name, place, schema)
        return self._type(name)

    def register_answer(self, names: List[str], place: str, schema: Json) -> Type:
        """Make a class for an answer in place, by the first name that is not another's."""
        content = self._content_of(schema)
        taken = {naming.snake(name): name for name in self.classes}
        for name in names:
            other = taken.get(naming.snake(name))
            if other is None or (other == name and self._content[name] == content):
                return self.register(name, place, schema)
        return self.register(names[-1], place, schema)  # which says whose name it is

    def _name(self, derived: str, key: str) -> str:
        if key in self._names.classes:
            self.used.append(key)
            return self._names.classes[key]
        return derived

    def _claim(self, name: str, place: str, schema: Json, *, is_named: bool) -> None:
        """Take a name for a class, or find that it is another's."""
        module = naming.snake(name)
        for other, cls in self.classes.items():
            if naming.snake(other) == module and not (other == name and is_named):
                same = other == name and self._content[name] == self._content_of(schema)
                if not same or place.startswith(PREFIX):
                    raise CodegenError(
                        f"{place} and {cls.place} would both be the class {name}, in the module "
                        f"{module}: give one another name, under `classes` in models.yaml"
                    )
        kind = Enum if self._is_enum(schema) else Class
        found = self.classes.setdefault(name, kind(name, place))
        if not isinstance(found, kind):
            raise CodegenError(
                f"{place} and {found.place} are called {name} in models.yaml, but one has fields "
                "and one is an enumeration"
            )
        self._content.setdefault(name, self._content_of(schema))

    def _define(self, name: str, place: str, schema: Json) -> None:
        """Give a class what a schema says, unless it has it."""
        cls = self.classes[name]
        if isinstance(cls, Enum):
            cls.values += [value for value in strings(schema["enum"]) if value not in cls.values]
            return
        cls.description = cls.description or sentence(schema.get("description"))
        cls.is_dictionary = name in self._names.dictionaries
        fields, _ = self.properties(schema)
        known = {field.wire_name for field in cls.fields}
        new = {key: value for key, value in fields.items() if key not in known}
        cls.fields += [self._field(name, key) for key in new]
        for field in cls.fields:
            if field.wire_name in new:
                value = new[field.wire_name]
                field.type = self.type_of(value, name, field.wire_name).in_json
                field.description = sentence(self._description(value))
        _check_names(cls, place)

    def _field(self, owner: str, wire_name: str) -> Field:
        key = f"{owner}.{wire_name}"
        return Field(
            self._names.fields.get(key) or naming.of_field(wire_name),
            wire_name,
            Type(ANY),
            required=wire_name in self._names.required.get(owner, ()),
            is_datetime=key in self._names.datetimes,
        )

    def _description(self, schema: Any) -> str:
        if not isinstance(schema, dict):
            return ""
        own = schema.get("description") or ("$ref" in schema and schema.get("summary"))
        text = str(own or self.plain(schema)[0].get("description") or "")
        if schema.get("deprecated") and not text.lower().startswith("deprecated"):
            return f"Deprecated: {text[:1].lower()}{text[1:]}" if text else "Deprecated."
        return text

    description = _description

    def _content_of(self, schema: Json) -> str:
        """Return what a schema says of a value that is there, as text."""

        def facts(node: Any, *, is_map: bool = False) -> Any:
            if isinstance(node, list):
                return [facts(value) for value in node]
            if not isinstance(node, dict):
                return node
            component = str(node.get("$ref", ""))[len(PREFIX) :]
            if component in self._component_classes and not is_map:
                return {CLASS: self._component_classes[component]}
            return {
                key: facts(value, is_map=key == "properties" and not is_map)
                for key, value in node.items()
                if is_map or key in _FACTS or value == "date-time"
            }

        if self._is_enum(schema):
            return json.dumps(sorted(strings(schema["enum"])))
        fields, _ = self.properties(schema)
        return json.dumps(facts(fields, is_map=True), sort_keys=True)

    def _is_class(self, schema: Any) -> bool:
        if not isinstance(schema, dict):
            return False
        if schema.get("type") == "array":
            return False
        several = len(schema.get("allOf") or ()) > 1 and bool(self.properties(schema)[0])
        return bool(schema.get("properties")) or several or self._is_enum(schema)

    @staticmethod
    def _is_enum(schema: Any) -> bool:
        values = [value for value in schema.get("enum") or () if value is not None]
        return bool(values) and all(isinstance(value, str) for value in values)


def _check_names(cls: Class, place: str) -> None:
    """Tell fields apart that Python would call the same: those that it renamed give way."""
    taken: Dict[str, str] = {}
    for field in sorted(cls.fields, key=lambda field: field.name != field.wire_name):
        while field.name in taken:
            if field.name == field.wire_name:
                raise CodegenError(f"{place}: two fields are called {field.name}")
            field.name += "_"
        taken[field.name] = field.wire_name


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (
        schema.get("type") == "null" or ("const" in schema and schema["const"] is None)
    )


def _with_type(schema: Json) -> Json:
    """Add the type that a schema implies."""
    if schema.get("type") is not None:
        return schema
    values = [value for value in schema.get("enum") or [schema.get("const")] if value is not None]
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    found = {kinds.get(type(value)) for value in values}
    if "properties" in schema or "additionalProperties" in schema:
        return {**schema, "type": "object"}
    if "items" in schema or "prefixItems" in schema:
        return {**schema, "type": "array"}
    return {**schema, "type": found.pop()} if len(found) == 1 else schema


def only_bodies(document: Json) -> Set[str]:
    """Return the components that are request bodies and nothing else."""
    bodies: Set[str] = set()
    others: Set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                others.add(node["$ref"].replace(PREFIX, ""))
            for key, value in node.items():
                if key == "requestBody" and isinstance(value, dict):
                    for media in (follow(document, value).get("content") or {}).values():
                        schema = media.get("schema") or {}
                        if isinstance(schema, dict) and "$ref" in schema:
                            bodies.add(schema["$ref"].replace(PREFIX, ""))
                        else:
                            walk(schema)
                else:
                    walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk({key: value for key, value in document.items() if key != "components"})
    components = document.get("components") or {}
    walk({key: value for key, value in components.items() if key != "requestBodies"})
    return bodies - others
