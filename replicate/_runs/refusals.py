"""Explaining why a create was refused: by the model, its inputs, and names that were meant."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from .._guards import is_object
from .._hints import paths_as_text
from .._http.address import DEFAULT_BASE_URL
from ..schema import input_properties, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._http.session import Session
    from ..exceptions import ReplicateError
    from .lost import Description

_REQUIRED = re.compile(r"(?:input\.)?(\S+) is required")


def explain(
    session: Session,
    error: ReplicateError,
    kind: str,
    description: Description,
) -> None:
    """Add the model, its inputs and advice to the error of a refused create.

    Args:
        session: The client that sent the create. It may know the schema of the version.
        error: The refusal.
        kind: What was to be created: `Prediction` or `Training`.
        description: What was to be run, and with which input.
    """
    input, model, version, _ = description
    if model and "request" in error.about:
        request = error.about.pop("request")
        error.about = {"request": request, "model": model, **error.about}
    if error.status_code != 422 or not is_object(input):
        return
    known = [v for v in session._versions.values() if version is not None and v.id == version]
    schema = known[0].openapi_schema if known else None
    names = input_properties(schema, of_training=kind == "Training")
    fields = [field for field in error.invalid_fields if is_object(field)]
    refused = {str(field.get("field")).partition(".")[2] for field in fields}
    missing = [name for field in fields for name in _missing(field)]

    def may_be_file(name: str) -> bool:
        return name in refused or wants_file(names.get(name), schema)

    advice = [*other_names(input, names, missing), *paths_as_text(input, may_be_file)]
    if names and (missing or input.keys() - names.keys()):
        error.about["inputs"] = ", ".join(names)
    elif missing and model and session._base() == DEFAULT_BASE_URL:
        advice.append(f"The inputs of this model are at https://replicate.com/{model}/api/schema")
    if advice:
        error.about["hint"] = " ".join(advice)


def remember(session: Session, version: Any) -> None:
    """Keep a version that the user has given as an object: `explain` uses its schema."""
    if version.id and is_object(version.openapi_schema):
        session._versions["", "", version.id] = version


def _missing(field: Mapping[str, Any]) -> list[str]:
    """Return the name of the missing input, if that is what a finding of the API is about."""
    match = _REQUIRED.match(str(field.get("description", "")))
    return [match[1]] if field.get("type") == "required" and match else []


def other_names(
    input: Mapping[str, Any], names: Mapping[str, Any], missing: list[str]
) -> Iterator[str]:
    """Yield a sentence for each input that the model lacks, with the name that was meant."""
    free = [name for name in names or missing if name not in input]
    for name in input:
        if name in names:
            continue
        close = difflib.get_close_matches(name, free, 1)
        if close:
            yield f"There is no input {name!r}: did you mean {close[0]!r}?"
        elif names:
            yield f"There is no input {name!r}."


def wants_file(node: Any, schema: Any) -> bool:
    """Say whether an input takes a file, or a list of files."""
    part = resolved(node, schema)
    if part is None:
        return False
    inner = [part.get("items"), *(part.get("anyOf") or ()), *(part.get("oneOf") or ())]
    return part.get("format") == "uri" or any(wants_file(each, schema) for each in inner)
