"""Predictions: runs of models."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Dict,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from replicate_api import models
from replicate_api.api.predictions.create import PredictionsCreateMore, PredictionsCreateOptions

from ._arguments import check_more
from ._blocking import block
from ._guards import is_text, is_tuple, may_be_file, names_of
from .exceptions import FileExpiredError, InvalidArgumentError
from .identifier import Target, split
from .pagination import Page, fetch_page
from .resource import Namespace, Operations, Running

if TYPE_CHECKING:
    import os
    from datetime import datetime
    from pathlib import Path

    from typing_extensions import Unpack

    from replicate_api.api.predictions.list import PredictionsListOptions
    from replicate_api.models import WebhookEvent

    from ._http.session import Session
    from ._runs.guard import RunGuard
    from ._runs.outputs import AsyncOutputIterator, OutputIterator
    from .deployment import Deployment
    from .model import Model
    from .pagination import Cursor
    from .stream import AsyncStream, Stream
    from .version import Version

__all__ = ["Prediction", "Predictions"]


class PredictionMore(PredictionsCreateMore, total=False):
    """Parameters of every `create` method and of `run` that their signatures do not name."""

    cancel_after: Optional[str]
    """The time after which the server cancels the prediction, such as `30s` or `5m`."""


class PredictionParams(PredictionsCreateOptions, PredictionMore, total=False):
    """Parameters of every `create` method, besides the input."""

    wait: Union[float, bool, None]
    """How many seconds (1 to 60) the server holds the request. True means 60."""

    file_encoding_strategy: Optional[str]
    """`"base64"` to send files inside the request, anything else to upload them."""


class RunParams(PredictionParams, total=False):
    """Parameters of `run` and `stream`, besides the reference and the input."""

    timeout: Optional[float]
    """Seconds for the whole call, after which the prediction is canceled."""


CreatePredictionRequestParams = PredictionParams


class Prediction(Running, models.Prediction):
    """A run of a model."""

    @dataclass
    class Progress:
        """How far a prediction has come, by the last progress bar in its logs."""

        percentage: float
        """From 0 to 1."""

        current: int
        """Steps done."""

        total: int
        """Steps in all."""

        _pattern: ClassVar[re.Pattern[str]] = re.compile(
            r"^\s*(?P<percentage>\d{1,3})%\s*\|.+?\|\s*(?P<current>\d{1,18})\/"
            r"(?P<total>\d{1,18})(?!\d)"
        )

        @classmethod
        def parse(cls, logs: str) -> Optional[Prediction.Progress]:
            """Find the last line of a tqdm progress bar, whose updates end in CR."""
            for line in reversed(re.split(r"[\r\n]+", logs)):
                match = cls._pattern.match(line.strip())
                if match:
                    return cls(
                        percentage=int(match["percentage"]) / 100,
                        current=int(match["current"]),
                        total=int(match["total"]),
                    )
            return None

    @property
    def progress(self) -> Optional[Progress]:
        """How far the model has come, if the logs show a progress bar."""
        return self.Progress.parse(self.logs) if isinstance(self.logs, str) else None

    @property
    def output(self) -> Any:
        """The output of the model. None while there is no output.

        A file in the output is a `FileOutput` that is also a string: its URL.
        """
        raw = vars(self).get("output")
        if raw is None:
            return None
        cached: Tuple[Any, Any] = self._own.get("output", (None, None))
        if cached[0] is not raw:
            cached = (raw, self._files_in(raw))
            self._own["output"] = cached
        return cached[1]

    @output.setter
    def output(self, value: Any) -> None:
        vars(self)["output"] = value

    def _shown(self) -> Dict[str, Any]:
        return {**self._fields(), "output": self.output}

    @property
    def expires_at(self) -> Optional[datetime]:
        """When Replicate removes input, output and logs: one hour after the end.

        None for a prediction that has not ended, and for one that was made on the web site
        (https://replicate.com/docs/topics/predictions/data-retention).
        """
        from datetime import timedelta

        ended = self.completed_at
        if not ended or vars(self).get("source") == "web":
            return None
        try:
            return ended.datetime + timedelta(hours=1)
        except (AttributeError, OverflowError, ValueError):  # it is no time
            return None

    def save(self, folder: Union[str, os.PathLike[str]], *, progress: bool = False) -> List[Path]:
        """Save the files of the output, and a JSON file about the prediction.

        The files are named after model, id and index: `flux-schnell-<id>-0.webp`. The JSON file,
        `flux-schnell-<id>.json`, has the input, version, seed, metrics and times. Files that
        exist already are not downloaded again.

        Args:
            folder: The folder, which is made if it does not exist.
            progress: Show bars in a terminal or notebook. They need `replicate[progress]`.

        Returns:
            The paths of the files, without the JSON file.

        Raises:
            FileExpiredError: Replicate has removed the files, one hour after the prediction.
            DownloadError: A file is gone, or its download failed.
        """
        return block(self._ours.async_save(folder, progress=progress))

    async def async_save(
        self, folder: Union[str, os.PathLike[str]], *, progress: bool = False
    ) -> List[Path]:
        """Save the files of the output, and a JSON file about the prediction.

        The files are named after model, id and index: `flux-schnell-<id>-0.webp`. The JSON file,
        `flux-schnell-<id>.json`, has the input, version, seed, metrics and times. Files that
        exist already are not downloaded again.

        Args:
            folder: The folder, which is made if it does not exist.
            progress: Show bars in a terminal or notebook. They need `replicate[progress]`.

        Returns:
            The paths of the files, without the JSON file.

        Raises:
            FileExpiredError: Replicate has removed the files, one hour after the prediction.
            DownloadError: A file is gone, or its download failed.
        """
        from ._files.keeping import keep
        from ._progress import showing

        if self.data_removed:
            raise FileExpiredError(
                title="File expired",
                detail=f"The output of prediction {self.id} is removed: Replicate keeps it for "
                "one hour.",
            )
        with showing(progress):
            return (await keep(self.output, folder, self._wire)).files

    @staticmethod
    def _operations() -> Operations:
        from replicate_api.api.predictions import cancel, get, list

        return Operations(list, get, cancel)

    def stream(self, use_file_output: Optional[bool] = None) -> Stream:
        """Yield the output from its start, while the model makes it.

        Args:
            use_file_output: Whether files are `FileOutput`s, the default, or URLs.

        Raises:
            StreamError: The model failed.
        """
        from ._runs.streams import Stream

        return Stream(self._guard(), use_file_output=use_file_output is not False)

    def async_stream(self, use_file_output: Optional[bool] = None) -> AsyncStream:
        """Yield the output from its start, while the model makes it.

        Args:
            use_file_output: Whether files are `FileOutput`s, the default, or URLs.

        Raises:
            StreamError: The model failed.
        """
        from ._runs.streams import AsyncStream

        return AsyncStream(self._guard(), use_file_output=use_file_output is not False)

    def output_iterator(self) -> OutputIterator:
        """Yield the items of a list output from the first item, each when it is ready.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
        """
        from ._runs.outputs import OutputIterator

        return OutputIterator(self._guard(), self._files_in)

    def async_output_iterator(self) -> AsyncOutputIterator:
        """Yield the items of a list output from the first item, each when it is ready.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
        """
        from ._runs.outputs import AsyncOutputIterator

        return AsyncOutputIterator(self._guard(), self._files_in)

    def _guard(self) -> RunGuard[Prediction]:
        from ._runs.guard import RunGuard

        return RunGuard(self._client, Prediction, self, cancels=False)

    def _files_in(self, output: Any) -> Any:
        if output is None or (isinstance(output, str) and not may_be_file(output)):
            return output  # without what it takes to read files
        from ._files.output import FileOutputURL
        from ._files.transform import transform_output

        return transform_output(output, self._client, into=FileOutputURL)


ModelRef = Union[str, Tuple[str, str], "Model"]
DeploymentRef = Union[str, Tuple[str, str], "Deployment"]


class Predictions(Namespace):
    """Operations on predictions."""

    CreatePredictionParams = PredictionParams

    def list(
        self, cursor: Cursor = ..., **params: Unpack[PredictionsListOptions]
    ) -> Page[Prediction]:
        """List the account's predictions, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: `created_after` and `created_before` take a time. `source="web"` lists the
                predictions of the web site, of the last 14 days.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[PredictionsListOptions]
    ) -> Page[Prediction]:
        """List the account's predictions, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: `created_after` and `created_before` take a time. `source="web"` lists the
                predictions of the web site, of the last 14 days.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.predictions import list

        return await fetch_page(self._client, list, Prediction, cursor, **params)

    def get(self, id: str) -> Prediction:
        """Get a prediction by its id."""
        return block(self._ours.async_get(id))

    async def async_get(self, id: str) -> Prediction:
        """Get a prediction by its id."""
        from replicate_api.api.predictions import get

        return Prediction._of(await self._client._call(get.asyncio, id), self._client)

    def cancel(self, id: str) -> Prediction:
        """Cancel a prediction by its id."""
        return block(self._ours.async_cancel(id))

    async def async_cancel(self, id: str) -> Prediction:
        """Cancel a prediction by its id."""
        from replicate_api.api.predictions import cancel

        data = await self._client._call_safely(cancel.asyncio, id)
        return Prediction._of(data, self._client)

    def create(
        self,
        version: Optional[Union[str, Version]] = None,
        input: Optional[Mapping[str, Any]] = None,
        *,
        model: Optional[ModelRef] = None,
        deployment: Optional[DeploymentRef] = None,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction and return it, without waiting for its end.

        Args:
            version: A version of any model: its id, or a `Version`.
            input: The model's inputs by name, as for `run`.
            model: A model, `owner/name`. If it is not official, its latest version runs.
            deployment: A deployment, `owner/name`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Raises:
            ValueError: Not exactly one of `model`, `version` and `deployment` is given.
            ReplicateError: The API refused the request.
        """
        prediction = self._ours.async_create(
            version,
            input,
            model=model,
            deployment=deployment,
            wait=wait,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )
        return block(prediction)

    async def async_create(
        self,
        version: Optional[Union[str, Version]] = None,
        input: Optional[Mapping[str, Any]] = None,
        *,
        model: Optional[ModelRef] = None,
        deployment: Optional[DeploymentRef] = None,
        wait: Union[float, bool, None] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Prediction:
        """Create a prediction and return it, without waiting for its end.

        Args:
            version: A version of any model: its id, or a `Version`.
            input: The model's inputs by name, as for `run`.
            model: A model, `owner/name`. If it is not official, its latest version runs.
            deployment: A deployment, `owner/name`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output.
                True means 60, False means that the server answers at once.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Raises:
            ValueError: Not exactly one of `model`, `version` and `deployment` is given.
            ReplicateError: The API refused the request.
        """
        check_more(self.async_create, more, PredictionParams.__annotations__)
        if sum(bool(place) for place in (model, version, deployment)) != 1:
            raise ValueError(
                "Exactly one of 'model', 'version', or 'deployment' must be specified."
            )
        if model:
            target = model_target(model)
        elif deployment:
            target = deployment_target(deployment)
        else:
            if isinstance(version, models.Version):
                from ._runs.refusals import remember

                remember(self._client, version)
                version = version.id
            target = Target(version=version)
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


async def start(
    client: Session, target: Target, input: Optional[Mapping[str, Any]], **params: Any
) -> Prediction:
    """Create a prediction and return it as soon as the API has answered."""
    from ._runs.create import create
    from ._runs.guard import RunGuard

    async with RunGuard(client, Prediction) as guard:
        prediction: Prediction = await create(guard, target, input, **params)
    return prediction


def model_target(model: Any) -> Target:
    """Return what a reference to a model names.

    Raises:
        InvalidArgumentError: It is of another kind or form.
    """
    if isinstance(model, models.Model) and is_text(model.owner) and is_text(model.name):
        return Target(owner=model.owner, name=model.name)
    if isinstance(model, str):
        owner, name = split(model, "model")
        return Target(owner=owner, name=name)
    if is_tuple(model) and len(model) == 2 and all(map(is_text, model)):
        return Target(owner=model[0], name=model[1])
    if is_tuple(model) and getattr(model, "version", "") is None:
        return Target(owner=model[0], name=model[1])
    raise InvalidArgumentError(
        "model must be a Model, a tuple of (owner, name), or a string in the format 'owner/name'"
    )


def deployment_target(deployment: Any) -> Target:
    """Return what a reference to a deployment names.

    Raises:
        InvalidArgumentError: It is of another kind or form.
    """
    if isinstance(deployment, models.Deployment):
        return Target(deployment=(deployment.owner, deployment.name))
    if isinstance(deployment, str):
        return Target(deployment=split(deployment, "deployment"))
    if is_tuple(deployment) and len(deployment) == 2:
        return Target(deployment=deployment)
    raise InvalidArgumentError(
        "deployment must be a Deployment, a tuple of (owner, name), or a string in the format "
        "'owner/name'"
    )


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
