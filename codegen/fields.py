"""Answer the templates' questions about properties: their types, and how they are read."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Set

from openapi_python_client import strings
from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.string import StringProperty

from .schemas import FREE_FORM
from .texts import description_of, literal, raw, sentence

if TYPE_CHECKING:
    from .names import Names

_PLAIN: Dict[Any, str] = {
    AnyProperty: "Any",
    BooleanProperty: "bool",
    DateTimeProperty: "Timestamp",
    FileProperty: "FileContent",
    FloatProperty: "float",
    IntProperty: "int",
    StringProperty: "str",
}


def annotation(prop: Any) -> str:
    """Return the type of a value that is there."""
    if isinstance(prop, ListProperty):
        return f"List[{annotation(prop.inner_property)}]"
    if isinstance(prop, (ModelProperty, LiteralEnumProperty)):
        name = str(prop.class_info.name)
        return "Dict[str, Any]" if name == FREE_FORM else name
    return _PLAIN[type(prop)]


def optional(name: str) -> str:
    """Return the type of a value that may be None."""
    return name if name == "Any" else f"Optional[{name}]"


def imports(prop: Any, prefix: str) -> Set[str]:
    """Return the statements that import the classes in a property's type."""
    if isinstance(prop, ListProperty):
        return imports(prop.inner_property, prefix)
    if annotation(prop) in ("Dict[str, Any]", *_PLAIN.values()):
        return set()
    return {f"from {prefix}{prop.class_info.module_name} import {prop.class_info.name}"}


def attribute(prop: Any) -> str:
    """Return the attribute for a property: its name on the wire, if Python can have that."""
    name = raw(prop.name)
    usable = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")
    return name if usable and name not in strings.RESERVED_WORDS else str(prop.python_name)


class Model:
    """A schema for the templates.

    Attributes:
        name: The name of the class.
        fields: Its fields; those that identify it come first, the others as in the document.
        is_dictionary: Whether it is a plain dictionary at run time.
    """

    def __init__(self, model: ModelProperty, names: Names) -> None:
        self.name = str(model.class_info.name)
        self.is_dictionary = self.name in names.dictionaries
        self.description = sentence(model.description) or f"The API's `{self.name}` object."
        self.fields = [
            Field(prop, self._description(model, prop), self.name, names)
            for prop in [*(model.required_properties or []), *(model.optional_properties or [])]
        ]

    @property
    def value_type(self) -> str:
        """The type of the values, if it is a dictionary."""
        return "str" if all(field.type == "str" for field in self.fields) else "Any"

    @property
    def dictionary_doc(self) -> List[str]:
        """The lines of the docstring, if it is a dictionary: it tells of the keys."""
        keys = [f"    {field.wire_name[1:-1]}: {field.description}" for field in self.fields]
        return [self.description, "", "Keys:", *keys]

    @property
    def imports(self) -> List[str]:
        """The imports that the annotations need."""
        found: Set[str] = set()
        for field in self.fields:
            if field.nested != self.name:
                found |= imports(field.prop, ".")
        return sorted(found)

    @staticmethod
    def _description(model: ModelProperty, prop: Any) -> str:
        # From the schema: of a reference, the property only has the description of its target.
        return sentence(description_of((model.data.properties or {}).get(prop.name)))


class Field:
    """A field of a model for the templates."""

    def __init__(self, prop: Any, description: str, owner: str, names: Names) -> None:
        self.prop = prop
        self.name = attribute(prop)
        self.wire_name = literal(prop.name)
        self.description = description
        self.required = bool(prop.required)
        self.is_datetime = f"{owner}.{raw(prop.name)}" in names.datetimes
        self.nested = _nested(prop, names.dictionaries)

    @property
    def type(self) -> str:
        """The type of the value, when there is one."""
        return "datetime" if self.is_datetime else annotation(self.prop)

    @property
    def declaration(self) -> str:
        """The field as it is declared in its class."""
        kind = self.type if self.required else optional(self.type)
        reader = self._reader
        if reader is None:
            return f"{self.name}: {kind}" + ("" if self.required else " = None")
        arguments = [*reader[1:], *([] if self.required else ["default=None"])]
        return f"{self.name}: Field[{kind}] = {reader[0]}({', '.join(arguments)})"

    @property
    def _reader(self) -> Optional[List[str]]:
        """The function that declares a field which has to be read, and its arguments."""
        depth, inner = 0, self.prop
        while isinstance(inner, ListProperty):
            depth, inner = depth + 1, inner.inner_property
        if not depth and isinstance(inner, DateTimeProperty):
            return ["moment" if self.is_datetime else "timestamp"]
        item = "Timestamp" if isinstance(inner, DateTimeProperty) else self.nested
        if item is None and not (depth and self.required):
            return None
        return ["nested", literal(item) if item else "None", *([f"depth={depth}"] if depth else [])]


def _nested(prop: Any, dictionaries: List[str]) -> Optional[str]:
    """Return the class that the value of a field, or each of its items, is read to."""
    if isinstance(prop, ListProperty):
        return _nested(prop.inner_property, dictionaries)
    name = annotation(prop)
    return (
        name
        if isinstance(prop, ModelProperty) and name not in ("Dict[str, Any]", *dictionaries)
        else None
    )
