"""Regression tests for wrong results of 1.0.7 by how runs ended and were asked for (H16 to H21)."""

from __future__ import annotations

import inspect

import pytest

from replicate.exceptions import (
    ModelError,
    PredictionAbortedError,
    PredictionCanceledError,
    StreamError,
)
from replicate.prediction import Prediction
from tests.bodies import ID, V, prediction, training

GET = f"/v1/predictions/{ID}"
CREATE = "/v1/models/o/n/predictions"
TRAIN = f"POST /v1/models/o/n/versions/{V}/trainings"


# H16: a canceled run looked like one that had returned nothing.

ENDS = [
    ("canceled", PredictionCanceledError),
    ("aborted", PredictionAbortedError),
    ("failed", ModelError),
]


@pytest.mark.parametrize(("status", "error"), ENDS)
@pytest.mark.parametrize("at_once", [True, False])
def test_h16_a_run_that_did_not_succeed_raises(call, server, served, status, error, at_once):
    ended = prediction(status=status, output=["partial"], error=None)
    server.on("POST", CREATE, ended if at_once else prediction(status="starting"), 201)
    server.on("GET", GET, ended)
    with pytest.raises(ModelError) as caught:
        call(served.run, "o/n")
    assert type(caught.value) is error
    assert caught.value.prediction.status == status


@pytest.mark.parametrize(("status", "error"), ENDS)
def test_h16_an_iterator_that_did_not_succeed_raises_after_its_items(
    call, server, served, status, error
):
    server.on("POST", "/v1/predictions", prediction(status="processing", output=["a"]), 201)
    server.on("GET", GET, prediction(status=status, output=["a", "b"]))
    running = call(served.predictions.create, version=V, input={})
    items, raised = call.collect(running.output_iterator)
    assert items == ["a", "b"]
    assert type(raised) is error


@pytest.mark.parametrize(("status", "error"), ENDS)
def test_h16_a_stream_that_ends_otherwise_raises(call, server, served, status, error):
    reason = {"failed": "error"}.get(status, "canceled")
    events = f'event: output\nid: 1:0\ndata: a\n\nevent: done\ndata: {{"reason": "{reason}"}}\n\n'
    urls = {"stream": f"{server.url}/s"}
    server.on("POST", CREATE, prediction(status="starting", urls=urls), 201)
    server.on("GET", "/s", events, content_type="text/event-stream")
    server.on("GET", GET, prediction(status=status, urls=urls))
    with pytest.raises(ModelError) as caught:
        call.list(served.stream, "o/n")
    assert type(caught.value) is error


def test_h16_a_stream_that_only_says_error_raises(call, server, served):
    urls = {"stream": f"{server.url}/s"}
    server.on("POST", CREATE, prediction(status="starting", urls=urls), 201)
    server.on(
        "GET", "/s", 'event: done\ndata: {"reason": "error"}\n\n', content_type="text/event-stream"
    )
    server.on("GET", GET, prediction(urls=urls))
    with pytest.raises(StreamError):
        call.list(served.stream, "o/n")


# H17: the fifth positional argument of trainings.create was declared as one thing, sent as another.


@pytest.mark.parametrize(
    ("fifth", "sent"),
    [
        (["completed"], {"webhook_events_filter": ["completed"]}),
        ("https://example.com/done", {"webhook_completed": "https://example.com/done"}),
    ],
    ids=["filter", "completed"],
)
def test_h17_the_fifth_argument_is_what_it_looks_like(call, server, served, fifth, sent):
    server.always(training(status="starting"), 201)
    hook = "https://example.com/hook"
    call(served.trainings.create, f"o/n:{V}", {"a": 1}, "me/mine", hook, fifth)
    body = {"input": {"a": 1}, "destination": "me/mine", "webhook": hook}
    assert server.last.json == {**body, **sent}


def test_h17_six_arguments_are_sent_as_six(call, server, served):
    server.always(training(status="starting"), 201)
    call(served.trainings.create, f"o/n:{V}", {}, "me/mine", "https://a/", "https://b/", ["start"])
    assert server.last.json == {
        "input": {},
        "destination": "me/mine",
        "webhook": "https://a/",
        "webhook_completed": "https://b/",
        "webhook_events_filter": ["start"],
    }
    with pytest.raises(TypeError, match="too many"):
        call(served.trainings.create, f"o/n:{V}", {}, "me/m", "https://a/", "https://b/", [], 7)


# H18: trainings.create(model, version, input) trained "versions/None" of something else.


@pytest.mark.parametrize("model", ["o/n", ("o", "n")])
def test_h18_model_version_and_input_by_position(call, server, served, model):
    server.always(training(status="starting"), 201)
    call(served.trainings.create, model, V, {"a": 1}, destination="me/mine")
    assert server.lines == [TRAIN]
    assert server.last.json == {"input": {"a": 1}, "destination": "me/mine"}


def test_h18_the_twins_take_all_forms_by_name_too(call, server, served):
    server.always(training(status="starting"), 201)
    create = served.trainings.create
    call(create, model="o/n", version=V, input={}, destination="me/mine")
    call(create, version=f"o/n:{V}", input={}, destination="me/mine")
    call(create, f"o/n:{V}", input={}, destination="me/mine")
    call(create, f"o/n:{V}", {}, "me/mine")
    assert server.lines == [TRAIN] * 4


# H19: a reference without a version trained "versions/None".


@pytest.mark.parametrize("version", ["o/n", "", None])
def test_h19_a_training_needs_a_version(call, server, served, version):
    with pytest.raises(ValueError, match="version"):
        call(served.trainings.create, version=version, input={}, destination="me/mine")
    with pytest.raises(ValueError, match="version"):
        call(served.trainings.create, version, {}, "me/mine")
    assert server.requests == []


# H20: of the updates of a progress bar, which CR separates, the oldest was reported.


def test_h20_progress_is_the_latest_update():
    bar = "  0%|          | 0/5\r 40%|####      | 2/5 [00:01<00:02]\r100%|##########| 5/5 [00:02]"
    running = Prediction(**prediction(logs=f"Using seed: 1\n{bar}\n"))
    assert (running.progress.percentage, running.progress.current, running.progress.total) == (
        1.0,
        5,
        5,
    )
    half = Prediction.Progress.parse(f"{bar[: bar.rindex(chr(13))]}\nnot a bar")
    assert (half.percentage, half.current, half.total) == (0.4, 2, 5)
    assert Prediction(**prediction(logs="nothing")).progress is None
    assert Prediction(**prediction(logs=None)).progress is None


# H21: arguments that make no sense were dropped without a word.


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((V, {}, "third"), {}),
        ((V, {}), {"version": "other"}),
        ((V, {}), {"input": {"a": 1}}),
        ((), {"version": V, "webook": "https://example.com"}),
        ((), {"model": "o/n", "input": {}, "webhooks": "https://example.com"}),
        ((), {"deployment": "o/d", "input": {}, "prefer": "wait"}),
    ],
    ids=str,
)
def test_h21_predictions_create_refuses_what_it_does_not_know(
    call, server, served, arguments, options
):
    with pytest.raises(TypeError):
        call(served.predictions.create, *arguments, **options)
    assert server.requests == []


def test_h21_everything_that_creates_refuses_misspelt_arguments(call, server, served):
    for method, arguments in [
        (served.run, ("o/n", {})),
        (served.models.predictions.create, ("o/n", {})),
        (served.deployments.predictions.create, ("o/d", {})),
        (served.trainings.create, (f"o/n:{V}", {}, "me/mine")),
        (served.files.create, (b"x",)),
    ]:
        with pytest.raises(TypeError, match="webook"):
            call(method, *arguments, webook="https://example.com")
    with pytest.raises(TypeError, match="webook"):
        call.list(served.stream, "o/n", {}, webook="https://example.com")
    assert server.requests == []
    with pytest.raises(TypeError, match="did you mean 'webhook'"):
        call(served.run, "o/n", webook="https://example.com")


def test_h21_trainings_create_refuses_what_contradicts_itself(call, server, served):
    for arguments, options in [
        ((f"o/n:{V}", {}, "me/mine"), {"destination": "me/other"}),
        ((f"o/n:{V}", {}, "me/mine"), {"input": {"a": 1}}),
        (("o/n", V, {}), {"model": "p/q", "destination": "me/mine"}),
    ]:
        with pytest.raises(TypeError, match="multiple values"):
            call(served.trainings.create, *arguments, **options)
    assert server.requests == []
    assert inspect.signature(served.trainings.create) == inspect.signature(
        served.trainings.async_create
    )
