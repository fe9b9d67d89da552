"""Comparing two modules of typed functions: what changes for the code that calls them. Pure.

A change breaks code that worked with the old module and fails with the new one.
"""

from __future__ import annotations

import ast
import re
from math import inf
from typing import Any, Dict, FrozenSet, Iterator, List, Mapping, NamedTuple, Optional, Tuple

_ARGUMENT = re.compile(r"    (\w+)(?: \(((?:[^()]|\([^()]*\))*)\))?(?:: (.*))?")
_NUMBER = r"([^\s,]+)"
_RANGE = re.compile(
    rf"(?:at least {_NUMBER}|at most {_NUMBER}|{_NUMBER} to {_NUMBER})( characters)?"
)

LITERAL = "Literal "
"""The prefix of a type that is one value of a `Literal`: `Literal 'png'`."""


class Change(NamedTuple):
    """One change."""

    function: str
    text: str
    """What changes."""
    breaks: str = ""
    """The code that breaks; empty if none does."""

    def __str__(self) -> str:
        text = f"{self.function}: {self.text}"
        return f"BREAKING  {text} (breaks {self.breaks})" if self.breaks else f"          {text}"


class Argument(NamedTuple):
    """A parameter of a function, as text of its module."""

    type: str
    default: Optional[str]
    rules: str = ""
    description: str = ""


class Function(NamedTuple):
    """A function, as text of its module."""

    ref: str
    arguments: Mapping[str, Argument]
    result: str


def functions_of(source: str) -> Dict[str, Function]:
    """Return the functions of a module by name.

    Raises:
        SyntaxError: The text is no Python.
    """
    tree = ast.parse(source)
    refs = dict(_refs(tree))
    return {
        node.name: Function(
            refs[f"_{node.name}"], _arguments(node, source), _text(node.returns, source)
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and f"_{node.name}" in refs
    }


def _refs(tree: ast.Module) -> Iterator[Tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            called = node.value
            if isinstance(called, ast.Call) and called.args:
                yield node.target.id, ast.literal_eval(called.args[0])


def _arguments(node: ast.FunctionDef, source: str) -> Dict[str, Argument]:
    documentation = (ast.get_docstring(node) or "").partition("Args:\n")[2]
    lines = re.sub(r"\n {8}", " ", documentation).split("\n")
    found = filter(None, map(_ARGUMENT.fullmatch, lines))
    texts = {match[1]: (match[2] or "", match[3] or "") for match in found}
    return {
        each.arg: Argument(
            _text(each.annotation, source),
            None if default is None else _text(default, source),
            *texts.get(each.arg, ()),
        )
        for each, default in zip(node.args.kwonlyargs, node.args.kw_defaults)
    }


def _text(node: Optional[ast.AST], source: str) -> str:
    return (ast.get_source_segment(source, node) if node is not None else None) or "Any"


def compare(old: str, new: str) -> List[Change]:
    """Return the changes from one module to another, first those that break."""
    before, after = functions_of(old), functions_of(new)
    changes = [Change(name, "function added") for name in after.keys() - before.keys()]
    for name, function in before.items():
        if name in after:
            changes += _compare(name, function, after[name])
        else:
            changes.append(Change(name, "function removed", f"code that calls {name}"))
    return sorted(changes, key=lambda change: (not change.breaks, change.function))


def _compare(name: str, old: Function, new: Function) -> Iterator[Change]:
    if old.ref != new.ref:
        yield Change(name, f"runs {new.ref}, not {old.ref}")
    for key in old.arguments:
        if key not in new.arguments:
            yield Change(name, f"argument {key} removed", f"code that passes {key}")
        else:
            yield from _argument(name, key, old.arguments[key], new.arguments[key])
    for key, argument in new.arguments.items():
        if key not in old.arguments and argument.default is None:
            yield Change(name, f"required argument {key} added", f"code that calls {name}")
        elif key not in old.arguments:
            yield Change(name, f"argument {key} added")
    if old.result != new.result:
        whom = f"code that uses what {name} returns"
        yield Change(name, f"returns {new.result}, not {old.result}", whom)


def _argument(name: str, key: str, old: Argument, new: Argument) -> Iterator[Change]:
    if old.default is not None and new.default is None:
        yield Change(name, f"argument {key} becomes required", f"code without {key}")
    elif old.default is None and new.default is not None:
        yield Change(name, f"argument {key} becomes optional")
    elif old.default != new.default:
        yield Change(name, f"argument {key}: default {old.default} becomes {new.default}")
    whom = f"code that passes {key}"
    if old.type != new.type:
        lost = _kinds(old.type) - _kinds(new.type)
        won = _kinds(new.type) - _kinds(old.type)
        if all(kind.startswith(LITERAL) for kind in lost | won):
            for kind in sorted(lost):
                choice = kind[len(LITERAL) :]
                yield Change(name, f"argument {key}: choice {choice} removed", whom)
            for kind in sorted(won):
                choice = kind[len(LITERAL) :]
                yield Change(name, f"argument {key}: choice {choice} added")
        else:
            text = f"argument {key}: {old.type} becomes {new.type}"
            yield Change(name, text, "" if _takes(new.type, old.type) else whom)
    if old.rules != new.rules:
        text = f"argument {key}: {old.rules or 'any value'} becomes {new.rules or 'any value'}"
        yield Change(name, text, "" if _is_wider(new.rules, old.rules) else whom)
    if old.description != new.description:
        yield Change(name, f"argument {key}: {new.description or 'no description'}")


def _kinds(type: str) -> FrozenSet[str]:
    """Return the members of a union; each value of a `Literal` counts as a member."""

    def kinds(node: ast.AST) -> Iterator[str]:
        name = _text(node.value, type) if isinstance(node, ast.Subscript) else ""
        if not isinstance(node, ast.Subscript) or name not in {"Literal", "Optional", "Union"}:
            yield _text(node, type)
            return
        inner: Any = node.slice
        if inner.__class__.__name__ == "Index":  # Python 3.8
            inner = inner.value
        for item in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
            if name == "Literal":
                yield f"{LITERAL}{_text(item, type)}"
            else:
                yield from kinds(item)
        if name == "Optional":
            yield "None"

    return frozenset(kinds(ast.parse(type, mode="eval").body))


def _takes(new: str, old: str) -> bool:
    """Say whether every value of the old type is one of the new type."""
    kinds = _kinds(new)
    return "Any" in kinds or all(kind in kinds or kinds & _wider(kind) for kind in _kinds(old))


def _wider(kind: str) -> FrozenSet[str]:
    if kind.startswith(LITERAL):
        kind = type(ast.literal_eval(kind[len(LITERAL) :])).__name__
        return frozenset({kind}) | _wider(kind)
    return frozenset({"str": {"FileInput"}, "int": {"float"}}.get(kind, ()))


def _is_wider(new: str, old: str) -> bool:
    """Say whether the new rules allow every value that the old rules allow."""
    after, before = _ranges(new), _ranges(old)
    return all(
        kind in before and low <= before[kind][0] and before[kind][1] <= high
        for kind, (low, high) in after.items()
    ) and new.partition("matches ")[2] in {"", old.partition("matches ")[2]}


def _ranges(rules: str) -> Dict[str, Tuple[float, float]]:
    """Return the least and the greatest value, and length in characters, that rules allow."""
    found: Dict[str, Tuple[float, float]] = {}
    for least, most, low, high, kind in _RANGE.findall(rules.partition("matches ")[0]):
        found[kind] = (float(least or low or -inf), float(most or high or inf))
    return found
