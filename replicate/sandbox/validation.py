"""Refuse JSON that does not fit a schema, as the API does."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NoReturn

from .._validation import ROOT, invalid_fields, wrong
from .wire import Problem


def check(schema: Mapping[str, Any], value: Any, field: str = ROOT) -> None:
    """Refuse a JSON value that does not fit.

    Raises:
        Problem: the API's 422, which lists every field that is wrong.
    """
    found = invalid_fields(schema, value, field)
    if found:
        raise _problem(found)


def refuse(kind: str, field: str, description: str) -> NoReturn:
    """Refuse a value for a reason that no schema has words for."""
    raise _problem([wrong(kind, field, description)])


def _problem(found: List[Dict[str, str]]) -> Problem:
    detail = "".join(f"- {each['field']}: {each['description']}\n" for each in found)
    return Problem(422, detail, title="Input validation failed", invalid_fields=found)
