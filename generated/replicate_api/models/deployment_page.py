# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import base

if TYPE_CHECKING:
    from .deployment import Deployment

__all__ = ("DeploymentPage",)


@base.model
class DeploymentPage(base.ApiModel):
    """One page of a list of deployments."""

    results: base.Field[List[Deployment]] = base.nested("Deployment", depth=1)
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""
