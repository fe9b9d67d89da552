"""Name what the document leaves nameless: classes, fields, arguments, groups of operations.

Every name is derived from the document; models.yaml overrides the few that would read badly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

import yaml

from . import reserved
from .document import CodegenError, Json

if TYPE_CHECKING:
    from pathlib import Path

    from .document import Place

_KEYS = {
    *("classes", "datetimes", "dictionaries", "fields", "operations", "properties", "required"),
    "spelled_out",
}

#: What an operation that handles one resource is called: its answer is named after the resource.
_VERBS = {"create", "get", "list", "update"}


@dataclass(frozen=True)
class Names:
    """What models.yaml says."""

    classes: Dict[str, str] = field(default_factory=dict)
    datetimes: List[str] = field(default_factory=list)
    dictionaries: List[str] = field(default_factory=list)
    fields: Dict[str, str] = field(default_factory=dict)
    operations: Dict[str, str] = field(default_factory=dict)
    properties: List[str] = field(default_factory=list)
    required: Dict[str, List[str]] = field(default_factory=dict)
    spelled_out: Dict[str, List[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Names:
        """Read models.yaml."""
        data: Json = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        unknown = sorted(data.keys() - _KEYS)
        if unknown:
            raise CodegenError(f"{path.name}: it has no section {unknown[0]!r}")
        return cls(**{section: entries for section, entries in data.items() if entries})


def of_component(name: str) -> str:
    """Name the class of a component: `schemas_paginated_x_response` is an XPage."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    if len(words) > 1 and words[0] == "schemas":
        words = words[1:]
    if len(words) > 1 and words[-1] == "response":
        words = words[:-1]
    if len(words) > 1 and words[0] == "paginated":
        words = [*words[1:], "page"]
    return class_name(" ".join(words))


def of_place(owner: str, name: str, *, item: bool = False) -> str:
    """Name an inline schema after the class and the property that hold it."""
    return class_name(f"{pascal(owner)} {singular(name) if item else name}")


def of_answer(operation_id: str) -> str:
    """Name the inline answer of an operation: that of `quotas.get` is a Quota."""
    parts = [part for part in re.split(r"[.\s/]", operation_id) if part]
    if len(parts) > 1 and parts[-1] in _VERBS:
        parts = [singular(part) for part in parts[:-1]]
    elif len(parts) == 1:
        parts = [singular(parts[0])]
    return class_name(" ".join(parts))


def of_operation(place: Place, names: Names) -> Tuple[str, str, str]:
    """Return the id of an operation, the group and the name: `models`, `versions_list`."""
    given = names.operations.get(str(place)) or place.operation.get("operationId") or ""
    parts = [part for part in str(given).split(".") if part]
    if len(parts) > 1:
        group, words = parts[0], parts[1:]
    elif parts:
        tags = place.operation.get("tags") or [parts[0]]
        group, words = str(tags[0]), parts
    else:
        # Without an operationId, GET /quotas/{name} is quotas, quotas_name_get.
        words = re.findall(r"\w+", place.path) or ["root"]
        group, words = words[0], [*words, place.method.lower()]
    operation_id = str(given) or f"{group}.{'_'.join(words)}"
    return operation_id, identifier(group), identifier("_".join(words))


def class_name(text: str) -> str:
    """Return words as the name of a class."""
    name = pascal(text)
    if not name[:1].isalpha():
        name = f"Model{name}"
    return f"{name}Object" if name in reserved.for_classes() else name


def pascal(text: str) -> str:
    """Return words as one: `current_release` is CurrentRelease."""
    words = re.split(r"[^A-Za-z0-9]+", ascii_of(text))
    return "".join(word[:1].upper() + word[1:] for word in words)


def singular(word: str) -> str:
    """Return the singular of a regular English plural."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


def identifier(text: str) -> str:
    """Return a text as a name in Python: as it is, if it is one."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", ascii_of(text)).strip("_")
    if name != text or not name.islower():
        name = snake(name)
    if not name[:1].isalpha():
        name = f"field_{name}".rstrip("_")
    return reserved.free(name, frozenset())


def of_field(wire_name: str) -> str:
    """Name a field: as on the wire, if Python can have that."""
    if wire_name.isascii() and wire_name.isidentifier() and not wire_name.startswith("_"):
        return reserved.free(wire_name, reserved.for_fields())
    return reserved.free(identifier(wire_name), reserved.for_fields())


def of_argument(wire_name: str, location: str) -> str:
    """Name an argument: as on the wire; headers are spelled like no argument."""
    name = wire_name if location not in ("header", "cookie") else snake(identifier(wire_name))
    if not (name.isascii() and name.isidentifier()) or name.startswith("_"):
        name = identifier(name)
    return reserved.free(name, frozenset())


def snake(text: str) -> str:
    """Return a name in lower case: `CancelAfter` and `Cancel-After` are cancel_after."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"\W+", "_", text).lower()


def ascii_of(text: str) -> str:
    """Return a text in the letters of ASCII, where it has such ones."""
    import unicodedata

    decomposed = unicodedata.normalize("NFKD", text)
    return decomposed.encode("ascii", "ignore").decode()


def unused(names: Names, used: List[str], fields: Dict[str, Optional[List[str]]]) -> List[str]:
    """Return what of models.yaml names nothing in the document.

    Args:
        names: What models.yaml says.
        used: The keys of classes and operations that the document has.
        fields: The wire names of the fields of each class, None for enumerations.
    """
    found = [f"classes: {key}" for key in names.classes if key not in used]
    found += [f"operations: {key}" for key in names.operations if key not in used]
    found += [f"dictionaries: {name}" for name in names.dictionaries if name not in fields]
    places = [("datetimes", place) for place in names.datetimes]
    places += [("fields", place) for place in names.fields]
    places += [("properties", place) for place in names.properties]
    places += [("required", f"{name}.{f}") for name, all_ in names.required.items() for f in all_]
    for section, place in places:
        owner, _, name = place.partition(".")
        if name not in (fields.get(owner) or ()):
            found.append(f"{section}: {place}")
    return found
