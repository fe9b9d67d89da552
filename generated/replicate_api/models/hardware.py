# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from ..base import ApiModel, model

__all__ = ("Hardware",)


@model
class Hardware(ApiModel):
    """A kind of machine that models run on."""

    name: str
    """The name to show, such as `Nvidia T4 GPU`."""
    sku: str
    """The name to use in requests, such as `gpu-t4`."""
