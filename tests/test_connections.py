"""One place where requests wait, and what goes along with a connection: time, tokens, forks."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Iterator

import httpx
import pytest

import replicate
from replicate import exceptions
from replicate._recent import KEPT, Recent
from replicate.sandbox import current_prediction
from tests.bodies import ACCOUNT
from tests.servers import Answer

TOKEN = "r8_0123456789abcdefghijklmnopqrstuvwxyz0"


@pytest.fixture
def talker(sandbox):
    @sandbox.model("me/talk", official=True)
    def talk() -> Iterator[str]:
        while True:
            current_prediction().sleep(0.05)
            yield "word "

    return sandbox


def test_each_of_many_open_streams_makes_one_more_request(call, talker):
    count = 9
    options = {"limits": httpx.Limits(max_connections=12), "verify": False}

    async def main():
        async with talker.client(**options) as client:

            async def one():
                async with client.async_stream("me/talk", {}) as events:
                    await events.__anext__()
                    ready.append(1)
                    while len(ready) < count:
                        await asyncio.sleep(0.01)
                    return await client.accounts.async_current()

            ready = []
            tasks = [one() for _ in range(count)]
            assert all(await asyncio.wait_for(asyncio.gather(*tasks), 20))

    if call.is_async:
        asyncio.run(main())
        return
    ready = threading.Barrier(count, timeout=20)
    with talker.client(**options) as client:

        def one(_):
            with client.stream("me/talk", {}) as events:
                next(events)
                ready.wait()
                return client.accounts.current()

        with ThreadPoolExecutor(count) as pool:
            assert all(pool.map(one, range(count)))


def test_tasks_that_are_cancelled_use_no_connection_up(sandbox):
    async def main():
        async with sandbox.client(limits=httpx.Limits(max_connections=5)) as client:
            for _ in range(15):
                tasks = [asyncio.create_task(client.accounts.async_current()) for _ in range(10)]
                await asyncio.sleep(0.002)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            pool = await client._http.connections.pool()
            calls = [client.accounts.async_current() for _ in range(5)]
            assert len(await asyncio.wait_for(asyncio.gather(*calls), 10)) == 5
            assert pool._requests._places == 5

    asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_signals_while_waiting_for_a_connection(talker):
    """The handler raises, and the place that was waited for is not lost."""

    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    with talker.client(limits=httpx.Limits(max_connections=1), verify=False) as client:
        stream = client.stream("me/talk", {})
        next(stream)
        before = signal.signal(signal.SIGALRM, ring)
        try:
            for _ in range(20):
                signal.setitimer(signal.ITIMER_REAL, 0.01)
                with pytest.raises(Alarm):
                    client.accounts.current()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        stream.close()
        assert client.accounts.current()


def test_what_a_request_says_of_the_time_is_right_when_it_leaves(talker):
    @talker.model("me/quick", official=True)
    def quick() -> str:
        return "done"

    with talker.client(limits=httpx.Limits(max_connections=1), verify=False) as client:
        stream = client.stream("me/talk", {})
        next(stream)
        closer = threading.Timer(1.2, stream.close)
        closer.start()
        client.run("me/quick", {}, timeout=10)
        closer.join()
    [create] = [each for each in talker.requests if "quick" in each.path]
    assert create.headers["cancel-after"] == "9s"
    assert create.headers["prefer"] == "wait=7"


@pytest.fixture
def dripping():
    """A server whose response headers come byte by byte, for a long time."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    over = threading.Event()

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=drip, args=[connection], daemon=True).start()

    def drip(connection):
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            for byte in b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 1000:
                connection.sendall(bytes([byte]))
                if over.wait(0.05):
                    return

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    over.set()
    listener.close()


def test_headers_that_trickle_in_do_not_outlive_the_deadline(call, dripping, monkeypatch):
    monkeypatch.setattr("replicate._runs.guard.FIND_TIME", 0.5)
    with replicate.Client("token", base_url=dripping, verify=False) as client:
        began = time.monotonic()
        with pytest.raises(exceptions.DeadlineExceededError):
            call(client.run, "me/model", {}, timeout=0.5, wait=False)
        assert time.monotonic() - began < 10


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def holders(error):
    """Return the text of everything that an error and its causes lead to."""
    for each in chain(error):
        yield repr(each)
        yield "".join(traceback.format_exception(type(each), each, each.__traceback__))
        for name in ("request", "response"):
            try:
                thing = getattr(each, name)
            except (RuntimeError, AttributeError):
                continue
            if thing is not None:
                yield str(thing.headers.raw)
                if name == "response":
                    yield str(thing.request.headers.raw)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=302, headers={"Location": "/v1/account"}),
        Answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
        Answer(status=302, headers={"Location": "http://[::1"}),
    ],
)
def test_token_is_not_in_what_caused_an_error(call, server, answer):
    server.handle = lambda request: answer
    with replicate.Client(TOKEN, base_url=server.url, verify=False, max_retries=0) as client:
        with pytest.raises(exceptions.ReplicateError) as caught:
            call(client.accounts.current)
    assert not [text for text in holders(caught.value) if TOKEN in text]


def test_token_function_that_cannot_be_hashed(call, sandbox):
    class Vault:
        __hash__ = None

        def __call__(self):
            return sandbox.token

    with replicate.Client(Vault(), base_url=sandbox.url, verify=False) as client:
        assert call(client.run, "sandbox/divider", {"denominator": 2})


def test_user_name_in_the_base_url_does_not_take_the_place_of_the_token(call, server):
    server.handle = lambda request: Answer({"type": "user", "username": "me"})
    base = server.url.replace("http://", "http://somebody:password@")
    with replicate.Client(TOKEN, base_url=base, verify=False) as client:
        call(client.accounts.current)
    [request] = server.requests
    assert request.header("authorization") == f"Bearer {TOKEN}"


def test_pages_that_lead_in_a_circle(call, mock):
    def handler(request):
        page = request.url.params.get("cursor", "a")
        after = {"a": "b", "b": "c", "c": "b"}[page]
        next = f"https://api.replicate.com/v1/predictions?cursor={after}"
        return httpx.Response(200, json={"results": [], "next": next, "previous": None})

    client = mock(handler)
    with pytest.raises(exceptions.InvalidResponseError, match="leads back"):
        if call.is_async:

            async def main():
                pages = replicate.async_paginate(client.predictions.async_list)
                return [page async for page in pages]

            asyncio.run(main())
        else:
            list(replicate.paginate(client.predictions.list))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_of_a_client_have_connections_of_their_own(call, server, copied):
    """Whoever copies what holds a client, as `dataclasses.asdict` does, copies it too."""
    server.always(ACCOUNT)
    headers = {"X-Mine": "1"}
    with replicate.Client("a-token", base_url=server.url, headers=headers, verify=False) as client:
        call(client.accounts.current)
        with copied(client) as twin:
            assert twin is not client
            client.close()
            twin.poll_interval = 9
            assert call(twin.accounts.current).username == "me"
    assert client.poll_interval != 9
    assert server.last.all("authorization") == ["Bearer a-token"]
    assert server.last.all("x-mine") == ["1"]


def test_what_a_client_remembers_is_bounded():
    memory = Recent()
    for number in range(KEPT + 10):
        memory[number] = number
    assert len(memory) == KEPT
    assert min(memory) == 10
    client = replicate.Client("t")
    assert isinstance(client._versions, Recent)
    assert isinstance(client._latest, Recent)


FORK = """
import os, sys, threading, time
import replicate
from replicate._http import connections

slow = connections.Connections.__init__
entered = threading.Event()

def init(self, options):
    entered.set()
    time.sleep(1)
    slow(self, options)

connections.Connections.__init__ = init
threading.Thread(target=replicate.accounts.current, daemon=True).start()
entered.wait()
child = os.fork()
if child == 0:
    connections.Connections.__init__ = slow
    replicate.accounts.current()
    os._exit(7)
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        sys.exit(os.WEXITSTATUS(status))
    time.sleep(0.05)
os.kill(child, 9)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_fork_inside_the_first_use(sandbox):
    environment = {
        **os.environ,
        "REPLICATE_BASE_URL": sandbox.url,
        "REPLICATE_API_TOKEN": sandbox.token,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-W", "ignore", "-c", FORK]
    assert subprocess.run(command, env=environment, timeout=40, check=False).returncode == 7


QUIET = {
    "a loop that is never closed": """
loop = asyncio.new_event_loop()
loop.run_until_complete(replicate.accounts.async_current())
""",
    "an interpreter that ends inside a stream": """
loop = asyncio.new_event_loop()
events = replicate.async_stream("me/talk", {})
loop.run_until_complete(events.__anext__())
""",
    "the same, blocking": """
events = replicate.stream("me/talk", {})
next(events)
""",
    "sys.exit in a task": """
async def main():
    async for _ in replicate.async_stream("me/talk", {}):
        sys.exit(0)
asyncio.run(main())
""",
    "a daemon thread inside a stream": """
def read():
    for _ in replicate.stream("me/talk", {}):
        started.set()
started = threading.Event()
threading.Thread(target=read, daemon=True).start()
started.wait(20)
""",
    "a daemon thread with a loop": """
async def read():
    async for _ in replicate.async_stream("me/talk", {}):
        started.set()
started = threading.Event()
threading.Thread(target=lambda: asyncio.run(read()), daemon=True).start()
started.wait(20)
""",
    "nest_asyncio": """
import nest_asyncio
nest_asyncio.apply()
async def main():
    events = replicate.async_stream("me/talk", {})
    await events.__anext__()
    return await replicate.accounts.async_current()
for _ in range(3):
    asyncio.run(main())
""",
}


@pytest.mark.parametrize("program", QUIET.values(), ids=QUIET)
def test_nothing_is_said_at_exit(talker, program):
    if "nest_asyncio" in program:
        pytest.importorskip("nest_asyncio")
    environment = {
        **os.environ,
        "REPLICATE_BASE_URL": talker.url,
        "REPLICATE_API_TOKEN": talker.token,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    script = f"import asyncio, sys, threading, replicate\n{program}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
