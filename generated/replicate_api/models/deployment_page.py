# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from attrs import define

from ..base import ApiModel, read_list

__all__ = ("DeploymentPage",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class DeploymentPage(ApiModel):
    """One page of a list of deployments."""

    results: List[Deployment]
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "results": read_list(Deployment, get("results") or []),
            "next": get("next"),
            "previous": get("previous"),
        }


# Last, since models may contain each other.
from .deployment import Deployment  # noqa: E402
