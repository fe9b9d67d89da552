# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Read answers: check the status, return the content that the operation promises."""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING, Any, Mapping, Optional, Type, TypeVar, Union

from .base import ApiModel, Json, read_nested
from .errors import unexpected
from .timestamp import read_timestamp

if TYPE_CHECKING:
    from .types import Response

_Model = TypeVar("_Model", bound=ApiModel)

__all__ = (
    "content",
    "has_content",
    "json_array",
    "json_model",
    "json_object",
    "json_timestamp",
    "json_value",
    "loads",
    "nothing",
    "text",
)


def loads(text: Union[str, bytes]) -> Any:
    """Return the JSON in a text that somebody else wrote.

    Raises:
        ValueError: There is none, or it is nested too deeply to be read.
    """
    collecting = sys.version_info < (3, 9) and gc.isenabled()
    if collecting:
        # A finalizer that the collector runs when the reader is about to give up, a thousand
        # levels down, makes Python 3.8 abort: "Cannot recover from stack overflow."
        gc.disable()
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    finally:
        if collecting:
            gc.enable()


def nothing(response: Response) -> None:
    """Return nothing, if the request succeeded."""
    if not 200 <= response.status_code < 300:
        raise unexpected(response)


def has_content(response: Response) -> bool:
    """Return whether the answer has a body, if the request succeeded."""
    nothing(response)
    return bool(response.content)


def text(response: Response) -> str:
    """Return the text of the answer."""
    nothing(response)
    return response.text


def content(response: Response) -> bytes:
    """Return the bytes of the answer."""
    nothing(response)
    return response.content


def json_value(response: Response) -> Any:
    """Return the JSON of the answer."""
    nothing(response)
    try:
        return loads(response.content)
    except ValueError:
        pass  # what it holds on to has all of the content, and perhaps a secret
    raise unexpected(response)


def json_object(response: Response, *, nullable: bool = False) -> Any:
    """Return the JSON object of the answer; None for null, if that may be."""
    value: Json = json_value(response)
    if not (isinstance(value, dict) or (nullable and value is None)):
        raise unexpected(response)
    return value


def json_model(response: Response, cls: Type[_Model], *, nullable: bool = False) -> Any:
    """Return the object of the answer; None for null, if that may be."""
    value = json_object(response, nullable=nullable)
    return value if value is None else cls.from_dict(value)


def json_array(
    response: Response, item: Optional[str], *, depth: int, nullable: bool = False
) -> Any:
    """Return the JSON array of the answer, its items read; None for null, if that may be."""
    value: Json = json_value(response)
    if not (isinstance(value, list) or (nullable and value is None)):
        raise unexpected(response)
    return read_nested(value, item, depth, _read_object)


def json_timestamp(response: Response) -> Any:
    """Return the timestamp of the answer."""
    return read_timestamp(json_value(response))


def _read_object(cls: Type[ApiModel], data: Mapping[str, Any]) -> ApiModel:
    return cls.from_dict(data)
