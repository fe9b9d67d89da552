"""Define what the generator knows of operations, and how the templates write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple

from .texts import literal, paragraph
from .types import ANY, FILE, OBJECT, TIMESTAMP, Type, optional


@dataclass
class Argument:
    """An argument of an operation: a parameter, or a field of its body."""

    name: str
    wire_name: str
    location: str
    """`path`, `query`, `header`, `cookie` or `body`."""
    type: Type
    required: bool = False
    is_null_sent: bool = False
    """Whether None is sent as null: then an optional argument has another default."""
    description: str = ""
    position: int = 0
    """Its place in the document."""
    style: str = ""
    """The function of the generated module `request` that writes it, if it needs one."""

    @property
    def annotation(self) -> str:
        """Its type."""
        if self.is_null_sent and not self.required and self.type.name != ANY:
            return f"Union[{self.type.argument}, Unset, None]"
        name = self.type.argument
        return name if self.required and not self.is_null_sent else optional(name)

    @property
    def option(self) -> str:
        """Its type as a key of options, which is absent where nothing is to be sent."""
        return optional(self.type.argument)

    @property
    def declaration(self) -> str:
        """The argument as it is declared."""
        if self.required:
            return f"{self.name}: {self.annotation}"
        return f"{self.name}: {self.annotation} = {'UNSET' if self.is_null_sent else 'None'}"

    @property
    def is_file(self) -> bool:
        """Whether it is a file of a form, or a list of them."""
        return self.type.name == FILE

    @property
    def value(self) -> str:
        """The expression for what is sent."""
        value = self.name
        if self.type.name == TIMESTAMP:
            value = f"request.moment({literal(self.name)}, {value})"
        if self.is_null_sent:
            value = f"request.nullable({value})"
        return f"request.{self.style}({value})" if self.style else value

    @property
    def item(self) -> str:
        """The argument as an item of a dictionary by wire names."""
        if self.style.startswith("*"):  # it becomes several items
            return f"**request.{self.style[1:]}({literal(self.wire_name)}, {self.name})"
        return f"{literal(self.wire_name)}: {self.value}"


@dataclass
class Body:
    """How an operation sends its body."""

    kind: str
    """As in `media`; `whole` for JSON that is one argument."""
    media_type: str
    type: Type
    """The type of the argument `body`, if it is one."""
    required: bool = True
    is_type_chosen: bool = False
    """Whether the caller says which media type the content has."""
    is_open: bool = False
    """Whether it has further fields, which have no name."""

    @property
    def is_type_told(self) -> bool:
        """Whether the media type has to be said: HTTP clients know those of JSON and of forms."""
        name = self.media_type.partition(";")[0].strip().lower()
        return self.kind != "multipart" and not (self.kind == "json" and name == "application/json")

    @property
    def is_argument(self) -> bool:
        """Whether it is one argument."""
        return self.kind in ("text", "binary", "whole")


@dataclass
class Answer:
    """What an operation answers with for one status."""

    status: str
    type: Optional[Type]
    """None if there is no content."""
    kind: str = ""
    """As in `media`."""
    is_nullable: bool = False

    @property
    def annotation(self) -> str:
        """The type of what it is read as."""
        if self.type is None:
            return "None"
        return optional(self.type.annotation) if self.is_nullable else self.type.annotation

    @property
    def expression(self) -> str:
        """How it is read from `response`."""
        if self.type is None:
            return "answer.nothing(response)"
        if self.kind != "json":
            return f"answer.{'text' if self.kind == 'text' else 'content'}(response)"
        nullable = ", nullable=True" if self.is_nullable else ""
        if self.type.depth:
            return f"answer.json_array(response, {self.type.reader}{nullable})"
        if self.type.kind == "class":
            if nullable:
                return f"answer.json_model(response, {self.type.name}{nullable})"
            return f"{self.type.name}.from_dict(answer.json_object(response))"
        if self.type.name == OBJECT or self.type.kind == "dictionary":
            return f"answer.json_object(response{nullable})"
        if self.type.name == TIMESTAMP:
            return "answer.json_timestamp(response)"
        return "answer.json_value(response)"


@dataclass
class Operation:
    """An operation."""

    group: str
    name: str
    method: str
    path: str
    url: str
    """What the path is relative to the server, or a whole URL for another server."""
    place: str
    summary: str = ""
    description: str = ""
    is_deprecated: bool = False
    arguments: List[Argument] = field(default_factory=list)
    body: Optional[Body] = None
    answers: List[Answer] = field(default_factory=list)
    is_page: bool = False
    """Whether it answers with a page of a list, which leads to the next one."""
    spelled_out: List[str] = field(default_factory=list)
    """The optional arguments that the methods of 1.x have names of their own for."""

    @property
    def full_name(self) -> str:
        """The name that its callers know it by."""
        return f"{self.group}.{self.name}"

    # How the templates write it.

    def located(self, location: str) -> List[Argument]:
        """Return the arguments of one kind; those of the body in the order of the document."""
        found = [argument for argument in self.arguments if argument.location == location]
        return sorted(found, key=lambda argument: argument.position)

    @property
    def options_name(self) -> str:
        """The name of the class of its optional arguments."""
        words = f"{self.group}_{self.name}_options".split("_")
        return "".join(word.capitalize() for word in words)

    @property
    def more_name(self) -> str:
        """The name of the class of those that are not spelled out."""
        return self.options_name[: -len("Options")] + "More"

    @property
    def options(self) -> List[Argument]:
        """The arguments that a client which wraps the operation can pass on as they are."""
        return [a for a in self.arguments if a.location in ("body", "query") and not a.required]

    @property
    def more(self) -> List[Argument]:
        """Those of `options` that the methods of 1.x do not spell out."""
        return [argument for argument in self.options if argument.name not in self.spelled_out]

    @property
    def _body_arguments(self) -> Tuple[List[str], List[str]]:
        """What the body adds to the arguments by position and to those by name."""
        body = self.body
        if body is None:
            return [], []
        first, rest = [], []
        if body.is_argument:
            name = body.type.argument
            first = [f"body: {name}" if body.required else f"body: {optional(name)} = None"]
        if body.is_type_chosen:
            rest = [f"content_type: str = {literal(body.media_type)}"]
        if body.is_open:
            rest = ["additional_properties: Optional[Mapping[str, Any]] = None"]
        return first, rest

    @property
    def parameters(self) -> Tuple[List[str], List[str]]:
        """The declarations of the arguments by position, and of those by name."""
        first, rest = self._body_arguments
        first = [a.declaration for a in self.arguments if a.location == "path"] + first
        first += ["cursor: Optional[str] = None"] if self.is_page else []
        return first, [a.declaration for a in self.arguments if a.location != "path"] + rest

    @property
    def signature(self) -> str:
        """The arguments as they are declared: those of the path by position, too."""
        first, rest = self.parameters
        return ", ".join([*first, *(["*"] if rest else []), *rest])

    @property
    def call(self) -> str:
        """The arguments as they are passed on."""
        first, rest = ([text.partition(":")[0] for text in part] for part in self.parameters)
        return ", ".join([*first, *(f"{name}={name}" for name in rest)])

    @property
    def headers(self) -> str:
        """The expression for the headers; empty without any."""
        fixed = []
        if self.body is not None and self.body.is_type_told:
            chosen = self.body.is_type_chosen
            media_type = "content_type" if chosen else literal(self.body.media_type)
            fixed = [f'"Content-Type": {media_type}']
        items = [argument.item for argument in self.located("header")]
        cookies = [argument.item for argument in self.located("cookie")]
        if cookies:
            items.append(f'"Cookie": request.cookies({{{", ".join(cookies)}}})')
        if not items:
            return f"{{{fixed[0]}}}" if fixed else ""
        strings = f"request.strings({{{', '.join(items)}}})"
        return f"{{{fixed[0]}, **{strings}}}" if fixed else strings

    @property
    def doc_title(self) -> str:
        """The docstring of its module."""
        return paragraph(f"{self.method} {self.path}")

    @property
    def is_empty_body_possible(self) -> bool:
        """Whether nothing in the JSON body is required."""
        return not any(argument.required for argument in self.located("body"))

    @property
    def types(self) -> List[Type]:
        """The types in its arguments and answers."""
        found = [argument.type for argument in self.arguments]
        found += [self.body.type] if self.body is not None and self.body.is_argument else []
        return found

    @property
    def answer_types(self) -> List[Type]:
        """The types of its answers."""
        return [answer.type for answer in self.answers if answer.type is not None]

    @property
    def answer_type(self) -> str:
        """The type of what it returns."""
        names = list(dict.fromkeys(answer.annotation for answer in self.answers)) or ["None"]
        if len(names) == 1:
            return names[0]
        if ANY in names:
            return ANY
        some = [name for name in names if name != "None"]
        if len(some) == 1:
            return some[0] if some[0].startswith("Optional[") else optional(some[0])
        return f"Union[{', '.join(names)}]"

    @property
    def answer_cases(self) -> List[Tuple[str, str]]:
        """How it reads `response`: conditions and expressions; the last condition is empty."""
        expressions = list(dict.fromkeys(answer.expression for answer in self.answers))
        if len(expressions) < 2:
            return [("", expressions[0] if expressions else "answer.nothing(response)")]
        nothing = "answer.nothing(response)"
        some = [expression for expression in expressions if expression != nothing]
        if len(some) == 1:
            return [("", f"{some[0]} if answer.has_content(response) else None")]
        *first, last = self.answers
        return [
            *((f"response.status_code == {answer.status}", answer.expression) for answer in first),
            ("", last.expression),
        ]

    @property
    def doc(self) -> List[str]:
        """The lines of the docstring of its functions."""
        name = self.name.replace("_", " ").strip().capitalize()
        lines = [self.summary or f"{name}."]
        if self.description and self.description != lines[0]:
            lines += ["", self.description]
        if self.is_deprecated:
            lines += ["", "Deprecated."]
        described = [f"    {a.name}: {a.description}" for a in self.arguments if a.description]
        if self.is_page:
            position = sum(a.location == "path" for a in self.arguments if a.description)
            described.insert(position, _CURSOR_DOC)
        if self.body is not None and self.body.is_type_chosen:
            described.append("    content_type: The media type of the body.")
        if self.body is not None and self.body.is_open:
            described.append("    additional_properties: Further fields of the body.")
        return [*lines, *(["", "Args:", *described] if described else [])]


_CURSOR_DOC = "    cursor: The `next` or `previous` of another page; None for the first page."
