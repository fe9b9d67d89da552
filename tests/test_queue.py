"""Waiting for a connection: in order, in time, and no place is lost on the way."""

from __future__ import annotations

import asyncio
import concurrent.futures

import httpx
import pytest

from replicate import exceptions
from replicate._http.rooms import TaskRoom, places_of
from replicate.sandbox import File


@pytest.fixture
def narrow(sandbox):
    """A client with two connections, and a model that tells how many run at once."""
    running, most = 0, 0

    @sandbox.model("me/count", official=True)
    async def count(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return number

    with sandbox.client(limits=httpx.Limits(max_connections=2), verify=False) as client:
        client.poll_interval = 0.01
        client.most = lambda: most
        yield client


def test_no_more_requests_at_once_than_connections(narrow):
    async def main():
        return await asyncio.gather(
            *(narrow.async_run("me/count", {"number": number}) for number in range(20))
        )

    assert asyncio.run(main()) == list(range(20))
    assert narrow.most() == 2
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = pool.map(lambda number: narrow.run("me/count", {"number": number}), range(20))
        assert list(runs) == list(range(20))
    assert narrow.most() == 2


@pytest.fixture
def single(sandbox):
    """A client with one connection and no patience, and a file to occupy it with."""

    @sandbox.model("me/big", official=True)
    def big() -> File:
        return File(bytes(1 << 22), "big.bin")

    options = {"limits": httpx.Limits(max_connections=1), "verify": False, "max_retries": 0}
    options["timeout"] = httpx.Timeout(30, pool=0.05)
    with sandbox.client(**options) as client:
        client.file = client.run("me/big")
        yield client


def test_a_stream_holds_its_connection_until_it_is_closed(single):
    chunks = iter(single.file)
    assert next(chunks)
    with pytest.raises(exceptions.APIConnectionError, match="in use") as caught:
        single.accounts.current()
    assert isinstance(caught.value, httpx.PoolTimeout)
    with pytest.raises(exceptions.DeadlineExceededError):
        single.run("me/big", timeout=0.02)
    chunks.close()
    assert single.accounts.current()
    for _ in single.file:  # to its end
        pass
    assert single.accounts.current()


def test_an_async_stream_holds_its_connection_until_it_is_closed(single):
    async def main():
        chunks = single.file.__aiter__()
        assert await chunks.__anext__()
        with pytest.raises(exceptions.APIConnectionError, match="in use") as caught:
            await single.accounts.async_current()
        assert isinstance(caught.value, httpx.PoolTimeout)
        with pytest.raises(exceptions.DeadlineExceededError):
            await single.async_run("me/big", timeout=0.02)
        await chunks.aclose()
        assert await single.accounts.async_current()
        async for _ in single.file:
            pass
        assert await single.accounts.async_current()

    asyncio.run(main())


def test_a_failed_request_gives_its_place_back(call, single, sandbox):
    for fault in ({"status": 500}, {"drop": "before"}, {"drop": "during"}):
        sandbox.fault("account.get", **fault)
        with pytest.raises(exceptions.ReplicateError):
            call(single.accounts.current)
        sandbox.fault("output", **fault)
        with pytest.raises(exceptions.ReplicateError):
            call.read(single.file)
    assert call(single.accounts.current)


def test_places_go_in_order_and_none_is_lost():
    async def main():
        room, order = TaskRoom(1), []

        async def visit(number, seconds=10):
            if not room.enter_at_once() and not await room.enter(seconds):
                order.append(f"{number} gave up")
                return
            order.append(number)
            await asyncio.sleep(0)
            room.leave()

        assert room.enter_at_once()
        visits = [asyncio.ensure_future(visit(number)) for number in range(5)]
        impatient = asyncio.ensure_future(visit("x", 0.01))
        await impatient
        visits[1].cancel()
        await asyncio.sleep(0)
        room.leave()  # to the first one, which is cancelled in the same step
        visits[0].cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        assert order == ["x gave up", 2, 3, 4]
        assert room.enter_at_once()
        assert not room.enter_at_once()
        assert not await room.enter(0)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (110, 100, 10)),
        ({"limits": httpx.Limits(max_connections=12)}, (11, 10, 1)),
        ({"limits": httpx.Limits(max_connections=7)}, (7, 6, 0)),
        ({"limits": httpx.Limits(max_connections=3)}, (3, 2, 0)),
        ({"limits": httpx.Limits(max_connections=2)}, (2, 1, 0)),
        ({"limits": httpx.Limits(max_connections=1)}, (1, 1, 0)),
        ({"limits": httpx.Limits()}, None),
        ({"http2": True}, None),
        ({"transport": httpx.MockTransport(lambda request: httpx.Response(200))}, None),
    ],
)
def test_how_many_requests_go_at_once(options, expected):
    assert places_of(options) == expected


def test_hooks_that_read_do_not_use_places_up(sandbox):
    """It is httpx's own pattern to read the response in a hook."""
    content = File(b"content", "x.bin")

    @sandbox.model("me/file", official=True)
    def file() -> File:
        return content

    options = {"limits": httpx.Limits(max_connections=2), "verify": False}
    hooks = {"response": [lambda response: response.read()]}
    with sandbox.client(event_hooks=hooks, **options) as client:
        output = client.run("me/file")
        for _ in range(5):
            assert output.read() == b"content"


def test_refusals_whose_reader_is_cancelled_do_not_use_places_up(sandbox):
    sandbox.fault("output", status=404, body="x" * 2000, trickle=0.05, times=3)

    @sandbox.model("me/file", official=True)
    def file() -> File:
        return File(b"content", "x.bin")

    async def main():
        async with sandbox.client(limits=httpx.Limits(max_connections=2)) as client:
            output = await client.async_run("me/file")
            for _ in range(3):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(output.aread(), 0.2)
            return await asyncio.wait_for(output.aread(), 10)

    assert asyncio.run(main()) == b"content"
