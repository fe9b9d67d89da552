"""Regression tests for crashes of 1.0.7 on valid data and plausible use (M1 to M11)."""

from __future__ import annotations

import json

import httpx
import pytest

from replicate.account import Account
from replicate.exceptions import (
    AuthenticationError,
    InternalServerError,
    InvalidResponseError,
    ModelError,
    ReplicateError,
    ReplicateException,
    StreamError,
)
from replicate.model import Model
from replicate.pagination import paginate
from replicate.prediction import Prediction
from replicate.version import Version
from tests.bodies import (
    COLLECTION,
    DEPLOYMENT,
    DONE,
    FILE,
    ID,
    MODEL,
    Pieces,
    V,
    page,
    prediction,
    training,
    version,
)

GET = f"/v1/predictions/{ID}"
CREATE = "/v1/models/o/n/predictions"
SSE = {"content_type": "text/event-stream"}


# M1: a status that the client did not know broke `get`, `wait` and whole lists.


@pytest.mark.parametrize("status", ["aborted", "dreaming"])
def test_m1_every_status_can_be_read(call, server, served, status):
    server.on("GET", "/v1/predictions", page(prediction(status=status), prediction()))
    server.on("GET", "/v1/trainings", page(training(status=status)))
    assert [p.status for p in call(served.predictions.list)] == [status, "succeeded"]
    assert [t.status for t in call(served.trainings.list)] == [status]


def test_m1_aborted_is_an_end_and_an_unknown_status_is_none(call, server, served):
    server.on("GET", GET, prediction(status="dreaming"))
    server.on("GET", GET, prediction(status="dreaming"))
    server.on("GET", GET, prediction(status="aborted"))
    running = call(served.predictions.get, ID)
    call(running.wait, timeout=10)
    assert running.status == "aborted"
    assert len(server.requests) == 3


# M2: null for a version's cog_version or schema broke whatever held the version.


def test_m2_versions_without_schema_can_be_read(call, server, served):
    bare = version(cog_version=None, openapi_schema=None)
    server.on("GET", "/v1/models/o/n", {**MODEL, "latest_version": bare})
    server.on("GET", "/v1/models", page({**MODEL, "latest_version": bare}))
    server.on("GET", f"/v1/models/o/n/versions/{V}", bare)
    model = call(served.models.get, "o/n")
    for found in (
        model.latest_version,
        call(served.models.list)[0].latest_version,
        call(model.versions.get, V),
    ):
        assert isinstance(found, Version)
        assert (found.id, found.cog_version, found.openapi_schema) == (V, None, None)


# M3: fields that the API may leave out, or send as null, were required.


def test_m3_absent_and_null_fields_read_as_none(call, server, served):
    release = {"number": 1, "model": "o/n", "version": V, "created_at": "2024-01-01T00:00:00Z"}
    release["created_by"] = {"type": "user", "username": "me"}
    server.on("GET", "/v1/files/f1", FILE)
    server.on("GET", "/v1/account", {"type": "user", "username": "me"})
    server.on("GET", "/v1/deployments/o/d", {**DEPLOYMENT, "current_release": release})
    server.on("GET", "/v1/collections/s", {**COLLECTION, "description": None})
    server.on("GET", GET, prediction(urls={"get": None, "stream": None}, error={"detail": "x"}))
    file = call(served.files.get, "f1")
    assert (file.name, file.etag) == (None, None)
    assert call(served.accounts.current).name is None
    made_by = call(served.deployments.get, "o/d").current_release.created_by
    assert type(made_by) is Account
    assert made_by.name is None
    assert call(served.collections.get, "s").description is None
    odd = call(served.predictions.get, ID)
    assert odd.urls == {"get": None, "stream": None}
    assert str(ModelError(odd)) == "{'detail': 'x'}"


# M4: an error body that was not a JSON object raised AttributeError, and what it said was lost.

BODIES = [
    (b'["no", "way"]', ["no", "way"], "no"),
    (b'"no way"', "no way", "no way"),
    (b"null", None, None),
    (b"<html>no way</html>", None, "no way"),
    (b"no way", None, "no way"),
    (b"", None, None),
    (b"\xff\xfe", None, None),
    (b'{"detail": "no way", "extra": 1}', {"detail": "no way", "extra": 1}, "no way"),
]


@pytest.mark.parametrize(("content", "body", "said"), BODIES, ids=repr)
def test_m4_any_error_body_will_do(call, server, served, content, body, said):
    server.always(content, 400, x_request_id="7")
    with pytest.raises(ReplicateError) as caught:
        call(served.accounts.current)
    error = caught.value
    assert error.status == 400
    assert error.body == body
    assert error.response.headers["x-request-id"] == "7"
    assert error.response.content == content
    assert said is None or said in str(error)


# M5: after reload() nested objects were plain dicts.


def test_m5_reload_keeps_the_types_inside(call, server, served):
    full = {**MODEL, "latest_version": version(), "default_example": prediction()}
    server.on("GET", "/v1/models/o/n", full)
    server.on("GET", "/v1/models/o/n", {**full, "run_count": 2})
    model = call(served.models.get, "o/n")
    for run_count in (1, 2):
        assert model.run_count == run_count
        assert type(model.latest_version) is Version
        assert type(model.default_example) is Prediction
        assert model.latest_version.id == V
        call(model.reload)


def test_m5_training_keeps_the_type_of_its_version(call, server, served):
    for sent, kind in [(V, str), (version(), Version)]:
        server.always(training(version=sent))
        found = call(served.trainings.get, ID)
        assert type(found.version) is kind
        call(found.reload)
        call(found.cancel)
        assert type(found.version) is kind


# M6: the models in a collection had no client.


def test_m6_models_of_a_collection_can_do_what_models_can(call, server, served):
    full = {**MODEL, "latest_version": version(), "default_example": prediction()}
    server.on("GET", "/v1/collections/s", {**COLLECTION, "models": [full]})
    server.on("GET", "/v1/models/o/n", full)
    server.on("GET", "/v1/models/o/n/versions", page(version()))
    server.on("GET", GET, prediction())
    (model,) = call(served.collections.get, "s")
    assert type(model) is Model
    assert model._client is served
    call(model.versions.list)
    call(model.reload)
    call(model.default_example.reload)
    assert model.latest_version._client is served
    assert len(server.requests) == 4


# M7: versions and files could not be paginated.


def test_m7_every_list_can_be_paginated(call, server, served):
    server.on("GET", "/v1/models/o/n", MODEL)
    model = call(served.models.get, "o/n")
    for methods, path, item in [
        (served.files, "/v1/files", FILE),
        (model.versions, "/v1/models/o/n/versions", version()),
        (served.models, "/v1/models", MODEL),
        (served.predictions, "/v1/predictions", prediction()),
        (served.trainings, "/v1/trainings", training()),
        (served.deployments, "/v1/deployments", DEPLOYMENT),
        (served.collections, "/v1/collections", COLLECTION),
    ]:
        server.on("GET", path, page(item, next=f"https://api.replicate.com{path}?cursor=2"))
        server.on("GET", path, page(item, item))
        pages = call.list(paginate, call.twin(methods.list))
        assert [len(found) for found in pages] == [1, 2]
        assert server.lines[-2:] == [f"GET {path}", f"GET {path}?cursor=2"]


# M8: an event of an unknown name ended the stream.


def test_m8_unknown_events_are_passed_over(call, server, served):
    events = f"event: metric\nid: 1:0\ndata: {{}}\n\nevent: output\nid: 1:1\ndata: x\n\n{DONE}"
    server.on("POST", CREATE, prediction(urls={"stream": f"{server.url}/s"}), 201)
    server.on("GET", "/s", events, **SSE)
    assert [event.data for event in call.list(served.stream, "o/n")] == ["x", "{}"]


# M9: the status of a stream's answer was not looked at.


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthenticationError), (410, ReplicateError), (500, InternalServerError)],
)
@pytest.mark.parametrize("kind", ["application/problem+json", "text/event-stream", None])
def test_m9_a_refused_stream_raises_what_the_api_said(
    call, server, served, waits, status, error, kind
):
    server.on(
        "POST", CREATE, prediction(status="starting", urls={"stream": f"{server.url}/s"}), 201
    )
    headers = {} if kind is None else {"content_type": kind}
    server.on("GET", "/s", json.dumps({"detail": "no stream", "status": status}), status, **headers)
    server.on("GET", GET, {"detail": "no"}, 403)  # nor does polling help
    with pytest.raises(error) as caught:
        call.list(served.stream, "o/n")
    assert caught.value.status == status
    assert caught.value.detail == "no stream"


def test_m9_what_is_no_stream_is_told_where_polling_does_not_help_either(call, server, served):
    running = prediction(urls={"stream": f"{server.url}/s"}, status="processing", output=None)
    server.on("POST", CREATE, running, 201)
    server.on("GET", "/s", {"not": "a stream"})
    server.on("GET", GET, {"detail": "no"}, 403)
    with pytest.raises(ValueError, match="Expected response Content-Type") as caught:
        call.list(served.stream, "o/n")
    assert isinstance(caught.value, InvalidResponseError)


# M10: a pause between events, such as a cold start, ended the stream.


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_m10_a_stream_goes_on_after_a_pause(call, mock, waits, error):
    first = b"event: output\nid: 1:0\ndata: a\n\n"
    second = b"event: output\nid: 1:1\ndata: b\n\n"
    asked = []

    def handle(request):
        running = prediction(status="processing", urls={"stream": "https://stream.test/s"})
        if request.method == "POST":
            return httpx.Response(201, json=running)
        if request.url.host != "stream.test":
            return httpx.Response(200, json=running)
        asked.append(request.headers.get("last-event-id"))
        body = [first, error("quiet")] if len(asked) == 1 else [second, DONE.encode()]
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=Pieces(body))

    client = mock(handle)
    assert [event.data for event in call.list(client.stream, "o/n")] == ["a", "b", "{}"]
    assert asked == [None, "1:0"]


# M11: an error event was a bare RuntimeError.


@pytest.mark.parametrize("data", ['{"detail": "out of memory"}', "out of memory"])
def test_m11_an_error_event_is_an_error_of_ours(call, server, served, data):
    server.on("POST", CREATE, prediction(urls={"stream": f"{server.url}/s"}), 201)
    server.on("GET", "/s", f"event: error\ndata: {data}\n\n", **SSE)
    with pytest.raises(RuntimeError) as caught:
        call.list(served.stream, "o/n")
    assert isinstance(caught.value, (StreamError, ModelError))
    assert isinstance(caught.value, ReplicateException)
    assert "out of memory" in str(caught.value)
