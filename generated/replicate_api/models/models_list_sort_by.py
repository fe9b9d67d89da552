# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("MODELS_LIST_SORT_BY_VALUES", "ModelsListSortBy")

#: Any string: the API may have values that this version does not know.
ModelsListSortBy = Union[Literal["model_created_at", "latest_version_created_at"], str]

#: The values that this version knows.
MODELS_LIST_SORT_BY_VALUES: Tuple[ModelsListSortBy, ...] = (
    "model_created_at",
    "latest_version_created_at",
)
