# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from attrs import define

from ..base import ApiModel

__all__ = ("SearchPage",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class SearchPage(ApiModel):
    """A page of the web site that a search found."""

    href: Optional[str] = None
    """The URL of the page."""
    name: Optional[str] = None
    """The title of the page."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {"href": get("href"), "name": get("name")}
