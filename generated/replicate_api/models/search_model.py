# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ..base import ApiModel, Field, model, nested

if TYPE_CHECKING:
    from .model import Model
    from .search_model_metadata import SearchModelMetadata

__all__ = ("SearchModel",)


@model
class SearchModel(ApiModel):
    """A model that a search found."""

    metadata: Field[Optional[SearchModelMetadata]] = nested("SearchModelMetadata", default=None)
    model: Field[Optional[Model]] = nested("Model", default=None)
