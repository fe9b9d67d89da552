# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, Mapping

from attrs import define

from ..base import ApiModel

__all__ = ("WebhookSecret",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class WebhookSecret(ApiModel):
    """The secret that webhooks are signed with."""

    key: str
    """The secret, which starts with `whsec_`."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {"key": get("key")}
