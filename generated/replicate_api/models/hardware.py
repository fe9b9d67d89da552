# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, Mapping

from attrs import define

from ..base import ApiModel

__all__ = ("Hardware",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Hardware(ApiModel):
    """A kind of machine that models run on."""

    name: str
    """The name to show, such as `Nvidia T4 GPU`."""
    sku: str
    """The name to use in requests, such as `gpu-t4`."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {"name": get("name"), "sku": get("sku")}
