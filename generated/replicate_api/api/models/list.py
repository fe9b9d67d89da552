# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /models"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.model_page import ModelPage

if TYPE_CHECKING:
    from ...models.models_list_sort_by import ModelsListSortBy
    from ...models.models_list_sort_direction import ModelsListSortDirection
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsListOptions", "asyncio", "build", "parse", "sync")


class ModelsListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""

    sort_by: Optional[ModelsListSortBy]
    """The time to sort by: that of the model, or that of its latest version."""
    sort_direction: Optional[ModelsListSortDirection]
    """Whether to begin with the oldest or with the newest."""


def build(
    cursor: Optional[str] = None,
    *,
    sort_by: Optional[ModelsListSortBy] = None,
    sort_direction: Optional[ModelsListSortDirection] = None,
) -> Request:
    """List the public models.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
        sort_by: The time to sort by: that of the model, or that of its latest version.
        sort_direction: Whether to begin with the oldest or with the newest.
    """
    return {
        "method": "GET",
        "url": "/models",
        "params": request.page({"sort_by": sort_by, "sort_direction": sort_direction}, cursor),
    }


def parse(response: Response) -> ModelPage:
    """Read the response, or raise UnexpectedResponse."""
    return ModelPage.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    cursor: Optional[str] = None,
    *,
    sort_by: Optional[ModelsListSortBy] = None,
    sort_direction: Optional[ModelsListSortDirection] = None,
) -> ModelPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(cursor, sort_by=sort_by, sort_direction=sort_direction)))


async def asyncio(
    transport: AsyncTransport,
    cursor: Optional[str] = None,
    *,
    sort_by: Optional[ModelsListSortBy] = None,
    sort_direction: Optional[ModelsListSortDirection] = None,
) -> ModelPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(**build(cursor, sort_by=sort_by, sort_direction=sort_direction))
    )
