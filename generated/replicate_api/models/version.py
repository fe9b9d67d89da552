# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional

from .. import base

if TYPE_CHECKING:
    from datetime import datetime


__all__ = ("Version",)


@base.model
class Version(base.ApiModel):
    """A version of a model: what its author pushed at one time."""

    created_at: base.Field[datetime] = base.moment()
    """When it was pushed."""
    id: str
    """The unique id, 64 hexadecimal digits."""
    cog_version: Optional[str] = None
    """The version of Cog that packaged it."""
    openapi_schema: Optional[Dict[str, Any]] = None
    """The OpenAPI description of its inputs and outputs, under `components.schemas`."""
