# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from .. import base

__all__ = ("ReleaseConfiguration",)


@base.model
class ReleaseConfiguration(base.ApiModel):
    """The hardware and the scaling."""

    hardware: str
    """The SKU of the hardware."""
    max_instances: int
    """The number of instances that are never exceeded."""
    min_instances: int
    """The number of instances that are always running."""
