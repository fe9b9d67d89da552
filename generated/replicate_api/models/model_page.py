# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..base import ApiModel, Field, model, nested

if TYPE_CHECKING:
    from .model import Model

__all__ = ("ModelPage",)


@model
class ModelPage(ApiModel):
    """One page of a list of models."""

    results: Field[List[Model]] = nested("Model", depth=1)
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""
