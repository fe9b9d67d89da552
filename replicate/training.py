"""Trainings: runs that make a new version of a model."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Union,
    overload,
)

from replicate_api import models
from replicate_api.api.trainings.create import TrainingsCreateOptions
from replicate_api.types import nested

from ._arguments import check_more
from ._blocking import block
from ._guards import is_object, names_of
from ._runs import create as _create
from .identifier import ModelVersionIdentifier
from .pagination import Page, fetch_page
from .prediction import model_target
from .resource import Namespace, Operations, Running
from .version import Version

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.trainings.create import TrainingsCreateMore
    from replicate_api.api.trainings.list import TrainingsListOptions
    from replicate_api.models import WebhookEvent

    from .pagination import Cursor
    from .prediction import ModelRef

__all__ = ["Training", "Trainings"]


class Training(Running, models.Training):
    """A run of a model's trainer."""

    if TYPE_CHECKING:
        destination: Optional[str]
        """The model, `owner/name`, that the new version belongs to, once there is one."""
    else:
        version = nested(Version)  # 1.x knew it as an id and as an object

    def _fill(self, data: Mapping[str, Any], own: Dict[str, Any]) -> None:
        super()._fill(data, own)
        fields = vars(self)
        if fields.get("destination") is None:
            fields["destination"] = _destination(fields["output"])

    @staticmethod
    def _operations() -> Operations:
        from replicate_api.api.trainings import cancel, get, list

        return Operations(list, get, cancel)


class TrainingParams(TrainingsCreateOptions, total=False):
    """Parameters of `trainings.create`, besides the version and the input."""

    destination: ModelRef
    """The model that gets the new version, which must exist: `owner/name`."""

    file_encoding_strategy: Optional[str]
    """`"base64"` to send files inside the request, anything else to upload them."""


class _Order(NamedTuple):
    """A training to create, by whichever form it was asked for."""

    owner: str
    name: str
    version: str
    input: Mapping[str, Any]
    destination: str
    strategy: Optional[str]
    webhooks: Dict[str, Any]


class Trainings(Namespace):
    """Operations on trainings."""

    CreateTrainingParams = TrainingParams

    def list(self, cursor: Cursor = ..., **params: Unpack[TrainingsListOptions]) -> Page[Training]:
        """List the account's trainings, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[TrainingsListOptions]
    ) -> Page[Training]:
        """List the account's trainings, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.trainings import list

        return await fetch_page(self._client, list, Training, cursor, **params)

    def get(self, id: str) -> Training:
        """Get a training by its id."""
        return block(self._ours.async_get(id))

    async def async_get(self, id: str) -> Training:
        """Get a training by its id."""
        from replicate_api.api.trainings import get

        return Training._of(await self._client._call(get.asyncio, id), self._client)

    def cancel(self, id: str) -> Training:
        """Cancel a training by its id."""
        return block(self._ours.async_cancel(id))

    async def async_cancel(self, id: str) -> Training:
        """Cancel a training by its id."""
        from replicate_api.api.trainings import cancel

        data = await self._client._call_safely(cancel.asyncio, id)
        return Training._of(data, self._client)

    @overload
    def create(
        self,
        *,
        version: Union[str, Version],
        input: Mapping[str, Any],
        destination: ModelRef,
        model: Optional[ModelRef] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training: ...
    @overload
    def create(
        self,
        version: str,
        input: Mapping[str, Any],
        destination: ModelRef,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        *,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training: ...
    @overload
    def create(
        self,
        model: ModelRef,
        version: Union[str, Version],
        input: Mapping[str, Any],
        *,
        destination: ModelRef,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training: ...
    def create(  # pyright: ignore[reportInconsistentOverload] - by position they come as `args`
        self,
        *args: Any,
        version: Optional[Union[str, Version]] = None,
        input: Optional[Mapping[str, Any]] = None,
        destination: Optional[ModelRef] = None,
        model: Optional[ModelRef] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training:
        """Create a training and return it, without waiting for its end.

        Args:
            args: `owner/name:version`, input and destination; or model, version and input.
            version: The version whose trainer runs: `owner/name:version`, or an id or a `Version`
                together with `model`.
            input: The trainer's inputs by name.
            destination: The model that gets the new version, `owner/name`, which must exist.
            model: The model to train, `owner/name`, if `version` does not name the model.
            webhook: The URL that Replicate calls when the training changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            more: Further fields of the API's request, also deprecated ones.

        Raises:
            ValueError: Model, version or destination is missing.
            ReplicateError: The API refused the request.
        """
        create: Any = self._ours.async_create  # whose overloads are the same
        training: Training = block(
            create(
                *args,
                version=version,
                input=input,
                destination=destination,
                model=model,
                webhook=webhook,
                webhook_events_filter=webhook_events_filter,
                file_encoding_strategy=file_encoding_strategy,
                **more,
            )
        )
        return training

    @overload
    async def async_create(
        self,
        *,
        version: Union[str, Version],
        input: Mapping[str, Any],
        destination: ModelRef,
        model: Optional[ModelRef] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training: ...
    @overload
    async def async_create(
        self,
        version: str,
        input: Mapping[str, Any],
        destination: ModelRef,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        *,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training: ...
    @overload
    async def async_create(
        self,
        model: ModelRef,
        version: Union[str, Version],
        input: Mapping[str, Any],
        *,
        destination: ModelRef,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training: ...
    async def async_create(  # pyright: ignore[reportInconsistentOverload] - see `create`
        self,
        *args: Any,
        version: Optional[Union[str, Version]] = None,
        input: Optional[Mapping[str, Any]] = None,
        destination: Optional[ModelRef] = None,
        model: Optional[ModelRef] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        file_encoding_strategy: Optional[str] = None,
        **more: Unpack[TrainingsCreateMore],
    ) -> Training:
        """Create a training and return it, without waiting for its end.

        Args:
            args: `owner/name:version`, input and destination; or model, version and input.
            version: The version whose trainer runs: `owner/name:version`, or an id or a `Version`
                together with `model`.
            input: The trainer's inputs by name.
            destination: The model that gets the new version, `owner/name`, which must exist.
            model: The model to train, `owner/name`, if `version` does not name the model.
            webhook: The URL that Replicate calls when the training changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            more: Further fields of the API's request, also deprecated ones.

        Raises:
            ValueError: Model, version or destination is missing.
            ReplicateError: The API refused the request.
        """
        from replicate_api.api.trainings import create

        from ._files.inputs import encode
        from ._runs.guard import RunGuard
        from ._runs.lost import Description

        check_more(self.async_create, more, TrainingsCreateOptions.__annotations__)
        order = _order(
            *args,
            version=version,
            input=input,
            destination=destination,
            model=model,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            file_encoding_strategy=file_encoding_strategy,
            **more,
        )
        _create.check_input(order.input)
        encoded = await encode(order.input, self._client, order.strategy, place="input")

        def build() -> Any:
            return create.build(
                order.owner,
                order.name,
                order.version,
                input=encoded,
                destination=order.destination,
                **order.webhooks,
            )

        description = Description(encoded, f"{order.owner}/{order.name}", order.version)
        async with RunGuard(self._client, Training) as guard:
            training, _ = await guard.create(create, build, description)
        return training


def _destination(output: Any) -> Optional[str]:
    """Return the model that the version in a training's output belongs to."""
    version: Any = output.get("version") if is_object(output) else None
    try:
        made = ModelVersionIdentifier.parse(version) if isinstance(version, str) else None
    except ValueError:
        return None
    return f"{made.owner}/{made.name}" if made else None


def _order(
    *args: Any,
    model: Any = None,
    version: Any = None,
    input: Optional[Mapping[str, Any]] = None,
    destination: Any = None,
    file_encoding_strategy: Optional[str] = None,
    **webhooks: Any,
) -> _Order:
    """Read the forms in which 1.x took a training: by position, shorthand or name."""
    if len(args) > 1 and not isinstance(args[1], Mapping):
        given: Dict[str, Any] = dict(zip(("model", "version", "input"), args))
        extra = args[3:]
    else:
        given = dict(zip(("version", "input", "destination", "webhook"), args))
        extra = args[4:]
        if extra:  # the fifth was declared as one thing, and sent as the other
            name = "webhook_completed" if isinstance(extra[0], str) else "webhook_events_filter"
            given[name] = extra[0]
            extra = extra[1:]
        if extra:
            given["webhook_events_filter"] = extra[0]
            extra = extra[1:]
    if extra:
        raise TypeError(f"create() got {len(extra)} positional arguments too many")
    named = {
        "model": model,
        "version": version,
        "input": input,
        "destination": destination,
        **webhooks,
    }
    for name, value in given.items():
        if named.get(name) is not None:
            raise TypeError(f"create() got multiple values for argument {name!r}")
        named[name] = value
    model, version = named.pop("model"), named.pop("version")
    input, destination = named.pop("input"), named.pop("destination")
    if isinstance(version, models.Version):
        version = version.id
    if model is None and isinstance(version, str) and ":" in version:
        model = ModelVersionIdentifier.parse(version)[:2]
    if isinstance(version, str):
        version = version.rpartition(":")[2]
    if model is None or not version:
        raise ValueError("model and version or shorthand version must be specified")
    if not destination:
        raise ValueError("A destination must be provided as a positional or keyword argument.")
    place, target = model_target(model), model_target(destination)
    assert place.owner is not None
    assert place.name is not None
    return _Order(
        place.owner,
        place.name,
        version,
        input or {},
        f"{target.owner}/{target.name}",
        file_encoding_strategy,
        {name: value for name, value in named.items() if value is not None},
    )


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
