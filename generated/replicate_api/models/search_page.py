# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Optional

from .. import base

__all__ = ("SearchPage",)


@base.model
class SearchPage(base.ApiModel):
    """A page of the web site that a search found."""

    href: Optional[str] = None
    """The URL of the page."""
    name: Optional[str] = None
    """The title of the page."""
