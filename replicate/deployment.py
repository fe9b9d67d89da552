"""Deployments: models on hardware that you choose."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from replicate_api import models
from replicate_api.api.deployments.create import DeploymentsCreateOptions
from replicate_api.api.deployments.update import DeploymentsUpdateOptions
from replicate_api.types import Field, nested

from ._arguments import check_more
from ._blocking import block
from ._guards import names_of, text_of
from .account import Account
from .identifier import Target, split
from .pagination import Page, fetch_page
from .prediction import Prediction, PredictionParams, deployment_target, start
from .resource import Namespace, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.deployments.list import DeploymentsListOptions
    from replicate_api.api.deployments.update import DeploymentsUpdateMore
    from replicate_api.models import WebhookEvent

    from ._http.session import Session
    from .pagination import Cursor
    from .prediction import DeploymentRef, PredictionMore

__all__ = ["Deployment", "DeploymentPredictions", "Deployments", "DeploymentsPredictions"]


class Deployment(Resource, models.Deployment):
    """A version of a model on hardware that you choose."""

    class Release(Resource, models.Release):
        """The version, hardware and instances of a deployment since its last change."""

        class Configuration(Resource, models.ReleaseConfiguration):
            """Hardware, and how many instances of it."""

        configuration: Field[Configuration] = nested(Configuration)  # pyright: ignore[reportIncompatibleVariableOverride]
        created_by: Field[Optional[Account]] = nested(Account, default=None)  # pyright: ignore[reportIncompatibleVariableOverride]

    current_release: Field[Optional[Release]] = nested(Release, default=None)  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def id(self) -> str:
        """The name with its owner: `owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def username(self) -> str:
        """Deprecated: use `owner`."""
        warnings.warn("Use `owner` instead of `username`", DeprecationWarning, stacklevel=2)
        return self.owner

    @property
    def predictions(self) -> DeploymentPredictions:
        """Predictions of this deployment."""
        return DeploymentPredictions(client=self._client, deployment=self)


class DeploymentPredictions(Namespace):
    """Predictions of one deployment."""

    def __init__(self, client: Session, deployment: Deployment) -> None:
        super().__init__(client)
        self._deployment = deployment

    def create(
        self,
        input: Optional[Mapping[str, Any]],
        *,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction of this deployment and return it, without waiting for its end.

        Args:
            input: The model's inputs by name, as for `run`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.
        """
        prediction = self._ours.async_create(
            input,
            wait=wait,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )
        return block(prediction)

    async def async_create(
        self,
        input: Optional[Mapping[str, Any]],
        *,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction of this deployment and return it, without waiting for its end.

        Args:
            input: The model's inputs by name, as for `run`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.
        """
        target = Target(deployment=(self._deployment.owner, self._deployment.name))
        check_more(self.async_create, more, PredictionParams.__annotations__)
        return await start(
            self._client,
            target,
            input,
            wait=wait,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )


class DeploymentsPredictions(Namespace):
    """Predictions of deployments by name."""

    def create(
        self,
        deployment: DeploymentRef,
        input: Optional[Mapping[str, Any]],
        *,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction of a deployment and return it, without waiting for its end.

        Args:
            deployment: The deployment, `owner/name`.
            input: The model's inputs by name, as for `run`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.
        """
        prediction = self._ours.async_create(
            deployment,
            input,
            wait=wait,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )
        return block(prediction)

    async def async_create(
        self,
        deployment: DeploymentRef,
        input: Optional[Mapping[str, Any]],
        *,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction of a deployment and return it, without waiting for its end.

        Args:
            deployment: The deployment, `owner/name`.
            input: The model's inputs by name, as for `run`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.
        """
        check_more(self.async_create, more, PredictionParams.__annotations__)
        return await start(
            self._client,
            deployment_target(deployment),
            input,
            wait=wait,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )


DeploymentChanges = DeploymentsUpdateOptions


class DeploymentParams(DeploymentsCreateOptions, total=False):
    """Parameters of `deployments.create` and `update`."""

    name: str
    """Its name."""

    model: str
    """The model, `owner/name`."""

    version: str
    """Id of the version to run."""

    hardware: str
    """SKU of the hardware to run on, see `hardware.list`."""

    min_instances: int
    """The least number of instances, 0 to 5."""

    max_instances: int
    """The greatest number of instances, 0 to 20."""


class Deployments(Namespace):
    """Operations on deployments."""

    CreateDeploymentParams = DeploymentParams
    UpdateDeploymentParams = DeploymentChanges

    @property
    def predictions(self) -> DeploymentsPredictions:
        """Predictions of deployments by name."""
        return DeploymentsPredictions(client=self._client)

    def list(
        self, cursor: Cursor = ..., **params: Unpack[DeploymentsListOptions]
    ) -> Page[Deployment]:
        """List the account's deployments.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[DeploymentsListOptions]
    ) -> Page[Deployment]:
        """List the account's deployments.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.deployments import list

        return await fetch_page(self._client, list, Deployment, cursor, **params)

    def get(self, name: str) -> Deployment:
        """Get a deployment by `"owner/name"`."""
        return block(self._ours.async_get(name))

    async def async_get(self, name: str) -> Deployment:
        """Get a deployment by `"owner/name"`."""
        from replicate_api.api.deployments import get

        data = await self._client._call(get.asyncio, *split(name, "deployment"))
        return Deployment._of(data, self._client)

    def create(
        self,
        *,
        name: str,
        model: str,
        version: str,
        hardware: str,
        min_instances: int,
        max_instances: int,
        **more: Unpack[DeploymentsCreateOptions],
    ) -> Deployment:
        """Create a deployment.

        Args:
            name: The name of the deployment.
            model: The model, `owner/name`.
            version: Id of the version to run.
            hardware: SKU of the hardware to run on, see `hardware.list`.
            min_instances: The least number of instances, 0 to 5.
            max_instances: The greatest number of instances, 0 to 20.
            more: Further fields of the API's request.
        """
        deployment = self._ours.async_create(
            name=name,
            model=model,
            version=version,
            hardware=hardware,
            min_instances=min_instances,
            max_instances=max_instances,
            **more,
        )
        return block(deployment)

    async def async_create(
        self,
        *,
        name: str,
        model: str,
        version: str,
        hardware: str,
        min_instances: int,
        max_instances: int,
        **more: Unpack[DeploymentsCreateOptions],
    ) -> Deployment:
        """Create a deployment.

        Args:
            name: The name of the deployment.
            model: The model, `owner/name`.
            version: Id of the version to run.
            hardware: SKU of the hardware to run on, see `hardware.list`.
            min_instances: The least number of instances, 0 to 5.
            max_instances: The greatest number of instances, 0 to 20.
            more: Further fields of the API's request.
        """
        from replicate_api.api.deployments import create

        check_more(self.async_create, more, DeploymentsCreateOptions.__annotations__)
        data = await self._client._call(
            create.asyncio,
            name=text_of(name).rpartition("/")[2],
            model=model,
            version=version,
            hardware=hardware,
            min_instances=min_instances,
            max_instances=max_instances,
            **more,
        )
        return Deployment._of(data, self._client)

    def update(
        self,
        deployment_owner: str,
        deployment_name: str,
        *,
        version: Optional[str] = None,
        hardware: Optional[str] = None,
        min_instances: Optional[int] = None,
        max_instances: Optional[int] = None,
        **more: Unpack[DeploymentsUpdateMore],
    ) -> Deployment:
        """Change a deployment. Values that are not given stay as they are.

        Args:
            deployment_owner: The owner of the deployment.
            deployment_name: The name of the deployment.
            version: Id of the version to run.
            hardware: SKU of the hardware to run on, see `hardware.list`.
            min_instances: The least number of instances, 0 to 5.
            max_instances: The greatest number of instances, 0 to 20.
            more: Further fields of the API's request.
        """
        deployment = self._ours.async_update(
            deployment_owner,
            deployment_name,
            version=version,
            hardware=hardware,
            min_instances=min_instances,
            max_instances=max_instances,
            **more,
        )
        return block(deployment)

    async def async_update(
        self,
        deployment_owner: str,
        deployment_name: str,
        *,
        version: Optional[str] = None,
        hardware: Optional[str] = None,
        min_instances: Optional[int] = None,
        max_instances: Optional[int] = None,
        **more: Unpack[DeploymentsUpdateMore],
    ) -> Deployment:
        """Change a deployment. Values that are not given stay as they are.

        Args:
            deployment_owner: The owner of the deployment.
            deployment_name: The name of the deployment.
            version: Id of the version to run.
            hardware: SKU of the hardware to run on, see `hardware.list`.
            min_instances: The least number of instances, 0 to 5.
            max_instances: The greatest number of instances, 0 to 20.
            more: Further fields of the API's request.
        """
        from replicate_api.api.deployments import update

        check_more(self.async_update, more, DeploymentsUpdateOptions.__annotations__)
        data = await self._client._call(
            update.asyncio,
            deployment_owner,
            deployment_name,
            version=version,
            hardware=hardware,
            min_instances=min_instances,
            max_instances=max_instances,
            **more,
        )
        return Deployment._of(data, self._client)

    def delete(self, deployment_owner: str, deployment_name: str) -> bool:
        """Delete a deployment that nobody has used for 15 minutes."""
        return block(self._ours.async_delete(deployment_owner, deployment_name))

    async def async_delete(self, deployment_owner: str, deployment_name: str) -> bool:
        """Delete a deployment that nobody has used for 15 minutes."""
        from replicate_api.api.deployments import delete

        await self._client._call(delete.asyncio, deployment_owner, deployment_name)
        return True


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
