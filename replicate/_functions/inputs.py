"""A function's inputs: waiting for outputs of other functions, and checking by the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional

from .._files.inputs import filled, tree_of
from .._guards import is_array, is_object, is_tuple
from .._hints import paths_as_text
from .._runs.refusals import other_names, wants_file
from .._steps import Steps
from .._validation import invalid_fields
from ..exceptions import InvalidArgumentError, InvalidArgumentTypeError
from ..schema import input_schema
from .parameters import parameters_of

if TYPE_CHECKING:
    from ..exceptions import ReplicateError

ANY_URL = "https://"
"""A URL that stands for a file which is not uploaded yet: in a schema, files are text."""

DEEPEST = 50
"""Levels of lists and mappings in which there may be outputs of other functions."""

OF_TYPE = frozenset({"invalid_type", "required"})
"""Findings that are raised as a `TypeError`, like a call with wrong arguments."""


class Pending:
    """An output of another function, which may not be complete yet."""

    async def _whole(self) -> Any:
        """Wait until the value is complete, and return it."""
        raise AssertionError("a subclass says how")


async def settled(value: Any, levels: int = DEEPEST) -> Any:
    """Return an input in which every output of another function is complete.

    Args:
        value: The input.
        levels: How many levels of lists and mappings to search.
    """
    if levels == 0:
        return value
    if isinstance(value, Pending):
        return await value._whole()
    if isinstance(value, Steps):
        return [item async for item in value]  # pyright: ignore[reportUnknownVariableType] - of any
    if is_object(value):
        return {name: await settled(item, levels - 1) for name, item in value.items()}
    if is_array(value) or is_tuple(value):
        return [await settled(item, levels - 1) for item in value]
    return value


def checked(
    inputs: Mapping[str, Any], openapi_schema: Optional[Mapping[str, Any]], model: str
) -> Dict[str, Any]:
    """Return inputs as JSON, with the files in them still to be uploaded; see `fitting`."""
    return fitting(tree_of(inputs, "input").json, openapi_schema, model)


def fitting(
    tree: Mapping[str, Any], openapi_schema: Optional[Mapping[str, Any]], model: str
) -> Dict[str, Any]:
    """Return inputs, as the JSON of `tree_of`, if they are what the model takes.

    Args:
        tree: The values by name, as JSON.
        openapi_schema: The version's schema. If it is None, nothing is checked.
        model: What to call the model in an error.

    Raises:
        InvalidArgumentTypeError: A name is unknown, an input is missing, or a value has the wrong
            type.
        InvalidArgumentError: A value is none of the choices, or out of bounds.
    """
    schema = input_schema(openapi_schema) or {"additionalProperties": True}
    parameters = {each.name: each for each in parameters_of(openapi_schema)}
    drop = {name for name, each in parameters.items() if each.drops_none}
    given = {name: each for name, each in tree.items() if each is not None or name not in drop}
    found = invalid_fields(schema, filled(given, lambda _: ANY_URL), "input", quick=True)
    missing = [name for name, each in parameters.items() if each.required and name not in given]
    names: List[str] = []
    if not schema.get("additionalProperties"):
        names += other_names(given, parameters, missing)
    paths = paths_as_text(
        given, lambda name: name in parameters and wants_file(parameters[name].schema, None)
    )
    lines = [*names, *paths, *(_line(finding) for finding in found)]
    if lines:
        of_type = bool(names) or any(finding["type"] in OF_TYPE for finding in found)
        raise _refusal(model, lines, list(parameters), found, of_type=of_type)
    result: Dict[str, Any] = filled(given, lambda each: each.file)
    return result


def _line(finding: Mapping[str, str]) -> str:
    field, description = finding["field"], finding["description"]
    place = field.partition(".")[2]
    if description.startswith(f"{field} "):  # some descriptions begin with the field
        return description.replace(field, place, 1)
    return f"{place}: {description}" if place else description


def _refusal(
    model: str, lines: List[str], names: List[str], found: List[Dict[str, str]], *, of_type: bool
) -> ReplicateError:
    text = "\n".join(f"- {line}" for line in lines)
    kind = InvalidArgumentTypeError if of_type else InvalidArgumentError
    error = kind(f"{model} does not take this input:\n{text}\nIts inputs: {', '.join(names)}")
    error.body = {"invalid_fields": found}
    return error
