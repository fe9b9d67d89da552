# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("MODELS_LIST_SORT_DIRECTION_VALUES", "ModelsListSortDirection")

#: Any string: the API may have values that this version does not know.
ModelsListSortDirection = Union[Literal["asc", "desc"], str]

#: The values that this version knows.
MODELS_LIST_SORT_DIRECTION_VALUES: Tuple[ModelsListSortDirection, ...] = ("asc", "desc")
