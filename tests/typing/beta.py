"""What type checkers make of the calls of 2.x. This file is checked, never run; see `api.py`."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import Any, Dict, List

import httpx
from typing_extensions import assert_type

import replicate
from replicate import AsyncReplicate, NotFoundError, Replicate, get_path_url, not_given
from replicate._beta.answers import APIResponse, AsyncAPIResponse
from replicate._beta.pages import AsyncList, AsyncPage, SyncPage
from replicate.account import Account
from replicate.file import File
from replicate.hardware import Hardware
from replicate.model import Model
from replicate.pagination import Items
from replicate.prediction import Prediction
from replicate.stream import AsyncStream, Stream
from replicate.training import Training
from replicate.use import AsyncFunction, Function
from replicate.version import Version
from replicate_api.models import SearchResults


def blocking() -> None:
    with Replicate(bearer_token="r8_...", timeout=5, max_retries=2, http_client=None) as client:
        assert_type(client, Replicate)
    assert_type(client.with_options(timeout=not_given, default_headers={"a": "b"}), Replicate)
    assert_type(client.account.get(), Account)
    assert_type(client.predictions.get(prediction_id="a"), Prediction)
    assert_type(client.predictions.get("a"), Prediction)
    assert_type(client.predictions.wait("a"), Prediction)
    assert_type(client.predictions.create(version="a", input={}, cancel_after="1m"), Prediction)
    assert_type(client.predictions.get("a", timeout=3, extra_headers={"a": "b"}), Prediction)
    assert_type(client.predictions.list(created_after="2026-01-01T00:00:00Z"), SyncPage[Prediction])
    for model in client.models.list():
        assert_type(model, Model)
    assert_type(client.models.list().get_next_page(), SyncPage[Model])
    assert_type(client.models.versions.get("a", "b", version_id="c"), Version)
    assert_type(client.models.readme.get(model_owner="a", model_name="b"), str)
    assert_type(client.models.examples.list("a", "b"), SyncPage[Prediction])
    assert_type(client.trainings.get(training_id="a"), Training)
    assert_type(client.files.get(file_id="a"), File)
    assert_type(
        client.files.download("a", owner="b", expiry=1, signature="c"),
        APIResponse,
    )
    assert_type(client.hardware.list(), List[Hardware])
    assert_type(client.search(query="a", limit=1), SearchResults)
    output: Any = client.run("a/b", input={}, prefer="wait=5", extra_headers={"a": "b"})
    get_path_url(output)

    assert_type(client.stream("a/b", {"prompt": "c"}), Stream)
    assert_type(client.use("a/b"), Function[..., Any])

    client.predictions.get(id="a")  # type: ignore[call-overload]
    client.predictions.create(input={})  # type: ignore[call-overload]
    client.models.get(model_owner="a")  # type: ignore[call-overload]
    client.nothing  # type: ignore[attr-defined]  # noqa: B018
    Replicate(token="a")  # type: ignore[call-arg]


async def awaited() -> None:
    async with AsyncReplicate(http_client=httpx.AsyncClient()) as client:
        assert_type(client, AsyncReplicate)
    assert_type(await client.account.get(), Account)
    assert_type(await client.predictions.get(prediction_id="a"), Prediction)
    assert_type(await client.predictions.get("a", timeout=3), Prediction)
    assert_type(client.models.list(), AsyncList[Model])
    assert_type(await client.models.list(), AsyncPage[Model])
    async for model in client.models.list():
        assert_type(model, Model)
    assert_type(await client.models.versions.get("a", "b", "c"), Version)
    assert_type(
        await client.files.download("a", owner="b", expiry=1, signature="c"), AsyncAPIResponse
    )
    assert_type(await client.search(query="a"), SearchResults)
    assert_type(client.stream("a/b", {"prompt": "c"}), AsyncStream)
    assert_type(client.use("a/b"), AsyncFunction[..., Any])

    await client.predictions.get(id="a")  # type: ignore[call-overload]


def items() -> None:
    assert_type(replicate.models.list().items(), Items[Model])
    for model in replicate.models.list().items():
        assert_type(model, Model)
    for file in replicate.files.list().items():
        assert_type(file, File)
    more: Dict[str, Any] = {}
    try:
        replicate.run("a/b", cancel_after="1m")
        replicate.predictions.create("a", {}, cancel_after="1m", **more)
    except NotFoundError as error:
        assert_type(error.message, str)
    except replicate.APIStatusError:
        pass


async def async_items() -> None:
    async for model in (await replicate.models.async_list()).items():
        assert_type(model, Model)
