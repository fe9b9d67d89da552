# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import base

if TYPE_CHECKING:
    from .training import Training

__all__ = ("TrainingPage",)


@base.model
class TrainingPage(base.ApiModel):
    """One page of a list of trainings."""

    results: base.Field[List[Training]] = base.nested("Training", depth=1)
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""
