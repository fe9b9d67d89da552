# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `trainings` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Mapping, Optional, Sequence

    from ...models.training import Training
    from ...models.training_page import TrainingPage
    from ...models.webhook_event import WebhookEvent
    from ...types import AsyncTransport, SyncTransport

__all__ = ("TrainingsOperations",)


class TrainingsOperations:
    """The operations of the group `trainings`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def create(
        self,
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
        """Start a training.

        The result becomes a new version of the destination.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            version_id: The id of the version.
            destination: The model that the result becomes a version of, as `owner/name`; it must
                exist.
            input: The inputs of the trainer, as its schema describes them.
            webhook: The HTTPS URL that is told when the training has changed.
            webhook_events_filter: Which changes the webhook is told of.
            webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
        """
        from . import create as operation

        return operation.sync(
            self._sync,
            model_owner,
            model_name,
            version_id,
            destination=destination,
            input=input,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
        )

    async def async_create(
        self,
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
        """Start a training.

        The result becomes a new version of the destination.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            version_id: The id of the version.
            destination: The model that the result becomes a version of, as `owner/name`; it must
                exist.
            input: The inputs of the trainer, as its schema describes them.
            webhook: The HTTPS URL that is told when the training has changed.
            webhook_events_filter: Which changes the webhook is told of.
            webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
        """
        from . import create as operation

        return await operation.asyncio(
            self._async,
            model_owner,
            model_name,
            version_id,
            destination=destination,
            input=input,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
        )

    def list(self, cursor: Optional[str] = None) -> TrainingPage:
        """List the trainings of the account.

        The newest comes first.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return operation.sync(self._sync, cursor)

    async def async_list(self, cursor: Optional[str] = None) -> TrainingPage:
        """List the trainings of the account.

        The newest comes first.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return await operation.asyncio(self._async, cursor)

    def get(self, training_id: str) -> Training:
        """Get a training.

        Args:
            training_id: The id of the training.
        """
        from . import get as operation

        return operation.sync(self._sync, training_id)

    async def async_get(self, training_id: str) -> Training:
        """Get a training.

        Args:
            training_id: The id of the training.
        """
        from . import get as operation

        return await operation.asyncio(self._async, training_id)

    def cancel(self, training_id: str) -> Training:
        """Cancel a training.

        Args:
            training_id: The id of the training.
        """
        from . import cancel as operation

        return operation.sync(self._sync, training_id)

    async def async_cancel(self, training_id: str) -> Training:
        """Cancel a training.

        Args:
            training_id: The id of the training.
        """
        from . import cancel as operation

        return await operation.asyncio(self._async, training_id)
