"""One guard for a run: whatever ends its caller ends the run, and nothing else does."""

from __future__ import annotations

import asyncio
import itertools
import json
import pickle
import re
import signal
import sys
import threading
import time
from functools import partial
from typing import Iterator

import anyio
import httpx
import pytest

import replicate
from replicate import exceptions
from replicate._interruptions import comes_from_outside
from replicate.sandbox import current_prediction
from tests.servers import Answer

NUMBERS = itertools.count()
"""Ids of runs are never used again."""


class Service:
    """The API's predictions in a few lines, for tests that need every moment under control."""

    def __init__(self, *, polls=1, hold=False, output="done"):
        self.runs = {}
        self.polls, self.hold, self.output = polls, hold, output
        self.requests = []
        self.faults = {}

    def __call__(self, request):
        self.requests.append(request)
        path = request.url.path.removeprefix("/v1") if hasattr(str, "removeprefix") else None
        path = request.url.path[3:] if path is None else path
        fault = self.faults.get((request.method, re.sub("/run-[0-9]+", "/ID", path)), [])
        found = fault.pop(0) if fault else None
        if found is not None:
            answer = found(request, self)
            if answer is not None:
                return answer
        if request.method == "POST" and path.endswith("/cancel"):
            run = self.runs[path.split("/")[2]]
            if run["status"] == "processing":
                run["status"] = "canceled"
            return httpx.Response(200, json=run)
        if request.method == "POST":
            return httpx.Response(201, json=self.create(json.loads(request.content)))
        if path == "/predictions":
            listed = list(reversed(list(self.runs.values())))
            headers = {"date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())}
            return httpx.Response(200, json={"results": listed, "next": None}, headers=headers)
        run = self.runs[path.split("/")[2]]
        run["looks"] += 1
        if run["looks"] >= self.polls and run["status"] == "processing":
            run.update(status="succeeded", output=self.output)
        return httpx.Response(200, json=run)

    def answer(self, request):
        """Answer a request of the recording server."""
        url = f"http://api.test{request.target}"
        response = self(httpx.Request(request.method, url, content=request.body))
        return response.json(), response.status_code

    def create(self, body):
        id = f"run-{next(NUMBERS)}"
        self.runs[id] = {
            "id": id,
            "model": "me/model",
            "version": "hidden",
            "status": "processing",
            "input": body["input"],
            "output": None,
            "looks": 0,
            "urls": {},
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        return self.runs[id]

    @property
    def last(self):
        return list(self.runs)[-1]

    @property
    def statuses(self):
        return [run["status"] for run in self.runs.values()]


@pytest.fixture
def service(mock):
    def make(**options):
        service = Service(**options)
        return service, mock(service)

    return make


class Interrupt(BaseException):
    """What Ctrl-C is, in a form that nobody else raises."""


def raising_at(step, call, begun):
    """Run something, and raise at the so-manieth call or return in this package since it began."""
    left = step

    def profile(frame, event, argument):
        nonlocal left
        if not (begun and str(frame.f_globals.get("__name__")).startswith("replicate")):
            return
        left -= 1
        if left == 0:
            sys.setprofile(None)
            raise Interrupt

    sys.setprofile(profile)
    try:
        return call(), None
    except Interrupt as error:
        return None, error
    finally:
        sys.setprofile(None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # in finalizers
def test_interrupt_at_any_moment_leaves_no_run_behind(service, waits):
    """At each function call between the moment the create is sent and the result."""
    unnamed = 0
    _, client = service(polls=2)
    client.run("me/model", {})  # everything is imported
    for step in range(1, 4000, 3):
        api, client = service(polls=2)
        result, error = raising_at(step, partial(client.run, "me/model", {"x": step}), api.requests)
        if error is None and result is not None:
            break
        if not api.runs:
            continue
        assert api.statuses in (["canceled"], ["succeeded"]), f"step {step}"
        unnamed += getattr(error, "prediction", None) is None
    else:
        pytest.fail("the run has more steps than this test takes")
    # In the moment between the server's answer and its reader nothing is known but the search.
    assert unnamed <= 5  # 3 before Python 3.12, which tells of more calls


def test_interrupt_while_a_lost_create_is_looked_for(service, waits):
    def lose(request, api):
        api.create(json.loads(request.content))
        raise httpx.ReadError("gone", request=request)

    def interrupt(request, api):
        raise KeyboardInterrupt

    api, client = service()
    api.faults["POST", "/models/me/model/predictions"] = [lose]
    api.faults["GET", "/predictions"] = [interrupt]
    with pytest.raises(KeyboardInterrupt) as caught:
        client.run("me/model", {"x": 1})
    assert api.statuses == ["canceled"]
    assert caught.value.prediction.id == api.last


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout is new")
def test_time_out_while_a_lost_create_is_looked_for(sandbox, client):
    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        current_prediction().sleep(30)
        return "done"

    sandbox.fault("models.predictions.create", drop="after")
    sandbox.fault("predictions.list", delay=1.0, times=1)

    async def main():
        async with asyncio.timeout(0.5):
            await client.async_run("me/slow", {}, wait=False)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    [run] = sandbox.predictions
    assert run.status == "canceled"


def test_clean_up_bears_a_second_cancellation(sandbox, client):
    """`asyncio.run` cancels what is still running when its main task has ended."""

    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        current_prediction().sleep(30)
        return "done"

    sandbox.fault("predictions.cancel", delay=0.5)

    async def main():
        task = asyncio.create_task(client.async_run("me/slow", {}, wait=False))
        while not sandbox.predictions:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.05)
        # The task is left to the end of the loop, which cancels it, and its clean-up, once more.

    asyncio.run(main())
    [run] = sandbox.predictions
    assert run.status == "canceled"


def test_failing_token_function_is_a_failed_request(call, mock, waits):
    calls = []

    def token():
        calls.append(1)
        if len(calls) == 2:
            raise LookupError("the vault is sealed")
        return "token"

    api = Service(polls=3)
    assert call(mock(api, api_token=token).run, "me/model", {}) == "done"
    assert api.statuses == ["succeeded"]


def test_failing_transport_is_a_failed_request(call, service, waits):
    def fail(request, api):
        raise RuntimeError("broken")

    api, client = service(polls=3)
    api.faults["GET", "/predictions/ID"] = [None, fail]
    assert call(client.run, "me/model", {}) == "done"
    api.faults["GET", "/predictions/ID"] = [fail] * 100
    with pytest.raises(exceptions.APIConnectionError, match="RuntimeError: broken") as caught:
        call(client.run, "me/model", {})
    assert caught.value.prediction.id == api.last
    assert api.statuses == ["succeeded", "processing"]


def test_connection_that_a_hook_fails_to_make_is_not_that_of_the_create(call, server, waits):
    """The create is not sent again, which a connection error of its own would allow."""

    def hook(response):
        if response.request.method == "POST":
            httpx.Client(trust_env=False, verify=False).get("http://127.0.0.1:9")

    api = Service()
    server.handle = lambda request: Answer(*api.answer(request))
    options = {"base_url": server.url, "event_hooks": {"response": [hook]}, "verify": False}
    with replicate.Client("test-token", max_retries=2, **options) as client:
        client.poll_interval = 0
        assert call(client.run, "me/model", {}) == "done"
    assert len(api.runs) == 1


def test_connection_that_a_transport_fails_to_make_for_itself_is_not_that_of_the_create(
    call, service, waits
):
    def audit(request, api):
        api.create(json.loads(request.content))
        httpx.Client(trust_env=False, verify=False).get("http://127.0.0.1:9")

    api, client = service()
    api.faults["POST", "/models/me/model/predictions"] = [audit]
    assert call(client.run, "me/model", {}) == "done"
    assert len(api.runs) == 1


@pytest.mark.parametrize("reads", [False, True])
def test_hook_that_raises_for_the_status_is_one_more_failed_request(call, server, waits, reads):
    def hook(response):
        if reads and not call.is_async:
            response.read()
        response.raise_for_status()

    def busy(request, api):
        return httpx.Response(503, json={"detail": "busy"})

    api = Service()
    api.faults["GET", "/predictions/ID"] = [busy] * 4
    server.handle = lambda request: Answer(*api.answer(request))
    options = {"base_url": server.url, "event_hooks": {"response": [hook]}, "verify": False}
    with replicate.Client("test-token", max_retries=2, **options) as client:
        client.poll_interval = 0
        assert call(client.run, "me/model", {}) == "done"
        api.faults["GET", "/predictions/ID"] = [not_found]
        with pytest.raises(exceptions.NotFoundError) as caught:
            call(client.predictions.get, api.last)
    assert caught.value.detail == ("not found" if reads and not call.is_async else "")


def test_assertions_of_a_mock_are_left_alone(call, mock):
    def handler(request):
        raise AssertionError("a test says no")

    with pytest.raises(AssertionError, match="a test says no"):
        call(mock(handler).predictions.get, "p")


def not_found(request, api):
    return httpx.Response(404, json={"detail": "not found", "status": 404})


@pytest.fixture
def lagging(service, monkeypatch):
    """Servers that hear of a run only when it was asked for many times."""
    monkeypatch.setattr("replicate._runs.waiting.SHORTEST_PAUSE", 0.001)
    api, client = service()
    api.faults["GET", "/predictions/ID"] = [not_found] * 20
    api.faults["POST", "/predictions/ID/cancel"] = [not_found] * 20
    return api, client


def test_404_soon_after_the_create_is_a_server_that_lags(call, lagging, waits):
    api, client = lagging
    assert call(client.run, "me/model", {}) == "done"
    prediction = client.predictions.create(model="me/model", input={})
    api.faults["GET", "/predictions/ID"] = [not_found]
    call(prediction.wait)
    assert prediction.status == "succeeded"


def test_404_soon_after_the_create_does_not_save_a_run_from_its_end(call, lagging, waits):
    api, client = lagging
    api.polls = 1000
    with pytest.raises(exceptions.DeadlineExceededError):
        call(client.run, "me/model", {}, timeout=0.1)
    assert api.statuses == ["canceled"]


def test_404_soon_after_a_lost_create_of_the_generated_api(call, lagging, waits):
    def lose(request, api):
        api.create(json.loads(request.content))
        raise httpx.ReadError("gone", request=request)

    api, client = lagging
    api.faults["POST", "/predictions"] = [lose]
    found = call(client.api.predictions.create, version="v", input={"x": 1})
    assert found.id == api.last


def test_404_of_a_lost_create_that_is_to_be_canceled(call, lagging, waits):
    def lose(request, api):
        api.create(json.loads(request.content))
        raise KeyboardInterrupt

    api, client = lagging
    api.faults["POST", "/models/me/model/predictions"] = [lose]
    with pytest.raises(KeyboardInterrupt):
        call(client.run, "me/model", {})
    assert api.statuses == ["canceled"]


def test_404_long_after_the_create_is_an_end(call, service, waits):
    api, client = service()
    api.create({"input": {}})
    prediction = client.predictions.get(api.last)
    vars(prediction)["status"] = "processing"
    api.faults["GET", "/predictions/ID"] = [not_found]
    with pytest.raises(exceptions.NotFoundError) as caught:
        call(prediction.wait)
    assert caught.value.prediction is prediction


@pytest.fixture
def counter(sandbox):
    @sandbox.model("me/count")
    def count(to: int, pause: float = 0.0) -> Iterator[str]:
        for number in range(to):
            current_prediction().sleep(pause)
            yield str(number)

    sandbox.ref = f"me/count:{sandbox.models['me/count'].latest_version.id}"
    return sandbox


def test_deadline_of_an_iterator_counts_from_the_call(call, client, counter):
    async def main():
        output = await client.async_run(counter.ref, {"to": 100, "pause": 0.2}, timeout=0.6)
        await anyio.sleep(0.8)
        with pytest.raises(exceptions.DeadlineExceededError):
            [item async for item in output]

    if call.is_async:
        anyio.run(main)
    else:
        output = client.run(counter.ref, {"to": 100, "pause": 0.2}, timeout=0.6)
        time.sleep(0.8)
        with pytest.raises(exceptions.DeadlineExceededError):
            list(output)
    [run] = counter.predictions.values()
    assert run.status == "canceled"


@pytest.mark.parametrize("wait", [10, False])
def test_slow_reader_of_what_is_all_there_is_not_punished(client, counter, wait):
    output = client.run(counter.ref, {"to": 3}, timeout=1.0, wait=wait)
    first = next(output)
    time.sleep(1.1)
    assert [first, *output] == ["0", "1", "2"]
    [run] = counter.predictions.values()
    assert run.status == "succeeded"


def test_slow_reader_of_a_stream_is_not_punished_either(client, counter):
    @counter.model("me/say", official=True)
    def say() -> Iterator[str]:
        yield from ["one ", "two ", "three"]

    events = client.stream("me/say", {}, timeout=1.0)
    first = next(events)
    time.sleep(1.1)
    assert "".join(map(str, [first, *events])) == "one two three"


@pytest.fixture
def talker(sandbox):
    @sandbox.model("me/talk", official=True)
    def talk() -> Iterator[str]:
        while True:
            current_prediction().sleep(0.02)
            yield "word "

    return sandbox


def test_closing_a_stream_cancels_its_run(call, client, talker):
    async def main():
        async with client.async_stream("me/talk", {}) as events:
            async for event in events:
                assert str(event) == "word "
                break

    if call.is_async:
        anyio.run(main)
    else:
        with client.stream("me/talk", {}) as events:
            assert str(next(events)) == "word "
    [run] = talker.predictions.values()
    assert run.status == "canceled"


def test_closing_a_stream_while_its_create_is_under_way_cancels_its_run(call, service):
    def hold(request, api):
        arrived.set()
        go_on.wait(5)

    arrived, go_on, errors = threading.Event(), threading.Event(), []
    api, client = service(polls=1000)
    api.faults["POST", "/models/me/model/predictions"] = [hold]

    async def main():
        events = client.async_stream("me/model", {})
        async with anyio.create_task_group() as group:
            group.start_soon(read, events)
            while not arrived.is_set():
                await anyio.sleep(0.01)
            await events.aclose()

    async def read(events):
        with pytest.raises(exceptions.ClosedError) as caught:
            await events.__anext__()
        errors.append(caught.value)

    def read_in_thread():
        with pytest.raises(exceptions.ClosedError) as caught:
            next(events)
        errors.append(caught.value)

    if call.is_async:
        api.faults["POST", "/models/me/model/predictions"] = [None]
        original = client._http.send

        async def send(build, **options):
            if options.get("on_send"):
                arrived.set()
                await anyio.sleep(0.1)
            return await original(build, **options)

        client._http.send = send
        anyio.run(main)
    else:
        events = client.stream("me/model", {})
        thread = threading.Thread(target=read_in_thread)
        thread.start()
        assert arrived.wait(5)
        events.close()
        go_on.set()
        thread.join(5)
    assert len(errors) == 1
    assert api.statuses == ["canceled"]


@pytest.mark.filterwarnings("ignore:Async generator 'ht:ResourceWarning")  # of httpx, in trio
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_scope_that_ends_the_body_of_a_stream_cancels_its_run(backend, client, talker):
    """Inside a canceled scope of anyio or trio every further wait is canceled too."""

    async def main():
        async with client.async_stream("me/talk", {}) as events:
            async for _ in events:
                scope.cancel()
                await anyio.sleep(10)

    async def limited():
        nonlocal scope
        with anyio.CancelScope() as scope:
            await main()

    scope = None
    anyio.run(limited, backend=backend)
    [run] = talker.predictions.values()
    assert run.status == "canceled"


def test_task_that_is_canceled_again_and_again_cancels_its_run(client, talker):
    async def read():
        async with client.async_stream("me/talk", {}) as events:
            async for _ in events:
                begun.set()
                await asyncio.sleep(10)

    async def main():
        nonlocal begun
        begun = asyncio.Event()
        task = asyncio.ensure_future(read())
        await asyncio.wait_for(begun.wait(), 5)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)

    begun = None
    asyncio.run(main())
    [run] = talker.predictions.values()
    assert run.status == "canceled"


def test_task_that_is_canceled_while_a_stream_is_closed_cancels_its_run(service):
    class Silent(httpx.AsyncByteStream):
        async def __aiter__(self):
            await asyncio.sleep(10)
            yield b""

        async def aclose(self):
            await asyncio.sleep(0.2)

    def answer(request, api):
        api.create({"input": {}})["urls"]["stream"] = "https://stream.test/v1/streams/x"
        return httpx.Response(201, json=api.runs[api.last])

    def stream(request, api):
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Silent())

    async def main():
        events = client.async_stream("me/model", {})
        task = asyncio.ensure_future(events.__anext__())
        while not any(request.url.host == "stream.test" for request in api.requests):
            await asyncio.sleep(0.01)
        for _ in range(3):
            await asyncio.sleep(0.05)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    api, client = service(polls=1000)
    api.faults["POST", "/models/me/model/predictions"] = [answer]
    api.faults["GET", "/streams/x"] = [stream]
    asyncio.run(main())
    assert api.statuses == ["canceled"]


def test_break_leaves_the_run(call, client, talker):
    async def main():
        async for _ in client.async_stream("me/talk", {}):
            break

    if call.is_async:
        anyio.run(main)
    else:
        for _ in client.stream("me/talk", {}):
            break
    [run] = talker.predictions.values()
    assert run.status == "processing"


def test_closing_the_stream_of_a_prediction_leaves_it(call, client, talker):
    prediction = client.models.predictions.create("me/talk", {})

    async def main():
        async with prediction.async_stream() as events:
            await events.__anext__()

    if call.is_async:
        anyio.run(main)
    else:
        with prediction.stream() as events:
            next(events)
    assert talker.predictions[prediction.id].status == "processing"


def test_closing_an_output_iterator_cancels_its_run(client, counter):
    output = client.run(counter.ref, {"to": 100, "pause": 0.1}, wait=False)
    assert next(output) == "0"
    output.close()
    [run] = counter.predictions.values()
    assert run.status == "canceled"


def test_output_that_was_removed_is_not_taken_for_none(call, service, waits):
    """Not by a reader who had a part of it, either."""

    def remove(request, api):
        api.runs[api.last].update(status="succeeded", output=None, data_removed=True)

    def begin(request, api):
        return httpx.Response(201, json={**api.create({"input": {}}), "output": ["a", "b"]})

    api, client = service(polls=1000)
    api.faults["GET", "/predictions/ID"] = [remove, remove]
    with pytest.raises(exceptions.ReplicateError, match="Output removed") as caught:
        call(client.run, "me/model", {})
    assert caught.value.prediction.id == api.last
    api.faults["POST", "/predictions"] = [begin]
    prediction = client.predictions.create("v", {})
    items, error = call.collect(prediction.output_iterator)
    assert items == ["a", "b"]
    assert error.prediction is prediction


def test_number_that_python_refuses_to_read_loses_neither_run_nor_text(call, service, waits):
    digits = "9" * 5000

    def answer(request, api):
        run = api.create({"input": {}}) if request.method == "POST" else api.runs[api.last]
        body = {**run, "status": "succeeded", "output": "DIGITS"}
        return httpx.Response(201, text=json.dumps(body).replace('"DIGITS"', digits))

    api, client = service()
    if sys.version_info < (3, 11):
        pytest.skip("this Python reads them")
    api.faults["POST", "/models/me/model/predictions"] = [answer]
    with pytest.raises(exceptions.InvalidResponseError) as caught:
        call(client.run, "me/model", {})
    assert caught.value.prediction.id == api.last
    assert caught.value.prediction.output == digits
    assert digits in caught.value.response.text

    api, client = service()
    api.faults["GET", "/predictions/ID"] = [answer] * 50
    with pytest.raises(exceptions.InvalidResponseError) as caught:
        call(client.run, "me/model", {})
    assert caught.value.prediction.id == api.last
    assert digits in caught.value.response.text


def test_create_of_the_generated_api_is_looked_for_too(call, service, waits):
    def lose(request, api):
        api.create(json.loads(request.content))
        raise httpx.ReadError("gone", request=request)

    api, client = service()
    api.faults["POST", "/predictions"] = [lose]
    prediction = call(client.api.predictions.create, input={"x": 1}, version="v")
    assert prediction.id == api.last
    assert prediction.input == {"x": 1}


def test_run_of_the_generated_api_is_nobody_elses(call, service, waits):
    """One that lost its answer takes no run that another create was told of."""

    def lose(request, api):
        raise httpx.ReadError("gone", request=request)

    api, client = service()
    call(client.api.predictions.create, input={"x": 1}, version="v")
    api.faults["POST", "/models/me/model/predictions"] = [lose]
    with pytest.raises(exceptions.APIConnectionError, match="was found") as caught:
        call(client.run, "me/model", {"x": 1})
    assert caught.value.prediction is None
    assert api.statuses == ["processing"]


def test_masked_secrets_and_internal_names_are_no_contradiction(call, service, waits):
    def lose(request, api):
        run = api.create(json.loads(request.content))
        run["input"] = {"token": "**********", "prompt": "x", "seed": 7, "image": "https://b/2"}
        run["model"] = "replicate-internal/model-int8"
        raise httpx.ReadError("gone", request=request)

    api, client = service()
    api.faults["POST", "/models/me/model/predictions"] = [lose]
    input = {"token": "secret", "prompt": "x", "image": "https://a/1"}
    assert call(client.run, "me/model", input) == "done"


@pytest.mark.parametrize("failure", [503, 404, "deadline"])
def test_what_ends_the_look_up_is_not_shown_as_a_missing_run(call, service, waits, failure):
    def lose(request, api):
        raise httpx.ReadError("gone", request=request)

    def refuse(request, api):
        if failure == "deadline":
            raise httpx.ReadTimeout("slow", request=request)
        return httpx.Response(failure, json={"detail": "no"})

    api, client = service()
    api.faults["POST", "/models/me/model/predictions"] = [lose]
    api.faults["GET", "/predictions"] = [refuse] * 50
    with pytest.raises(exceptions.APIConnectionError, match="could not be looked at") as caught:
        call(client.run, "me/model", {"x": 1})
    assert isinstance(caught.value, httpx.ReadError)
    assert pickle.loads(pickle.dumps(caught.value)).detail == caught.value.detail


# Which errors end the caller.


class JobTimeout(Exception):
    """What a job queue raises into a job."""


def raised(error, name="replicate.fake"):
    """Return an error as if it had been raised in a module of this name."""
    namespace = {"__name__": name, "error": error}
    try:
        exec("raise error", namespace)
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "outside"),
    [
        (KeyboardInterrupt(), True),
        (SystemExit(), True),
        (asyncio.CancelledError(), True),
        (GeneratorExit(), False),
        (exceptions.NotFoundError(), False),
        (RuntimeError(), False),
        (httpx.ReadError("x"), False),
        (JobTimeout(), True),
    ],
)
def test_what_comes_from_outside(error, outside):
    assert comes_from_outside(raised(error)) is outside


def test_error_of_a_users_own_transport_does_not():
    assert not comes_from_outside(raised(JobTimeout(), "their_transport"))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("kind", [TimeoutError, RuntimeError, JobTimeout])
def test_exception_of_a_signal_handler_cancels_the_run(sandbox, client, kind):
    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        current_prediction().sleep(30)
        return "done"

    class Alarm:
        def ring(self, *_):
            raise kind("time is over")

    def ring():
        while not sandbox.predictions:
            time.sleep(0.01)
        time.sleep(0.2)  # so that it comes in a pause: a socket takes it for a failure
        signal.pthread_kill(main, signal.SIGUSR1)

    before, main = signal.signal(signal.SIGUSR1, Alarm().ring), threading.get_ident()
    client.poll_interval = 1.0
    threading.Thread(target=ring).start()
    try:
        with pytest.raises(kind, match="time is over"):
            client.run("me/slow", {}, wait=False)
    finally:
        signal.signal(signal.SIGUSR1, before)
    [run] = sandbox.predictions
    assert run.status == "canceled"


def test_exception_of_another_thread_cancels_the_run(sandbox, client):
    import ctypes

    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        current_prediction().sleep(30)
        return "done"

    def inject(thread):
        time.sleep(0.4)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread), ctypes.py_object(JobTimeout)
        )

    threading.Thread(target=inject, args=[threading.get_ident()]).start()
    client.poll_interval = 0.05
    with pytest.raises(JobTimeout):
        client.run("me/slow", {}, wait=False)
    [run] = sandbox.predictions
    assert run.status == "canceled"


def test_default_client_is_reached_by_what_has_no_client():
    assert replicate.prediction.Prediction(id="p")._client is replicate.default_client


def test_a_status_that_is_no_text_hides_no_deadline(call, mock):
    run = {"id": f"run-{next(NUMBERS)}", "status": [], "urls": {}}
    client = mock(lambda _: httpx.Response(200, json=run))
    client.poll_interval = 0.01
    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call(client.run, "me/model", {}, timeout=0.1)
    assert caught.value.prediction.id == run["id"]
