# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ..base import ApiModel, Field, model, nested, timestamp

if TYPE_CHECKING:
    from ..timestamp import Timestamp
    from .account import Account
    from .release_configuration import ReleaseConfiguration

__all__ = ("Release",)


@model
class Release(ApiModel):
    """The configuration that is in use."""

    configuration: Field[ReleaseConfiguration] = nested("ReleaseConfiguration")
    """The hardware and the scaling."""
    created_at: Field[Timestamp] = timestamp()
    """When the release was made."""
    model: str
    """The model that runs, as `owner/name`."""
    number: int
    """The number of the release; every change of the deployment adds one."""
    version: str
    """The id of the version that runs."""
    created_by: Field[Optional[Account]] = nested("Account", default=None)
    """The account that made the release."""
