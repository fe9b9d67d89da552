# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("PREDICTIONS_LIST_SOURCE_VALUES", "PredictionsListSource")

#: Any string: the API may have values that this version does not know.
PredictionsListSource = Union[Literal["web"], str]

#: The values that this version knows.
PREDICTIONS_LIST_SOURCE_VALUES: Tuple[PredictionsListSource, ...] = ("web",)
