# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from .. import base

__all__ = ("WebhookSecret",)


@base.model
class WebhookSecret(base.ApiModel):
    """The secret that webhooks are signed with."""

    key: str
    """The secret, which starts with `whsec_`."""
