# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /predictions"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict, Union

from ... import answer, request
from ...models.prediction_page import PredictionPage

if TYPE_CHECKING:
    from datetime import datetime

    from ...models.predictions_list_source import PredictionsListSource
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("PredictionsListOptions", "asyncio", "build", "parse", "sync")


class PredictionsListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""

    created_after: Optional[Union[datetime, str]]
    """List only what was created at this time or later."""
    created_before: Optional[Union[datetime, str]]
    """List only what was created before this time."""
    source: Optional[PredictionsListSource]
    """List only what was created there: `web` is the web site, and goes back 14 days."""


def build(
    cursor: Optional[str] = None,
    *,
    created_after: Optional[Union[datetime, str]] = None,
    created_before: Optional[Union[datetime, str]] = None,
    source: Optional[PredictionsListSource] = None,
) -> Request:
    """List the predictions of the account.

    The newest comes first; a page has 100.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
        created_after: List only what was created at this time or later.
        created_before: List only what was created before this time.
        source: List only what was created there: `web` is the web site, and goes back 14 days.
    """
    return {
        "method": "GET",
        "url": "/predictions",
        "params": request.page(
            {
                "created_after": request.moment("created_after", created_after),
                "created_before": request.moment("created_before", created_before),
                "source": source,
            },
            cursor,
        ),
    }


def parse(response: Response) -> PredictionPage:
    """Read the response, or raise UnexpectedResponse."""
    return PredictionPage.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    cursor: Optional[str] = None,
    *,
    created_after: Optional[Union[datetime, str]] = None,
    created_before: Optional[Union[datetime, str]] = None,
    source: Optional[PredictionsListSource] = None,
) -> PredictionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                cursor, created_after=created_after, created_before=created_before, source=source
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    cursor: Optional[str] = None,
    *,
    created_after: Optional[Union[datetime, str]] = None,
    created_before: Optional[Union[datetime, str]] = None,
    source: Optional[PredictionsListSource] = None,
) -> PredictionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                cursor, created_after=created_after, created_before=created_before, source=source
            )
        )
    )
