# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..base import ApiModel, Field, model, nested

if TYPE_CHECKING:
    from .training import Training

__all__ = ("TrainingPage",)


@model
class TrainingPage(ApiModel):
    """One page of a list of trainings."""

    results: Field[List[Training]] = nested("Training", depth=1)
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""
