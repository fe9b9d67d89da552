# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""POST /predictions"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, TypedDict

from ... import answer, request
from ...models.prediction import Prediction

if TYPE_CHECKING:
    from ...models.webhook_event import WebhookEvent
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("PredictionsCreateMore", "PredictionsCreateOptions", "asyncio", "build", "parse", "sync")


class PredictionsCreateMore(TypedDict, total=False):
    """Those of the optional arguments that the methods of 1.x have no names of their own for."""

    stream: Optional[bool]
    """Deprecated: every model that can stream has a stream URL without it."""
    webhook_completed: Optional[str]
    """Deprecated: use `webhook`, with `completed` as its event."""


class PredictionsCreateOptions(PredictionsCreateMore, total=False):
    """The optional arguments of the operation, but for headers."""

    webhook: Optional[str]
    """The HTTPS URL that is told when the prediction has changed."""
    webhook_events_filter: Optional[Sequence[WebhookEvent]]
    """Which changes the webhook is told of."""


def build(
    *,
    input: Mapping[str, Any],
    version: str,
    stream: Optional[bool] = None,
    webhook: Optional[str] = None,
    webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
    webhook_completed: Optional[str] = None,
    prefer: Optional[str] = None,
    cancel_after: Optional[str] = None,
) -> Request:
    """Run any model.

    With `Prefer: wait` the answer comes when the prediction has finished or the time is up; without
    it, at once.

    Args:
        input: The inputs of the model, as its schema describes them.
        version: The model: `owner/name` for official ones, else a version id or
            `owner/name:version`.
        stream: Deprecated: every model that can stream has a stream URL without it.
        webhook: The HTTPS URL that is told when the prediction has changed.
        webhook_events_filter: Which changes the webhook is told of.
        webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
        prefer: How long to hold the request open for the prediction to finish: `wait` for up to 60
            seconds, `wait=n` for up to n (1 to 60).
        cancel_after: How long the prediction may take, from its creation, before the server cancels
            it: `30s`, `5m`, `1h30m`; a bare number is seconds.
    """
    return {
        "method": "POST",
        "url": "/predictions",
        "headers": request.strings({"Prefer": prefer, "Cancel-After": cancel_after}),
        "json": request.json_fields(
            {
                "input": input,
                "stream": stream,
                "version": version,
                "webhook": webhook,
                "webhook_events_filter": webhook_events_filter,
                "webhook_completed": webhook_completed,
            }
        ),
    }


def parse(response: Response) -> Prediction:
    """Read the response, or raise UnexpectedResponse."""
    return Prediction.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    *,
    input: Mapping[str, Any],
    version: str,
    stream: Optional[bool] = None,
    webhook: Optional[str] = None,
    webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
    webhook_completed: Optional[str] = None,
    prefer: Optional[str] = None,
    cancel_after: Optional[str] = None,
) -> Prediction:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                input=input,
                version=version,
                stream=stream,
                webhook=webhook,
                webhook_events_filter=webhook_events_filter,
                webhook_completed=webhook_completed,
                prefer=prefer,
                cancel_after=cancel_after,
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    *,
    input: Mapping[str, Any],
    version: str,
    stream: Optional[bool] = None,
    webhook: Optional[str] = None,
    webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
    webhook_completed: Optional[str] = None,
    prefer: Optional[str] = None,
    cancel_after: Optional[str] = None,
) -> Prediction:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                input=input,
                version=version,
                stream=stream,
                webhook=webhook,
                webhook_events_filter=webhook_events_filter,
                webhook_completed=webhook_completed,
                prefer=prefer,
                cancel_after=cancel_after,
            )
        )
    )
