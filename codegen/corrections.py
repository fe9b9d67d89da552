"""Apply corrections.yaml: where the wire or the 1.x client is known to differ from the document.

A correction is a place (`at`), what the document says there (`was`) and what it should say
(`becomes`), both as RFC 7396 merge patches: in `was`, null means "not there"; in `becomes`, null
means "remove". One that no longer matches stops the run, since either the document has caught up or
it has changed its mind, and both want a human decision.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, List

import yaml

from .document import CodegenError, Json, resolve

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = {"name", "why", "at", "was", "becomes"}


def read_corrections(path: Path) -> List[Json]:
    """Read the corrections and check their form."""
    corrections = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for correction in corrections:
        if set(correction) != _KEYS:
            raise CodegenError(
                f"{path.name}: correction {correction.get('name')!r} must have exactly "
                f"the keys {', '.join(sorted(_KEYS))}"
            )
    names = [correction["name"] for correction in corrections]
    for name in names:
        if names.count(name) > 1:
            raise CodegenError(f"{path.name}: two corrections are called {name!r}")
    return corrections


def correct(document: Json, corrections: List[Json]) -> Json:
    """Return a corrected copy of the document."""
    document = copy.deepcopy(document)
    for correction in corrections:
        places = correction["at"]
        for at in [places] if isinstance(places, str) else places:
            _apply(document, correction, at)
    return document


def _apply(document: Json, correction: Json, at: str) -> None:
    name = correction["name"]
    try:
        target = resolve(document, at)
    except KeyError:
        raise CodegenError(f"correction {name!r}: {at} is not in the document") from None
    if not _matches(target, correction["was"]):
        raise CodegenError(
            f"correction {name!r}: {at} is no longer {correction['was']!r}; "
            "drop or adapt the correction"
        )
    _merge(target, correction["becomes"])


def _matches(target: Any, pattern: Any) -> bool:
    if not isinstance(pattern, dict):
        return bool(target == pattern)
    if not isinstance(target, dict):
        return False
    return all(
        key not in target if value is None else key in target and _matches(target[key], value)
        for key, value in pattern.items()
    )


def _merge(target: Json, patch: Json) -> None:
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
