# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from .. import base

__all__ = ("Hardware",)


@base.model
class Hardware(base.ApiModel):
    """A kind of machine that models run on."""

    name: str
    """The name to show, such as `Nvidia T4 GPU`."""
    sku: str
    """The name to use in requests, such as `gpu-t4`."""
