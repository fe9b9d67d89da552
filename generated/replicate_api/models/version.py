# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Mapping, Optional

from attrs import define, field

from ..base import ApiModel, parse_datetime

__all__ = ("Version",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Version(ApiModel):
    """A version of a model: what its author pushed at one time."""

    created_at: datetime = field(converter=parse_datetime)
    """When it was pushed."""
    id: str
    """The unique id, 64 hexadecimal digits."""
    cog_version: Optional[str] = None
    """The version of Cog that packaged it."""
    openapi_schema: Optional[Dict[str, Any]] = None
    """The OpenAPI description of its inputs and outputs, under `components.schemas`."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "created_at": parse_datetime(get("created_at")),
            "id": get("id"),
            "cog_version": get("cog_version"),
            "openapi_schema": get("openapi_schema"),
        }
