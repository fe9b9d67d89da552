"""Resources as fields of other people's pydantic models, of version 1 or 2."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ._guards import is_mapping

if TYPE_CHECKING:
    from .resource import Resource


def validated(cls: type[Resource], value: Any) -> Resource:
    """Return a resource, made from a mapping where it is none yet.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(value, cls):
        return value
    if is_mapping(value):
        return cls.parse_obj(value)
    raise ValueError(f"expected a {cls.__name__}, not {type(value).__name__}")


def core_schema(cls: type[Resource]) -> Any:
    """Return what pydantic 2 needs to know: how to take one, and how to write it."""
    from pydantic_core import core_schema as schema

    as_dict = schema.plain_serializer_function_ser_schema(cls.dict)
    return schema.no_info_plain_validator_function(partial(validated, cls), serialization=as_dict)
