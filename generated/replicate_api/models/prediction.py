# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from .. import base

if TYPE_CHECKING:
    from ..timestamp import Timestamp
    from .prediction_metrics import PredictionMetrics
    from .prediction_source import PredictionSource
    from .prediction_status import PredictionStatus
    from .prediction_urls import PredictionUrls
    from .webhook_event import WebhookEvent

__all__ = ("Prediction",)


@base.model
class Prediction(base.ApiModel):
    """One run of a model."""

    id: str
    """The unique id."""
    model: str
    """The model, as `owner/name`."""
    status: PredictionStatus
    """How far it has come."""
    version: str
    """The id of the version, or `hidden`."""
    completed_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When the run ended, however it did."""
    created_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When it was created."""
    data_removed: Optional[bool] = None
    """Whether input, output and logs were deleted, as they are an hour after a run by the API."""
    deadline: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When it will be cancelled, if it was given a limit."""
    deployment: Optional[str] = None
    """The deployment that it was created with, if any."""
    error: Optional[str] = None
    """Why it failed; null if it did not."""
    input: Optional[Dict[str, Any]] = None
    """The inputs, as they were passed."""
    logs: Optional[str] = None
    """What the model wrote to its log so far."""
    metrics: Optional[PredictionMetrics] = None
    """What was measured during the run."""
    output: Any = None
    """What the model returned: any JSON, with files as URLs; null before there is any."""
    source: Optional[PredictionSource] = None
    """Whether it was created on the web site or through the API."""
    started_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When the model began to work on it."""
    urls: Optional[PredictionUrls] = None
    """Where to follow and to cancel it."""
    webhook: Optional[str] = None
    """The URL that is told of changes."""
    webhook_completed: Optional[str] = None
    """Deprecated: see `webhook`."""
    webhook_events_filter: Optional[List[WebhookEvent]] = None
    """Which changes the webhook is told of."""
