"""The types of the operations, for editors and type checkers. No program loads this module.

Each line says what an operation returns; what it takes is what its generated form takes.
"""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Coroutine,
    Final,
    Generic,
    List,
    Mapping,
    Optional,
    Type,
    TypeVar,
    Union,
    overload,
)

from typing_extensions import Concatenate, ParamSpec, Protocol

from replicate_api.api.account import AccountOperations
from replicate_api.api.collections import CollectionsOperations
from replicate_api.api.deployments import DeploymentsOperations
from replicate_api.api.files import FilesOperations
from replicate_api.api.hardware import HardwareOperations
from replicate_api.api.models import ModelsOperations
from replicate_api.api.predictions import PredictionsOperations
from replicate_api.api.search import SearchOperations
from replicate_api.api.trainings import TrainingsOperations
from replicate_api.api.webhooks import WebhooksOperations
from replicate_api.models import SearchResults

from .. import account, collection, deployment, file, model
from ..client import Client
from ..hardware import Hardware
from ..prediction import Prediction
from ..training import Training
from ..version import Version
from ..webhook import WebhookSigningSecret

if TYPE_CHECKING:
    from .._http.httpx_options import Timeout
    from ..stream import AsyncStream, Stream
    from ..use import AsyncFunction, Function
    from .answers import APIResponse, AsyncAPIResponse
    from .options import NotGiven
    from .pages import AsyncList, SyncPage

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
A = TypeVar("A")
T_co = TypeVar("T_co", covariant=True)


class Blocking:
    """The form of calls that wait for the answer."""


class Awaited:
    """The form of calls that are awaited."""


F = TypeVar("F", Blocking, Awaited)

NOTHING: Type[None] = type(None)


class Place(Generic[F]):
    """A place in the tree of operations, in one of both forms."""


class Method(Protocol[P, T_co]):
    """An operation: with its own arguments, or with one at least of those that all have."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T_co: ...
    @overload
    def __call__(
        self, *args: Any, timeout: Union[Timeout, NotGiven, None], **kwargs: Any
    ) -> T_co: ...
    @overload
    def __call__(
        self, *args: Any, extra_headers: Optional[Mapping[str, str]], **kwargs: Any
    ) -> T_co: ...
    @overload
    def __call__(
        self, *args: Any, extra_query: Optional[Mapping[str, Any]], **kwargs: Any
    ) -> T_co: ...
    @overload
    def __call__(
        self, *args: Any, extra_body: Optional[Mapping[str, Any]], **kwargs: Any
    ) -> T_co: ...
    @overload
    def __call__(
        self, *args: Any, file_encoding_strategy: Optional[str], **kwargs: Any
    ) -> T_co: ...


class Declared(Generic[P, R, A]):
    """An operation, with what it returns in its blocking and in its asynchronous form."""

    @overload
    def __get__(self, place: Place[Blocking], owner: Any) -> Method[P, R]: ...
    @overload
    def __get__(self, place: Place[Awaited], owner: Any) -> Method[P, A]: ...
    def __get__(self, place: Any, owner: Any) -> Any:
        return self


Operation = Callable[Concatenate[Any, P], Any]


def returns(operation: Operation[P], result: Type[T]) -> Declared[P, T, Coroutine[Any, Any, T]]:
    """Declare an operation that returns something."""
    del operation, result
    return Declared()


def lists(operation: Operation[P], item: Type[T]) -> Declared[P, SyncPage[T], AsyncList[T]]:
    """Declare an operation that returns pages of something."""
    del operation, item
    return Declared()


def downloads(
    operation: Operation[P],
) -> Declared[P, APIResponse, Coroutine[Any, Any, AsyncAPIResponse]]:
    """Declare an operation that returns bytes."""
    del operation
    return Declared()


def streams(
    method: Callable[Concatenate[Any, P], Stream],
) -> Declared[P, Stream, AsyncStream]:
    """Declare a method of 1.x that streams."""
    del method
    return Declared()


def functions() -> Declared[..., Function[..., Any], AsyncFunction[..., Any]]:
    """Declare what makes functions of models."""
    return Declared()


class Account(Place[F]):
    """`client.account`."""

    get: Final = returns(AccountOperations.get, account.Account)


class Collections(Place[F]):
    """`client.collections`."""

    get: Final = returns(CollectionsOperations.get, collection.Collection)
    list: Final = lists(CollectionsOperations.list, collection.Collection)


class DeploymentsPredictions(Place[F]):
    """`client.deployments.predictions`."""

    create: Final = returns(DeploymentsOperations.predictions_create, Prediction)


class Deployments(Place[F]):
    """`client.deployments`."""

    predictions: DeploymentsPredictions[F]

    create: Final = returns(DeploymentsOperations.create, deployment.Deployment)
    delete: Final = returns(DeploymentsOperations.delete, NOTHING)
    get: Final = returns(DeploymentsOperations.get, deployment.Deployment)
    list: Final = lists(DeploymentsOperations.list, deployment.Deployment)
    update: Final = returns(DeploymentsOperations.update, deployment.Deployment)


class Files(Place[F]):
    """`client.files`."""

    create: Final = returns(FilesOperations.create, file.File)
    delete: Final = returns(FilesOperations.delete, NOTHING)
    download: Final = downloads(FilesOperations.download)
    get: Final = returns(FilesOperations.get, file.File)
    list: Final = lists(FilesOperations.list, file.File)


class HardwareList(Place[F]):
    """`client.hardware`."""

    list: Final = returns(HardwareOperations.list, List[Hardware])


class ModelsExamples(Place[F]):
    """`client.models.examples`."""

    list: Final = lists(ModelsOperations.examples_list, Prediction)


class ModelsPredictions(Place[F]):
    """`client.models.predictions`."""

    create: Final = returns(ModelsOperations.predictions_create, Prediction)


class ModelsReadme(Place[F]):
    """`client.models.readme`."""

    get: Final = returns(ModelsOperations.readme_get, str)


class ModelsVersions(Place[F]):
    """`client.models.versions`."""

    delete: Final = returns(ModelsOperations.versions_delete, NOTHING)
    get: Final = returns(ModelsOperations.versions_get, Version)
    list: Final = lists(ModelsOperations.versions_list, Version)


class Models(Place[F]):
    """`client.models`."""

    examples: ModelsExamples[F]
    predictions: ModelsPredictions[F]
    readme: ModelsReadme[F]
    versions: ModelsVersions[F]

    create: Final = returns(ModelsOperations.create, model.Model)
    delete: Final = returns(ModelsOperations.delete, NOTHING)
    get: Final = returns(ModelsOperations.get, model.Model)
    list: Final = lists(ModelsOperations.list, model.Model)
    search: Final = lists(ModelsOperations.search, model.Model)
    update: Final = returns(ModelsOperations.update, model.Model)


class Predictions(Place[F]):
    """`client.predictions`."""

    cancel: Final = returns(PredictionsOperations.cancel, Prediction)
    create: Final = returns(PredictionsOperations.create, Prediction)
    get: Final = returns(PredictionsOperations.get, Prediction)
    list: Final = lists(PredictionsOperations.list, Prediction)
    wait: Final = returns(PredictionsOperations.get, Prediction)


class Trainings(Place[F]):
    """`client.trainings`."""

    cancel: Final = returns(TrainingsOperations.cancel, Training)
    create: Final = returns(TrainingsOperations.create, Training)
    get: Final = returns(TrainingsOperations.get, Training)
    list: Final = lists(TrainingsOperations.list, Training)
    wait: Final = returns(TrainingsOperations.get, Training)


class WebhooksDefaultSecret(Place[F]):
    """`client.webhooks.default.secret`."""

    get: Final = returns(WebhooksOperations.default_secret_get, WebhookSigningSecret)


class WebhooksDefault(Place[F]):
    """`client.webhooks.default`."""

    secret: WebhooksDefaultSecret[F]


class Webhooks(Place[F]):
    """`client.webhooks`."""

    default: WebhooksDefault[F]


class Groups(Place[F]):
    """What a client has."""

    account: Account[F]
    collections: Collections[F]
    deployments: Deployments[F]
    files: Files[F]
    hardware: HardwareList[F]
    models: Models[F]
    predictions: Predictions[F]
    trainings: Trainings[F]
    webhooks: Webhooks[F]

    search: Final = returns(SearchOperations.search, SearchResults)
    stream: Final = streams(Client.stream)
    use: Final = functions()
