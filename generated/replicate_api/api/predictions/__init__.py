# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `predictions` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Mapping, Optional, Sequence, Union

    from ...models.prediction import Prediction
    from ...models.prediction_page import PredictionPage
    from ...models.predictions_list_source import PredictionsListSource
    from ...models.webhook_event import WebhookEvent
    from ...types import AsyncTransport, SyncTransport

__all__ = ("PredictionsOperations",)


class PredictionsOperations:
    """The operations of the group `predictions`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def list(
        self,
        cursor: Optional[str] = None,
        *,
        created_after: Optional[Union[datetime, str]] = None,
        created_before: Optional[Union[datetime, str]] = None,
        source: Optional[PredictionsListSource] = None,
    ) -> PredictionPage:
        """List the predictions of the account.

        The newest comes first; a page has 100.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
            created_after: List only what was created at this time or later.
            created_before: List only what was created before this time.
            source: List only what was created there: `web` is the web site, and goes back 14 days.
        """
        from . import list as operation

        return operation.sync(
            self._sync,
            cursor,
            created_after=created_after,
            created_before=created_before,
            source=source,
        )

    async def async_list(
        self,
        cursor: Optional[str] = None,
        *,
        created_after: Optional[Union[datetime, str]] = None,
        created_before: Optional[Union[datetime, str]] = None,
        source: Optional[PredictionsListSource] = None,
    ) -> PredictionPage:
        """List the predictions of the account.

        The newest comes first; a page has 100.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
            created_after: List only what was created at this time or later.
            created_before: List only what was created before this time.
            source: List only what was created there: `web` is the web site, and goes back 14 days.
        """
        from . import list as operation

        return await operation.asyncio(
            self._async,
            cursor,
            created_after=created_after,
            created_before=created_before,
            source=source,
        )

    def create(
        self,
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
        """Run any model.

        With `Prefer: wait` the answer comes when the prediction has finished or the time is up;
        without it, at once.

        Args:
            input: The inputs of the model, as its schema describes them.
            version: The model: `owner/name` for official ones, else a version id or
                `owner/name:version`.
            stream: Deprecated: every model that can stream has a stream URL without it.
            webhook: The HTTPS URL that is told when the prediction has changed.
            webhook_events_filter: Which changes the webhook is told of.
            webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
            prefer: How long to hold the request open for the prediction to finish: `wait` for up to
                60 seconds, `wait=n` for up to n (1 to 60).
            cancel_after: How long the prediction may take, from its creation, before the server
                cancels it: `30s`, `5m`, `1h30m`; a bare number is seconds.
        """
        from . import create as operation

        return operation.sync(
            self._sync,
            input=input,
            version=version,
            stream=stream,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
            prefer=prefer,
            cancel_after=cancel_after,
        )

    async def async_create(
        self,
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
        """Run any model.

        With `Prefer: wait` the answer comes when the prediction has finished or the time is up;
        without it, at once.

        Args:
            input: The inputs of the model, as its schema describes them.
            version: The model: `owner/name` for official ones, else a version id or
                `owner/name:version`.
            stream: Deprecated: every model that can stream has a stream URL without it.
            webhook: The HTTPS URL that is told when the prediction has changed.
            webhook_events_filter: Which changes the webhook is told of.
            webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
            prefer: How long to hold the request open for the prediction to finish: `wait` for up to
                60 seconds, `wait=n` for up to n (1 to 60).
            cancel_after: How long the prediction may take, from its creation, before the server
                cancels it: `30s`, `5m`, `1h30m`; a bare number is seconds.
        """
        from . import create as operation

        return await operation.asyncio(
            self._async,
            input=input,
            version=version,
            stream=stream,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
            prefer=prefer,
            cancel_after=cancel_after,
        )

    def get(self, prediction_id: str) -> Prediction:
        """Get a prediction.

        Args:
            prediction_id: The id of the prediction.
        """
        from . import get as operation

        return operation.sync(self._sync, prediction_id)

    async def async_get(self, prediction_id: str) -> Prediction:
        """Get a prediction.

        Args:
            prediction_id: The id of the prediction.
        """
        from . import get as operation

        return await operation.asyncio(self._async, prediction_id)

    def cancel(self, prediction_id: str) -> Prediction:
        """Cancel a prediction.

        Args:
            prediction_id: The id of the prediction.
        """
        from . import cancel as operation

        return operation.sync(self._sync, prediction_id)

    async def async_cancel(self, prediction_id: str) -> Prediction:
        """Cancel a prediction.

        Args:
            prediction_id: The id of the prediction.
        """
        from . import cancel as operation

        return await operation.asyncio(self._async, prediction_id)
