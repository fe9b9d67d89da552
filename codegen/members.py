"""Find what the classes of replicate/ define, so that no field of the API takes its place.

They are read as text: `replicate` cannot be imported while the package below it is written.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Dict, List, Set, Tuple

from .document import CodegenError
from .types import Class

if TYPE_CHECKING:
    from .api import Api
    from .names import Names

SOURCES = Path(__file__).parent.parent / "replicate"


def check(api: Api, names: Names, sources: Path = SOURCES) -> None:
    """Refuse a field that has the name of a method or property of its class in replicate/."""
    for name, (where, members) in resources(sources).items():
        cls = api.classes.get(name)
        if not isinstance(cls, Class):
            continue
        for field in cls.fields:
            if field.name in members and f"{name}.{field.name}" not in names.properties:
                raise CodegenError(
                    f"{name}.{field.wire_name} would take the place of the `{field.name}` that "
                    f"{where} defines: give the field another name, under `fields` in models.yaml"
                )


@lru_cache(maxsize=None)
def resources(sources: Path) -> Dict[str, Tuple[str, Set[str]]]:
    """Return, for each generated class that a class inherits, where that is and what it defines."""
    classes: Dict[str, ast.ClassDef] = {}
    places: Dict[str, str] = {}
    for file in sorted(sources.rglob("*.py")):
        if "sandbox" in file.parts:
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name not in classes:
                classes[node.name] = node
                places[node.name] = f"{file.relative_to(sources.parent).as_posix()} ({node.name})"
    found: Dict[str, Tuple[str, Set[str]]] = {}
    for name, node in classes.items():
        for base in node.bases:
            if isinstance(base, ast.Attribute) and ast.unparse(base.value) == "models":
                found[base.attr] = (places[name], _members(node, classes))
    return found


def _members(node: ast.ClassDef, classes: Dict[str, ast.ClassDef]) -> Set[str]:
    """Return the methods, properties and classes in a class and in those that it inherits."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    own: List[ast.stmt] = list(node.body)
    for statement in node.body:
        if isinstance(statement, ast.If):  # such as `if not TYPE_CHECKING`
            own += [*statement.body, *statement.orelse]
    found = {item.name for item in own if isinstance(item, kinds)}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            found |= _members(classes[base.id], classes)
    return found
