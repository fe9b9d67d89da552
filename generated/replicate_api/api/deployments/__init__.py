# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `deployments` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Mapping, Optional, Sequence

    from ...models.deployment import Deployment
    from ...models.deployment_page import DeploymentPage
    from ...models.prediction import Prediction
    from ...models.webhook_event import WebhookEvent
    from ...types import AsyncTransport, SyncTransport

__all__ = ("DeploymentsOperations",)


class DeploymentsOperations:
    """The operations of the group `deployments`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def list(self, cursor: Optional[str] = None) -> DeploymentPage:
        """List the deployments of the account.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return operation.sync(self._sync, cursor)

    async def async_list(self, cursor: Optional[str] = None) -> DeploymentPage:
        """List the deployments of the account.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return await operation.asyncio(self._async, cursor)

    def create(
        self,
        *,
        hardware: str,
        max_instances: int,
        min_instances: int,
        model: str,
        name: str,
        version: str,
    ) -> Deployment:
        """Create a deployment.

        Args:
            hardware: The SKU of the hardware, as `hardware.list` gives it.
            max_instances: The number of instances that are never exceeded.
            min_instances: The number of instances that are always running.
            model: The model to run, as `owner/name`.
            name: The name of the deployment.
            version: The id of the version to run.
        """
        from . import create as operation

        return operation.sync(
            self._sync,
            hardware=hardware,
            max_instances=max_instances,
            min_instances=min_instances,
            model=model,
            name=name,
            version=version,
        )

    async def async_create(
        self,
        *,
        hardware: str,
        max_instances: int,
        min_instances: int,
        model: str,
        name: str,
        version: str,
    ) -> Deployment:
        """Create a deployment.

        Args:
            hardware: The SKU of the hardware, as `hardware.list` gives it.
            max_instances: The number of instances that are never exceeded.
            min_instances: The number of instances that are always running.
            model: The model to run, as `owner/name`.
            name: The name of the deployment.
            version: The id of the version to run.
        """
        from . import create as operation

        return await operation.asyncio(
            self._async,
            hardware=hardware,
            max_instances=max_instances,
            min_instances=min_instances,
            model=model,
            name=name,
            version=version,
        )

    def delete(self, deployment_owner: str, deployment_name: str) -> None:
        """Delete a deployment.

        It must be offline and unused for 15 minutes.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
        """
        from . import delete as operation

        return operation.sync(self._sync, deployment_owner, deployment_name)

    async def async_delete(self, deployment_owner: str, deployment_name: str) -> None:
        """Delete a deployment.

        It must be offline and unused for 15 minutes.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
        """
        from . import delete as operation

        return await operation.asyncio(self._async, deployment_owner, deployment_name)

    def get(self, deployment_owner: str, deployment_name: str) -> Deployment:
        """Get a deployment.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
        """
        from . import get as operation

        return operation.sync(self._sync, deployment_owner, deployment_name)

    async def async_get(self, deployment_owner: str, deployment_name: str) -> Deployment:
        """Get a deployment.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
        """
        from . import get as operation

        return await operation.asyncio(self._async, deployment_owner, deployment_name)

    def update(
        self,
        deployment_owner: str,
        deployment_name: str,
        *,
        hardware: Optional[str] = None,
        max_instances: Optional[int] = None,
        min_instances: Optional[int] = None,
        version: Optional[str] = None,
    ) -> Deployment:
        """Change a deployment, which makes a new release.

        Only what is passed changes.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
            hardware: The SKU of the hardware, as `hardware.list` gives it.
            max_instances: The number of instances that are never exceeded.
            min_instances: The number of instances that are always running.
            version: The id of the version to run.
        """
        from . import update as operation

        return operation.sync(
            self._sync,
            deployment_owner,
            deployment_name,
            hardware=hardware,
            max_instances=max_instances,
            min_instances=min_instances,
            version=version,
        )

    async def async_update(
        self,
        deployment_owner: str,
        deployment_name: str,
        *,
        hardware: Optional[str] = None,
        max_instances: Optional[int] = None,
        min_instances: Optional[int] = None,
        version: Optional[str] = None,
    ) -> Deployment:
        """Change a deployment, which makes a new release.

        Only what is passed changes.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
            hardware: The SKU of the hardware, as `hardware.list` gives it.
            max_instances: The number of instances that are never exceeded.
            min_instances: The number of instances that are always running.
            version: The id of the version to run.
        """
        from . import update as operation

        return await operation.asyncio(
            self._async,
            deployment_owner,
            deployment_name,
            hardware=hardware,
            max_instances=max_instances,
            min_instances=min_instances,
            version=version,
        )

    def predictions_create(
        self,
        deployment_owner: str,
        deployment_name: str,
        *,
        input: Mapping[str, Any],
        stream: Optional[bool] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        webhook_completed: Optional[str] = None,
        prefer: Optional[str] = None,
        cancel_after: Optional[str] = None,
    ) -> Prediction:
        """Run the model of a deployment.

        With `Prefer: wait` the answer comes when the prediction has finished or the time is up;
        without it, at once.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
            input: The inputs of the model, as its schema describes them.
            stream: Deprecated: every model that can stream has a stream URL without it.
            webhook: The HTTPS URL that is told when the prediction has changed.
            webhook_events_filter: Which changes the webhook is told of.
            webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
            prefer: How long to hold the request open for the prediction to finish: `wait` for up to
                60 seconds, `wait=n` for up to n (1 to 60).
            cancel_after: How long the prediction may take, from its creation, before the server
                cancels it: `30s`, `5m`, `1h30m`; a bare number is seconds.
        """
        from . import predictions_create as operation

        return operation.sync(
            self._sync,
            deployment_owner,
            deployment_name,
            input=input,
            stream=stream,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
            prefer=prefer,
            cancel_after=cancel_after,
        )

    async def async_predictions_create(
        self,
        deployment_owner: str,
        deployment_name: str,
        *,
        input: Mapping[str, Any],
        stream: Optional[bool] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        webhook_completed: Optional[str] = None,
        prefer: Optional[str] = None,
        cancel_after: Optional[str] = None,
    ) -> Prediction:
        """Run the model of a deployment.

        With `Prefer: wait` the answer comes when the prediction has finished or the time is up;
        without it, at once.

        Args:
            deployment_owner: The account that the deployment belongs to.
            deployment_name: The name of the deployment.
            input: The inputs of the model, as its schema describes them.
            stream: Deprecated: every model that can stream has a stream URL without it.
            webhook: The HTTPS URL that is told when the prediction has changed.
            webhook_events_filter: Which changes the webhook is told of.
            webhook_completed: Deprecated: use `webhook`, with `completed` as its event.
            prefer: How long to hold the request open for the prediction to finish: `wait` for up to
                60 seconds, `wait=n` for up to n (1 to 60).
            cancel_after: How long the prediction may take, from its creation, before the server
                cancels it: `30s`, `5m`, `1h30m`; a bare number is seconds.
        """
        from . import predictions_create as operation

        return await operation.asyncio(
            self._async,
            deployment_owner,
            deployment_name,
            input=input,
            stream=stream,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
            prefer=prefer,
            cancel_after=cancel_after,
        )
