"""The parameters, types and documentation of a function, made from a model's schema. Pure.

Types are text as in source code. They are used to write modules, and to make signatures.
"""

from __future__ import annotations

import inspect
import json
import keyword
import typing
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, Container, Dict, Iterator, List, Mapping, NamedTuple, Optional, Union

from .._files.output import FileOutput
from .._guards import is_array
from .._validation import invalid_fields
from ..schema import input_schema, is_one_text, whole_output_schema
from .files import URLPath

FileInput = Union[str, Path, IO[bytes], bytes, FileOutput]
"""What a model's file can be given as: a URL, a path, a handle, bytes, or a model's output."""

NAMES: Dict[str, Any] = {
    **vars(typing),
    "FileInput": FileInput,
    "URLPath": URLPath,
}
"""The names that occur in types, besides the built-in ones, and what each stands for."""

OF_CHOICES = "An enumeration."
"""Cog's description of every enumeration, and so of an input that its author does not describe."""

_BY_NAME, _ANY_NAME = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


class Words(NamedTuple):
    """Names of types that differ between inputs and outputs."""

    file: str
    list: str
    object: str


OF_INPUT = Words("FileInput", "Sequence", "Mapping[str, Any]")
OF_OUTPUT = Words("URLPath", "List", "Dict[str, Any]")


class Parameter(NamedTuple):
    """An input of a model, as a parameter of a function."""

    name: str
    schema: Mapping[str, Any]
    required: bool

    @property
    def has_no_default(self) -> bool:
        """Whether it may be left out, and the schema has no default for it."""
        return self.default is None

    @property
    def drops_none(self) -> bool:
        """Whether None means that no value is given: the model does not take null."""
        return not self.required and (
            self.has_no_default or bool(invalid_fields(self.schema, None, self.name, quick=True))
        )

    @property
    def type(self) -> str:
        """The type of its values."""
        text = type_of(self.schema, OF_INPUT)
        return _optional(text) if self.has_no_default else text

    @property
    def default(self) -> Any:
        """The default value; `inspect.Parameter.empty` if a value is required.

        A default that does not fit the schema, or is no JSON, counts as none: the model then
        chooses the value.
        """
        if self.required:
            return inspect.Parameter.empty
        default = self.schema.get("default")
        try:
            json.dumps(default, allow_nan=False)
        except (ValueError, RecursionError):  # such as 1e999, which Python reads as infinity
            return None
        is_wrong = bool(invalid_fields(self.schema, default, self.name, quick=True))
        return None if is_wrong else default

    @property
    def is_name(self) -> bool:
        """Whether its name can be the name of a parameter in Python."""
        return is_name(self.name)

    @property
    def rules(self) -> str:
        """What a value must be besides its type, such as `1 to 4`; empty if there are no rules."""
        number, length = _range(self.schema, "imum"), _range(self.schema, "Length")
        pattern = self.schema.get("pattern")
        rules = [number, length and f"{length} characters", pattern and f"matches {pattern!r}"]
        return ", ".join(rule for rule in rules if rule)

    @property
    def description(self) -> str:
        """The description by the model's author, on one line; may be empty."""
        text = " ".join(str(self.schema.get("description") or "").split())
        return "" if text == OF_CHOICES else text


def is_name(text: str) -> bool:
    """Say whether a text can be a name in Python. Only ASCII: Python normalizes other names."""
    is_free = text.isidentifier() and not keyword.iskeyword(text) and text != "__debug__"
    return text.isascii() and is_free


def parameters_of(openapi_schema: Optional[Mapping[str, Any]]) -> List[Parameter]:
    """Return a model's inputs, in its author's order."""
    schema = input_schema(openapi_schema) or {}
    required: Any = schema.get("required")
    required = required if is_array(required) else ()
    properties: Dict[str, Any] = schema.get("properties", {})
    return [Parameter(name, each, name in required) for name, each in properties.items()]


def name_of_others(names: Container[str]) -> str:
    """Return the name of the parameter for inputs that have no name in Python: `others`."""
    name = "others"
    while name in names:
        name += "_"
    return name


def type_of_output(openapi_schema: Optional[Mapping[str, Any]]) -> str:
    """Return the type of what a model returns."""
    output = whole_output_schema(openapi_schema)
    if output is None:
        return "Any"
    return "str" if is_one_text(output) else type_of(output, OF_OUTPUT)


def type_of(schema: Mapping[str, Any], words: Words) -> str:
    """Return the type of the values that a schema without references allows."""
    kinds = list(dict.fromkeys(_types(schema, words)))
    nullable = schema.get("nullable") is True or "None" in kinds
    kinds = [kind for kind in kinds if kind != "None"]
    text = f"Union[{', '.join(kinds)}]" if len(kinds) > 1 else "".join(kinds) or "None"
    return _optional(text) if nullable else text


def _types(schema: Mapping[str, Any], words: Words) -> Iterator[str]:
    choices: Any = schema.get("anyOf") or schema.get("oneOf")
    kind = schema.get("type")
    values = schema.get("enum")
    if is_array(choices):
        for choice in choices:
            yield from _types(choice, words)
    elif is_array(kind):  # as OpenAPI 3.1 has it
        for each in kind:
            yield from _types({**schema, "type": each}, words)
    elif is_array(values) and values and all(isinstance(each, (str, int)) for each in values):
        yield f"Literal[{', '.join(map(repr, values))}]"
    elif kind == "string" and schema.get("format") == "uri":
        yield words.file
    elif kind == "array":
        yield f"{words.list}[{type_of(schema.get('items') or {}, words)}]"
    elif kind == "object":
        yield words.object
    else:
        yield _SCALARS.get(str(kind), "Any")


def _optional(text: str) -> str:
    return text if text in {"Any", "None"} or text.startswith("Optional[") else f"Optional[{text}]"


def _range(schema: Mapping[str, Any], bound: str) -> str:
    least, most = schema.get(f"min{bound}"), schema.get(f"max{bound}")
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"at least {least}"
    return "" if most is None else f"at most {most}"


def signature_of(openapi_schema: Mapping[str, Any]) -> inspect.Signature:
    """Return the signature of a model as a function; all its parameters are by keyword."""
    parameters = parameters_of(openapi_schema)
    named = [each for each in parameters if each.is_name]
    texts = {each.name: each.type for each in named}
    holder: Any = SimpleNamespace(__annotations__={**texts, "": type_of_output(openapi_schema)})
    types = typing.get_type_hints(holder, NAMES)
    made = [
        inspect.Parameter(name, _BY_NAME, default=default, annotation=types[name])
        for name, default in ((each.name, each.default) for each in named)
    ]
    if len(named) < len(parameters):
        made.append(inspect.Parameter(name_of_others(texts), _ANY_NAME, annotation=Any))
    return inspect.Signature(made, return_annotation=types[""])


def documentation_of(openapi_schema: Optional[Mapping[str, Any]], summary: str) -> str:
    """Return the documentation of a model as a function, with all facts of its schema."""
    if openapi_schema is None:
        return summary
    lines = [summary]
    parameters = parameters_of(openapi_schema)
    if parameters:
        lines += ["", "Args:"]
    for each in parameters:
        facts = [each.type, each.rules]
        if each.default is not inspect.Parameter.empty and each.default is not None:
            facts.append(f"default {each.default!r}")
        facts_text = ", ".join(fact for fact in facts if fact)
        lines.append(f"    {each.name} ({facts_text}): {each.description}".rstrip(": "))
    return "\n".join([*lines, "", "Returns:", f"    {type_of_output(openapi_schema)}"])
