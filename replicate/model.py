"""Models."""

from __future__ import annotations

import warnings
from typing import (
    TYPE_CHECKING,
    Any,
    Mapping,
    NoReturn,
    Optional,
    Sequence,
    Union,
    overload,
)

from replicate_api import models
from replicate_api.api.models.create import ModelsCreateOptions
from replicate_api.types import Field, nested

from ._arguments import check_more
from ._blocking import block
from ._guards import is_text, names_of
from .exceptions import InvalidArgumentTypeError, ReplicateException
from .pagination import Page, fetch_page
from .prediction import Prediction, PredictionParams, model_target, start
from .resource import Namespace, Resource
from .version import Version, Versions

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.models.create import ModelsCreateMore
    from replicate_api.api.models.list import ModelsListOptions
    from replicate_api.api.models.search import ModelsSearchOptions
    from replicate_api.models import WebhookEvent

    from .pagination import Cursor
    from .prediction import ModelRef, PredictionMore

__all__ = ["Model", "Models", "ModelsPredictions", "Page"]


class Model(Resource, models.Model):
    """A model."""

    default_example: Field[Optional[Prediction]] = nested(Prediction, default=None)  # pyright: ignore[reportIncompatibleVariableOverride]
    latest_version: Field[Optional[Version]] = nested(Version, default=None)  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def id(self) -> str:
        """The name with its owner: `owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def username(self) -> str:
        """Deprecated: use `owner`."""
        warnings.warn("Use `owner` instead of `username`", DeprecationWarning, stacklevel=2)
        return self.owner

    @username.setter
    def username(self, value: str) -> None:
        self.owner = value

    def predict(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 - whatever they were
        """Deprecated and removed: use `predict` of a version, or `run`."""
        raise ReplicateException(
            "The `model.predict()` method has been removed, because it's unstable: if a new "
            f"version of the model is pushed, its API may change. Use replicate.run('{self.id}', "
            "...) or version.predict(...) instead: "
            "https://github.com/replicate/replicate-python#readme"
        )

    @property
    def versions(self) -> Versions:
        """The versions of this model."""
        if not (is_text(self.owner) and is_text(self.name)):
            raise AttributeError("a model without owner and name has no versions")
        return Versions(client=self._client, model=(self.owner, self.name))

    def reload(self) -> None:
        """Update the object with the present state."""
        block(self._ours.async_reload())

    async def async_reload(self) -> None:
        """Update the object with the present state."""
        from replicate_api.api.models import get

        self._update(await self._client._call(get.asyncio, self.owner, self.name))


class ModelParams(ModelsCreateOptions, total=False):
    """Parameters of `models.create`, besides owner and name."""

    hardware: str
    """SKU of the hardware to run on, see `hardware.list`."""

    visibility: models.ModelVisibility
    """Who can see the model: `public` for everyone, `private` for its owner."""


class ModelsPredictions(Namespace):
    """Predictions of models by name."""

    def create(
        self,
        model: ModelRef,
        input: Optional[Mapping[str, Any]],
        *,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction of a model and return it, without waiting for its end.

        Args:
            model: A model, `owner/name`. If it is not official, its latest version runs.
            input: The model's inputs by name, as for `run`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.
        """
        prediction = self._ours.async_create(
            model,
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
        model: ModelRef,
        input: Optional[Mapping[str, Any]],
        *,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction of a model and return it, without waiting for its end.

        Args:
            model: A model, `owner/name`. If it is not official, its latest version runs.
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
            model_target(model),
            input,
            wait=wait,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )


class Models(Namespace):
    """Operations on models."""

    CreateModelParams = ModelParams

    model = Model

    @property
    def predictions(self) -> ModelsPredictions:
        """Predictions of models by name."""
        return ModelsPredictions(client=self._client)

    def list(self, cursor: Cursor = ..., **params: Unpack[ModelsListOptions]) -> Page[Model]:
        """List public models.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: `sort_by`: `model_created_at` or `latest_version_created_at`. `sort_direction`:
                `asc` or `desc`.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[ModelsListOptions]
    ) -> Page[Model]:
        """List public models.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: `sort_by`: `model_created_at` or `latest_version_created_at`. `sort_direction`:
                `asc` or `desc`.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.models import list

        return await fetch_page(self._client, list, Model, cursor, **params)

    def search(self, query: str, **params: Unpack[ModelsSearchOptions]) -> Page[Model]:
        """Search public models."""
        return block(self._ours.async_search(query, **params))

    async def async_search(self, query: str, **params: Unpack[ModelsSearchOptions]) -> Page[Model]:
        """Search public models."""
        from replicate_api.api.models import search

        # Not everybody uses a type checker.
        if not isinstance(query, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidArgumentTypeError(f"query must be text, not {query!r:.100}")
        return await fetch_page(self._client, search, Model, ..., query, **params)

    @overload
    def get(self, key: str) -> Model: ...
    @overload
    def get(self, owner: str, name: str) -> Model: ...
    def get(self, *args: Any, **kwargs: Any) -> Model:
        """Get a model by `"owner/name"`, or by owner and name."""
        return block(self._ours.async_get(*args, **kwargs))

    @overload
    async def async_get(self, key: str) -> Model: ...
    @overload
    async def async_get(self, owner: str, name: str) -> Model: ...
    async def async_get(self, *args: Any, **kwargs: Any) -> Model:
        """Get a model by `"owner/name"`, or by owner and name."""
        from replicate_api.api.models import get

        owner, name = _place("get", *args, **kwargs)
        return Model._of(await self._client._call(get.asyncio, owner, name), self._client)

    @overload
    def delete(self, key: str) -> bool: ...
    @overload
    def delete(self, owner: str, name: str) -> bool: ...
    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete a private model that has no versions, by `"owner/name"` or owner and name."""
        return block(self._ours.async_delete(*args, **kwargs))

    @overload
    async def async_delete(self, key: str) -> bool: ...
    @overload
    async def async_delete(self, owner: str, name: str) -> bool: ...
    async def async_delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete a private model that has no versions, by `"owner/name"` or owner and name."""
        from replicate_api.api.models import delete

        owner, name = _place("delete", *args, **kwargs)
        await self._client._call(delete.asyncio, owner, name)
        return True

    def create(
        self,
        owner: str,
        name: str,
        *,
        visibility: models.ModelVisibility,
        hardware: str,
        description: Optional[str] = None,
        github_url: Optional[str] = None,
        paper_url: Optional[str] = None,
        license_url: Optional[str] = None,
        cover_image_url: Optional[str] = None,
        **more: Unpack[ModelsCreateMore],
    ) -> Model:
        """Create a model.

        Args:
            owner: The owner of the model: the user or organization of the token.
            name: The name of the model.
            visibility: Who can see the model: `public` for everyone, `private` for its owner.
            hardware: SKU of the hardware to run on, see `hardware.list`.
            description: A description of the model.
            github_url: The URL of the model's code.
            paper_url: The URL of the model's paper.
            license_url: The URL of the model's license.
            cover_image_url: The URL of a picture for the model.
            more: Further fields of the API's request.
        """
        model = self._ours.async_create(
            owner,
            name,
            visibility=visibility,
            hardware=hardware,
            description=description,
            github_url=github_url,
            paper_url=paper_url,
            license_url=license_url,
            cover_image_url=cover_image_url,
            **more,
        )
        return block(model)

    async def async_create(
        self,
        owner: str,
        name: str,
        *,
        visibility: models.ModelVisibility,
        hardware: str,
        description: Optional[str] = None,
        github_url: Optional[str] = None,
        paper_url: Optional[str] = None,
        license_url: Optional[str] = None,
        cover_image_url: Optional[str] = None,
        **more: Unpack[ModelsCreateMore],
    ) -> Model:
        """Create a model.

        Args:
            owner: The owner of the model: the user or organization of the token.
            name: The name of the model.
            visibility: Who can see the model: `public` for everyone, `private` for its owner.
            hardware: SKU of the hardware to run on, see `hardware.list`.
            description: A description of the model.
            github_url: The URL of the model's code.
            paper_url: The URL of the model's paper.
            license_url: The URL of the model's license.
            cover_image_url: The URL of a picture for the model.
            more: Further fields of the API's request.
        """
        from replicate_api.api.models import create

        check_more(self.async_create, more, create.ModelsCreateOptions.__annotations__)
        data = await self._client._call(
            create.asyncio,
            owner=owner,
            name=name,
            visibility=visibility,
            hardware=hardware,
            description=description,
            github_url=github_url,
            paper_url=paper_url,
            license_url=license_url,
            cover_image_url=cover_image_url,
            **more,
        )
        return Model._of(data, self._client)


def _place(method: str, *args: Any, **kwargs: Any) -> tuple[str, str]:
    """Read owner and name from the arguments of `get` and `delete`."""
    unknown = sorted(set(kwargs) - {"key", "owner", "name"})
    if unknown:
        raise TypeError(f"{method}() got an unexpected keyword argument {unknown[0]!r}")
    if args and kwargs:
        raise ValueError("Cannot mix positional and keyword arguments")
    owner, name, key = kwargs.get("owner"), kwargs.get("name"), kwargs.get("key")
    if args:
        if len(args) == 1:
            key = args[0]
        elif len(args) == 2:
            owner, name = args
        else:
            raise ValueError("Invalid number of arguments")
    elif (key is None) == (owner is None and name is None):
        raise ValueError(
            "Must specify exactly one of 'owner' and 'name' or single 'key' in the format "
            "'owner/name'"
        )
    if key is not None:
        target = model_target(key)
        owner, name = target.owner, target.name
    if not (owner and name):
        raise ValueError("Both 'owner' and 'name' must be provided if 'key' is not specified.")
    return owner, name


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
