# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("WEBHOOK_EVENT_VALUES", "WebhookEvent")

#: Any string: the API may have values that this version does not know.
WebhookEvent = Union[Literal["start", "output", "logs", "completed"], str]

#: The values that this version knows.
WEBHOOK_EVENT_VALUES: Tuple[WebhookEvent, ...] = ("start", "output", "logs", "completed")
