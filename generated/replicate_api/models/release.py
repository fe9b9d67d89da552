# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Mapping, Optional

from attrs import define, field

from ..base import ApiModel, parse_datetime, read_model

__all__ = ("Release",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Release(ApiModel):
    """The configuration that is in use."""

    configuration: ReleaseConfiguration
    """The hardware and the scaling."""
    created_at: datetime = field(converter=parse_datetime)
    """When the release was made."""
    model: str
    """The model that runs, as `owner/name`."""
    number: int
    """The number of the release; every change of the deployment adds one."""
    version: str
    """The id of the version that runs."""
    created_by: Optional[Account] = None
    """The account that made the release."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "configuration": read_model(ReleaseConfiguration, get("configuration")),
            "created_at": parse_datetime(get("created_at")),
            "model": get("model"),
            "number": get("number"),
            "version": get("version"),
            "created_by": read_model(Account, get("created_by")),
        }


# Last, since models may contain each other.
from .account import Account  # noqa: E402
from .release_configuration import ReleaseConfiguration  # noqa: E402
