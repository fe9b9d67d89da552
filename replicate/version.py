"""Versions of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from replicate_api import models

from . import schema
from ._blocking import block, called
from ._guards import names_of
from .pagination import Page, fetch_page
from .prediction import model_target
from .resource import Namespace, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.models.versions_list import ModelsVersionsListOptions

    from ._http.session import Session
    from .pagination import Cursor
    from .prediction import ModelRef

__all__ = ["Version", "Versions"]


class Version(Resource, models.Version):
    """A version of a model."""

    @property
    def _yields_output(self) -> bool:
        """Whether the model yields its output item by item."""
        return schema.is_iterator(self.openapi_schema, self.cog_version)

    def predict(self, **input: Any) -> Any:
        """Run this version and return its output. If the model yields its output, return a list.

        Args:
            input: The model's inputs by name. The output of another `predict` can be an input.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
        """
        return block(self._ours.async_predict(**input))

    async def async_predict(self, **input: Any) -> Any:
        """Run this version and return its output. If the model yields its output, return a list.

        Args:
            input: The model's inputs by name. The output of another `predict` can be an input.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
        """
        from ._runs.outputs import OutputIterator

        client: Any = self._client  # `run` is the client's: a floor above
        output = await called(client, "run", self, input)
        return [item async for item in output] if isinstance(output, OutputIterator) else output


class Versions(Namespace):
    """Operations on the versions of a model."""

    model: tuple[str, str]
    """Owner and name of the model."""

    def __init__(self, client: Session, model: ModelRef) -> None:
        super().__init__(client)
        target = model_target(model)
        assert target.owner is not None
        assert target.name is not None
        self.model = (target.owner, target.name)

    def get(self, id: str) -> Version:
        """Get a version by its id."""
        return block(self._ours.async_get(id))

    async def async_get(self, id: str) -> Version:
        """Get a version by its id."""
        from replicate_api.api.models import versions_get

        data = await self._client._call(versions_get.asyncio, *self.model, id)
        return Version._of(data, self._client)

    def list(
        self, cursor: Cursor = ..., **params: Unpack[ModelsVersionsListOptions]
    ) -> Page[Version]:
        """List the model's versions, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[ModelsVersionsListOptions]
    ) -> Page[Version]:
        """List the model's versions, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.models import versions_list

        return await fetch_page(self._client, versions_list, Version, cursor, *self.model, **params)

    def delete(self, id: str) -> bool:
        """Delete a version with its predictions and files, and return True."""
        return block(self._ours.async_delete(id))

    async def async_delete(self, id: str) -> bool:
        """Delete a version with its predictions and files, and return True."""
        from replicate_api.api.models import versions_delete

        await self._client._call(versions_delete.asyncio, *self.model, id)
        return True


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
