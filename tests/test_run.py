"""`run`: what it creates, when it is finished, and what it returns."""

from __future__ import annotations

import json
import pathlib
import pickle
import sys
import threading
import time
from typing import Any, Dict, Iterator, List

import httpx
import pytest

import replicate
from replicate import exceptions
from replicate.helpers import FileOutput
from replicate.sandbox import File


def creates(sandbox):
    """Return the requests that may have started a prediction."""
    return [
        request
        for request in sandbox.requests
        if request.method == "POST" and request.path.endswith("/predictions")
    ]


@pytest.fixture
def models(sandbox):
    """Models of every kind of output."""

    @sandbox.model("me/shout", official=True)
    def shout(text: str) -> str:
        return text.upper()

    @sandbox.model("me/community")
    def community(text: str) -> str:
        return text[::-1]

    @sandbox.model("me/words")
    def words(text: str) -> Iterator[str]:
        yield from text.split()

    @sandbox.model("me/files", official=True)
    def files(count: int) -> List[pathlib.Path]:
        return [File(bytes([number]), f"{number}.bin") for number in range(count)]

    @sandbox.model("me/link", official=True)
    def link(url: str) -> str:
        return url

    @sandbox.model("me/thing", official=True)
    def thing() -> Any:
        return {"score": 0.5, "picture": File(b"picture", "picture.png"), "tags": ["a"]}

    @sandbox.model("me/fail", official=True)
    def fail() -> str:
        print("about to fail")
        raise ValueError("no luck")

    @sandbox.model("me/slow", official=True)
    def slow(seconds: float = 30) -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(seconds)
        return "done"

    return sandbox.models


def version_of(models, name):
    return models[name].latest_version.id


def test_official_model(call, client, models):
    assert call(client.run, "me/shout", {"text": "hello"}) == "HELLO"


def test_every_form_of_reference(call, client, sandbox, models):
    version = version_of(models, "me/community")
    client.deployments.create(
        name="d",
        model="me/community",
        version=version,
        hardware="cpu",
        min_instances=0,
        max_instances=1,
    )
    owner = client.accounts.current().username
    model = client.models.get("me/community")
    references = [
        f"me/community:{version}",
        version,
        "me/community",
        model,
        model.latest_version,
        replicate.identifier.ModelVersionIdentifier("me", "community", version),
        replicate.identifier.ModelVersionIdentifier("me", "community"),
        ("me", "community"),
        f"deployments/{owner}/d",
        client.deployments.get(f"{owner}/d"),
    ]
    for reference in references:
        assert call(client.run, reference, input={"text": "abc"}) == "cba", reference


def test_community_model_falls_back_to_its_latest_version_once(call, client, sandbox, models):
    for _ in range(3):
        assert call(client.run, "me/community", {"text": "abc"}) == "cba"
    tried = [request.path for request in creates(sandbox)]
    assert tried == ["/v1/models/me/community/predictions"] + ["/v1/predictions"] * 3


def test_unknown_model_is_an_error(call, client):
    with pytest.raises(exceptions.NotFoundError):
        call(client.run, "me/nowhere", {})


@pytest.mark.parametrize("ref", ["", "me", "me/x/y", "me/x:", " me/x", "me/x\n", 5, None, ("a",)])
def test_bad_reference_fails_before_any_request(call, client, sandbox, ref):
    with pytest.raises(ValueError, match="owner/name"):
        call(client.run, ref, {})
    assert not sandbox.requests


def test_iterator_model(call, client, models):
    reference = f"me/words:{version_of(models, 'me/words')}"
    items = call.list(client.run, reference, {"text": "a b c"})
    assert items == ["a", "b", "c"]
    assert call(client.run, "me/words", {"text": "a b c"}) == ["a", "b", "c"]


def test_iterator_model_returns_before_the_model_has_finished(client, sandbox):
    release = threading.Event()

    @sandbox.model("me/drip")
    def drip() -> Iterator[str]:
        yield "first"
        release.wait(10)
        yield "last"

    reference = f"me/drip:{sandbox.models['me/drip'].latest_version.id}"
    items = client.run(reference, {}, wait=False)
    assert next(items) == "first"
    release.set()
    assert list(items) == ["last"]


@pytest.fixture
def drip(sandbox):
    """A model that yields one item and then takes its time."""

    @sandbox.model("me/drip")
    def drip() -> Iterator[str]:
        from replicate.sandbox import current_prediction

        yield "first"
        current_prediction().sleep(30)
        yield "last"

    return f"me/drip:{sandbox.models['me/drip'].latest_version.id}"


def test_timeout_bounds_the_iteration_too(call, client, drip):
    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call.list(client.run, drip, {}, wait=False, timeout=0.5)
    assert client.predictions.get(caught.value.prediction.id).status == "canceled"


def test_task_cancellation_during_the_iteration_cancels(client, sandbox, drip):
    import asyncio

    async def consume(started):
        async for _ in await client.async_run(drip, {}, wait=False):
            started.set()

    async def main():
        started = asyncio.Event()
        task = asyncio.create_task(consume(started))
        await started.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert [run.status for run in sandbox.predictions] == ["canceled"]


def test_files(call, client, models):
    output = call(client.run, "me/files", {"count": 2})
    assert [type(file) for file in output] == [FileOutput, FileOutput]
    assert [file.read() for file in output] == [b"\0", b"\1"]
    urls = call(client.run, "me/files", {"count": 2}, use_file_output=False)
    assert all(type(url) is str and url.startswith("http") for url in urls)


def test_files_nested(call, client, models):
    output = call(client.run, "me/thing", {})
    assert output["score"] == 0.5
    assert output["tags"] == ["a"]
    assert output["picture"].read() == b"picture"


@pytest.mark.parametrize(
    "text", ["https: is a scheme", "data: is a scheme", "https://a.example b", "data:", "https://"]
)
def test_prose_that_starts_like_a_url_is_text(call, client, models, text):
    assert call(client.run, "me/link", {"url": text}) == text


def test_a_url_is_a_file_where_the_schema_says_text(call, client, models):
    url = "https://example.com/a.png"
    for ref in ("me/link", f"me/link:{version_of(models, 'me/link')}"):
        file = call(client.run, ref, {"url": url})
        assert type(file) is FileOutput
        assert file.url == url


def test_failure(call, client, models):
    with pytest.raises(exceptions.ModelError) as caught:
        call(client.run, "me/fail", {})
    error = caught.value
    assert str(error) == "no luck"
    assert error.prediction.status == "failed"
    for part in (error.prediction.id, "me/fail", "failed", "about to fail"):
        assert part in error.details
        assert part in repr(error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("failed", exceptions.ModelError),
        ("canceled", exceptions.PredictionCanceledError),
        ("aborted", exceptions.PredictionAbortedError),
    ],
)
def test_runs_that_end_without_success_raise(call, mock, status, kind):
    body = {"id": "p", "model": "a/b", "version": "v", "status": status, "error": None}
    with pytest.raises(kind) as caught:
        call(mock(lambda request: httpx.Response(201, json=body)).run, "a/b", {})
    assert type(caught.value) is kind
    assert "p" in str(caught.value)  # without a message, at least what and how


def answers(*bodies):
    """Answer a create and then polls with these bodies, the last one again and again."""
    seen = []

    def handler(request):
        seen.append(request)
        body = bodies[min(len(seen), len(bodies)) - 1]
        base = {"id": "p", "model": "a/b", "version": "v", "urls": {}}
        return httpx.Response(201, json={**base, **body})

    return handler, seen


@pytest.mark.parametrize("output", [None, "", [], {}])
def test_processing_without_output_is_not_finished(call, mock, output):
    handler, seen = answers(
        {"status": "processing", "output": output}, {"status": "succeeded", "output": "x"}
    )
    assert call(mock(handler).run, "a/b", {}) == "x"
    assert len(seen) == 2


def test_processing_with_output_in_time_is_finished(call, mock):
    handler, seen = answers({"status": "processing", "output": ["a"]})
    assert call(mock(handler).run, "a/b", {}) == ["a"]
    assert len(seen) == 1


def test_processing_when_the_hold_has_run_out_is_not_finished(call, mock):
    handler, seen = answers(
        {"status": "processing", "output": ["a"]}, {"status": "succeeded", "output": ["a", "b"]}
    )

    def late(request):
        if request.method == "POST":
            time.sleep(0.95)
        return handler(request)

    assert call(mock(late).run, "a/b", {}, wait=1) == ["a", "b"]
    assert len(seen) == 2


def test_accepted_is_not_finished(call, mock):
    """202 says that there is more output to come, whatever there is already."""
    handler, seen = answers(
        {"status": "processing", "output": ["a"]}, {"status": "succeeded", "output": ["a", "b"]}
    )

    def accepted(request):
        response = handler(request)
        return httpx.Response(202 if request.method == "POST" else 200, json=response.json())

    assert call(mock(accepted).run, "a/b", {}) == ["a", "b"]
    assert len(seen) == 2


@pytest.mark.parametrize("wait", [False, None, 0])
def test_without_a_hold_processing_is_never_finished(call, mock, wait):
    handler, seen = answers(
        {"status": "processing", "output": ["a"]}, {"status": "succeeded", "output": ["a", "b"]}
    )
    assert call(mock(handler).run, "a/b", {}, wait=wait) == ["a", "b"]
    assert "prefer" not in seen[0].headers


def test_unknown_status_is_not_finished(call, mock):
    handler, seen = answers(
        {"status": "starting"},
        {"status": "queued", "output": "early"},
        {"status": "succeeded", "output": "x"},
    )
    assert call(mock(handler).run, "a/b", {}) == "x"
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("wait", "header"),
    [(True, "wait"), (1, "wait=1"), (60, "wait=60"), (7.2, "wait=8"), (0.5, "wait=1")],
)
def test_wait_is_sent_as_prefer(call, mock, wait, header):
    handler, seen = answers({"status": "succeeded", "output": "x"})
    call(mock(handler).run, "a/b", {}, wait=wait)
    assert seen[0].headers["prefer"] == header


@pytest.mark.parametrize("wait", [-5, 61, 600.0])
def test_wait_out_of_range_fails_before_any_request(call, mock, wait):
    handler, seen = answers({})
    with pytest.raises(ValueError, match="timeout="):
        call(mock(handler).run, "a/b", {}, wait=wait)
    assert not seen


def test_misspelt_parameter_fails_before_any_request(call, mock):
    handler, seen = answers({})
    with pytest.raises(TypeError, match="did you mean 'webhook'"):
        call(mock(handler).run, "a/b", {}, webhok="https://example.com")
    assert not seen


def test_request_fields_are_sent(call, mock):
    handler, seen = answers({"status": "succeeded", "output": "x"})
    call(
        mock(handler).run,
        "a/b",
        {"n": 1},
        webhook="https://example.com/",
        webhook_events_filter=["completed"],
    )
    assert json.loads(seen[0].content) == {
        "input": {"n": 1},
        "webhook": "https://example.com/",
        "webhook_events_filter": ["completed"],
    }


def test_lookup_of_the_version_cannot_lose_the_result(call, client, sandbox, models):
    sandbox.fault("models.versions.get", status=404, times=None)
    reference = f"me/words:{version_of(models, 'me/words')}"
    assert call(client.run, reference, {"text": "a b"}) == ["a", "b"]


def test_failing_lookup_does_not_hide_what_the_create_says(call, mock):
    def handler(request):
        if request.method == "GET":
            raise AssertionError("a test double that knows only the create")
        return httpx.Response(401, json={"title": "Unauthenticated", "status": 401})

    with pytest.raises(exceptions.AuthenticationError):
        call(mock(handler).run, "a/b:v", {})


def test_version_is_looked_up_once_and_before_the_create(client, sandbox, models):
    reference = f"me/words:{version_of(models, 'me/words')}"
    for _ in range(3):
        assert list(client.run(reference, {"text": "a"})) == ["a"]
    paths = [request.path for request in sandbox.requests if "/versions/" in request.path]
    assert len(paths) == 1
    assert sandbox.requests[0].path == paths[0]


def test_failed_polls_do_not_fail_the_run(call, client, sandbox, models, waits):
    sandbox.fault("predictions.get", status=500, times=3)
    sandbox.fault("predictions.get", drop="before", times=2)
    assert call(client.run, "me/slow", {"seconds": 0.1}, wait=False) == "done"
    assert len(creates(sandbox)) == 1


def test_timeout_cancels_the_prediction(call, client, sandbox, models):
    started = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call(client.run, "me/slow", {}, timeout=0.5)
    assert time.monotonic() - started < 5
    prediction = caught.value.prediction
    assert isinstance(caught.value, TimeoutError)
    assert prediction.status == "canceled"
    assert client.predictions.get(prediction.id).status == "canceled"
    assert f"Prediction {prediction.id} was canceled." in str(caught.value)


def test_timeout_of_what_has_just_finished(call, mock):
    def handler(request):
        status = "succeeded" if request.url.path.endswith("/cancel") else "processing"
        return httpx.Response(200, json={"id": "p1", "status": status, "output": "paid for"})

    with pytest.raises(exceptions.DeadlineExceededError, match="p1 had just succeeded") as caught:
        call(mock(handler).run, "a/b", {}, wait=False, timeout=0.2)
    assert caught.value.prediction.output == "paid for"


@pytest.mark.parametrize("trouble", [httpx.ConnectError("no route"), httpx.InvalidURL("odd")])
def test_polls_that_fail_for_good_name_the_prediction(call, mock, trouble):
    def handler(request):
        if request.method == "POST":
            return httpx.Response(201, json={"id": "p1", "status": "starting"})
        raise trouble

    with pytest.raises(exceptions.ReplicateError, match="p1") as caught:
        call(mock(handler, max_retries=0).run, "a/b", {}, wait=False)
    assert caught.value.prediction.id == "p1"
    clone = pickle.loads(pickle.dumps(caught.value))
    assert str(clone) == str(caught.value)


def test_timeout_holds_against_an_answer_that_trickles_in(call, client, sandbox, models):
    sandbox.fault("predictions.get", trickle=0.2, times=None)
    started = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceededError):
        call(client.run, "me/slow", {}, wait=False, timeout=0.7)
    assert time.monotonic() - started < 5
    assert [run.status for run in sandbox.predictions] == ["canceled"]


def test_timeout_is_sent_as_cancel_after(call, mock):
    handler, seen = answers({"status": "succeeded", "output": "x"})
    client = mock(handler)
    call(client.run, "a/b", {}, timeout=29.5)
    call(client.run, "a/b", {}, timeout=5)
    call(client.run, "a/b", {}, timeout=4)
    call(client.run, "a/b", {})
    sent = [request.headers.get("cancel-after") for request in seen]
    assert sent == ["30s", "5s", None, None]


def test_hold_leaves_time_to_learn_the_id_before_the_deadline(call, mock):
    handler, seen = answers({"status": "succeeded", "output": "x"})
    client = mock(handler)
    call(client.run, "a/b", {}, timeout=20)
    call(client.run, "a/b", {}, timeout=1.5)
    assert [request.headers.get("prefer") for request in seen] == ["wait=18", None]


def test_input_of_nothing_is_an_empty_object(call, mock):
    handler, seen = answers({"status": "succeeded", "output": "x"})
    call(mock(handler).run, "a/b")
    assert json.loads(seen[0].content) == {"input": {}}


def test_task_cancellation_cancels_the_prediction(client, sandbox, models):
    import asyncio

    async def main():
        task = asyncio.create_task(client.async_run("me/slow", {}, wait=False))
        while not any(run.status == "processing" for run in sandbox.predictions):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value

    error = asyncio.run(main())
    [run] = sandbox.predictions
    assert run.status == "canceled"
    if sys.version_info >= (3, 11):  # before, a task raises another CancelledError than it got
        assert error.prediction.id == run.id


def test_many_at_once(client, models):
    import asyncio

    async def main():
        return await asyncio.gather(
            *(client.async_run("me/shout", {"text": str(number)}) for number in range(50))
        )

    assert asyncio.run(main()) == [str(number) for number in range(50)]


def test_metrics_type_is_a_plain_dict(client, models):
    prediction = client.predictions.create(model="me/shout", input={"text": "x"}, wait=True)
    prediction.wait()
    metrics: Dict[str, Any] = prediction.metrics
    assert metrics["predict_time"] >= 0
    assert prediction.urls.get("get") == prediction.urls["get"]


def test_latest_version_that_was_deleted_is_forgotten(call, client, sandbox):
    @sandbox.model("me/community")
    def old(text: str) -> str:
        return f"old {text}"

    assert call(client.run, "me/community", {"text": "x"}) == "old x"
    sandbox.fault("predictions.create", status=422)

    @sandbox.model("me/community")
    def new(text: str) -> str:
        return f"new {text}"

    assert call(client.run, "me/community", {"text": "x"}) == "new x"


def test_input_that_is_refused_is_not_taken_for_a_deleted_version(call, client, sandbox):
    @sandbox.model("me/community")
    def shout(text: str) -> str:
        return text.upper()

    assert call(client.run, "me/community", {"text": "x"}) == "X"
    with pytest.raises(exceptions.UnprocessableEntityError):
        call(client.run, "me/community", {"text": 5})
    assert len(sandbox.predictions) == 1


def test_cancel_whose_answer_is_empty_leaves_the_prediction_known(call, client, sandbox):
    @sandbox.model("me/shout", official=True)
    def shout(text: str) -> str:
        return text.upper()

    prediction = client.predictions.create(model="me/shout", input={"text": "x"})
    id = prediction.id
    sandbox.fault("predictions.cancel", status=200, body={})
    with pytest.raises(exceptions.InvalidResponseError):
        call(prediction.cancel)
    assert prediction.id == id


def test_rate_limited_polls_go_on_to_the_deadline(call, client, sandbox):
    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(30)
        return "done"

    headers = {"Retry-After": "30"}
    sandbox.fault("predictions.get", status=429, headers=headers, body="", times=None)
    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call(client.run, "me/slow", {}, wait=False, timeout=0.7)
    [run] = sandbox.predictions
    assert run.status == "canceled"
    assert caught.value.prediction.id == run.id
