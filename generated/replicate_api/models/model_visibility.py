# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("MODEL_VISIBILITY_VALUES", "ModelVisibility")

#: Any string: the API may have values that this version does not know.
ModelVisibility = Union[Literal["public", "private"], str]

#: The values that this version knows.
MODEL_VISIBILITY_VALUES: Tuple[ModelVisibility, ...] = ("public", "private")
