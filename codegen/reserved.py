"""Collect the names that generated code uses itself, from the templates that use them."""

from __future__ import annotations

import ast
import keyword
import re
from functools import lru_cache
from pathlib import Path
from typing import FrozenSet, Set

TEMPLATES = Path(__file__).parent / "templates"

#: Types that annotations name without importing them.
_BUILTINS = {"bool", "bytes", "float", "int", "str"}


def _text(template: str) -> str:
    return (TEMPLATES / f"{template}.py.jinja").read_text(encoding="utf-8")


def _imported(text: str) -> Set[str]:
    found: Set[str] = set()
    for names in re.findall(
        r"^\s*from (?!__future__)[.\w]+ import (\([^)]*\)|.+)$", text, re.MULTILINE
    ):
        found.update(re.findall(r"\b[A-Za-z_]\w*\b", re.sub(r"\{[{%].*?[%}]\}", "", names)))
    return found


@lru_cache(maxsize=None)
def for_classes() -> FrozenSet[str]:
    """Return the names that no class may have: those of the types in the templates."""
    own = {
        name
        for template in ("base", "types", "timestamp")
        for name in re.findall(r"^(?:class )?([A-Z]\w*)(?:\(| = )", _text(template), re.MULTILINE)
    }
    templates = ("model", "endpoint_module", "endpoint_init", "types", "literal_enum")
    return frozenset(own.union(*(_imported(_text(template)) for template in templates)))


@lru_cache(maxsize=None)
def for_fields() -> FrozenSet[str]:
    """Return the names that no field may have: what each model defines, and its class needs."""
    members: Set[str] = set()
    for node in ast.parse(_text("base")).body:
        if isinstance(node, ast.ClassDef) and node.name == "ApiModel":
            members = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
    return frozenset({*members, "self", *_BUILTINS, *_imported(_text("model"))})


@lru_cache(maxsize=None)
def for_arguments() -> FrozenSet[str]:
    """Return the names that no argument may have: what its function uses."""
    text = _text("endpoint_module") + _text("endpoint_init")
    functions = re.findall(r"def (\w+)\((?:(\w+)\b)?", text)
    own = {name for pair in functions for name in pair if name}
    return frozenset({*own, *_BUILTINS, *_imported(text), "body", "content_type", "cursor"})


def free(name: str, taken: FrozenSet[str]) -> str:
    """Return a name that is neither taken nor a keyword."""
    return f"{name}_" if name in taken or keyword.iskeyword(name) else name
