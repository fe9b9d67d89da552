"""A create whose answer is lost: the prediction is found, not paid for twice."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from replicate import exceptions
from replicate._http import retry as _retry
from replicate._runs import lost
from replicate.sandbox import Sandbox
from replicate_api.models import Prediction
from tests.bodies import V
from tests.test_event_loops import script


@pytest.fixture
def models(sandbox):
    @sandbox.model("me/shout", official=True)
    def shout(text: str) -> str:
        return text.upper()

    @sandbox.model("me/slow", official=True)
    def slow(text: str = "") -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(30)
        return "done"

    return sandbox


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "after"},
        {"drop": "during"},
        {"body": "<html>", "status": 200, "work": True},
        {"body": "<html>Bad gateway", "status": 502, "work": True},
        {"body": "<html>Gateway timeout", "status": 504, "work": True},
    ],
)
def test_lost_answer_does_not_lose_the_result(call, client, models, fault):
    models.fault("models.predictions.create", **fault)
    assert call(client.run, "me/shout", {"text": "hello"}) == "HELLO"
    assert len(models.predictions) == 1


def test_lost_answer_is_found_behind_later_predictions(call):
    with Sandbox(page_size=2) as sandbox:

        @sandbox.model("me/shout", official=True)
        def shout(text: str) -> str:
            if text == "lost":
                with sandbox.client(verify=False) as other:
                    for number in range(5):
                        other.run("me/shout", {"text": str(number)})
            return text.upper()

        sandbox.fault("predictions.list", status=500)
        sandbox.fault("models.predictions.create", drop="after")
        with sandbox.client(verify=False) as client:
            assert call(client.run, "me/shout", {"text": "lost"}) == "LOST"
        assert len(sandbox.created) == 6


def test_lost_answer_does_not_lose_the_training(call, client, models):
    @models.model("me/base")
    def base(text: str) -> str:
        return text

    @models.trainer("me/base")
    def train(steps: int) -> str:
        return "weights"

    client.models.create("sandbox", "mine", visibility="private", hardware="cpu")
    version = f"me/base:{models.models['me/base'].latest_version.id}"
    models.fault("trainings.create", drop="after")
    training = call(client.trainings.create, version, {"steps": 3}, "sandbox/mine")
    assert [training.id] == [run.id for run in models.trainings]


def test_lost_answers_one_after_the_other(call, client, models):
    models.fault("models.predictions.create", drop="after", times=2)
    assert [call(client.run, "me/shout", {"text": "hello"}) for _ in range(2)] == ["HELLO"] * 2
    assert len(models.predictions) == 2


def test_slow_answer_does_not_lose_the_result(call, models):
    models.fault("models.predictions.create", delay=1.0, times=1)
    with models.client(timeout=httpx.Timeout(0.3)) as client:
        assert call(client.run, "me/shout", {"text": "hello"}, wait=False) == "HELLO"
    assert len(models.predictions) == 1


def test_create_that_never_arrived_is_an_error(call, client, models, quick_looks):
    models.fault("models.predictions.create", drop="before")
    with pytest.raises(exceptions.APIConnectionError):
        call(client.run, "me/shout", {"text": "hello"})
    assert not models.predictions


def test_other_predictions_are_not_taken_for_it(call, client, models, quick_looks):
    call(client.run, "me/shout", {"text": "hello"})  # the same input, but its answer came
    models.fault("models.predictions.create", drop="before")
    with pytest.raises(exceptions.APIConnectionError):
        call(client.run, "me/shout", {"text": "hello"})


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    "call",
    [
        "replicate.run('me/slow', {'text': 'x'})",
        "asyncio.run(replicate.async_run('me/slow', {'text': 'x'}))",
        "list(replicate.stream('me/slow', {'text': 'x'}, wait=60))",
    ],
)
def test_ctrl_c_while_the_create_is_held(models, call):
    process = script(f"import asyncio, replicate; {call}", models)
    deadline = time.monotonic() + 20
    while not any(run.status == "processing" for run in models.predictions.values()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    [run] = models.predictions.values()
    assert "KeyboardInterrupt" in errors
    assert run.status == "canceled"


def test_cancelled_task_while_the_create_is_held(client, models):
    async def main():
        task = asyncio.create_task(client.async_run("me/slow", {"text": "x"}))
        while not models.predictions:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value

    error = asyncio.run(main())
    [run] = models.predictions.values()
    assert run.status == "canceled"
    if sys.version_info >= (3, 11):  # before, a task raises another CancelledError than it got
        assert error.prediction.id == run.id


def shown(id, **fields):
    """Return a prediction as the API's list shows it."""
    return Prediction(**{"id": id, "model": "a/b", "version": V, "status": "starting", **fields})


@pytest.fixture
def create():
    creates, account = [], lost.Creates()

    def make(**made):
        creates.append(
            lost.Create(account, "Prediction", lost.Description(**{"input": {"x": 1}, **made}))
        )
        creates[-1].sent = True
        return creates[-1]

    yield make
    for each in creates:
        each.forget()


A = shown("a", input={"x": 1})
B = shown("b", input={"x": 1})
KNOWN = shown("known-to-a-create", input={"x": 1})


@pytest.mark.parametrize(
    ("runs", "found", "candidates"),
    [
        ([], None, []),
        ([A], A, ()),
        ([shown("a", input={"x": 2})], None, []),
        ([KNOWN], None, []),
        ([KNOWN, A], A, ()),
        ([A, B], None, [A, B]),
    ],
)
def test_only_what_is_beyond_doubt_is_found(create, runs, found, candidates):
    create().answered(KNOWN.id)
    assert lost.decide(create(), runs) == (found, candidates)


@pytest.mark.parametrize(
    ("made", "like"),
    [({}, True), ({"input": {"x": 2}}, False), ({"model": "c/d"}, False), ({"version": V}, True)],
)
def test_run_that_may_be_that_of_another_create_on_its_way_is_not_taken(create, made, like):
    mine, other = create(model="a/b"), create(**made)
    assert lost.decide(mine, [A]) == ((None, [A]) if like else (A, ()))
    other.sent = False  # it has not gone out, or was refused
    assert lost.decide(mine, [A]) == (A, ())


OTHER = "f" * 64


@pytest.mark.parametrize(
    ("made", "fields", "contradicts"),
    [
        ({"model": "a/b"}, {}, False),
        ({"model": "a/c"}, {}, True),
        ({"model": "a/c"}, {"model": "replicate-internal/llama-3-8b-instruct"}, False),
        ({"model": "a/c"}, {"model": "replicate/lifeboat-70b"}, False),
        ({"model": "a/c"}, {"model": None}, False),
        ({"version": V}, {}, False),
        ({"version": V}, {"version": OTHER}, True),
        ({"version": V}, {"version": "hidden"}, False),
        ({"version": V}, {"version": "dp-" + "1" * 32}, False),
        ({"deployment": "a/d"}, {"deployment": "a/d"}, False),
        ({"deployment": "a/d"}, {"deployment": "d"}, False),
        ({"deployment": "a/d"}, {"deployment": "a/e"}, True),
        ({"deployment": "a/d"}, {}, False),
    ],
)
def test_what_a_run_is_of(made, fields, contradicts):
    assert lost.contradicts(lost.Description(**made), shown("a", **fields)) is contradicts


@pytest.mark.parametrize(
    ("asked", "input", "contradicts"),
    [
        ({"x": 1}, {"x": 1}, False),
        ({"x": 1}, {"x": 1.0}, False),
        ({"x": 0.1}, {"x": 0.10000000001}, False),
        ({"x": 1}, {"x": 2}, True),
        ({"x": True}, {"x": False}, True),
        ({"x": True}, {"x": 0}, False),
        ({"x": "a"}, {"x": "b"}, True),
        ({"x": "a"}, {"x": "a", "seed": 7}, False),
        ({"x": "a", "y": "b"}, {"x": "a"}, False),
        ({"x": "secret"}, {"x": "**********"}, False),
        ({"x": "secret"}, {"x": "[REDACTED]"}, False),
        ({"x": "secret"}, {"x": "<secret redacted>"}, False),
        ({"x": "https://a/1"}, {"x": "https://b/2"}, False),
        ({"x": "data:text/plain,a"}, {"x": "https://b/2"}, False),
        ({"x": [1]}, {"x": [2]}, False),
        ({"x": {"y": 1}}, {"x": {"y": 2}}, False),
        ({"x": "a"}, {"x": None}, False),
        ({"x": "a"}, None, False),
        ({"x": "a"}, {}, False),
    ],
)
def test_only_plain_values_contradict(asked, input, contradicts):
    assert lost.contradicts(lost.Description(asked), shown("a", input=input)) is contradicts


def test_same_input_for_several_models(call, client, sandbox):
    """Their answers are lost at once, as when the network changes."""

    @sandbox.model("me/upper", official=True)
    def upper(text: str) -> str:
        return text.upper()

    @sandbox.model("me/backwards", official=True)
    def backwards(text: str) -> str:
        return text[::-1]

    sandbox.fault("models.predictions.create", drop="after", times=None)
    names = ["me/upper", "me/backwards"]

    async def main():
        return await asyncio.gather(*(client.async_run(name, {"text": "abc"}) for name in names))

    if call.is_async:
        outputs = asyncio.run(main())
    else:
        with ThreadPoolExecutor(3) as pool:
            outputs = list(pool.map(lambda name: client.run(name, {"text": "abc"}), names))
    assert outputs == ["ABC", "cba"]
    assert len(sandbox.predictions) == 2


def test_run_of_another_model_is_not_taken(call, client, models, waits):
    other = models.client()
    other.models.predictions.create("me/slow", {"text": "x"})
    models.fault("models.predictions.create", drop="before")
    with pytest.raises(exceptions.APIConnectionError) as caught:
        call(client.run, "me/shout", {"text": "x"})
    assert caught.value.prediction is None
    assert [run.status for run in models.predictions.values()] != ["canceled"]
    other.close()


def test_run_of_another_client_is_not_taken(call, client, models, waits):
    """Several clients in one process may belong to one account."""
    with models.client() as other:
        made = other.models.predictions.create("me/slow", {"text": "x"})
        models.fault("models.predictions.create", drop="before")
        with pytest.raises(exceptions.APIConnectionError) as caught:
            call(client.run, "me/slow", {"text": "x"})
        assert caught.value.prediction is None
        assert models.predictions[made.id].status != "canceled"


def test_create_that_was_turned_away_is_not_looked_for(client, models, monkeypatch):
    models.fault("models.predictions.create", status=429, headers={"Retry-After": "30"}, body="")
    refused = []
    wait_before = _retry.wait_before

    def told(*args, **kwargs):
        refused.append(args)
        return wait_before(*args, **kwargs)

    monkeypatch.setattr(_retry, "wait_before", told)

    async def main():
        task = asyncio.create_task(client.async_run("me/slow", {"text": "x"}))
        while not refused:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert [request.method for request in models.requests] == ["POST"]


def test_create_that_the_list_does_not_have_yet_is_found(call, client, models):
    models.fault("predictions.list", status=200, body={"results": [], "next": None})
    models.fault("models.predictions.create", drop="after")
    assert call(client.run, "me/shout", {"text": "hello"}) == "HELLO"
    assert len(models.predictions) == 1


class OutOfTime(Exception):
    """What a job queue raises into a task that takes too long."""


def test_exception_from_outside_cancels_the_prediction(client, models):
    def out_of_time(*_):
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(OutOfTime) as caught:
            client.run("me/slow", {"text": "x"})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    [run] = models.predictions.values()
    assert run.status == "canceled"
    assert caught.value.prediction.id == run.id


@pytest.fixture
def at_once(call, client):
    """Run the same model with the same input a few times at once."""

    def run_all(times, *args, **kwargs):
        async def main():
            runs = (client.async_run(*args, **kwargs) for _ in range(times))
            return await asyncio.gather(*runs, return_exceptions=True)

        def run(_):
            try:
                return client.run(*args, **kwargs)
            except exceptions.ReplicateException as error:
                return error

        if call.is_async:
            return asyncio.run(main())
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(run, range(times)))

    return run_all


@pytest.fixture
def lottery(sandbox):
    numbers = iter(range(100))

    @sandbox.model("me/lottery", official=True)
    def lottery() -> int:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(0.7)
        return next(numbers)

    return sandbox


def test_runs_that_nobody_can_tell_apart_are_named_and_not_canceled(at_once, lottery, waits):
    lottery.fault("models.predictions.create", drop="after", times=None)
    errors = at_once(3, "me/lottery", {})
    for error in errors:
        assert isinstance(error, exceptions.APIConnectionError)
        assert error.prediction is None
        assert {run.id for run in error.candidates} == {run.id for run in lottery.predictions}
        assert all(run.id in str(error) for run in error.candidates)
        assert not isinstance(error, exceptions.NotFoundError)
    assert {run.status for run in lottery.predictions.values()} != {"canceled"}


def test_run_of_another_thread_that_is_still_held_is_not_taken(at_once, lottery, quick_looks):
    lottery.fault("models.predictions.create", drop="before", after=1)
    results = at_once(3, "me/lottery", {})
    lost = [result for result in results if isinstance(result, exceptions.APIConnectionError)]
    assert len(lost) == 1
    assert sorted(result for result in results if result not in lost) == [0, 1]


def test_one_lost_answer_among_runs_of_the_same_input(at_once, lottery):
    lottery.fault("models.predictions.create", drop="after", after=1)
    assert sorted(at_once(3, "me/lottery", {})) == [0, 1, 2]
    assert len(lottery.predictions) == 3


@pytest.fixture
def crowded(models):
    """Start runs in tasks: nine are held by the server, the others wait for their turn."""

    async def start(client):
        tasks = [
            asyncio.create_task(client.async_run("me/slow", {"text": str(number)}))
            for number in range(12)
        ]
        while len(models.predictions) < 9:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        return tasks

    def run(scenario):
        async def main():
            async with models.client(limits=httpx.Limits(max_connections=10)) as client:
                tasks = await start(client)
                await scenario(tasks)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(main())
        assert {run.status for run in models.predictions.values()} == {"canceled"}

    return run


async def cancel(task):
    task.cancel()
    ended, _ = await asyncio.wait([task], timeout=3)
    assert ended


def test_run_that_was_never_sent_is_not_looked_for(crowded, models):
    async def scenario(tasks):
        await cancel(tasks[-1])
        assert {request.method for request in models.requests} == {"POST"}

    crowded(scenario)


def test_clean_up_does_not_wait_behind_others(crowded, models):
    async def scenario(tasks):
        await cancel(tasks[0])
        [first] = [run for run in models.predictions.values() if run.input == {"text": "0"}]
        assert first.status == "canceled"

    crowded(scenario)
