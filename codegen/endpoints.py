"""Answer the templates' questions about operations: arguments, requests, answers, docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Set

from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty

from . import fields
from .document import CodegenError
from .prepare import CARRIER
from .texts import description_of, literal, paragraph, raw, sentence

if TYPE_CHECKING:
    from openapi_python_client.parser.openapi import Endpoint

    from .document import Json
    from .names import Names

#: What an operation's module defines and imports: no name for an argument.
_TAKEN = {
    "answer",
    "asyncio",
    "body",
    "cursor",
    "build",
    "parse",
    "request",
    "self",
    "sync",
    "transport",
}

#: Read-only arguments take any kind of mapping and sequence.
_LENIENT = {"Dict[str, Any]": "Mapping[str, Any]", "Timestamp": "Union[datetime, str]"}


_CURSOR_DOC = "    cursor: The `next` or `previous` of another page; None for the first page."


class Argument:
    """One argument of an operation's functions: a parameter, or a field of its body."""

    def __init__(self, prop: Any, location: str, description: Any) -> None:
        self.prop = prop
        # Headers are spelled like no argument: Cancel-After is cancel_after.
        self.name = str(prop.python_name) if location == "header" else fields.attribute(prop)
        self.wire_name = raw(prop.name)
        self.location = location
        self.required = bool(prop.required)
        self.description = sentence(description)
        self.is_file = isinstance(prop, FileProperty)

    @property
    def type(self) -> str:
        """The type of the argument."""
        name = fields.annotation(self.prop).replace("List[", "Sequence[")
        name = _LENIENT.get(name, name)
        return name if self.required else fields.optional(name)

    @property
    def declaration(self) -> str:
        """The argument as it is declared."""
        return f"{self.name}: {self.type}" + ("" if self.required else " = None")

    @property
    def item(self) -> str:
        """The argument as an item of a dictionary by wire names."""
        value = self.name
        if isinstance(self.prop, DateTimeProperty):
            value = f"request.moment({literal(self.name)}, {value})"
        return f"{literal(self.wire_name)}: {value}"


class Operation:
    """An operation for the templates.

    Attributes:
        name: The name of its module, and of its method in the group.
        method: The HTTP method.
        arguments: Its arguments in order: path, body, query, header.
    """

    def __init__(self, endpoint: Endpoint, source: Json, names: Names) -> None:
        self.endpoint = endpoint
        self.name = str(endpoint.name)
        self.method = "QUERY" if endpoint.method == CARRIER else endpoint.method.upper()
        self.media_type = ""
        self.body: Any = None
        if endpoint.bodies:
            self.media_type = raw(endpoint.bodies[0].content_type).split(";")[0]
            self.body = endpoint.bodies[0].prop
        self.has_raw_body = self.body is not None and not isinstance(self.body, ModelProperty)
        self.is_multipart = self.media_type == "multipart/form-data"
        self.arguments = _arguments(endpoint, None if self.has_raw_body else self.body, source)
        self.is_page = _is_page(endpoint)
        if self.is_page:  # the cursor is not one of many filters: it is how one gets on
            self.arguments = [a for a in self.arguments if a.wire_name != "cursor"]
        words = "_".join([*endpoint.tags, self.name]).split("_")
        name = "".join(word.capitalize() for word in words)
        self.options_name = f"{name}Options"
        self.more_name = f"{name}More"
        place = f"{endpoint.tags[0]}.{self.name}"
        self.spelled_out = names.spelled_out.get(place, [])
        gone = {*self.spelled_out} - {argument.name for argument in self.options}
        if gone:
            raise CodegenError(
                f"models.yaml: spelled_out: {place} has no {', '.join(sorted(gone))}"
            )

    def located(self, location: str) -> List[Argument]:
        """Return the arguments of one kind; those of the body in the order of the document."""
        found = [argument for argument in self.arguments if argument.location == location]
        if location == "body":
            order = [raw(name) for name in self.body.data.properties]
            found.sort(key=lambda argument: order.index(argument.wire_name))
        return found

    @property
    def path(self) -> str:
        """The literal of the path, with the names of the arguments in it."""
        text = raw(self.endpoint.path)
        for argument in self.located("path"):
            text = text.replace(f"{{{argument.prop.python_name}}}", f"{{{argument.name}}}")
        return literal(text)

    @property
    def is_empty_body_possible(self) -> bool:
        """Whether nothing in the JSON body is required."""
        return not any(argument.required for argument in self.located("body"))

    @property
    def options(self) -> List[Argument]:
        """The arguments that a client which wraps the operation can pass on as they are."""
        return [a for a in self.arguments if a.location in ("body", "query") and not a.required]

    @property
    def more(self) -> List[Argument]:
        """Those of `options` that the methods of 1.x do not spell out."""
        return [argument for argument in self.options if argument.name not in self.spelled_out]

    @property
    def signature(self) -> str:
        """The arguments as they are declared: those of the path by position, too."""
        text = "bytes" if self.media_type == "application/octet-stream" else "str"
        first = [argument.declaration for argument in self.located("path")]
        first += [f"body: {text}"] if self.has_raw_body else []
        first += ["cursor: Optional[str] = None"] if self.is_page else []
        rest = [argument.declaration for argument in self.arguments if argument.location != "path"]
        return ", ".join([*first, *(["*"] if rest else []), *rest])

    @property
    def call(self) -> str:
        """The arguments as they are passed on."""
        first = [argument.name for argument in self.located("path")]
        first += ["body"] if self.has_raw_body else []
        first += ["cursor"] if self.is_page else []
        rest = [argument.name for argument in self.arguments if argument.location != "path"]
        return ", ".join([*first, *(f"{name}={name}" for name in rest)])

    @property
    def argument_imports(self) -> List[str]:
        """The imports for the types of the arguments."""
        found: Set[str] = set()
        for argument in self.arguments:
            found |= fields.imports(argument.prop, "...models.")
        return sorted(found)

    @property
    def answer(self) -> Answer:
        """What the operation returns."""
        return _answer(self.endpoint)

    @property
    def doc(self) -> List[str]:
        """The lines of the docstring of the operation's functions."""
        name = self.name.replace("_", " ").capitalize()
        lines = [sentence(self.endpoint.summary) or f"{name}."]
        details = paragraph(self.endpoint.description)
        if details and details != lines[0]:
            lines += ["", details]
        described = [
            f"    {argument.name}: {argument.description}"
            for argument in self.arguments
            if argument.description
        ]
        if self.is_page:
            position = sum(a.location == "path" for a in self.arguments if a.description)
            described.insert(position, _CURSOR_DOC)
        if described:
            lines += ["", "Args:", *described]
        return lines


def _is_page(endpoint: Endpoint) -> bool:
    """Whether an operation answers with a page of a list, which leads to the next one."""
    properties = [
        {raw(prop.name) for prop in response.prop.required_properties or ()}
        | {raw(prop.name) for prop in response.prop.optional_properties or ()}
        for response in endpoint.responses
        if isinstance(response.prop, ModelProperty)
    ]
    return any({"next", "results"} <= names for names in properties)


def _arguments(endpoint: Endpoint, body: Any, source: Json) -> List[Argument]:
    """Return the arguments; a name that is taken is told apart by its location."""
    located: Dict[str, List[Any]] = {
        "path": endpoint.path_parameters,
        "body": [*body.required_properties, *body.optional_properties] if body else [],
        "query": sorted(endpoint.query_parameters, key=lambda prop: not prop.required),
        "header": sorted(endpoint.header_parameters, key=lambda prop: not prop.required),
    }
    # The generator forgets what is said about a reference, so the descriptions are looked up.
    schemas = {(p["in"], p["name"]): p["schema"] for p in source["parameters"]}
    if body:
        schemas.update({("body", raw(key)): value for key, value in body.data.properties.items()})
    found = [
        Argument(prop, location, description_of(schemas[location, raw(prop.name)]))
        for location, props in located.items()
        for prop in props
    ]
    taken = set(_TAKEN)
    for argument in found:
        if argument.name in taken:
            argument.name = f"{argument.location}_{argument.name}"
        taken.add(argument.name)
    return found


class Answer:
    """What an operation returns.

    Attributes:
        type: Its type.
        expression: How it is read from `response`.
        imports: What the type needs.
    """

    def __init__(self, type: str, expression: str, imports: Set[str]) -> None:
        self.type = type
        self.expression = expression
        self.imports = imports


_READERS: Dict[str, Answer] = {
    "None": Answer("None", "answer.nothing(response)", set()),
    "response.text": Answer("str", "answer.text(response)", set()),
    "response.content": Answer("bytes", "answer.content(response)", set()),
}


def _answer(endpoint: Endpoint) -> Answer:
    sources = {raw(response.source["attribute"]) for response in endpoint.responses} or {"None"}
    found = next((r for r in endpoint.responses if r.source["attribute"] != "None"), None)
    if found is None:
        return _READERS["None"]
    answer = _READERS.get(found.source["attribute"]) or _json_answer(found.prop)
    if "None" not in sources:
        return answer
    return Answer(
        fields.optional(answer.type),
        f"{answer.expression} if answer.has_content(response) else None",
        answer.imports,
    )


def _json_answer(prop: Any) -> Answer:
    imports = fields.imports(prop, "...models.")
    name = fields.annotation(prop)
    if isinstance(prop, ModelProperty):
        if not imports:
            return Answer(name, "answer.json_object(response)", imports)
        return Answer(name, f"{name}.from_dict(answer.json_object(response))", imports)
    if isinstance(prop, ListProperty):
        if not isinstance(prop.inner_property, ModelProperty) or not imports:
            return Answer(name, "answer.json_array(response)", imports)
        inner = fields.annotation(prop.inner_property)
        return Answer(name, f"answer.json_objects({inner}, response)", imports)
    return Answer("Any", "answer.json_value(response)", set())
