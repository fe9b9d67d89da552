"""What the refusal of a create says beside the API's words: the model, and what its inputs are."""

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
    """Add to the refusal of a create what is known of its model.

    Args:
        session: The client that sent it; it may know the version's schema.
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
    """Keep a version that was given as an object, so that refusals can be explained by it."""
    if version.id and is_object(version.openapi_schema):
        session._versions["", "", version.id] = version


def _missing(field: Mapping[str, Any]) -> list[str]:
    """Return the name of an input that is required and not there."""
    match = _REQUIRED.match(str(field.get("description", "")))
    return [match[1]] if field.get("type") == "required" and match else []


def other_names(
    input: Mapping[str, Any], names: Mapping[str, Any], missing: list[str]
) -> Iterator[str]:
    """Say of each name that the model does not have which one was probably meant."""
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
    """Say whether a file may be what an input, or an item of it, is."""
    part = resolved(node, schema)
    if part is None:
        return False
    inner = [part.get("items"), *(part.get("anyOf") or ()), *(part.get("oneOf") or ())]
    return part.get("format") == "uri" or any(wants_file(each, schema) for each in inner)
