"""What an operation may cost, counted where no clock is needed: calls, requests, modules.

A budget is a little above what the operation takes today. A change that exceeds one says so with
the figure: it is to be made cheaper, or the budget is raised by whoever has a reason.
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import replicate
import replicate_api
from replicate import _blocking
from replicate._http.body import FILE_CHUNK

GET = 182
RUN = 402
RUN_VERSION = 425
EVENT = 47
EVENT_AMONG_OTHERS = 17
ITEM = 23
BLOCK = 18
"""Calls of one repetition; of an upload, for each block of its file."""

OURS = tuple(str(Path(package.__file__).parent) for package in (replicate, replicate_api))

PREDICTION = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "model": "a/b",
    "version": "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
    "status": "succeeded",
    "input": {"prompt": "a llama", "seed": 7},
    "output": "done",
    "created_at": "2026-01-02T03:04:05.123Z",
    "urls": {"get": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"},
}
VERSION = {"id": PREDICTION["version"], "openapi_schema": {}}


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A stream of events, each of which arrives by itself, or all of them at once."""

    def __init__(self, count, *, at_once=False):
        self.chunks = [f"event: output\nid: {n}:0\ndata: token\n\n".encode() for n in range(count)]
        if at_once:
            self.chunks = [b"".join(self.chunks)]
        self.chunks.append(b"event: done\ndata: {}\n\n")

    def __iter__(self):
        return iter(self.chunks)

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk


def answer(request):
    *_, name = request.url.path.split("/")
    if name.startswith(("stream-", "at-once-")):
        count = int(name.rpartition("-")[2])
        if "streams" in request.url.path:
            kind = {"content-type": "text/event-stream"}
            return httpx.Response(200, headers=kind, stream=Chunks(count, at_once=name[0] == "a"))
        urls = {"stream": f"https://stream.replicate.com/v1/streams/{name}"}
        return httpx.Response(200, json={**PREDICTION, "status": "processing", "urls": urls})
    if name == "predictions" and request.method == "GET":
        count = int(request.url.params.get("cursor", 1))
        return httpx.Response(200, json={"next": None, "results": [PREDICTION] * count})
    return httpx.Response(200, json=VERSION if "versions" in request.url.path else PREDICTION)


@pytest.fixture
def client():
    with replicate.Client("token", transport=httpx.MockTransport(answer)) as client:
        yield client


def calls(operation):
    """Return how many functions this package's code calls, or is called by, in an operation.

    What httpx and Python do below it is not counted: it is not the same in all their versions.
    """
    count = 0

    def take_note(frame, event, _):
        nonlocal count
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(OURS):
            count += 1

    sys.setprofile(take_note)
    try:
        operation()
    finally:
        sys.setprofile(None)
    return count


class Form:
    """Measures the blocking or the asynchronous form of an operation."""

    def __init__(self, is_async):
        self.is_async = is_async

    def calls(self, blocking, asynchronous):
        """Return the calls of one repetition, when everything is loaded and connected."""
        if not self.is_async:
            blocking()
            blocking()
            return calls(blocking)

        async def main():
            await asynchronous()
            await asynchronous()
            coroutine = asynchronous()
            return calls(lambda: run_to_end(coroutine))

        return asyncio.run(main())


def run_to_end(coroutine):
    """Run a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the coroutine waits for something")


@pytest.fixture(params=["blocking", "async"])
def form(request):
    return Form(request.param == "async")


def within(budget, figure):
    assert figure <= budget, f"{figure:g} calls, of which {budget} are allowed"


def test_calls_of_get(client, form):
    id = PREDICTION["id"]

    figure = form.calls(
        lambda: client.predictions.get(id).output,
        lambda: client.predictions.async_get(id),
    )

    within(GET, figure)


def test_calls_of_run(client, form):
    input = PREDICTION["input"]

    figure = form.calls(lambda: client.run("a/b", input), lambda: client.async_run("a/b", input))

    within(RUN, figure)


def test_calls_of_running_a_version(client, form):
    ref, input = f"a/b:{PREDICTION['version']}", PREDICTION["input"]

    figure = form.calls(lambda: client.run(ref, input), lambda: client.async_run(ref, input))

    within(RUN_VERSION, figure)


@pytest.mark.parametrize(("name", "budget"), [("stream", EVENT), ("at-once", EVENT_AMONG_OTHERS)])
def test_calls_of_an_event(client, form, name, budget):
    def count(number):
        prediction = client.predictions.get(f"{name}-{number}")

        async def read():
            return [event async for event in prediction.async_stream()]

        return form.calls(lambda: list(prediction.stream()), read)

    within(budget, (count(300) - count(100)) / 200)


def test_calls_of_an_item_of_a_page(client, form):
    def read(page):
        return [(p.id, p.status, p.model, p.created_at, p.output) for p in page.results]

    async def read_async(cursor):
        return read(await client.predictions.async_list(cursor))

    def count(number):
        cursor = str(number)
        return form.calls(lambda: read(client.predictions.list(cursor)), lambda: read_async(cursor))

    within(ITEM, (count(101) - count(1)) / 100)


def test_calls_of_a_block_of_an_upload(client):
    def count(number):
        file = io.BytesIO(bytes(number * FILE_CHUNK))
        return Form(is_async=False).calls(lambda: client.files.create(file), None)

    within(BLOCK, (count(30) - count(10)) / 20)


# Requests.


@pytest.fixture
def requests(sandbox):
    """Count the requests of a call."""

    def count(call, *args, **kwargs):
        before = sandbox.requests.total
        result = call(*args, **kwargs)
        # An iterator has asked for nothing yet.
        if hasattr(result, "__next__"):
            list(result)
        return sandbox.requests.total - before

    return count


FOX = {"prompt": "a fox", "sentences": 1}


def test_requests_of_runs(sandbox, requests):
    client = sandbox.client()
    version = sandbox.models["sandbox/divider"].latest_version.id
    yields = sandbox.models["sandbox/sprites"].latest_version.id
    call = client.run

    assert requests(call, "sandbox/divider", {"denominator": 2}) == 1
    assert requests(call, version, {"denominator": 2}) == 1
    # The schema says what the output is, and is kept.
    assert requests(call, f"sandbox/divider:{version}", {"denominator": 2}) == 2
    assert requests(call, f"sandbox/divider:{version}", {"denominator": 2}) == 1
    # Who asks for a model that is no official one learns of its version, which is kept.
    sprites = {"prompt": "x", "count": 1, "size": 8}
    assert requests(call, "sandbox/sprites", sprites) == 3
    assert requests(call, "sandbox/sprites", sprites) == 1
    assert requests(call, f"sandbox/sprites:{yields}", sprites) <= 2


def test_requests_of_streams(sandbox, requests):
    client = sandbox.client()

    assert requests(client.stream, "sandbox/storyteller", FOX) == 2


def test_requests_of_files(sandbox, requests):
    client = sandbox.client()
    document = {"document": b"one two"}

    assert requests(client.run, "sandbox/reader", document) == 2
    assert requests(client.run, "sandbox/reader", document, file_encoding_strategy="base64") == 1
    file = client.run("sandbox/painter", {"prompt": "hills", "width": 16, "height": 16})
    assert requests(file.read) == 1


def test_requests_of_resources(sandbox, requests):
    client = sandbox.client()
    prediction = client.predictions.create(model="sandbox/divider", input={"denominator": 2})
    prediction.wait()

    assert requests(client.predictions.get, prediction.id) == 1
    assert requests(client.predictions.list) == 1
    assert requests(prediction.reload) == 1
    assert requests(prediction.wait) == 0
    assert requests(client.models.get, "sandbox/painter") == 1
    assert requests(client.models.list) == 1
    assert requests(client.models.search, "hills") == 1
    assert requests(client.accounts.current) == 1
    assert requests(client.hardware.list) == 1


@pytest.mark.parametrize(("seconds", "allowed"), [(0.12, 6), (1.3, 12)])
def test_requests_of_waiting(seconds, allowed):
    """Time is counted, not spent."""
    clock = Clock()

    def handler(request):
        clock.requests += 1
        status = "succeeded" if clock.now >= seconds else "processing"
        clock.now += 0.001
        return httpx.Response(200, json={**PREDICTION, "status": status})

    client = replicate.Client("token", transport=httpx.MockTransport(handler))
    _blocking.set_clock(clock)
    try:
        assert client.run("a/b", {}, wait=False) == "done"
    finally:
        _blocking.set_clock(None)
    late = clock.now - seconds
    assert clock.requests <= allowed
    assert late <= max(0.05, 0.1 * seconds), f"known {late:.3f} s late"


class Clock:
    """A clock on which a pause takes no time."""

    def __init__(self):
        self.now = 0.0
        self.requests = 0

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


# Modules.


def modules(code):
    """Return the modules that a process has loaded for a few lines."""
    script = f"""
import sys
before = set(sys.modules)
{code}
print(*set(sys.modules) - before)
"""
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'generated'}"}
    output = subprocess.check_output([sys.executable, "-c", script], env=environment, text=True)
    return set(output.split())


def ours(loaded):
    return {name for name in loaded if name.partition(".")[0] in ("replicate", "replicate_api")}


def test_modules_of_the_import():
    loaded = modules("import replicate")

    assert len(ours(loaded)) <= 14, sorted(ours(loaded))
    heavy = {"anyio", "asyncio", "httpcore", "httpx", "inspect", "json", "ssl", "urllib.request"}
    assert not loaded & (heavy | {"replicate_api", "replicate.prediction", "replicate._runs"})


def test_modules_of_the_first_call():
    loaded = modules(
        "import httpx, replicate\n"
        f"prediction = {PREDICTION!r}\n"
        "transport = httpx.MockTransport(lambda _: httpx.Response(200, json=prediction))\n"
        "client = replicate.Client('token', transport=transport)\n"
        "assert client.predictions.get('a').output == 'done'"
    )

    assert len(ours(loaded)) <= 54, sorted(ours(loaded))
    assert "replicate._runs.create" not in loaded
    assert "replicate_api.models.model" not in loaded
