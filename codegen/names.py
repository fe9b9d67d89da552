"""Name what the document leaves nameless: classes, groups of operations, their modules.

Every name is derived from the document; models.yaml overrides the few that would read badly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Dict, List, Set, Tuple

import yaml

from .document import CodegenError, Json

if TYPE_CHECKING:
    from pathlib import Path

#: Names that every generated model may use itself.
_TAKEN = {
    *("Any", "Dict", "List", "Literal", "Mapping", "Optional", "Tuple", "TypedDict", "Union"),
    *("ApiModel", "FileContent", "JsonObject"),
}


class Names:
    """Derived names, overridden by models.yaml; remembers which overrides were of use."""

    def __init__(self, data: Json) -> None:
        self.classes: Dict[str, str] = data.get("classes") or {}
        self.dictionaries: List[str] = data.get("dictionaries") or []
        self.datetimes: List[str] = data.get("datetimes") or []
        self.required: Dict[str, List[str]] = data.get("required") or {}
        self.spelled_out: Dict[str, List[str]] = data.get("spelled_out") or {}
        self._used: Set[str] = set()

    @classmethod
    def read(cls, path: Path) -> Names:
        """Read models.yaml."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")) or {})

    def of_component(self, name: str) -> str:
        """Name the class of a component: `schemas_paginated_x_response` is an XPage."""
        words = [word for word in re.split(r"[\W_]+", name) if word]
        if len(words) > 1 and words[0] == "schemas":
            words = words[1:]
        if len(words) > 1 and words[-1] == "response":
            words = words[:-1]
        if len(words) > 1 and words[0] == "paginated":
            words = [*words[1:], "page"]
        return self._override(name, pascal(" ".join(words)))

    def of_place(self, owner: str, name: str, *, item: bool = False) -> str:
        """Name an inline schema after the class and the property that hold it."""
        derived = pascal(owner) + pascal(singular(name) if item else name)
        return self._override(f"{owner}.{name}", derived)

    def of_answer(self, operation_id: str) -> str:
        """Name the inline answer of an operation: that of `quotas.get` is a Quota."""
        resource = operation_id.split(".")[:-1] or [operation_id]
        return self._override(operation_id, pascal(" ".join(singular(word) for word in resource)))

    def check_all_used(self, schemas: Json) -> None:
        """Refuse entries of models.yaml that name nothing in these prepared schemas."""
        unused = [f"classes: {key}" for key in self.classes if key not in self._used]
        unused += [f"dictionaries: {name}" for name in self.dictionaries if name not in schemas]
        for place in self.datetimes:
            owner, _, field = place.partition(".")
            if field not in schemas.get(owner, {}).get("properties", {}):
                unused.append(f"datetimes: {place}")
        for name, fields in self.required.items():
            properties = schemas.get(name, {}).get("properties", {})
            unused += [f"required: {name}.{field}" for field in fields if field not in properties]
        if unused:
            raise CodegenError(f"models.yaml: not in the document: {', '.join(unused)}")

    def _override(self, key: str, derived: str) -> str:
        if key in self.classes:
            self._used.add(key)
            return self.classes[key]
        return derived + "Object" if derived in _TAKEN else derived


def split_operation_id(operation_id: str, method: str, path: str) -> Tuple[str, str]:
    """Return the group and the name of an operation: `models.versions.list`, `versions_list`."""
    parts = [part for part in operation_id.split(".") if part]
    if parts:
        return parts[0], "_".join(parts[1:] or parts)
    # Without an operationId, GET /quotas/{name} is quotas, quotas_name_get.
    words = re.findall(r"\w+", path) or ["root"]
    return words[0], "_".join([*words, method.lower()])


def pascal(text: str) -> str:
    """Return words as a class name: `current_release` is CurrentRelease."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", text))


def singular(word: str) -> str:
    """Return the singular of a regular English plural."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word
