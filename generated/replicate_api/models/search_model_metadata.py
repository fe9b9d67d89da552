# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import List, Optional

from .. import base

__all__ = ("SearchModelMetadata",)


@base.model
class SearchModelMetadata(base.ApiModel):
    """What the search knows of a model beside the model itself."""

    generated_description: Optional[str] = None
    """A description that was written by a language model."""
    score: Optional[float] = None
    """How well the model fits the query."""
    tags: Optional[List[str]] = None
    """What the model is about."""
