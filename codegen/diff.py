"""Say what a new version of the document changes for users of the package.

Both versions are compared as the generator gets them, before corrections: what has no effect on the
generated code is no change here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Tuple

from .document import Json, operations
from .names import Names
from .prepare import Prepared, prepare
from .schemas import PREFIX

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Change:
    """One change, and whether it can break code that works today."""

    text: str
    breaks: bool

    def __str__(self) -> str:
        return f"{'BREAKING' if self.breaks else '        '}  {self.text}"


def compare(old: Json, new: Json) -> List[Change]:
    """Return the changes from one document to another, first those that break."""
    before, after = (prepare(document, _names()) for document in (old, new))
    changes = _operations(before, after) + _schemas(before, after)
    return sorted(changes, key=lambda change: (not change.breaks, change.text))


def _names() -> Names:
    names = Names.read(HERE / "models.yaml")
    names.required = {}
    return names


def _operations(old: Prepared, new: Prepared) -> List[Change]:
    before, after = _by_name(old), _by_name(new)
    changes = [Change(f"{name}: operation removed", True) for name in before.keys() - after.keys()]
    changes += [Change(f"{name}: operation added", False) for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        changes += _arguments(name, before[name]["arguments"], after[name]["arguments"])
        for aspect in ("request", "answer"):
            was, becomes = before[name][aspect], after[name][aspect]
            if was != becomes:
                changes.append(Change(f"{name}: {aspect} {was} becomes {becomes}", True))
    return changes


def _by_name(prepared: Prepared) -> Dict[str, Json]:
    found: Dict[str, Json] = {}
    for method, path, operation in operations(prepared.document):
        tag, name = operation["tags"][0], operation["operationId"]
        arguments = {
            parameter["name"]: (_type(parameter["schema"]), parameter["required"])
            for parameter in operation["parameters"]
        }
        media_types = []
        for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
            media_types.append(media_type)
            body = prepared.schemas.get(media["schema"].get("$ref", "").replace(PREFIX, ""), {})
            for key, schema in body.get("properties", {}).items():
                arguments[key] = (_type(schema), key in body["required"])
        found[f"{tag}.{name}"] = {
            "arguments": arguments,
            "request": " ".join([method.upper(), path, *media_types]),
            "answer": _answer(operation),
        }
    return found


def _answer(operation: Json) -> str:
    kinds = set()
    for response in operation["responses"].values():
        for media in response.get("content", {}).values():
            kinds.add(_type(media["schema"]))
    return " or ".join(sorted(kinds)) or "nothing"


def _arguments(
    name: str, before: Dict[str, Tuple[str, bool]], after: Dict[str, Tuple[str, bool]]
) -> List[Change]:
    changes = [
        Change(f"{name}: argument {key} removed", True) for key in before.keys() - after.keys()
    ]
    for key, (kind, required) in after.items():
        if key not in before:
            adjective = "required " if required else ""
            changes.append(Change(f"{name}: {adjective}argument {key} added", required))
            continue
        old_kind, old_required = before[key]
        if kind != old_kind:
            changes.append(Change(f"{name}: argument {key}: {old_kind} becomes {kind}", True))
        if required is not old_required:
            becomes = "required" if required else "optional"
            changes.append(Change(f"{name}: argument {key} becomes {becomes}", required))
    return changes


def _schemas(old: Prepared, new: Prepared) -> List[Change]:
    before = {name: s for name, s in old.schemas.items() if name not in old.classless}
    after = {name: s for name, s in new.schemas.items() if name not in new.classless}
    changes = [Change(f"{name}: class removed", True) for name in before.keys() - after.keys()]
    changes += [Change(f"{name}: class added", False) for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        was, becomes = before[name].get("properties", {}), after[name].get("properties", {})
        for field in was.keys() - becomes.keys():
            changes.append(Change(f"{name}: field {field} removed", True))
        for field in becomes.keys() - was.keys():
            changes.append(Change(f"{name}: field {field} added", False))
        for field in was.keys() & becomes.keys():
            kinds = _type(was[field]), _type(becomes[field])
            if kinds[0] != kinds[1]:
                changes.append(Change(f"{name}: field {field}: {' becomes '.join(kinds)}", True))
        was, becomes = before[name].get("enum", []), after[name].get("enum", [])
        # A value that is gone breaks whoever sends it; types are open, so a new one breaks no one.
        changes += [Change(f"{name}: value {v!r} removed", True) for v in was if v not in becomes]
        changes += [Change(f"{name}: value {v!r} added", False) for v in becomes if v not in was]
    return changes


def _type(schema: Any) -> str:
    """Return the type of a prepared schema in words."""
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if "$ref" in schema:
        return str(schema["$ref"].replace(PREFIX, ""))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "any")
