# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `models` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Mapping, Optional, Sequence

    from ...models.model import Model
    from ...models.model_page import ModelPage
    from ...models.model_visibility import ModelVisibility
    from ...models.models_list_sort_by import ModelsListSortBy
    from ...models.models_list_sort_direction import ModelsListSortDirection
    from ...models.prediction import Prediction
    from ...models.prediction_page import PredictionPage
    from ...models.version import Version
    from ...models.version_page import VersionPage
    from ...models.webhook_event import WebhookEvent
    from ...types import AsyncTransport, SyncTransport

__all__ = ("ModelsOperations",)


class ModelsOperations:
    """The operations of the group `models`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def list(
        self,
        cursor: Optional[str] = None,
        *,
        sort_by: Optional[ModelsListSortBy] = None,
        sort_direction: Optional[ModelsListSortDirection] = None,
    ) -> ModelPage:
        """List the public models.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
            sort_by: The time to sort by: that of the model, or that of its latest version.
            sort_direction: Whether to begin with the oldest or with the newest.
        """
        from . import list as operation

        return operation.sync(self._sync, cursor, sort_by=sort_by, sort_direction=sort_direction)

    async def async_list(
        self,
        cursor: Optional[str] = None,
        *,
        sort_by: Optional[ModelsListSortBy] = None,
        sort_direction: Optional[ModelsListSortDirection] = None,
    ) -> ModelPage:
        """List the public models.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
            sort_by: The time to sort by: that of the model, or that of its latest version.
            sort_direction: Whether to begin with the oldest or with the newest.
        """
        from . import list as operation

        return await operation.asyncio(
            self._async, cursor, sort_by=sort_by, sort_direction=sort_direction
        )

    def create(
        self,
        *,
        hardware: str,
        name: str,
        owner: str,
        visibility: ModelVisibility,
        cover_image_url: Optional[str] = None,
        description: Optional[str] = None,
        github_url: Optional[str] = None,
        license_url: Optional[str] = None,
        paper_url: Optional[str] = None,
    ) -> Model:
        """Create a model.

        It has no version at first: push one with Cog, or train it. An account can have 1,000
        models.

        Args:
            hardware: The SKU of the hardware to run it on, as `hardware.list` gives it.
            name: The name of the model.
            owner: The account that the model is to belong to: the token's, or an organization of
                it.
            visibility: Whether everyone can see and run the model, or only its owner.
            cover_image_url: An image that stands for the model.
            description: What the model does.
            github_url: The source code on GitHub.
            license_url: The license of the model.
            paper_url: The paper that describes the model.
        """
        from . import create as operation

        return operation.sync(
            self._sync,
            hardware=hardware,
            name=name,
            owner=owner,
            visibility=visibility,
            cover_image_url=cover_image_url,
            description=description,
            github_url=github_url,
            license_url=license_url,
            paper_url=paper_url,
        )

    async def async_create(
        self,
        *,
        hardware: str,
        name: str,
        owner: str,
        visibility: ModelVisibility,
        cover_image_url: Optional[str] = None,
        description: Optional[str] = None,
        github_url: Optional[str] = None,
        license_url: Optional[str] = None,
        paper_url: Optional[str] = None,
    ) -> Model:
        """Create a model.

        It has no version at first: push one with Cog, or train it. An account can have 1,000
        models.

        Args:
            hardware: The SKU of the hardware to run it on, as `hardware.list` gives it.
            name: The name of the model.
            owner: The account that the model is to belong to: the token's, or an organization of
                it.
            visibility: Whether everyone can see and run the model, or only its owner.
            cover_image_url: An image that stands for the model.
            description: What the model does.
            github_url: The source code on GitHub.
            license_url: The license of the model.
            paper_url: The paper that describes the model.
        """
        from . import create as operation

        return await operation.asyncio(
            self._async,
            hardware=hardware,
            name=name,
            owner=owner,
            visibility=visibility,
            cover_image_url=cover_image_url,
            description=description,
            github_url=github_url,
            license_url=license_url,
            paper_url=paper_url,
        )

    def search(self, body: str, cursor: Optional[str] = None) -> ModelPage:
        """Search for public models.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import search as operation

        return operation.sync(self._sync, body, cursor)

    async def async_search(self, body: str, cursor: Optional[str] = None) -> ModelPage:
        """Search for public models.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import search as operation

        return await operation.asyncio(self._async, body, cursor)

    def delete(self, model_owner: str, model_name: str) -> None:
        """Delete a model.

        Only one's own private models without versions can be deleted.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
        """
        from . import delete as operation

        return operation.sync(self._sync, model_owner, model_name)

    async def async_delete(self, model_owner: str, model_name: str) -> None:
        """Delete a model.

        Only one's own private models without versions can be deleted.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
        """
        from . import delete as operation

        return await operation.asyncio(self._async, model_owner, model_name)

    def get(self, model_owner: str, model_name: str) -> Model:
        """Get a model.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
        """
        from . import get as operation

        return operation.sync(self._sync, model_owner, model_name)

    async def async_get(self, model_owner: str, model_name: str) -> Model:
        """Get a model.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
        """
        from . import get as operation

        return await operation.asyncio(self._async, model_owner, model_name)

    def update(
        self,
        model_owner: str,
        model_name: str,
        *,
        description: Optional[str] = None,
        github_url: Optional[str] = None,
        license_url: Optional[str] = None,
        paper_url: Optional[str] = None,
        readme: Optional[str] = None,
        weights_url: Optional[str] = None,
    ) -> Model:
        """Change what is said about a model.

        Only what is passed changes.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            description: What the model does.
            github_url: The source code on GitHub.
            license_url: The license of the model.
            paper_url: The paper that describes the model.
            readme: The readme, in Markdown.
            weights_url: The weights of the model.
        """
        from . import update as operation

        return operation.sync(
            self._sync,
            model_owner,
            model_name,
            description=description,
            github_url=github_url,
            license_url=license_url,
            paper_url=paper_url,
            readme=readme,
            weights_url=weights_url,
        )

    async def async_update(
        self,
        model_owner: str,
        model_name: str,
        *,
        description: Optional[str] = None,
        github_url: Optional[str] = None,
        license_url: Optional[str] = None,
        paper_url: Optional[str] = None,
        readme: Optional[str] = None,
        weights_url: Optional[str] = None,
    ) -> Model:
        """Change what is said about a model.

        Only what is passed changes.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            description: What the model does.
            github_url: The source code on GitHub.
            license_url: The license of the model.
            paper_url: The paper that describes the model.
            readme: The readme, in Markdown.
            weights_url: The weights of the model.
        """
        from . import update as operation

        return await operation.asyncio(
            self._async,
            model_owner,
            model_name,
            description=description,
            github_url=github_url,
            license_url=license_url,
            paper_url=paper_url,
            readme=readme,
            weights_url=weights_url,
        )

    def examples_list(
        self, model_owner: str, model_name: str, cursor: Optional[str] = None
    ) -> PredictionPage:
        """List the example predictions of a model.

        Its author chose them.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import examples_list as operation

        return operation.sync(self._sync, model_owner, model_name, cursor)

    async def async_examples_list(
        self, model_owner: str, model_name: str, cursor: Optional[str] = None
    ) -> PredictionPage:
        """List the example predictions of a model.

        Its author chose them.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import examples_list as operation

        return await operation.asyncio(self._async, model_owner, model_name, cursor)

    def predictions_create(
        self,
        model_owner: str,
        model_name: str,
        *,
        input: Mapping[str, Any],
        stream: Optional[bool] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        webhook_completed: Optional[str] = None,
        prefer: Optional[str] = None,
        cancel_after: Optional[str] = None,
    ) -> Prediction:
        """Run an official model.

        With `Prefer: wait` the answer comes when the prediction has finished or the time is up;
        without it, at once.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
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
            model_owner,
            model_name,
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
        model_owner: str,
        model_name: str,
        *,
        input: Mapping[str, Any],
        stream: Optional[bool] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        webhook_completed: Optional[str] = None,
        prefer: Optional[str] = None,
        cancel_after: Optional[str] = None,
    ) -> Prediction:
        """Run an official model.

        With `Prefer: wait` the answer comes when the prediction has finished or the time is up;
        without it, at once.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
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
            model_owner,
            model_name,
            input=input,
            stream=stream,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            webhook_completed=webhook_completed,
            prefer=prefer,
            cancel_after=cancel_after,
        )

    def readme_get(self, model_owner: str, model_name: str) -> str:
        """Get the readme of a model, in Markdown.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
        """
        from . import readme_get as operation

        return operation.sync(self._sync, model_owner, model_name)

    async def async_readme_get(self, model_owner: str, model_name: str) -> str:
        """Get the readme of a model, in Markdown.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
        """
        from . import readme_get as operation

        return await operation.asyncio(self._async, model_owner, model_name)

    def versions_list(
        self, model_owner: str, model_name: str, cursor: Optional[str] = None
    ) -> VersionPage:
        """List the versions of a model.

        The newest comes first.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import versions_list as operation

        return operation.sync(self._sync, model_owner, model_name, cursor)

    async def async_versions_list(
        self, model_owner: str, model_name: str, cursor: Optional[str] = None
    ) -> VersionPage:
        """List the versions of a model.

        The newest comes first.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import versions_list as operation

        return await operation.asyncio(self._async, model_owner, model_name, cursor)

    def versions_delete(self, model_owner: str, model_name: str, version_id: str) -> None:
        """Delete a version of a model, with its predictions and their files.

        Only one's own versions that nobody else has used can be deleted.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            version_id: The id of the version.
        """
        from . import versions_delete as operation

        return operation.sync(self._sync, model_owner, model_name, version_id)

    async def async_versions_delete(
        self, model_owner: str, model_name: str, version_id: str
    ) -> None:
        """Delete a version of a model, with its predictions and their files.

        Only one's own versions that nobody else has used can be deleted.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            version_id: The id of the version.
        """
        from . import versions_delete as operation

        return await operation.asyncio(self._async, model_owner, model_name, version_id)

    def versions_get(self, model_owner: str, model_name: str, version_id: str) -> Version:
        """Get a version of a model.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            version_id: The id of the version.
        """
        from . import versions_get as operation

        return operation.sync(self._sync, model_owner, model_name, version_id)

    async def async_versions_get(
        self, model_owner: str, model_name: str, version_id: str
    ) -> Version:
        """Get a version of a model.

        Args:
            model_owner: The account that the model belongs to.
            model_name: The name of the model.
            version_id: The id of the version.
        """
        from . import versions_get as operation

        return await operation.asyncio(self._async, model_owner, model_name, version_id)
