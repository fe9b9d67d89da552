"""Inputs of a model as the words of a command: `prompt=a llama`, `n:=3`, `image=@llama.png`.

What a word means is for the model's schema to say: `n=3` is a number where the model wants one, and
`@llama.png` is a file to upload where it wants a file, else the text in it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, NoReturn, Optional, Sequence

from .._guards import is_array, is_object
from .._runs.refusals import wants_file
from ..schema import input_schema

if TYPE_CHECKING:
    Schema = Mapping[str, Any]

_WORD = re.compile(r"(?P<name>[^=:@]+)(?P<sign>:?=)(?P<value>.*)", re.DOTALL)

STDIN = "-"
"""What stands for standard input in the place of a file's name."""


class UsageError(Exception):
    """A command that is wrong."""


def properties_of(
    openapi_schema: Optional[Schema], *, of_training: bool = False
) -> Dict[str, Schema]:
    """Return the schemas of a model's inputs by name; none, if its schema is not known."""
    schema = input_schema(openapi_schema, of_training=of_training) or {}
    properties: Dict[str, Schema] = schema.get("properties", {})
    return properties


def inputs_from(
    words: Sequence[str],
    properties: Mapping[str, Schema],
    *,
    file: Optional[str] = None,
    source: Optional[Source] = None,
) -> Dict[str, Any]:
    """Return inputs by name.

    Args:
        words: `name=value` each, or `name:=JSON`. A name comes again for each item of a list.
        properties: The schemas of what may be given; `name=value` is text where there is none.
        file: A JSON file with inputs, which the words change and add to.
        source: Where files are read.

    Raises:
        UsageError: A word or file is not what it must be.
    """
    source = source or Source()
    inputs = object_from(source.text(file), file) if file else {}
    texts: Dict[str, List[Any]] = {}
    for word in words:
        match = _WORD.fullmatch(word)
        if match is None:
            raise UsageError(f"{word!r:.100} is no input: they have the form name=value")
        name, value = match["name"], match["value"]
        node = properties.get(name, {})
        if match["sign"] == ":=":
            read: Any = _json(source.text(value[1:]) if value[:1] == "@" else value, name)
        else:
            read = source.value(value, node)
        texts.setdefault(name, []).append(read)
    for name, values in texts.items():
        if len(values) > 1 and not _takes(properties.get(name, {}), "array"):
            raise UsageError(f"{name} is given twice, and is no list")
        inputs[name] = values[0] if len(values) == 1 else [*_flat(values)]
    return inputs


class Source:
    """Where values come from: the words themselves, files, and standard input, once."""

    def __init__(self) -> None:
        self._stdin_is_read = False

    def value(self, text: str, node: Schema) -> Any:
        """Return what a word means as a value of an input, whose schema is empty if not known."""
        if text.startswith("@@"):
            return _typed(text[1:], node)
        if not text.startswith("@"):
            return _typed(text, node)
        path = text[1:]
        if node and not wants_file(node, None):
            return _typed(self.text(path), node)
        file: Any = self._stdin() if path == STDIN else _file(path)
        return [file] if _takes(node, "array") else file

    def text(self, path: str) -> str:
        """Return the text of a file."""
        content = self._stdin() if path == STDIN else _read(path)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError(f"{path} is no text in UTF-8") from None

    def _stdin(self) -> bytes:
        if self._stdin_is_read:
            raise UsageError("standard input is given twice")
        self._stdin_is_read = True
        return sys.stdin.buffer.read()


def _file(path: str) -> Path:
    file = Path(path).expanduser()
    if not file.is_file():
        raise UsageError(f"there is no file {path} (for text that begins with @, write @@)")
    return file


def _read(path: str) -> bytes:
    try:
        return _file(path).read_bytes()
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror}") from None


def _typed(text: str, node: Schema) -> Any:
    """Return a value as the type that the model wants; text, where it is none of that type."""
    if not node or _takes(node, "string"):
        return text
    if _takes(node, "array") and not text.lstrip().startswith("["):
        items: Any = node.get("items")
        return [_typed(text, items if is_object(items) else {})]
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _takes(node: Schema, kind: str) -> bool:
    return kind in _kinds(node)


def _kinds(node: Schema) -> Iterator[Any]:
    choices = [node.get("anyOf"), node.get("oneOf")]
    for choice in (each for group in choices if is_array(group) for each in group):
        if is_object(choice):
            yield from _kinds(choice)
    kind = node.get("type")
    yield from kind if is_array(kind) else [kind]


def _flat(values: List[Any]) -> Iterator[Any]:
    for value in values:
        yield from value if is_array(value) else [value]


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no JSON: {error}") from None


def object_from(text: str, place: str) -> Dict[str, Any]:
    """Return the inputs that a JSON object has.

    Raises:
        UsageError: It is none.
    """
    value = _json(text, place)
    if not is_object(value):
        raise UsageError(f"{place} is no JSON object with inputs by name")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"JSON has no {constant}")
