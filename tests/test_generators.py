"""What 1.0.7 gave out as generators passes for one in other people's code."""

from __future__ import annotations

import asyncio
import collections.abc
import contextlib
import inspect
import json
import types
from typing import Iterator

import pytest

from replicate.exceptions import ClosedError
from replicate.sandbox import File


@pytest.fixture
def counter(sandbox):
    """A version that yields its output, and the reference to it."""

    @sandbox.model("me/count")
    def count(to: int = 3) -> Iterator[str]:
        yield from map(str, range(to))

    @sandbox.model("me/join", official=True)
    def join(items: list) -> str:
        return json.dumps(items)

    @sandbox.model("me/file", official=True)
    def file() -> File:
        return File(b"content", "file.bin")

    return f"me/count:{sandbox.models['me/count'].latest_version.id}"


@pytest.fixture(params=["run", "stream", "prediction.stream", "prediction.output_iterator", "file"])
def source(request, client, counter):
    """A function that begins to iterate in the blocking form, and one for the other form."""

    async def run():
        return await client.async_run(counter, {})

    async def stream():
        return await client.async_stream(counter, {})

    async def file():
        return aiter_of(await client.async_run("me/file", {}))

    def of_prediction(name):
        prediction = client.predictions.create(counter, {})
        return getattr(prediction, name)()

    async def async_of_prediction(name):
        prediction = await client.predictions.async_create(counter, {})
        return getattr(prediction, name)()

    return {
        "run": (lambda: client.run(counter, {}), run),
        "stream": (lambda: client.stream(counter, {}), stream),
        "prediction.stream": (
            lambda: of_prediction("stream"),
            lambda: async_of_prediction("async_stream"),
        ),
        "prediction.output_iterator": (
            lambda: of_prediction("output_iterator"),
            lambda: async_of_prediction("async_output_iterator"),
        ),
        "file": (lambda: iter(client.run("me/file", {})), file),
    }[request.param]


def aiter_of(iterable):
    return iterable.__aiter__()  # `aiter` is newer than Python 3.8


def test_generator(source):
    items = source[0]()
    assert inspect.isgenerator(items)
    assert isinstance(items, types.GeneratorType)
    assert isinstance(items, collections.abc.Generator)
    assert not inspect.isawaitable(items)
    assert inspect.getgeneratorstate(items) != inspect.GEN_RUNNING
    assert items.send(None)
    with contextlib.closing(items), pytest.raises(KeyError, match="mine"):
        items.throw(KeyError("mine"))
    with pytest.raises(ClosedError):
        next(items)


def test_asynchronous_generator(source):
    async def main():
        items = await source[1]()
        assert inspect.isasyncgen(items)
        assert isinstance(items, types.AsyncGeneratorType)
        assert isinstance(items, collections.abc.AsyncGenerator)
        assert not isinstance(items, (collections.abc.Iterable, collections.abc.Generator))
        with pytest.raises(TypeError):
            iter(items)
        assert await items.asend(None)
        with pytest.raises(KeyError, match="mine"):
            await items.athrow(KeyError("mine"))
        with pytest.raises(ClosedError):
            await items.__anext__()

    asyncio.run(main())


def test_output_of_one_model_is_the_input_of_another(client, counter):
    """An iterator is read for that, as 1.0.7 did; an asynchronous one it did not read either."""
    assert client.run("me/join", {"items": client.run(counter, {})}) == '["0", "1", "2"]'

    async def main():
        output = await client.async_run(counter, {})
        with pytest.raises(TypeError, match=r"pass \[item async for item in \.\.\.\]"):
            await client.async_run("me/join", {"items": output})
        items = [item async for item in output]
        return await client.async_run("me/join", {"items": items})

    assert asyncio.run(main()) == '["0", "1", "2"]'


def test_generator_that_delegates(client, counter):
    def caller():
        yield from client.run(counter, {})

    items = caller()
    assert next(items) == "0"
    with pytest.raises(KeyError, match="mine"):
        items.throw(KeyError("mine"))


@pytest.mark.parametrize("debug", [False, True])
def test_asynchronous_stream_is_a_coroutine_that_returns_itself(client, counter, debug):
    """In 1.0.7 `async_stream` was a coroutine function."""

    async def main():
        stream = client.async_stream(counter, {})
        assert asyncio.iscoroutine(stream)
        assert await asyncio.create_task(stream) is stream
        assert await asyncio.wait_for(stream, 10) is stream
        assert await asyncio.gather(stream) == [stream]
        assert await stream is stream
        return "".join([str(event) async for event in stream])

    assert asyncio.run(main(), debug=debug) == "012"
