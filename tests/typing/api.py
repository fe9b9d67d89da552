"""What type checkers make of the public API. This file is checked, never run.

Every `ignore` stands for an error that users are to get, from mypy and from pyright. If it goes
away, mypy (`warn_unused_ignores`) or pyright (the setting in the next line) says so.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any, AsyncIterator, Dict, Generator, Iterator, List, Optional, Union

import httpx
from typing_extensions import assert_type

import replicate
import replicate_api.models
from replicate import Client
from replicate._runs.outputs import AsyncOutputIterator, OutputIterator
from replicate.account import Account
from replicate.batch import AsyncBatch, Batch
from replicate.client import RetryTransport
from replicate.collection import Collection
from replicate.connection_errors import APIConnectError
from replicate.deployment import Deployment
from replicate.exceptions import (
    APIConnectionError,
    APITimeoutError,
    DeadlineExceededError,
    InvalidArgumentError,
    ModelError,
    PredictionCanceledError,
    RateLimitError,
    ReplicateError,
    ReplicateException,
)
from replicate.file import File, FileList
from replicate.hardware import Hardware
from replicate.helpers import FileOutput
from replicate.identifier import ModelVersionIdentifier
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from replicate.schema import make_schema_backwards_compatible
from replicate.stream import AsyncStream, ServerSentEvent, Stream
from replicate.training import Training
from replicate.use import AsyncFunction, AsyncOutput, AsyncRun, Function, Output, Run
from replicate.version import Version, Versions
from replicate.webhook import WebhookSigningSecret
from replicate_api.models import PredictionMetrics, PredictionSource, PredictionStatus
from replicate_api.types import Timestamp


def clients() -> None:
    with Client(api_token="r8_...", timeout=httpx.Timeout(5), max_retries=3) as client:
        assert_type(client, Client)
    Client(lambda: "r8_...", base_url="https://proxy.example", headers={"X-Team": "a"})
    Client(transport=RetryTransport(httpx.HTTPTransport(), max_attempts=3))
    assert_type(replicate.default_client, Client)
    assert_type(client.poll_interval, float)
    client.poll_interval = 2
    assert_type(client.max_retries, int)
    client.close()

    Client(timeout=30, headers=httpx.Headers({"X-Team": "a"}), max_retries=0)
    Client(timeout=2.5, proxy="http://proxy.example:3128", verify=False, http2=True)
    Client(timeout=(5, None, 30.0, 10), limits=httpx.Limits(max_connections=5), trust_env=False)
    Client(transport=httpx.AsyncHTTPTransport(), event_hooks={"request": [print]})
    options: Dict[str, Any] = {"timeout": 5}
    Client(**options)

    Client(tiemout=5)  # type: ignore[call-arg]
    Client(timeout="5")  # type: ignore[arg-type]
    Client("r8_...", "https://proxy.example")  # type: ignore[call-arg]


async def async_clients() -> None:
    async with Client() as client:
        assert_type(client, Client)
    await client.aclose()


def run(model: Model, version: Version, deployment: Deployment) -> None:
    assert_type(replicate.run("owner/name"), Any)
    replicate.run("owner/name:version", {"prompt": "a"})
    replicate.run("owner/name", input={"image": Path("a.png")}, use_file_output=False)
    replicate.run(("owner", "name"), input={}, wait=False)
    replicate.run(model, wait=30, timeout=120.5)
    replicate.run(version, webhook="https://example.com", webhook_events_filter=["completed"])
    replicate.run(deployment, file_encoding_strategy="base64")
    replicate.run(ModelVersionIdentifier.parse("owner/name"), timeout=None)
    replicate.run("owner/name", wait=None, webhook=None, file_encoding_strategy=None)
    replicate.run("owner/name", webhook_events_filter=("start", "logs"), use_file_output=None)
    replicate.run("owner/name", webhook_completed="https://example.com", stream=False)

    replicate.run()  # type: ignore[call-arg]
    replicate.run("owner/name", inptu={})  # type: ignore[call-arg]
    replicate.run("owner/name", timeout="5")  # type: ignore[arg-type]
    replicate.run("owner/name", {}, False)  # type: ignore[call-arg]
    replicate.run(42)  # type: ignore[arg-type]


async def async_run(client: Client) -> None:
    assert_type(await replicate.async_run("owner/name", input={"prompt": "a"}, wait=5), Any)
    assert_type(await client.async_run("owner/name", use_file_output=False), Any)
    await client.async_run("owner/name", wiat=5)  # type: ignore[call-arg]


def stream(client: Client, prediction: Prediction) -> None:
    events = replicate.stream("owner/name", input={"prompt": "a"}, timeout=60)
    assert_type(events, Stream)
    for event in client.stream("owner/name", use_file_output=False):
        assert_type(event, ServerSentEvent)
        assert_type(event.event, ServerSentEvent.EventType)
        assert_type(event.data, Any)
        assert_type(event.id, str)
        assert_type(event.retry, Optional[int])
        _ = event.text  # type: ignore[attr-defined]
    assert_type(prediction.stream(), Stream)


def batches(client: Client) -> None:
    inputs: List[Dict[str, Any]] = [{"n": 1}]
    results = replicate.map(
        "o/n",
        inputs,
        concurrency=4,
        ordered=False,
        return_errors=True,
        journal=Path("j"),
        timeout=60,
    )
    assert_type(results, Batch)
    for result in client.map("o/n", iter(inputs), webhook="https://example.com"):
        assert_type(result, Any)
    with results as entered:
        assert_type(entered, Batch)
    error = ReplicateException()
    assert_type(error.index, Optional[int])

    replicate.map("o/n")  # type: ignore[call-arg]
    replicate.map("o/n", inputs, concurency=4)  # type: ignore[call-arg]
    replicate.map("o/n", [1])  # type: ignore[list-item]


def progress(client: Client, prediction: Prediction, training: Training) -> None:
    def told(prediction: Prediction) -> None: ...

    def told_of_training(training: Training) -> None: ...

    client.run("o/n", on_update=told, progress=True)
    client.map("o/n", [], on_update=told, progress=True)
    prediction.wait(5, on_update=told, progress=True)
    training.wait(on_update=told_of_training)
    client.run("o/n", on_update=told_of_training)  # type: ignore[arg-type]
    training.wait(on_update=told)  # type: ignore[arg-type]


async def async_progress(client: Client, prediction: Prediction) -> None:
    async def told(prediction: Prediction) -> None: ...

    await client.async_run("o/n", on_update=told)
    await prediction.async_wait(on_update=told)


def keeping(client: Client, prediction: Prediction) -> None:
    assert_type(client.run("o/n", download_to="folder"), Any)
    assert_type(prediction.save(Path("folder")), List[Path])
    assert_type(prediction.expires_at, Optional[datetime])
    client.run("o/n", download_to=3)  # type: ignore[arg-type]


async def async_keeping(client: Client, prediction: Prediction) -> None:
    assert_type(await client.async_run("o/n", download_to=Path("folder")), Any)
    assert_type(await prediction.async_save("folder"), List[Path])


async def async_batches(client: Client) -> None:
    async def inputs() -> AsyncIterator[Dict[str, Any]]:
        yield {"n": 1}

    assert_type(replicate.async_map("o/n", [{"n": 1}]), AsyncBatch)
    async with client.async_map("o/n", inputs()) as results:
        async for result in results:
            assert_type(result, Any)
    assert_type(await client.async_map("o/n", inputs()), AsyncBatch)
    client.map("o/n", inputs())  # type: ignore[arg-type]


async def async_stream(client: Client, prediction: Prediction) -> None:
    assert_type(client.async_stream("owner/name"), AsyncStream)
    async for event in client.async_stream("owner/name", input={}):
        assert_type(event, ServerSentEvent)
    async for event in await client.async_stream("owner/name", input={}):
        assert_type(event, ServerSentEvent)
    async for event in await replicate.async_stream("owner/name"):
        assert_type(event, ServerSentEvent)
    async for event in prediction.async_stream():
        assert_type(event, ServerSentEvent)


def _flux(*, prompt: str, num_outputs: int = 1) -> List[FileOutput]:
    raise NotImplementedError


def _story(*, prompt: str) -> Iterator[str]:
    raise NotImplementedError


def functions(model: Model) -> None:
    function = replicate.use("owner/name")
    assert_type(function, Function[..., Any])
    function(prompt="a", anything=1)
    assert_type(function.create(prompt="a"), Run[Any])
    assert_type(replicate.use(model, streaming=True)(prompt="a"), Output)
    assert_type(function.openapi_schema(), Dict[str, Any])
    assert_type(function.default_example, Optional[Prediction])

    flux = replicate.use("owner/name", hint=_flux, timeout=60)
    assert_type(flux(prompt="a", num_outputs=2), List[FileOutput])
    run = flux.create(prompt="a")
    assert_type(run.output(), List[FileOutput])
    assert_type(run.logs(), str)
    assert_type(run.wait(timeout=5), None)
    assert_type(run.prediction, Prediction)
    assert_type(replicate.use("owner/name", hint=_story, streaming=True)(prompt="a"), Iterator[str])
    flux(promt="a")  # type: ignore[call-arg]
    flux(prompt=5)  # type: ignore[arg-type]
    flux.create()  # type: ignore[call-arg]
    either = replicate.use(model, streaming=bool(run), use_async=bool(run))
    assert_type(either, Union[Function[..., Any], AsyncFunction[..., Any]])
    replicate.use("owner/name", steaming=True)  # type: ignore[call-overload]


async def async_functions(client: Client) -> None:
    function = client.use("owner/name", use_async=True)
    assert_type(function, AsyncFunction[..., Any])
    assert_type(await client.use("a/b", use_async=True, streaming=True)(prompt=""), AsyncOutput)
    assert_type(await function.default_example, Optional[Prediction])
    flux = client.use("owner/name", hint=_flux, use_async=True)
    assert_type(await flux(prompt="a"), List[FileOutput])
    run = await flux.create(prompt="a")
    assert_type(run, AsyncRun[List[FileOutput]])
    assert_type(await run.output(), List[FileOutput])
    await flux(promt="a")  # type: ignore[call-arg]


def predictions(model: Model, version: Version) -> None:
    prediction = replicate.predictions.create(version, {"prompt": "a"})
    assert_type(prediction, Prediction)
    replicate.predictions.create(model="owner/name", input={}, wait=True)
    replicate.predictions.create(model=model, input={}, webhook_events_filter=["start"])
    replicate.predictions.create(deployment=("owner", "name"), input={}, stream=True)
    replicate.predictions.create(version="id", input={}, webhok="")  # type: ignore[call-arg]
    assert_type(replicate.predictions.get("id"), Prediction)
    assert_type(replicate.predictions.cancel("id"), Prediction)
    assert_type(replicate.predictions.list(), Page[Prediction])
    assert_type(replicate.predictions.list().rows(), List[Dict[str, Any]])
    assert_type(
        replicate.predictions.list(created_after=datetime.now(timezone.utc)), Page[Prediction]
    )
    assert_type(replicate.predictions.list(created_after="2026-01-01T00:00:00Z"), Page[Prediction])

    assert_type(prediction.id, str)
    assert_type(prediction.status, PredictionStatus)
    assert_type(prediction.source, Optional[PredictionSource])
    assert_type(prediction.created_at, Optional[Timestamp])
    assert_type(prediction.completed_at, Optional[Timestamp])
    assert_type(prediction.input, Optional[Dict[str, Any]])
    assert_type(prediction.output, Any)
    assert_type(prediction.error, Optional[str])
    assert_type(prediction.logs, Optional[str])
    assert_type(prediction.metrics, Optional[PredictionMetrics])
    if prediction.urls is not None:
        assert_type(prediction.urls["get"], str)
        assert_type(prediction.urls.get("stream"), Optional[str])
    assert_type(prediction.progress, Optional[Prediction.Progress])
    if prediction.progress:
        assert_type(prediction.progress.percentage, float)
    assert_type(prediction.output_iterator(), OutputIterator)
    assert_type(dict(prediction), Dict[str, Any])
    assert_type(prediction.dict(exclude_none=True), Dict[str, Any])
    assert_type(prediction.json(indent=2), str)
    assert_type(prediction.copy(update={"logs": ""}), Prediction)
    prediction.wait(timeout=5)
    prediction.reload()
    prediction.cancel()

    _ = prediction.outptu  # type: ignore[attr-defined]
    prediction.statsu = ""  # type: ignore[attr-defined]


async def async_predictions(prediction: Prediction) -> None:
    created = await replicate.predictions.async_create(version="id", input={"prompt": "a"})
    assert_type(created, Prediction)
    assert_type(await replicate.predictions.async_get("id"), Prediction)
    assert_type(await replicate.predictions.async_cancel("id"), Prediction)
    assert_type(await replicate.predictions.async_list(), Page[Prediction])
    assert_type(prediction.async_output_iterator(), AsyncOutputIterator)
    await prediction.async_wait()
    await prediction.async_reload()
    await prediction.async_cancel()


def models(client: Client) -> None:
    model = client.models.get("owner/name")
    assert_type(model, Model)
    assert_type(client.models.get("owner", "name"), Model)
    assert_type(client.models.get(owner="owner", name="name"), Model)
    client.models.get()  # type: ignore[call-overload]
    assert_type(client.models.list(), Page[Model])
    assert_type(client.models.search("llama"), Page[Model])
    created = client.models.create("owner", "name", hardware="cpu", visibility="private")
    assert_type(created, Model)
    client.models.create("owner", "name", visibility="private")  # type: ignore[call-arg]
    client.models.create("o", "n", visibility=5, hardware="cpu")  # type: ignore[arg-type]
    assert_type(client.models.list(sort_by="model_created_at"), Page[Model])
    client.models.list(sort="model_created_at")  # type: ignore[call-arg]
    assert_type(client.models.delete("owner", "name"), bool)
    assert_type(client.models.predictions.create("owner/name", {}, wait=5), Prediction)
    assert_type(model.owner, str)
    assert_type(model.id, str)
    assert_type(model.run_count, int)
    assert_type(model.latest_version, Optional[Version])
    assert_type(model.default_example, Optional[Prediction])
    assert_type(model.versions, Versions)
    model.reload()


async def async_models(client: Client) -> None:
    assert_type(await client.models.async_get("owner/name"), Model)
    assert_type(await client.models.async_get("owner", "name"), Model)
    assert_type(await client.models.async_list(), Page[Model])
    assert_type(await client.models.async_search("llama"), Page[Model])


def versions(model: Model) -> None:
    version = model.versions.get("id")
    assert_type(version, Version)
    assert_type(model.versions.list(), Page[Version])
    assert_type(model.versions.delete("id"), bool)
    assert_type(version.id, str)
    assert_type(version.created_at, datetime)
    assert_type(version.cog_version, Optional[str])
    assert_type(version.openapi_schema, Optional[Dict[str, Any]])
    assert_type(version.predict(prompt="a"), Any)
    schema = make_schema_backwards_compatible({}, "0.3.8")
    assert_type(schema, Dict[str, Any])


async def async_versions(model: Model, version: Version) -> None:
    assert_type(await model.versions.async_get("id"), Version)
    assert_type(await model.versions.async_list(), Page[Version])
    assert_type(await version.async_predict(prompt="a"), Any)


def files() -> None:
    file = replicate.files.create(Path("a.png"))
    assert_type(file, File)
    replicate.files.create(b"", filename="a.txt", content_type="text/plain", metadata={"a": 1})
    replicate.files.create(b"", filenmae="a.txt")  # type: ignore[call-arg]
    assert_type(replicate.files.get("id"), File)
    assert_type(replicate.files.delete("id"), bool)
    listed = replicate.files.list()
    assert_type(listed, FileList)
    assert_type(listed[0], File)
    assert_type(listed.next, Optional[str])
    assert_type(file.size, int)
    assert_type(file.expires_at, Optional[Timestamp])
    assert_type((file.urls or {})["get"], str)


async def async_files() -> None:
    assert_type(await replicate.files.async_create(b""), File)
    assert_type(await replicate.files.async_get("id"), File)
    assert_type(await replicate.files.async_list(), FileList)
    assert_type(await replicate.files.async_delete("id"), bool)


def deployments(client: Client) -> None:
    deployment = client.deployments.get("owner/name")
    assert_type(deployment, Deployment)
    assert_type(client.deployments.list(), Page[Deployment])
    assert_type(
        client.deployments.create(
            name="a",
            model="owner/name",
            version="id",
            hardware="cpu",
            min_instances=0,
            max_instances=1,
        ),
        Deployment,
    )
    assert_type(client.deployments.update("owner", "name", max_instances=2), Deployment)
    client.deployments.update("owner", "name", max_instance=2)  # type: ignore[call-arg]
    assert_type(client.deployments.delete("owner", "name"), bool)
    assert_type(client.deployments.predictions.create("owner/name", {}), Prediction)
    assert_type(deployment.predictions.create({}, wait=True), Prediction)
    release = deployment.current_release
    assert_type(release, Optional[Deployment.Release])
    if release is not None:
        assert_type(release.created_by, Optional[Account])


async def async_deployments(client: Client, deployment: Deployment) -> None:
    assert_type(await client.deployments.async_get("owner/name"), Deployment)
    assert_type(await client.deployments.async_list(), Page[Deployment])
    assert_type(await deployment.predictions.async_create({}), Prediction)


def trainings(destination: Model) -> None:
    training = replicate.trainings.create("owner/name:id", {}, "owner/new")
    assert_type(training, Training)
    replicate.trainings.create(model="owner/name", version="id", input={}, destination="owner/new")
    replicate.trainings.create("owner/name", "id", {}, destination=("owner", "new"), webhook=None)
    replicate.trainings.create(version="owner/name:id", input={}, destination=destination)
    replicate.trainings.create(version="id", input={})  # type: ignore[call-overload]
    assert_type(replicate.trainings.get("id"), Training)
    assert_type(replicate.trainings.cancel("id"), Training)
    assert_type(replicate.trainings.list(), Page[Training])
    assert_type(training.destination, Optional[str])
    training.wait()


async def async_trainings() -> None:
    created = await replicate.trainings.async_create(
        model="owner/name", version="id", input={}, destination="owner/new", webhook="https://a"
    )
    assert_type(created, Training)
    assert_type(await replicate.trainings.async_get("id"), Training)
    assert_type(await replicate.trainings.async_list(), Page[Training])


def catalog(client: Client) -> None:
    assert_type(client.accounts.current(), Account)
    assert_type(client.accounts.current().username, str)
    assert_type(client.hardware.list(), List[Hardware])
    assert_type(replicate.hardware.list()[0].sku, str)
    assert_type(client.collections.list(), Page[Collection])
    collection = client.collections.get("slug")
    assert_type(collection, Collection)
    assert_type(collection.models, Optional[List[Model]])
    assert_type(collection[0], Model)
    assert_type(collection[:2], List[Model])
    for model in collection:
        assert_type(model, Model)


async def async_catalog(client: Client) -> None:
    assert_type(await client.accounts.async_current(), Account)
    assert_type(await client.hardware.async_list(), List[Hardware])
    assert_type(await client.collections.async_list(), Page[Collection])
    assert_type(await client.collections.async_get("slug"), Collection)


def webhooks(request: httpx.Request) -> None:
    secret = replicate.webhooks.default.secret()
    assert_type(secret, WebhookSigningSecret)
    assert_type(secret.key, str)
    assert_type(replicate.webhooks.validate(request, secret=secret), bool)
    assert_type(
        replicate.webhooks.validate(headers={}, body="", secret="whsec_a", tolerance=None), bool
    )
    assert_type(replicate.webhooks.parse(request, secret=secret), Union[Prediction, Training])
    replicate.webhooks.validate(request, tolerance="5")  # type: ignore[arg-type]


async def async_webhooks() -> None:
    assert_type(await replicate.webhooks.default.async_secret(), WebhookSigningSecret)


def pages(client: Client) -> None:
    page = client.models.list()
    assert_type(page[0], Model)
    assert_type(page[1:], List[Model])
    assert_type(page.results, List[Model])
    assert_type(page.next, Optional[str])
    assert_type(len(page), int)
    for model in page:
        assert_type(model, Model)
    client.models.list(page.next)
    assert_type(page.dict(), Dict[str, Any])
    assert_type(page["results"], Any)

    assert_type(replicate.paginate(client.models.list), Generator[Page[Model], None, None])
    assert_type(
        replicate.paginate(client.predictions.list), Generator[Page[Prediction], None, None]
    )
    assert_type(replicate.paginate(client.files.list), Generator[FileList, None, None])
    replicate.paginate(client.models.get)  # type: ignore[type-var]


async def async_pages(client: Client) -> None:
    async for page in replicate.async_paginate(client.models.async_list):
        assert_type(page, Page[Model])
    async for predictions_page in replicate.async_paginate(client.predictions.async_list):
        assert_type(predictions_page, Page[Prediction])
    async for file_list in replicate.async_paginate(client.files.async_list):
        assert_type(file_list, FileList)


def generated(client: Client) -> None:
    assert_type(client.api.predictions.get("id"), replicate_api.models.Prediction)
    assert_type(client.api.models.readme_get("owner", "name"), str)
    assert_type(client.api.hardware.list(), List[replicate_api.models.Hardware])
    client.api.predictions.gte("id")  # type: ignore[attr-defined]


async def async_generated(client: Client) -> None:
    assert_type(await client.api.predictions.async_get("id"), replicate_api.models.Prediction)


def file_outputs() -> None:
    output = FileOutput("https://example.com/a.png")
    assert_type(output.url, str)
    assert_type(output.name, str)
    assert_type(output.content_type, Optional[str])
    assert_type(output.read(), bytes)
    assert_type(output.save("folder"), Path)
    assert_type(output.save(Path("a.png")), Path)
    with output.open() as handle:
        assert_type(handle, IO[bytes])
    for chunk in output:
        assert_type(chunk, bytes)


async def async_file_outputs(output: FileOutput) -> None:
    assert_type(await output.aread(), bytes)
    assert_type(await output.async_save("a.png"), Path)
    assert_type(await output.async_open(), IO[bytes])
    async for chunk in output:
        assert_type(chunk, bytes)


def errors() -> None:
    try:
        replicate.run("owner/name")
    except PredictionCanceledError as error:
        assert_type(error.prediction, Prediction)
    except ModelError as error:
        assert_type(error.prediction, Prediction)
        assert_type(error.prediction.error, Optional[str])
        assert_type(error.details, str)
    except RateLimitError as error:
        assert_type(error.retry_after, Optional[float])
    except APITimeoutError as error:
        assert_type(error.request, httpx.Request)
    except InvalidArgumentError as error:
        of_python: ValueError = error
        of_replicate: ReplicateError = error
        print(of_python, of_replicate)
    except APIConnectError as error:
        of_httpx: httpx.ConnectError = error
        of_connections: APIConnectionError = error
        print(of_httpx, of_connections)
    except (APIConnectionError, DeadlineExceededError) as error:
        assert_type(error.about, Dict[str, str])
        assert_type(error.prediction, Union[Prediction, Training, None])
    except ReplicateError as error:
        assert_type(error.status, Optional[int])
        assert_type(error.status_code, Optional[int])
        assert_type(error.title, Optional[str])
        assert_type(error.detail, Optional[str])
        assert_type(error.response, Optional[httpx.Response])
        assert_type(error.invalid_fields, List[Dict[str, Any]])
        assert_type(error.to_dict(), Dict[str, Union[str, int]])
    except ReplicateException as error:
        assert_type(error.prediction, Union[Prediction, Training, None])
    assert_type(replicate.exceptions.ModelError, type[ModelError])
