# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import base

if TYPE_CHECKING:
    from ..timestamp import Timestamp
    from .account import Account
    from .release_configuration import ReleaseConfiguration

__all__ = ("Release",)


@base.model
class Release(base.ApiModel):
    """The configuration that is in use."""

    configuration: base.Field[ReleaseConfiguration] = base.nested("ReleaseConfiguration")
    """The hardware and the scaling."""
    created_at: base.Field[Timestamp] = base.timestamp()
    """When the release was made."""
    model: str
    """The model that runs, as `owner/name`."""
    number: int
    """The number of the release; every change of the deployment adds one."""
    version: str
    """The id of the version that runs."""
    created_by: base.Field[Optional[Account]] = base.nested("Account", default=None)
    """The account that made the release."""
