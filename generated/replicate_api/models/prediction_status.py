# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("PREDICTION_STATUS_VALUES", "PredictionStatus")

#: Any string: the API may have values that this version does not know.
PredictionStatus = Union[
    Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"], str
]

#: The values that this version knows.
PREDICTION_STATUS_VALUES: Tuple[PredictionStatus, ...] = (
    "starting",
    "processing",
    "succeeded",
    "failed",
    "canceled",
    "aborted",
)
