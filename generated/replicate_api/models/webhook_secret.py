# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from ..base import ApiModel, model

__all__ = ("WebhookSecret",)


@model
class WebhookSecret(ApiModel):
    """The secret that webhooks are signed with."""

    key: str
    """The secret, which starts with `whsec_`."""
