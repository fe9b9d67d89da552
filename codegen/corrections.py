"""Apply corrections.yaml: where the wire or the 1.x client is known to differ from the document.

A correction is a place (`at`), what the document says there (`was`) and what it should say
(`becomes`), both as RFC 7396 merge patches: in `was`, null means "not there"; in `becomes`, null
means "remove". Where one does not match, the document has changed, which wants a human decision:
all such places are told at once, and what still matches is applied.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, Tuple

import yaml

from .document import CodegenError, Json, follow

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = {"name", "why", "at", "was", "becomes"}

#: What may be spelled in several ways, or is for people.
_PROSE = {"description", "title", "example", "examples", "summary"}

_ADVICE = {
    "has the fact": "the document says so itself now: drop the correction",
    "lost": "the place is gone: drop the correction, whose fact users lose",
    "changed": "the document says something else now: edit the correction",
}


@dataclass(frozen=True)
class Finding:
    """A place where a correction does not match."""

    name: str
    why: str
    at: str
    verdict: str
    """`has the fact`, `lost` or `changed`."""
    was: str
    found: str

    def __str__(self) -> str:
        return "\n".join(
            [
                f"correction {self.name!r} does not match: {_ADVICE[self.verdict]}",
                f"    at: {self.at}",
                f"    expected: {self.was}",
                f"    found: {self.found}",
                f"    it was made because: {self.why}",
            ]
        )


def read_corrections(path: Path) -> List[Json]:
    """Read the corrections that are in force, and check the form of all."""
    corrections = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for correction in corrections:
        if set(correction) - {"dropped"} != _KEYS:
            raise CodegenError(
                f"{path.name}: correction {correction.get('name')!r} must have exactly "
                f"the keys {', '.join(sorted(_KEYS))}"
            )
    names = [correction["name"] for correction in corrections]
    for name in names:
        if names.count(name) > 1:
            raise CodegenError(f"{path.name}: two corrections are called {name!r}")
    return [correction for correction in corrections if "dropped" not in correction]


def drop(path: Path, name: str, date: str) -> None:
    """Record in the file that a correction is no longer in force; all else stays as it is."""
    names = [correction["name"] for correction in read_corrections(path)]
    if name not in names:
        known = ", ".join(map(repr, names))
        raise CodegenError(f"{path.name}: no correction in force is called {name!r}, only {known}")
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^- name: *(.+?) *$", text, re.MULTILINE):
        if yaml.safe_load(match[1]) == name:
            line = f'\n  dropped: "{date}"'
            path.write_text(text[: match.end()] + line + text[match.end() :], encoding="utf-8")
            return
    raise CodegenError(f"{path.name}: correction {name!r} must begin with its name")


def correct(document: Json, corrections: List[Json]) -> Tuple[Json, List[Finding]]:
    """Return a corrected copy of the document, and where corrections do not match."""
    document = copy.deepcopy(document)
    findings: List[Finding] = []
    for correction in corrections:
        places = correction["at"]
        for at in [places] if isinstance(places, str) else places:
            findings += _apply(document, correction, at)
    return document, findings


def _apply(document: Json, correction: Json, at: str) -> List[Finding]:
    was, becomes = correction["was"], correction["becomes"]

    def finding(verdict: str, found: Any) -> List[Finding]:
        name, why = correction["name"], " ".join(correction["why"].split())
        return [Finding(name, why, at, verdict, _shown(was), _shown(found))]

    try:
        target = _target(document, at)
    except KeyError as error:
        return finding("lost", f"nothing at {error.args[0]}")
    if _matches(document, target, was):
        _merge(target, becomes)
        return []
    known = {key: target[key] for key in becomes if isinstance(target, dict) and key in target}
    if _matches(document, target, _without_prose(becomes)) or (
        _adds(was) and becomes.keys() <= target.keys()
    ):
        return finding("has the fact", known)
    if _adds(was):  # some of it is there now
        _merge(target, {key: value for key, value in becomes.items() if key not in target})
    return finding("changed", known or target)


def _adds(was: Json) -> bool:
    """Whether a correction adds fields, and changes none."""
    return bool(was) and all(value is None for value in was.values())


def _target(document: Json, pointer: str) -> Any:
    """Return what a pointer points at; what has become a component is followed to there."""
    node: Any = document
    done = ""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        done += f"/{part}"
        node = follow(document, node)
        alternatives = [_only_alternative(node)] if isinstance(node, dict) else []
        for found in [node, *(follow(document, part) for part in alternatives if part)]:
            if isinstance(found, dict) and key in found:
                node = found[key]
                break
        else:
            raise KeyError(done)
    return node


def _only_alternative(schema: Json) -> Any:
    """Return the one alternative of a schema that is not null."""
    parts = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or []
    parts = [part for part in parts if isinstance(part, dict) and part.get("type") != "null"]
    return parts[0] if len(parts) == 1 else None


def _matches(document: Json, target: Any, pattern: Any) -> bool:
    if not isinstance(pattern, dict):
        return _same(target, pattern)
    if not isinstance(target, dict):
        return False
    for view in _views(document, target):
        if all(
            key not in view
            if value is None
            else key in view and _matches(document, view[key], value)
            for key, value in pattern.items()
        ):
            return True
    return False


def _views(document: Json, schema: Json) -> List[Json]:
    """Return the ways to say what a schema says: in place, by reference, null as type or word."""
    views = [schema]
    if isinstance(schema.get("$ref"), str):
        views.append(follow(document, schema))
    only = _only_alternative(schema)
    if only is not None:
        views.append({**follow(document, only), "nullable": True})
    for view in list(views):
        kinds = view.get("type")
        if isinstance(kinds, list) and "null" in kinds and len(kinds) == 2:
            kind = next(kind for kind in kinds if kind != "null")
            views.append({**view, "type": kind, "nullable": True})
    return views


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same, but for the order of lists such as `required`."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(_shown, one)) == sorted(map(_shown, other))
    return bool(one == other)


def _without_prose(pattern: Any) -> Any:
    if isinstance(pattern, dict):
        return {key: _without_prose(v) for key, v in pattern.items() if key not in _PROSE}
    return pattern


def _merge(target: Json, patch: Json) -> None:
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= 200 else f"{text[:200]}..."
