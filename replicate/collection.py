"""Curated collections of models."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Iterator, List, Optional, Union, overload

from replicate_api import models
from replicate_api.types import Field, nested

from ._blocking import block
from ._guards import names_of
from .model import Model
from .pagination import Page, fetch_page
from .resource import Namespace, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.collections.list import CollectionsListOptions

    from .pagination import Cursor

__all__ = ["Collection", "Collections"]


class Collection(Resource, models.Collection):
    """A collection of models, which iterates and has a length like a list of models."""

    models: Field[Optional[List[Model]]] = nested(Model, depth=1, default=None)  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def id(self) -> str:
        """Deprecated: use `slug`."""
        warnings.warn("Use `slug` instead of `id`", DeprecationWarning, stacklevel=2)
        return self.slug

    def __iter__(self) -> Iterator[Model]:  # type: ignore[override]
        return iter(self.models or ())

    def __len__(self) -> int:
        return len(self.models or ())

    def __bool__(self) -> bool:
        return self.models is None or bool(self.models)

    @overload
    def __getitem__(self, key: int) -> Model: ...
    @overload
    def __getitem__(self, key: slice) -> List[Model]: ...
    @overload
    def __getitem__(self, key: str) -> Any: ...
    def __getitem__(self, key: Union[int, slice, str]) -> Any:
        if isinstance(key, str):
            return self._fields()[key]
        models: List[Model] = self.models or []
        return models[key]

    def keys(self) -> List[str]:
        """Return the names of the fields, which makes `dict(collection)` work."""
        return list(self._fields())


class Collections(Namespace):
    """Operations on collections."""

    def list(
        self, cursor: Cursor = ..., **params: Unpack[CollectionsListOptions]
    ) -> Page[Collection]:
        """List the collections, without their models.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[CollectionsListOptions]
    ) -> Page[Collection]:
        """List the collections, without their models.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.collections import list

        return await fetch_page(self._client, list, Collection, cursor, **params)

    def get(self, slug: str) -> Collection:
        """Get a collection with its models."""
        return block(self._ours.async_get(slug))

    async def async_get(self, slug: str) -> Collection:
        """Get a collection with its models."""
        from replicate_api.api.collections import get

        return Collection._of(await self._client._call(get.asyncio, slug), self._client)


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
