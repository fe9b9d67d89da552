"""The time of the sandbox, and of the client whose pauses run on it."""

from __future__ import annotations

import ast
import asyncio
import threading
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, AsyncIterator, Iterator, List

import anyio
import httpx
import pytest

import replicate
from replicate import _blocking
from replicate._http.deadline import deadline, pause, remaining
from replicate.sandbox import Sandbox, current_prediction

SOURCES = Path(replicate.__file__).parent


class Counting:
    """A clock that goes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: List[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def counting() -> Iterator[Counting]:
    clock = Counting()
    _blocking.set_clock(clock)
    yield clock
    _blocking.set_clock(None)


async def two_pauses() -> None:
    with deadline(100):
        await pause(30)
        assert remaining() == 70
        with pytest.raises(TimeoutError):
            await pause(80)


@pytest.mark.parametrize("run", [lambda f: _blocking.block(f()), anyio.run])
def test_the_clients_pauses_and_deadlines_run_on_one_clock(counting: Counting, run) -> None:
    run(two_pauses)
    assert counting.slept == [30, 70]


def test_nothing_else_in_the_client_looks_at_the_time_or_sleeps() -> None:
    found = {
        f"{path.relative_to(SOURCES)}: {node.value.id}.{node.attr}"
        for path in SOURCES.rglob("*.py")
        if "sandbox" not in path.parts and path.name != "_blocking.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("sleep", "monotonic", "perf_counter")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("time", "asyncio", "anyio", "trio")
    }
    assert found == set()


@pytest.fixture
def driven() -> Iterator[Sandbox]:
    """A sandbox whose time is driven, with a model that works for ten minutes."""
    sandbox = Sandbox(drive_clock=True)
    sandbox.model("sandbox/slow", official=True)(slow)
    sandbox.trainer("sandbox/slow")(slow)
    with sandbox:
        yield sandbox


def slow(minutes: float = 10, document: str = "") -> Iterator[str]:
    """Work."""
    for step in range(10):
        current_prediction().progress(step, 10)
        current_prediction().sleep(minutes * 6)
        yield f"{step} "


WORK = [f"{step} " for step in range(10)]


@pytest.fixture
def client(driven: Sandbox) -> Iterator[replicate.Client]:
    with driven.client() as client:
        yield client


@pytest.mark.parametrize("wait", [True, False])
def test_a_run_of_ten_minutes_takes_no_time(driven, client, call, wait) -> None:
    assert call(client.run, "sandbox/slow", {}, wait=wait) == WORK
    (run,) = driven.created
    assert run.metrics["predict_time"] == run.metrics["total_time"] == 600
    # Polls that could find nothing new are left out.
    assert len(driven.requests) < 20


def test_a_training_of_ten_minutes_takes_no_time(driven, client, call) -> None:
    version = driven.models["sandbox/slow"].latest_version.id
    training = client.trainings.create(
        model="sandbox/slow", version=version, input={}, destination="sandbox/primes"
    )
    call(training.wait)
    assert training.status == "succeeded"
    assert training.metrics["predict_time"] == 600


def test_a_timeout_comes_at_its_time(driven, client, call) -> None:
    for wait in (True, False):
        with pytest.raises(TimeoutError):
            call(client.run, "sandbox/slow", {}, wait=wait, timeout=90)
        run = driven.created[-1]
        assert run.status == "canceled"
        assert 88 <= (run.completed_at - run.created_at) / 1e9 <= 92


def test_cancel_after_and_cold_starts(driven, client) -> None:
    driven.model("sandbox/cold", official=True, cold_start=300)(slow)
    for seconds, status in ((299, "aborted"), (301, "canceled"), (1000, "succeeded")):
        headers = {"Cancel-After": str(seconds), "Authorization": f"Bearer {driven.token}"}
        url = f"{driven.url}/v1/models/sandbox/cold/predictions"
        created = httpx.post(url, json={"input": {}}, headers=headers, verify=False).json()
        prediction = client.predictions.get(created["id"])
        prediction.wait()
        assert (prediction.status, driven.created[-1].status) == (status, status)


def test_rate_limits(driven, client, call) -> None:
    driven.rate_limit(1, per=60)
    begin = driven.clock.now
    for _ in range(3):
        call(client.run, "sandbox/divider", {"denominator": 1})
    assert [request.status for request in driven.requests].count(429) >= 2
    assert 120 <= (driven.clock.now - begin).total_seconds() < 190


def test_polls_see_each_change(driven, client) -> None:
    prediction = client.predictions.create(model="sandbox/slow", input={})
    prediction.wait()
    seen = list(prediction.output_iterator())
    assert seen == WORK
    prediction = client.predictions.create(model="sandbox/slow", input={})
    asked = len(driven.requests)
    assert list(prediction.output_iterator()) == WORK
    assert len(driven.requests) - asked >= 10


def test_streams(driven, client, call) -> None:
    begin = driven.clock.now
    assert "".join(map(str, call.list(client.stream, "sandbox/slow", {}))) == "".join(WORK)
    assert (driven.clock.now - begin).total_seconds() == 600


def test_a_reader_of_a_stream_has_time_to_cancel(driven, client) -> None:
    prediction = client.predictions.create(model="sandbox/slow", input={"minutes": 1000})
    with pytest.raises(replicate.exceptions.PredictionCanceledError):
        for number, _ in enumerate(prediction.stream()):
            if number == 2:
                prediction.cancel()
    assert driven.created[0].status == "canceled"
    assert len(driven.created[0].output) < 10


def test_many_at_once_end_in_their_order(driven, client) -> None:
    async def main() -> None:
        async def one(minutes: int) -> None:
            await client.async_run("sandbox/slow", {"minutes": minutes}, timeout=60 * minutes + 30)
            ended.append(minutes)

        async with anyio.create_task_group() as group:
            for minutes in (3, 1, 2):
                group.start_soon(one, minutes)

    ended: List[int] = []
    anyio.run(main)
    assert ended == [1, 2, 3]


def test_trio(driven, client) -> None:
    async def main() -> List[str]:
        return await client.async_run("sandbox/slow", {}, wait=False)

    assert anyio.run(main, backend="trio") == WORK


def test_nothing_happens_while_nobody_waits(driven, client) -> None:
    prediction = client.predictions.create(model="sandbox/slow", input={})
    begin = driven.clock.now
    driven.clock.advance(0)
    for _ in range(3):
        prediction.reload()
    assert (prediction.status, prediction.output) == ("processing", None)
    driven.clock.advance(179)
    prediction.reload()
    assert prediction.output == ["0 ", "1 "]
    driven.clock.advance(1)
    prediction.reload()
    assert prediction.output == ["0 ", "1 ", "2 "]
    assert prediction.progress.percentage == 0.3
    assert (driven.clock.now - begin).total_seconds() == 180
    driven.settle()
    assert (driven.clock.now - begin).total_seconds() == 600


def test_only_advance_moves_a_clock_that_is_driven_by_hand(driven, client) -> None:
    driven.clock.drive(auto=False)
    results: List[Any] = []
    waiting = threading.Thread(target=lambda: results.append(client.run("sandbox/slow", {})))
    waiting.start()
    while not driven.created:
        time.sleep(0.001)
    for _ in range(9):
        driven.clock.advance(60)
        assert driven.created[0].status == "processing"
    driven.clock.advance(61)
    assert driven.created[0].status == "succeeded"
    driven.clock.drive()
    waiting.join(30)
    assert results == [WORK]


def test_what_models_do_themselves_takes_its_time(driven, client, call) -> None:
    @driven.model("sandbox/mixed", official=True)
    def mixed() -> str:
        time.sleep(0.1)
        current_prediction().sleep(1000)
        time.sleep(0.1)
        return "done"

    begin = time.monotonic()
    assert call(client.run, "sandbox/mixed", {}, wait=False) == "done"
    assert time.monotonic() - begin >= 0.2
    assert 1000 <= driven.created[0].metrics["predict_time"] < 1001


def test_a_model_that_waits_for_the_test_does_not_stop_the_clients(driven, client) -> None:
    gate = threading.Event()

    @driven.model("sandbox/gated", official=True)
    def gated() -> str:
        gate.wait(30)
        return "done"

    prediction = client.predictions.create(model="sandbox/gated", input={})
    asked = len(driven.requests)

    def let_go() -> None:
        while len(driven.requests) < asked + 3:
            time.sleep(0.001)
        gate.set()

    threading.Thread(target=let_go).start()
    prediction.wait()
    assert prediction.output == "done"


def test_async_models(driven, client, call) -> None:
    @driven.model("sandbox/async", official=True)
    async def model() -> AsyncIterator[str]:
        for _ in range(3):
            await current_prediction().asleep(100)
            yield "."

    assert call(client.run, "sandbox/async", {}) == [".", ".", "."]
    assert driven.created[0].metrics["predict_time"] == 300
    prediction = client.predictions.create(model="sandbox/async", input={})
    prediction.cancel()
    driven.settle()
    assert driven.created[1].status == "canceled"

    @driven.model("sandbox/blocks", official=True)
    async def blocks() -> str:
        current_prediction().sleep(1)
        return ""

    with pytest.raises(replicate.exceptions.ModelError, match="asleep"):
        call(client.run, "sandbox/blocks", {})


def test_data_expires(driven, client) -> None:
    uploaded = client.files.create(b"x" * 10)
    for _ in range(2):
        output = client.run("sandbox/painter", {"prompt": "a hut", "width": 16, "height": 16})
    example, prediction = client.predictions.list().results[::-1]
    assert driven.requests[-1].status == 200
    driven.clock.advance(3599)
    assert output.read().startswith(b"\x89PNG")
    driven.clock.advance(1)
    prediction.reload()
    assert (prediction.data_removed, prediction.output, prediction.input) == (True, None, {})
    assert (prediction.logs, prediction.status) == ("", "succeeded")
    with pytest.raises(replicate.exceptions.ReplicateError, match="one hour"):
        output.read()
    # What shows the model off stays.
    shown = client.models.get("sandbox/painter").default_example
    assert shown.id == example.id
    assert httpx.get(shown.output, verify=False).status_code == 200

    assert [file.id for file in client.files.list()] == [uploaded.id]
    driven.clock.advance(24 * 3600)
    with pytest.raises(replicate.exceptions.NotFoundError):
        client.files.get(uploaded.id)
    assert list(client.files.list()) == []
    with pytest.raises(replicate.exceptions.ModelError, match="not found"):
        client.run("sandbox/reader", {"document": uploaded.urls["get"]})


def test_a_stream_that_has_expired(driven, client) -> None:
    prediction = client.predictions.create(model="sandbox/storyteller", input={"prompt": "a hut"})
    prediction.wait()
    driven.clock.advance(3600)
    assert (
        b":408: 408 Request Timeout" in httpx.get(prediction.urls["stream"], verify=False).content
    )


def test_trained_weights_stay(driven, client) -> None:
    version = driven.models["sandbox/markov"].latest_version.id
    training = client.trainings.create(
        model="sandbox/markov",
        version=version,
        input={"train_data": b"one two one two"},
        destination="sandbox/markov",
    )
    training.wait()
    driven.clock.advance(100 * 3600)
    training.reload()
    assert training.output["weights"]
    assert " two" in list(client.run(training.output["version"], {"prompt": "one", "length": 2}))


def test_repeated_webhooks(server, driven, client) -> None:
    server.answer = lambda _: (500, {}, b"")
    client.predictions.create(
        model="sandbox/slow",
        input={},
        webhook=server.url,
        webhook_events_filter=["completed", "logs"],
    )
    begin = driven.clock.now
    driven.settle()
    events = [delivery.event for delivery in driven.webhooks]
    assert events == ["logs"] * 10 + ["completed"] * 7
    # 1 + 2 + 4 + 8 + 16 + 30 seconds between the seven attempts
    assert (driven.clock.now - begin).total_seconds() == 661


def test_the_time_of_answers(driven, client) -> None:
    def told() -> datetime:
        headers = {"authorization": f"Bearer {driven.token}"}
        response = http.get(f"{driven.url}/v1/account", headers=headers)
        return parsedate_to_datetime(response.headers["date"])

    with httpx.Client(verify=False) as http:  # over one connection
        first = told()
        driven.clock.advance(1800)
        assert (told() - first).total_seconds() == 1800


def test_a_clock_that_goes_by_itself_can_be_put_forward(sandbox, api) -> None:
    sandbox.model("sandbox/slow", official=True)(slow)
    prediction = api.create("sandbox/slow")
    before = sandbox.clock.now
    sandbox.clock.advance(599)
    assert sandbox.created[0].status == "processing"
    assert 599 <= (sandbox.clock.now - before).total_seconds() < 610
    assert not sandbox.clock.driven
    sandbox.clock.advance(1)
    assert api.get(f"/predictions/{prediction['id']}").json()["status"] == "succeeded"
    assert api.create("sandbox/divider", denominator=1, wait="wait")["status"] == "processing"


def test_time_goes_on_from_where_it_is(driven, client) -> None:
    driven.clock.advance(5000)
    before = driven.clock.now
    driven.clock.release()
    assert _blocking._clock is None
    assert not driven.clock.driven
    time.sleep(0.01)
    assert 0 < (driven.clock.now - before).total_seconds() < 5
    assert client.run("sandbox/slow", {"minutes": 0.0001}) == WORK


def test_an_app_can_sleep_on_it(driven, client) -> None:
    async def app() -> None:
        while client.predictions.get(prediction.id).status != "succeeded":
            await driven.clock.asleep(30)

    for sleep in (driven.clock.sleep, None):
        prediction = client.predictions.create(model="sandbox/slow", input={})
        begin = driven.clock.now
        if sleep is None:
            anyio.run(app)
        while client.predictions.get(prediction.id).status != "succeeded":
            sleep(30)
        # Or once more, where a busy machine is late to say that it has ended.
        assert (driven.clock.now - begin).total_seconds() in (600, 630)


def test_an_app_can_move_it_from_its_loop(driven) -> None:
    async def main() -> None:
        before = driven.clock.now
        await driven.clock.aadvance(10)
        assert (driven.clock.now - before).total_seconds() == 10
        with pytest.raises(RuntimeError, match="aadvance"):
            driven.clock.advance(1)
        with pytest.raises(RuntimeError, match="asleep"):
            driven.clock.sleep(1)

    asyncio.run(main())


def test_mistakes(driven) -> None:
    for seconds in (-1, float("nan")):
        with pytest.raises(ValueError, match="seconds must be a number"):
            driven.clock.advance(seconds)
    with Sandbox(demo_models=False) as other:
        with pytest.raises(RuntimeError, match="another sandbox drives"):
            other.clock.drive()
    with pytest.raises(RuntimeError, match="another sandbox drives"):
        Sandbox(demo_models=False, drive_clock=True).start()
    with pytest.raises(RuntimeError, match="not running"):
        Sandbox(demo_models=False).clock.advance(1)


@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_a_client_that_pauses_when_the_sandbox_stops_is_let_go(kind) -> None:
    sandbox = Sandbox(drive_clock=True)
    sandbox.model("sandbox/slow", official=True)(slow)
    with sandbox, sandbox.client(max_retries=0) as client:
        sandbox.clock.drive(auto=False)
        errors: List[BaseException] = []

        def wait() -> None:
            try:
                if kind == "async":
                    anyio.run(lambda: client.async_run("sandbox/slow", {}, wait=False))
                else:
                    client.run("sandbox/slow", {}, wait=False)
            except BaseException as error:
                errors.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while not sandbox.clock._waiting:
            time.sleep(0.001)
        sandbox.stop()
        waiting.join(30)
    assert isinstance(errors[0], replicate.exceptions.ReplicateException)
    assert _blocking._clock is None
