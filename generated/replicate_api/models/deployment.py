# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from attrs import define

from ..base import ApiModel, read_model

__all__ = ("Deployment",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Deployment(ApiModel):
    """A model version that runs privately on hardware of one's choice, with its own scaling."""

    name: str
    """The name of the deployment."""
    owner: str
    """The account that the deployment belongs to."""
    current_release: Optional[Release] = None
    """The configuration that is in use."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "name": get("name"),
            "owner": get("owner"),
            "current_release": read_model(Release, get("current_release")),
        }


# Last, since models may contain each other.
from .release import Release  # noqa: E402
