# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import base

if TYPE_CHECKING:
    from .release import Release

__all__ = ("Deployment",)


@base.model
class Deployment(base.ApiModel):
    """A model version that runs privately on hardware of one's choice, with its own scaling."""

    name: str
    """The name of the deployment."""
    owner: str
    """The account that the deployment belongs to."""
    current_release: base.Field[Optional[Release]] = base.nested("Release", default=None)
    """The configuration that is in use."""
