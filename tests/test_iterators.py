"""Iterators are objects: nobody but their reader ends them, and none pretends to be at its end."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import Iterator

import anyio
import httpx
import pytest

from replicate import exceptions
from replicate._steps import Steps
from replicate.sandbox import File, current_prediction


class Numbers(Steps):
    """Gives out numbers, two at a time."""

    def __init__(self, end, fails_at=None):
        super().__init__()
        self.number, self.end, self.fails_at = 0, end, fails_at
        self.calls = []

    async def _more(self):
        if self.number == self.fails_at:
            raise LookupError("no more")
        if self.number >= self.end:
            return None
        self.number += 2
        return [self.number - 2, self.number - 1]

    async def _release(self):
        self.calls.append("release")

    async def _interrupt(self):
        self.calls.append("interrupt")


def rest(call, items):
    """Return what an iterator has left, and the error that it ends with."""

    async def main():
        found = []
        try:
            async for item in items:
                found.append(item)
        except Exception as error:
            return found, error
        return found, None

    if call.is_async:
        return anyio.run(main)
    found = []
    try:
        found.extend(items)
    except Exception as error:
        return found, error
    return found, None


def close(call, items):
    return anyio.run(items.aclose) if call.is_async else items.close()


def test_end(call):
    items = Numbers(4)
    assert rest(call, items) == ([0, 1, 2, 3], None)
    assert rest(call, items) == ([], None)  # and it stays there
    close(call, items)
    assert items.calls == ["release"]


def test_closed_iterator_says_so(call):
    items = Numbers(4)
    close(call, items)
    close(call, items)
    assert items.calls == ["release", "interrupt"]
    found, error = rest(call, items)
    assert (found, type(error)) == ([], exceptions.ClosedError)
    assert isinstance(error, ValueError)
    assert "closed before its end" in str(error)


def test_failed_iterator_says_so(call):
    items = Numbers(9, fails_at=2)
    found, error = rest(call, items)
    assert (found, type(error)) == ([0, 1], LookupError)
    assert items.calls == ["release"]
    found, error = rest(call, items)
    assert (found, type(error)) == ([], exceptions.ClosedError)
    assert "ended by an error" in str(error)


def test_blocks(call):
    items = Numbers(4)

    async def main():
        async with items as entered:
            assert await entered.__anext__() == 0

    if call.is_async:
        anyio.run(main)
    else:
        with items as entered:
            assert next(entered) == 0
    assert items.calls == ["release", "interrupt"]


def test_forms_are_not_mixed():
    items = Numbers(8)
    assert next(items) == 0
    with pytest.raises(RuntimeError, match="begun with `for`"):
        anyio.run(lambda: drain(items))


async def drain(items):
    return [item async for item in items]


def test_reader_is_alone_and_may_be_told_to_stop():
    class Slow(Numbers):
        async def _more(self):
            started.set()
            go_on.wait(5)
            return await super()._more()

    started, go_on = threading.Event(), threading.Event()
    items, results = Slow(4), []

    def read():
        with pytest.raises(exceptions.ClosedError) as caught:
            next(items)
        results.append(caught.value)

    thread = threading.Thread(target=read)
    thread.start()
    assert started.wait(5)
    with pytest.raises(RuntimeError, match="another thread or task"):
        next(items)
    items.close()
    assert items.calls == ["interrupt"]
    go_on.set()
    thread.join(5)
    assert len(results) == 1
    assert items.calls == ["interrupt", "release", "interrupt"]


@pytest.fixture
def talker(sandbox):
    @sandbox.model("me/talk", official=True)
    def talk(words: int = 1000) -> Iterator[str]:
        for _ in range(words):
            current_prediction().sleep(0.002)
            yield "word "

    @sandbox.model("me/big", official=True)
    def big() -> File:
        return File(bytes(200_000), "big.bin")

    return sandbox


def test_end_of_an_event_loop_is_nothing_to_blocking_readers(talker, client):
    """asyncio closes all asynchronous generators that it has seen in its thread."""
    events = file = None

    async def main():
        nonlocal events, file
        events = iter(client.stream("me/talk", {"words": 50}))
        file = iter(client.run("me/big"))
        return next(events), next(file)

    first, chunk = asyncio.run(main())
    assert len([first, *events]) == 51  # with `done`
    assert len(chunk) + sum(map(len, file)) == 200_000


def test_abandoned_iterators_are_closed_by_later_requests(call, talker):
    """Their connections do not run out, and nothing is closed in the middle of a request."""
    options = {"limits": httpx.Limits(max_connections=3), "verify": False}

    async def main():
        async with talker.client(**options) as client:
            output = await client.async_run("me/big", {})
            for _ in range(8):
                stream = client.async_stream("me/talk", {})
                await stream.__anext__()
                stream.cycle = stream
                await output.__aiter__().__anext__()
                del stream
                gc.collect()
                with anyio.fail_after(10):
                    await client.accounts.async_current()

    if call.is_async:
        asyncio.run(main())
        return
    with talker.client(**options) as client:
        output = client.run("me/big")
        for _ in range(8):
            stream = client.stream("me/talk", {})
            next(stream)
            stream.cycle = stream
            next(iter(output))
            del stream
            gc.collect()
            client.accounts.current()


def test_abandoned_iterator_is_closed_without_another_request(call, talker, client):
    """Its server would hold the connection until then, and an idle program sends none."""

    def is_closed():
        pools = [pool for pool, _ in connections._loops.values()]
        return not any(pool.open for pool in [connections._blocking, *pools])

    async def main():
        stream = client.async_stream("me/talk", {})
        await stream.__anext__()
        assert not is_closed()
        del stream
        gc.collect()
        with anyio.fail_after(10):
            while not is_closed():
                await anyio.sleep(0.001)

    connections = client._http.connections
    if call.is_async:
        asyncio.run(main())
        return
    stream = client.stream("me/talk", {})
    next(stream)
    assert not is_closed()
    del stream
    gc.collect()
    end = time.monotonic() + 10
    while not is_closed():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_async_iterator_that_is_collected_inside_a_blocking_call(talker, client):
    """The loop closes what is its own, and not in the mode of the call."""

    def token():
        gc.collect()
        return talker.token

    async def main():
        problems = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: problems.append(context))
        stream = client.async_stream("me/talk", {})
        await stream.__anext__()
        stream.cycle = stream
        del stream
        with talker.client(verify=False) as blocking:
            blocking.api_token = token
            await loop.run_in_executor(None, blocking.accounts.current)
        pool = await client._http.connections.pool()
        below = pool.clients[0]._transport._pool
        with anyio.fail_after(10):
            while pool.open or not all(each.is_idle() for each in below.connections):
                await anyio.sleep(0.001)
        assert problems == []

    gc.disable()
    try:
        asyncio.run(main())
    finally:
        gc.enable()


def test_collector_that_runs_inside_requests(talker):
    """A finalizer must take no lock that the request which it interrupts holds."""
    before = gc.get_threshold()
    done = threading.Event()

    def work():
        with talker.client(verify=False) as client:
            for _ in range(25):
                stream = client.stream("me/talk", {})
                next(stream)
                stream.cycle = stream
                del stream
                client.accounts.current()
        done.set()

    gc.set_threshold(5, 2, 2)
    try:
        threading.Thread(target=work, daemon=True).start()
        assert done.wait(60)
    finally:
        gc.set_threshold(*before)


def test_exception_that_keeps_a_frame_keeps_its_stream_open(talker, client):
    caught = []

    def read():
        for _ in client.stream("me/talk", {}):
            raise LookupError

    for _ in range(3):
        try:
            read()
        except LookupError as error:
            caught.append(error)
    assert client.accounts.current()
    caught.clear()
    gc.collect()
    assert client.accounts.current()
    pool = client._http.connections._blocking
    assert not pool.open


def test_stream_that_is_kept_alive_looks_at_its_run(call, mock, monkeypatch, waits):
    """A server that sends comments only, though the run has ended, is not believed for ever."""
    monkeypatch.setattr("replicate._runs.streams.SILENCE", 0.05)

    class Comments(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            for _ in range(1000):
                time.sleep(0.01)
                yield b": still here\n\n"

        async def __aiter__(self):
            for _ in range(1000):
                await anyio.sleep(0.01)
                yield b": still here\n\n"

    body = {"id": "p", "model": "a/b", "version": "v", "status": "processing"}
    body["urls"] = {"stream": "https://stream.test/v1/streams/x"}

    def handler(request):
        if request.url.host == "stream.test":
            headers = {"content-type": "text/event-stream"}
            return httpx.Response(200, headers=headers, stream=Comments())
        if request.method == "POST":
            return httpx.Response(201, json=body)
        return httpx.Response(
            200, json={**body, "status": "succeeded", "output": ["all ", "of it"]}
        )

    events = call.list(mock(handler).stream, "a/b", {})
    assert "".join(map(str, events)) == "all of it"


def test_stream_that_is_not_there_is_polled(call, mock, waits):
    body = {"id": "p", "model": "a/b", "version": "v", "status": "processing"}
    body["urls"] = {"stream": "https://stream.test/v1/streams/x"}
    outputs = iter([["one "], ["one "], ["one "], ["one ", "two"], ["one ", "two", "!"]])

    def handler(request):
        if request.url.host == "stream.test":
            return httpx.Response(404)
        if request.method == "POST":
            return httpx.Response(201, json=body)
        output = next(outputs)
        status = "succeeded" if output[-1] == "!" else "processing"
        return httpx.Response(200, json={**body, "status": status, "output": output})

    events = call.list(mock(handler).stream, "a/b", {})
    assert [event.data for event in events] == ["one ", "two", "!", "{}"]
