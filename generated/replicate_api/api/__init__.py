# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind all operations to transports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..types import AsyncTransport, SyncTransport
    from .account import AccountOperations
    from .collections import CollectionsOperations
    from .deployments import DeploymentsOperations
    from .files import FilesOperations
    from .hardware import HardwareOperations
    from .models import ModelsOperations
    from .predictions import PredictionsOperations
    from .search import SearchOperations
    from .trainings import TrainingsOperations
    from .webhooks import WebhooksOperations

__all__ = ("Api",)


class Api:
    """All operations of the API, in groups: `api.predictions.get("id")`.

    Args:
        sync_transport: What sends the requests of `x`.
        async_transport: What sends the requests of `async_x`.
    """

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    @cached_property
    def account(self) -> AccountOperations:
        """The operations of the group `account`."""
        from .account import AccountOperations

        return AccountOperations(self._sync, self._async)

    @cached_property
    def collections(self) -> CollectionsOperations:
        """The operations of the group `collections`."""
        from .collections import CollectionsOperations

        return CollectionsOperations(self._sync, self._async)

    @cached_property
    def deployments(self) -> DeploymentsOperations:
        """The operations of the group `deployments`."""
        from .deployments import DeploymentsOperations

        return DeploymentsOperations(self._sync, self._async)

    @cached_property
    def files(self) -> FilesOperations:
        """The operations of the group `files`."""
        from .files import FilesOperations

        return FilesOperations(self._sync, self._async)

    @cached_property
    def hardware(self) -> HardwareOperations:
        """The operations of the group `hardware`."""
        from .hardware import HardwareOperations

        return HardwareOperations(self._sync, self._async)

    @cached_property
    def models(self) -> ModelsOperations:
        """The operations of the group `models`."""
        from .models import ModelsOperations

        return ModelsOperations(self._sync, self._async)

    @cached_property
    def predictions(self) -> PredictionsOperations:
        """The operations of the group `predictions`."""
        from .predictions import PredictionsOperations

        return PredictionsOperations(self._sync, self._async)

    @cached_property
    def search(self) -> SearchOperations:
        """The operations of the group `search`."""
        from .search import SearchOperations

        return SearchOperations(self._sync, self._async)

    @cached_property
    def trainings(self) -> TrainingsOperations:
        """The operations of the group `trainings`."""
        from .trainings import TrainingsOperations

        return TrainingsOperations(self._sync, self._async)

    @cached_property
    def webhooks(self) -> WebhooksOperations:
        """The operations of the group `webhooks`."""
        from .webhooks import WebhooksOperations

        return WebhooksOperations(self._sync, self._async)
