# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional

from .. import base

if TYPE_CHECKING:
    from ..timestamp import Timestamp
    from .training_metrics import TrainingMetrics
    from .training_output import TrainingOutput
    from .training_source import TrainingSource
    from .training_status import TrainingStatus
    from .training_urls import TrainingUrls

__all__ = ("Training",)


@base.model
class Training(base.ApiModel):
    """One run of a trainer, which makes a new version of a model."""

    id: str
    """The unique id."""
    model: str
    """The model, as `owner/name`."""
    status: TrainingStatus
    """How far it has come."""
    version: str
    """The id of the trainer's version."""
    completed_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When the run ended, however it did."""
    created_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When it was created."""
    error: Optional[str] = None
    """Why it failed; null if it did not."""
    input: Optional[Dict[str, Any]] = None
    """The inputs, as they were passed."""
    logs: Optional[str] = None
    """What the model wrote to its log so far."""
    metrics: Optional[TrainingMetrics] = None
    """What was measured during the run."""
    output: Optional[TrainingOutput] = None
    """What the training has made; null before."""
    source: Optional[TrainingSource] = None
    """Whether it was created on the web site or through the API."""
    started_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When the model began to work on it."""
    urls: Optional[TrainingUrls] = None
    """Where to follow and to cancel it."""
    webhook_completed: Optional[str] = None
    """Deprecated: see `webhook`."""
