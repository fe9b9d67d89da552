"""Define what the generator knows of types, and of the classes that have fields."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import List

from .texts import literal

#: Types that need no import of a module of their own.
ANY, OBJECT, FILE, TIMESTAMP = "Any", "Dict[str, Any]", "FileContent", "Timestamp"


@dataclass(frozen=True)
class Type:
    """The type of a value: a name, and in how many lists it is."""

    name: str
    kind: str = "plain"
    """`class`, `dictionary`, `enum`, or `plain` for what has no module."""
    depth: int = 0

    @property
    def annotation(self) -> str:
        """The type of a value that was read."""
        return "List[" * self.depth + self.name + "]" * self.depth

    @property
    def argument(self) -> str:
        """The type of a value to send: any kind of mapping and sequence will do."""
        name = {OBJECT: "Mapping[str, Any]", TIMESTAMP: "Union[datetime, str]"}.get(self.name)
        if self.kind == "class":
            name = f"Union[{self.name}, Mapping[str, Any]]"
        return "Sequence[" * self.depth + (name or self.name) + "]" * self.depth

    @property
    def in_list(self) -> Type:
        """The type of a list of these."""
        return replace(self, depth=self.depth + 1)

    @property
    def in_json(self) -> Type:
        """The type of this in JSON, where bytes are text."""
        return replace(self, name="str") if self.name == FILE else self

    @property
    def is_read(self) -> bool:
        """Whether a value has to be read, and is not what JSON has already."""
        return self.kind == "class" or self.name == TIMESTAMP

    @property
    def reader(self) -> str:
        """The arguments that say how a value is read."""
        item = literal(self.name) if self.is_read else "None"
        return item + (f", depth={self.depth}" if self.depth else "")


def optional(name: str) -> str:
    """Return the type of a value that may be None."""
    return name if name == ANY else f"Optional[{name}]"


@dataclass
class Field:
    """A field of a class."""

    name: str
    wire_name: str
    type: Type
    description: str = ""
    required: bool = False
    is_datetime: bool = False
    """Whether it is read as a `datetime`, and not as text that knows its time."""

    @property
    def declaration(self) -> str:
        """The field as it is declared in its class."""
        kind = "datetime" if self.is_datetime else self.type.annotation
        kind = kind if self.required else optional(kind)
        default = [] if self.required else ["default=None"]
        if not self.type.depth and self.type.name == TIMESTAMP:
            reader = "moment" if self.is_datetime else "timestamp"
        elif self.type.is_read or (self.type.depth and self.required):
            reader, default = "nested", [self.type.reader, *default]
        else:
            return f"{self.name}: {kind}" + ("" if self.required else " = None")
        return f"{self.name}: base.Field[{kind}] = base.{reader}({', '.join(default)})"


@dataclass
class Class:
    """A class of objects; those of a dictionary are plain dictionaries at run time."""

    name: str
    place: str
    description: str = ""
    fields: List[Field] = field(default_factory=list)
    is_dictionary: bool = False

    @property
    def value_type(self) -> str:
        """The type of the values, if it is a dictionary."""
        return "str" if all(f.type.annotation == "str" for f in self.fields) else ANY

    @property
    def types(self) -> List[Type]:
        """The types of its fields."""
        return [f.type for f in self.fields]

    @property
    def sorted_fields(self) -> List[Field]:
        """Its fields; those that identify it come first, the others as in the document."""
        return sorted(self.fields, key=lambda f: not f.required)

    @property
    def doc(self) -> List[str]:
        """The lines of its docstring."""
        return [self.description or f"The API's `{self.name}` object."]

    @property
    def dictionary_doc(self) -> List[str]:
        """The lines of the docstring, if it is a dictionary: it tells of the keys."""
        return [
            *self.doc,
            "",
            "Keys:",
            *(f"    {f.wire_name}: {f.description}" for f in self.fields),
        ]


@dataclass
class Enum:
    """The known values of a string."""

    name: str
    place: str
    values: List[str] = field(default_factory=list)
