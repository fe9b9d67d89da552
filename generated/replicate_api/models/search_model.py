# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import base

if TYPE_CHECKING:
    from .model import Model
    from .search_model_metadata import SearchModelMetadata

__all__ = ("SearchModel",)


@base.model
class SearchModel(base.ApiModel):
    """A model that a search found."""

    metadata: base.Field[Optional[SearchModelMetadata]] = base.nested(
        "SearchModelMetadata", default=None
    )
    model: base.Field[Optional[Model]] = base.nested("Model", default=None)
