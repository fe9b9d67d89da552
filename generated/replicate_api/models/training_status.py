# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("TRAINING_STATUS_VALUES", "TrainingStatus")

#: Any string: the API may have values that this version does not know.
TrainingStatus = Union[
    Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"], str
]

#: The values that this version knows.
TRAINING_STATUS_VALUES: Tuple[TrainingStatus, ...] = (
    "starting",
    "processing",
    "succeeded",
    "failed",
    "canceled",
    "aborted",
)
