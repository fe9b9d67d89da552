"""From a Python function to the OpenAPI schema that Cog publishes for a model, and back."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import decimal
import enum
import inspect
import io
import json
import os
import typing
import uuid
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

from .._validation import invalid_fields
from . import callables, pydantic
from .files import File
from .inputs import InputInfo, as_input

Schema = Dict[str, Any]

_FILES: Tuple[type, ...] = (os.PathLike, io.IOBase, typing.IO, bytes, File)
_SCALARS: Dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_TEXTS: Dict[type, Dict[str, Any]] = {
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    decimal.Decimal: {"type": "number"},
}
_NONE = type(None)
_UNIONS = (Union, getattr(__import__("types"), "UnionType", Union))
_FILE: Schema = {"type": "string", "format": "uri"}


@dataclasses.dataclass(frozen=True)
class Signature:
    """A model function's inputs and output.

    Attributes:
        inputs: The schema of the inputs, with its enumerations put in place.
        annotations: The Python type of every input.
        output: The schema of the output.
        openapi: The whole document, as `version.openapi_schema`.
    """

    inputs: Schema
    annotations: Dict[str, Any]
    output: Schema
    openapi: Schema

    def unknown(self, given: Mapping[str, Any]) -> List[str]:
        """Return the names in an input that are not names of inputs."""
        if self.inputs.get("additionalProperties"):
            return []
        return [name for name in given if name not in self.inputs.get("properties", {})]

    @property
    def iterates(self) -> bool:
        """Whether output arrives piece by piece."""
        return self.output.get("x-cog-array-type") == "iterator"

    @property
    def makes_files(self) -> bool:
        """Whether the output is a file or a list of files."""
        return bool(self.output.get("items", self.output).get("format") == "uri")


def inspect_function(
    function: Callable[..., Any],
    *,
    concatenate: bool = True,
    defaults: Optional[Mapping[str, Any]] = None,
) -> Signature:
    """Derive a model's schema from a function.

    Args:
        function: The model. Its parameters are the inputs, its return annotation the output.
        concatenate: Whether an iterator of strings is a text in pieces.
        defaults: Values that take the place of the function's own defaults.

    Raises:
        TypeError: if it can't be called by names, or an annotation can't be resolved, or an
            annotation or a default has no place in a schema.
        ValueError: if a default breaks the rules of its own input.
    """
    callables.check(function)
    hints = _hints(function)
    properties: Dict[str, Schema] = {}
    required: List[str] = []
    enums: Dict[str, Schema] = {}
    annotations: Dict[str, Any] = {}
    for order, parameter in enumerate(inspect.signature(function).parameters.values()):
        name = parameter.name
        nullable = unwrap(hints.get(name, Any))[1]
        info = as_input(parameter.default, nullable=nullable)
        default = (defaults or {}).get(name, info.default)
        annotations[name] = hints.get(name, Any)
        prop = _property(name, annotations[name], info, enums)
        prop["x-order"] = order
        if info.description:
            prop["description"] = info.description
        if default is inspect.Parameter.empty:
            required.append(name)
        elif default is None:
            prop["nullable"] = True
        else:
            prop["default"] = _default(function, name, default)
            _check_default(function, name, {**enums.get(name, {}), **prop})
        properties[name] = prop
    inputs: Schema = {"type": "object", "title": "Input"}
    if required:
        inputs["required"] = required
    inputs["properties"] = properties
    output = {"title": "Output", **_output(hints.get("return", Any), concatenate)}
    flat = {
        **inputs,
        "properties": {name: {**enums.get(name, {}), **p} for name, p in properties.items()},
    }
    return Signature(flat, annotations, output, make_document(inputs, output, enums))


def is_file(annotation: Any) -> bool:
    """Tell whether values of this type are files."""
    origin: Any = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, _FILES)


def unwrap(annotation: Any) -> Tuple[Any, bool]:
    """Return the type without `Annotated` and `Optional`, and whether None was allowed."""
    nullable = False
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif typing.get_origin(annotation) in _UNIONS:
            choices = [a for a in typing.get_args(annotation) if a is not _NONE]
            nullable = nullable or len(choices) < len(typing.get_args(annotation))
            annotation = choices[0] if len(choices) == 1 else Any
        else:
            return annotation, nullable


def _hints(function: Callable[..., Any]) -> Dict[str, Any]:
    try:
        return typing.get_type_hints(callables.target(function))
    except NameError as error:
        raise TypeError(
            f"the annotations of {callables.name_of(function)} can't be resolved: {error};"
            " import the names at the top of its module"
        ) from error


def _property(name: str, annotation: Any, info: InputInfo, enums: Dict[str, Schema]) -> Schema:
    inner, nullable = unwrap(annotation)
    choices = info.choices
    if typing.get_origin(inner) is typing.Literal:
        choices = typing.get_args(inner)
    elif isinstance(inner, type) and issubclass(inner, enum.Enum):
        choices = [member.value for member in inner]
    if choices is None:
        prop: Schema = {**_type(inner), "title": _title(name)}
    else:
        enums[name] = {
            "enum": list(choices),
            "type": _SCALARS.get(type(choices[0]), "string"),
            "title": name,
            "description": "An enumeration.",
        }
        prop = {"allOf": [{"$ref": f"#/components/schemas/{name}"}]}
    if nullable:
        prop["nullable"] = True
    prop.update(info.rules)
    return prop


def _type(annotation: Any) -> Schema:
    annotation, _ = unwrap(annotation)
    if annotation in (Any, inspect.Parameter.empty, _NONE, object):
        return {}
    if is_file(annotation):
        return dict(_FILE)
    origin, arguments = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if origin is typing.Literal:
        return {"type": _SCALARS.get(type(arguments[0]), "string"), "enum": list(arguments)}
    if not isinstance(origin, type):
        raise TypeError(f"the annotation {annotation!r} cannot be written as a schema")
    kind: Any = origin
    if pydantic.is_model(kind):
        return pydantic.schema_of(kind)
    for known, schema in _TEXTS.items():
        if issubclass(origin, known):
            return dict(schema)
    if origin in _SCALARS:
        return {"type": _SCALARS[origin]}
    if issubclass(origin, enum.Enum):
        return {"type": "string", "enum": [member.value for member in origin]}
    if issubclass(origin, collections.abc.Mapping) or dataclasses.is_dataclass(kind):
        return _object(kind)
    if issubclass(origin, (collections.abc.Sequence, collections.abc.Set)):
        return {"type": "array", "items": _type(arguments[0]) if arguments else {}}
    if issubclass(origin, str):
        return {"type": "string"}
    raise TypeError(f"the annotation {annotation!r} cannot be written as a schema")


def _object(kind: Any) -> Schema:
    if not getattr(kind, "__annotations__", None):
        return {"type": "object"}
    fields = {name: _type(hint) for name, hint in typing.get_type_hints(kind).items()}
    properties = {name: {**field, "title": _title(name)} for name, field in fields.items()}
    return {"type": "object", "properties": properties}


def _output(annotation: Any, concatenate: bool) -> Schema:
    inner, _ = unwrap(annotation)
    origin = typing.get_origin(inner) or inner
    iterators = (collections.abc.Iterable, collections.abc.AsyncIterable)
    if (
        is_file(inner)
        or pydantic.is_model(inner)
        or dataclasses.is_dataclass(inner)
        or not (isinstance(origin, type) and issubclass(origin, iterators))
        or issubclass(origin, collections.abc.Collection)
    ):
        return _type(inner)
    arguments = typing.get_args(inner)
    items = _type(arguments[0]) if arguments else {}
    schema: Schema = {"type": "array", "items": items, "x-cog-array-type": "iterator"}
    if items == {"type": "string"} and concatenate:
        schema["x-cog-array-display"] = "concatenate"
    return schema


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def _default(function: Callable[..., Any], name: str, default: Any) -> Any:
    value = default.value if isinstance(default, enum.Enum) else default
    value = str(value) if isinstance(value, Path) else value
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        raise TypeError(
            f"the default of {name} in {callables.name_of(function)} has no form in JSON: {value!r}"
        ) from None


def _check_default(function: Callable[..., Any], name: str, prop: Schema) -> None:
    if prop.get("format") == "uri":
        return  # a path on this machine is as good
    found = invalid_fields(prop, prop["default"], name)
    if found:
        raise ValueError(
            f"the default of {name} in {callables.name_of(function)} breaks its own rules:"
            f" {found[0]['description']}"
        )


# --- the document around the two schemas -------------------------------------------------------


def _enumeration(title: str, *values: str) -> Schema:
    return {
        "enum": list(values),
        "type": "string",
        "title": title,
        "description": "An enumeration.",
    }


def _model(title: str, **properties: Schema) -> Schema:
    return {"type": "object", "title": title, "properties": properties}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(title: str, **more: Any) -> Schema:
    return {"type": "string", "title": title, **more}


def make_document(inputs: Schema, output: Schema, enums: Mapping[str, Schema]) -> Schema:
    """Return the document that Cog publishes, around the schemas of a model."""
    date = {"format": "date-time"}
    common = {"id": _text("Id"), "input": _ref("Input")}
    request = _model(
        "PredictionRequest",
        **common,
        webhook=_text("Webhook", format="uri", minLength=1, maxLength=65536),
        created_at=_text("Created At", **date),
        output_file_prefix=_text("Output File Prefix"),
        webhook_events_filter={"type": "array", "items": _ref("WebhookEvent")},
    )
    response = _model(
        "PredictionResponse",
        **common,
        output=_ref("Output"),
        version=_text("Version"),
        created_at=_text("Created At", **date),
        started_at=_text("Started At", **date),
        completed_at=_text("Completed At", **date),
        logs=_text("Logs", default=""),
        error=_text("Error"),
        status=_ref("Status"),
        metrics={"type": "object", "title": "Metrics"},
    )
    predict = {
        "summary": "Predict",
        "description": "Run a single prediction on the model",
        "operationId": "predict_predictions_post",
        "requestBody": _content("PredictionRequest"),
        "responses": {
            "200": {"description": "Successful Response", **_content("PredictionResponse")}
        },
    }
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {"/predictions": {"post": predict}},
        "components": {
            "schemas": {
                "Input": inputs,
                "Output": output,
                **enums,
                "Status": _enumeration(
                    "Status", "starting", "processing", "succeeded", "canceled", "failed"
                ),
                "WebhookEvent": _enumeration(
                    "WebhookEvent", "start", "output", "logs", "completed"
                ),
                "PredictionRequest": request,
                "PredictionResponse": response,
            }
        },
    }


def _content(name: str) -> Schema:
    return {"content": {"application/json": {"schema": _ref(name)}}}
