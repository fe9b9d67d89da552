# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, Mapping

from attrs import define

from ..base import ApiModel

__all__ = ("ReleaseConfiguration",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class ReleaseConfiguration(ApiModel):
    """The hardware and the scaling."""

    hardware: str
    """The SKU of the hardware."""
    max_instances: int
    """The number of instances that are never exceeded."""
    min_instances: int
    """The number of instances that are always running."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "hardware": get("hardware"),
            "max_instances": get("max_instances"),
            "min_instances": get("min_instances"),
        }
