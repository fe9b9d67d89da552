# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import base

if TYPE_CHECKING:
    from .prediction import Prediction

__all__ = ("PredictionPage",)


@base.model
class PredictionPage(base.ApiModel):
    """One page of a list of predictions."""

    results: base.Field[List[Prediction]] = base.nested("Prediction", depth=1)
    """The items of this page."""
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""
