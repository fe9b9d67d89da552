# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""POST /models/{model_owner}/{model_name}/versions/{version_id}/trainings"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, TypedDict

from ... import answer, request
from ...models.training import Training

if TYPE_CHECKING:
    from ...models.webhook_event import WebhookEvent
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("TrainingsCreateMore", "TrainingsCreateOptions", "asyncio", "build", "parse", "sync")


class TrainingsCreateMore(TypedDict, total=False):
    """Those of the optional arguments that the methods of 1.x have no names of their own for."""

    webhook_completed: Optional[str]
    """Deprecated: use `webhook`, with `completed` as its event."""


class TrainingsCreateOptions(TrainingsCreateMore, total=False):
    """The optional arguments of the operation, but for headers."""

    webhook: Optional[str]
    """The HTTPS URL that is told when the training has changed."""
    webhook_events_filter: Optional[Sequence[WebhookEvent]]
    """Which changes the webhook is told of."""


def build(
    model_owner: str,
    model_name: str,
    version_id: str,
    *,
    destination: str,
    input: Mapping[str, Any],
    webhook: Optional[str] = None,
    webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
    webhook_completed: Optional[str] = None,
) -> Request:
    """Start a training.

    The result becomes a new version of the destination.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
        version_id: The id of the version.
        destination: The model that the result becomes a version of, as `owner/name`; it must exist.
        input: The inputs of the trainer, as its schema describes them.
        webhook: The HTTPS URL that is told when the training has changed.
        webhook_events_filter: Which changes the webhook is told of.
        webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
    """
    return {
        "method": "POST",
        "url": request.path(
            "/models/{model_owner}/{model_name}/versions/{version_id}/trainings",
            model_owner=model_owner,
            model_name=model_name,
            version_id=version_id,
        ),
        "json": request.json_fields(
            {
                "destination": destination,
                "input": input,
                "webhook": webhook,
                "webhook_events_filter": webhook_events_filter,
                "webhook_completed": webhook_completed,
            }
        ),
    }


def parse(response: Response) -> Training:
    """Read the response, or raise UnexpectedResponse."""
    return Training.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    model_owner: str,
    model_name: str,
    version_id: str,
    *,
    destination: str,
    input: Mapping[str, Any],
    webhook: Optional[str] = None,
    webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
    webhook_completed: Optional[str] = None,
) -> Training:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                model_owner,
                model_name,
                version_id,
                destination=destination,
                input=input,
                webhook=webhook,
                webhook_events_filter=webhook_events_filter,
                webhook_completed=webhook_completed,
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    model_owner: str,
    model_name: str,
    version_id: str,
    *,
    destination: str,
    input: Mapping[str, Any],
    webhook: Optional[str] = None,
    webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
    webhook_completed: Optional[str] = None,
) -> Training:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                model_owner,
                model_name,
                version_id,
                destination=destination,
                input=input,
                webhook=webhook,
                webhook_events_filter=webhook_events_filter,
                webhook_completed=webhook_completed,
            )
        )
    )
