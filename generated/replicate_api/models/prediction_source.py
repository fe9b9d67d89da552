# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("PREDICTION_SOURCE_VALUES", "PredictionSource")

#: Any string: the API may have values that this version does not know.
PredictionSource = Union[Literal["web", "api"], str]

#: The values that this version knows.
PREDICTION_SOURCE_VALUES: Tuple[PredictionSource, ...] = ("web", "api")
