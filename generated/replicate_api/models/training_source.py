# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("TRAINING_SOURCE_VALUES", "TrainingSource")

#: Any string: the API may have values that this version does not know.
TrainingSource = Union[Literal["web", "api"], str]

#: The values that this version knows.
TRAINING_SOURCE_VALUES: Tuple[TrainingSource, ...] = ("web", "api")
