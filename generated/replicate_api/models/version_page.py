# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..base import ApiModel, Field, model, nested

if TYPE_CHECKING:
    from .version import Version

__all__ = ("VersionPage",)


@model
class VersionPage(ApiModel):
    """One page of a list of versions of a model."""

    results: Field[List[Version]] = nested("Version", depth=1)
    """The items of this page."""
    next: Optional[str] = None
    """The URL of the page after this one; null on the last page."""
    previous: Optional[str] = None
    """The URL of the page before this one; null on the first page."""
