"""Tokens, origins, retries, timeouts and errors of requests."""

from __future__ import annotations

import gc
import logging
import pickle
import subprocess
import sys
import time
import traceback

import httpx
import pytest

import replicate
from replicate import exceptions
from tests.bodies import Pieces
from tests.servers import Answer, Recorder

TOKEN = "r8_very_secret_token"
PREDICTION = {"id": "p", "model": "a/b", "version": "v", "status": "succeeded", "output": "x"}


@pytest.fixture
def foreign():
    """A host that is not the API: it takes note of what it is sent."""

    def answer(request):
        if "stream" in request.target:
            events = {"Content-Type": "text/event-stream"}
            return Answer("event: done\ndata: {}\n\n", headers=events)
        return Answer({**PREDICTION, "results": []})

    with Recorder(answer) as server:
        yield server


def client_for(server, **options):
    client = replicate.Client(TOKEN, base_url=server.url, **{"max_retries": 0, **options})
    client.poll_interval = 0
    return client


def test_token_goes_to_the_api(call):
    with Recorder(lambda request: Answer(PREDICTION)) as api, client_for(api) as client:
        call(client.predictions.get, "p")
        assert api.requests[0].header("authorization") == f"Bearer {TOKEN}"


@pytest.mark.parametrize("extra", [{}, {"headers": {"X-Team": "secret", "Cookie": "a=b"}}])
def test_token_does_not_leave_the_api(call, foreign, extra):
    """Not to a file host, a stream host, a cursor's host, or where a redirect leads."""

    def answer(request):
        if request.target.startswith("/v1/account"):
            return Answer(None, 302, {"Location": f"{foreign.url}/account"})
        if request.target.startswith("/v1/models?"):
            return Answer({"results": [], "next": None})
        urls = {"stream": f"{foreign.url}/stream", "get": f"{foreign.url}/p"}
        return Answer({**PREDICTION, "urls": urls, "output": f"{foreign.url}/file.png"}, 201)

    with Recorder(answer) as api, client_for(api, **extra) as client:
        output = call(client.run, "a/b", {})
        call.read(output)
        prediction = call(client.predictions.create, model="a/b", input={})
        call.list(prediction.stream)
        call(prediction.reload)
        call(client.models.list, f"{foreign.url}/v1/models?cursor=abc")
        call(client.accounts.current)
        assert {request.target for request in foreign.requests} == {
            "/file.png",
            "/stream",
            "/account",
        }
        assert api.requests[-2].target == "/v1/models?cursor=abc"
    for request in foreign.requests:
        assert TOKEN not in str(request)
        assert "secret" not in str(request.headers)
        assert request.header("cookie") is None


def test_an_answer_says_how_long_it_took(call):
    """As one of httpx does, of an error too."""

    def answer(request):
        return Answer({"detail": "no"}, 403) if "p2" in request.target else Answer(PREDICTION)

    with Recorder(answer) as api, client_for(api) as client:
        if not call.is_async:
            assert client._request("GET", "/v1/predictions/p").elapsed.total_seconds() > 0
        with pytest.raises(exceptions.ReplicateError) as caught:
            call(client.predictions.get, "p2")
        assert caught.value.response.elapsed.total_seconds() > 0


def test_redirect_on_the_api_itself_keeps_the_token(call):
    def answer(request):
        if request.target == "/v1/account":
            return Answer(None, 307, {"Location": "/v1/me"})
        return Answer({"type": "user", "username": "me"})

    with Recorder(answer) as api, client_for(api) as client:
        assert call(client.accounts.current).username == "me"
        assert api.requests[1].header("authorization") == f"Bearer {TOKEN}"


def test_redirected_create_is_an_error_and_not_repeated(call, foreign):
    def answer(request):
        return Answer(None, 308, {"Location": f"{foreign.url}/elsewhere"})

    with Recorder(answer) as api, client_for(api) as client:
        with pytest.raises(exceptions.ReplicateError, match="redirect"):
            call(client.run, "a/b", {})
    assert not foreign.requests


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}.evil.example/",
        "http://127.0.0.1:{port}@evil.example/",
        "http://evil.example/?http://127.0.0.1:{port}/",
        "http://evil.example#@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "http://127.0.0.1:1{port}/",
        "http://localhost:{port}/",
        "HTTP://evil.example:{port}/",
        "http://evil.example\\@127.0.0.1:{port}/",
    ],
)
def test_addresses_that_only_look_like_the_api(mock, url):
    sent = []

    def handler(request):
        sent.append(request)
        return httpx.Response(200, content=b"x")

    client = mock(handler, api_token=TOKEN, base_url="http://127.0.0.1:8000")
    try:
        replicate.helpers.FileOutput(url.format(port=8000), client).read()
    except (exceptions.ReplicateException, httpx.InvalidURL, ValueError):
        assert not sent
    # httpx makes Basic authorization of a user name in the address, which is not ours.
    assert all(TOKEN not in str(request.headers.raw) for request in sent)


def test_same_origin_spelled_differently_is_the_api(mock):
    sent = []

    def handler(request):
        sent.append(request)
        return httpx.Response(200, content=b"x")

    client = mock(handler, api_token=TOKEN)
    replicate.helpers.FileOutput("HTTPS://API.replicate.com:443/v1/files/x", client).read()
    assert sent[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("value", [None, "", "  ", '""'])
def test_missing_token_fails_before_any_request(call, monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("REPLICATE_API_TOKEN", value)
    with Recorder(lambda request: Answer(PREDICTION)) as api:
        with replicate.Client(base_url=api.url) as client:
            with pytest.raises(exceptions.AuthenticationError, match="REPLICATE_API_TOKEN"):
                call(client.predictions.get, "p")
        assert not api.requests


@pytest.mark.parametrize("bad", ["r8_a\nb", "r8_é", "r8_\x00"])
def test_token_that_no_header_can_hold(call, bad):
    client = replicate.Client(bad, base_url="http://127.0.0.1:1")
    with pytest.raises(exceptions.AuthenticationError) as caught:
        call(client.predictions.get, "p")
    assert bad not in "".join(traceback.format_exception(None, caught.value, None))


def test_token_is_resolved_for_every_request(call, monkeypatch):
    with Recorder(lambda request: Answer(PREDICTION)) as api:
        with replicate.Client(base_url=api.url) as client:
            for token in ("one", " 'two' \n"):
                monkeypatch.setenv("REPLICATE_API_TOKEN", token)
                call(client.predictions.get, "p")
            client.api_token = "three"
            call(client.predictions.get, "p")
            client._api_token = iter(["four", "five"]).__next__
            call(client.predictions.get, "p")
            call(client.predictions.get, "p")
        tokens = [request.header("authorization") for request in api.requests]
    assert tokens == [f"Bearer {name}" for name in ("one", "two", "three", "four", "five")]


def test_token_of_the_current_cog_scope(call, monkeypatch):
    import sys
    import types

    context = {"replicate_api_token": "tenant-a"}
    cog = types.SimpleNamespace(current_scope=lambda: types.SimpleNamespace(context=context))
    monkeypatch.setitem(sys.modules, "cog", cog)
    monkeypatch.setenv("REPLICATE_API_TOKEN", "owner")
    with Recorder(lambda request: Answer(PREDICTION)) as api:
        with replicate.Client(base_url=api.url) as client:
            call(client.predictions.get, "p")
            context["replicate_api_token"] = "tenant-b"
            call(client.predictions.get, "p")
            context.clear()
            call(client.predictions.get, "p")
        tokens = [request.header("authorization") for request in api.requests]
    assert tokens == ["Bearer tenant-a", "Bearer tenant-b", "Bearer owner"]


def test_token_shows_nowhere(call, caplog):
    caplog.set_level(logging.DEBUG)
    client = replicate.Client(TOKEN, base_url="http://127.0.0.1:1", max_retries=1)
    with pytest.raises(exceptions.APIConnectionError) as caught:
        call(client.predictions.get, "p")
    error = caught.value
    rendered = "".join(
        traceback.TracebackException.from_exception(error, capture_locals=True).format()
    )
    for text in (
        rendered,
        repr(client),
        str(vars(client)),
        repr(error),
        str(vars(error)),
        str(error.request.headers),
        caplog.text,
    ):
        assert TOKEN not in text
    assert TOKEN.encode() not in pickle.dumps(error)


def test_user_authorization_header_replaces_ours(call):
    with Recorder(lambda request: Answer(PREDICTION)) as api:
        options = {"headers": {"authorization": "Token other", "user-agent": "mine/1"}}
        with replicate.Client(base_url=api.url, **options) as client:
            call(client.predictions.get, "p")
    assert api.last.header("authorization") == "Token other"
    assert api.last.header("user-agent") == "mine/1"


# Retries


def script(*answers):
    """Answer with these one after the other; an exception is raised instead."""
    remaining = list(answers)
    sent = []

    def handler(request):
        sent.append(request)
        answer = remaining.pop(0)
        if isinstance(answer, Exception):
            raise answer
        # A response serves one request: give each a copy.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handler, sent


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("replicate._http.retry.FIRST_WAIT", 0.001)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_reads_are_repeated_after_transient_answers(call, mock, status):
    handler, sent = script(httpx.Response(status), httpx.Response(200, json=PREDICTION))
    assert call(mock(handler).predictions.get, "p").id == "p"
    assert len(sent) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 501])
def test_other_answers_are_not_repeated(call, mock, status):
    handler, sent = script(httpx.Response(status))
    with pytest.raises(exceptions.ReplicateError) as caught:
        call(mock(handler).predictions.get, "p")
    assert len(sent) == 1
    assert caught.value.status == status


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")],
)
def test_reads_are_repeated_after_connection_errors(call, mock, error):
    handler, sent = script(error, httpx.Response(200, json=PREDICTION))
    assert call(mock(handler).predictions.get, "p").id == "p"
    assert len(sent) == 2


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_creates_are_not_repeated_once_they_may_have_started(call, mock, status):
    handler, sent = script(httpx.Response(status))
    with pytest.raises(exceptions.ReplicateError):
        call(mock(handler).run, "a/b", {})
    assert [request.method for request in sent].count("POST") == 1


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")]
)
def test_creates_are_not_repeated_when_the_answer_is_lost(call, mock, waits, error):
    handler, sent = script(error, httpx.Response(200, json={"results": []}))
    with pytest.raises(exceptions.APIConnectionError) as caught:
        call(mock(handler).run, "a/b", {})
    assert [request.method for request in sent] == ["POST", "GET"]  # it is looked for
    assert isinstance(caught.value, type(error))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(429, json={"detail": "slow down", "retry_after": 0}),
        httpx.Response(429, headers={"Retry-After": "0"}),
        httpx.ConnectError("x"),
        httpx.ConnectTimeout("x"),
        httpx.PoolTimeout("x"),
    ],
)
def test_creates_are_repeated_when_nothing_can_have_started(call, mock, answer):
    handler, sent = script(answer, httpx.Response(201, json=PREDICTION))
    assert call(mock(handler).run, "a/b", {}) == "x"
    assert len(sent) == 2


def test_cancel_is_repeated_like_a_read(call, mock):
    handler, sent = script(httpx.Response(502), httpx.Response(200, json=PREDICTION))
    assert call(mock(handler).predictions.cancel, "p").id == "p"
    assert len(sent) == 2


def test_retries_end(call, mock):
    handler, sent = script(*[httpx.Response(503)] * 4)
    with pytest.raises(exceptions.InternalServerError):
        call(mock(handler, max_retries=3).predictions.get, "p")
    assert len(sent) == 4


def test_rate_limit_says_when_to_come_back(call, mock):
    body = {"detail": "Request was throttled.", "status": 429, "retry_after": 7}
    with pytest.raises(exceptions.RateLimitError) as caught:
        call(mock(script(httpx.Response(429, json=body))[0], max_retries=0).run, "a/b", {})
    assert caught.value.retry_after == 7


def test_retries_keep_to_the_deadline(call, mock):
    handler, sent = script(httpx.Response(429, headers={"Retry-After": "30"}))
    started = time.monotonic()
    with pytest.raises(exceptions.RateLimitError):
        call(mock(handler).run, "a/b", {}, timeout=0.2)
    assert time.monotonic() - started < 5
    assert len(sent) == 1


# Timeouts


def timeouts(request):
    return request.extensions["timeout"]


def test_client_timeout_is_honoured_everywhere(call, mock):
    handler, sent = script(*[httpx.Response(201, json=PREDICTION)] * 3)
    client = mock(handler, timeout=httpx.Timeout(7, connect=3))
    call(client.predictions.create, model="a/b", input={})
    call(client.predictions.create, model="a/b", input={}, wait=10)
    call(client.run, "a/b", {})
    assert timeouts(sent[0]) == {"connect": 3, "read": 7, "write": 7, "pool": 7}
    assert timeouts(sent[1]) == {"connect": 3, "read": 17, "write": 7, "pool": 7}
    assert timeouts(sent[2]) == {"connect": 3, "read": 67, "write": 7, "pool": 7}


def test_default_timeouts(mock):
    handler, sent = script(httpx.Response(200, json=PREDICTION))
    mock(handler).predictions.get("p")
    assert timeouts(sent[0]) == {"connect": 5, "read": 30, "write": 30, "pool": 10}


def test_no_timeout_at_all(mock):
    handler, sent = script(httpx.Response(201, json=PREDICTION))
    mock(handler, timeout=httpx.Timeout(None)).run("a/b", {})
    assert set(timeouts(sent[0]).values()) == {None}


# Errors


@pytest.mark.parametrize(
    ("response", "status", "detail"),
    [
        (httpx.Response(304), 304, "Not Modified"),
        (httpx.Response(401, json={"title": "Unauthenticated", "detail": "no"}), 401, "no"),
        (httpx.Response(404, json={"detail": "not here", "status": 404}), 404, "not here"),
        (httpx.Response(502, html="<h1>Bad   gateway</h1>"), 502, "Bad gateway"),
        (httpx.Response(500, content=b'["a","b"]'), 500, '["a","b"]'),
        (httpx.Response(500, content=b"null"), 500, "null"),
        (httpx.Response(522, text=""), 522, ""),
        (httpx.Response(400, json={"detail": {"a": 1}}), 400, "{'a': 1}"),
        (httpx.Response(400, content=b"\xff\xfe\x00"), 400, None),
        (httpx.Response(400, content=b"[" * 100_000), 400, None),
    ],
)
def test_any_error_body_gives_a_good_message(call, mock, response, status, detail):
    handler, _ = script(response)
    with pytest.raises(exceptions.ReplicateError) as caught:
        call(mock(handler, max_retries=0).predictions.get, "p")
    error = caught.value
    assert error.status == status
    assert error.response.status_code == status
    assert detail is None or detail in str(error)
    clone = pickle.loads(pickle.dumps(error))
    assert (type(clone), str(clone), repr(clone)) == (type(error), str(error), repr(error))


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<html>login</html>"),
        httpx.Response(200, content=b""),
        httpx.Response(200, json=[1]),
        httpx.Response(200, json=None),
        httpx.Response(200, content=b'{"id": "p", "sta'),
        httpx.Response(200, content=b"\xff\xfe"),
    ],
)
def test_success_that_cannot_be_read(call, mock, response):
    handler, _ = script(response)
    with pytest.raises(exceptions.InvalidResponseError, match="200") as caught:
        call(mock(handler, max_retries=0).predictions.get, "p")
    assert isinstance(caught.value, ValueError)
    assert caught.value.response.status_code == 200


def test_answer_that_is_nested_too_deeply(call, mock):
    content = b'{"id": "p", "output": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    handler, _ = script(httpx.Response(200, content=content))
    with pytest.raises(exceptions.InvalidResponseError, match="Unreadable"):
        call(mock(handler).predictions.get, "p")


@pytest.mark.skipif(not hasattr(gc, "set_threshold"), reason="PyPy's collector is another one")
def test_deep_nesting_while_garbage_is_collected():
    """Python 3.8 aborts when a finalizer runs while `json.loads` is as deep as it may get."""
    program = """
import gc
import httpx
import replicate

class Garbage:
    def __init__(self):
        self.itself = self

    def __del__(self):
        Garbage()

deep = httpx.MockTransport(lambda _: httpx.Response(200, content=b"[" * 100_000))
with replicate.Client("token", transport=deep) as client:
    Garbage()
    gc.set_threshold(1)
    try:
        client.predictions.get("p")
    except replicate.exceptions.InvalidResponseError:
        print("an error of ours")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ran.stdout == "an error of ours\n", ran.stderr


def test_odd_values_where_objects_should_be(call, mock):
    """A list of anything, null fields, and fields of the wrong type do no harm."""
    odd = {"id": 7, "status": "failed", "urls": ["x"], "logs": {"a": 1}, "error": None}
    handler, _ = script(
        httpx.Response(200, json={"results": [None, 5, "x", odd], "next": "null"}),
        httpx.Response(200, json={"results": None}),
        httpx.Response(201, json=odd),
    )
    client = mock(handler)
    page = call(client.predictions.list)
    assert page.next is None
    assert page[3].progress is None
    assert len(call(client.predictions.list)) == 0
    with pytest.raises(exceptions.ModelError, match="7"):
        call(client.run, "a/b", {})


def test_event_hooks_serve_both_twins(call, mock):
    handler, _ = script(httpx.Response(200, json=PREDICTION))
    seen = []
    client = mock(handler, event_hooks={"request": [seen.append]})
    call(client.predictions.get, "p")
    assert [request.method for request in seen] == ["GET"]


def test_endless_redirects_end(call):
    with Recorder(lambda request: Answer(None, 302, {"Location": "/v1/account"})) as api:
        with client_for(api) as client, pytest.raises(exceptions.ReplicateError, match="redirects"):
            call(client.accounts.current)
    assert len(api.requests) == 11


@pytest.mark.parametrize("value", ["", "fast", "nan", "inf", "-1"])
def test_bad_poll_interval_is_ignored(monkeypatch, value):
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", value)
    assert replicate.Client("t").poll_interval == 0.5


def test_invalid_fields(call, sandbox, client):
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        call(client.run, "sandbox/painter", {"width": 5})
    assert {field["field"] for field in caught.value.invalid_fields} >= {"input.width"}


NO_BODY = {
    "cut": lambda: {"stream": Pieces([b'{"det', httpx.ReadError("cut")])},
    "slow": lambda: {"stream": Pieces([b'{"det', httpx.ReadTimeout("late")])},
    "undecodable": lambda: {"stream": Pieces([b"no"]), "headers": {"Content-Encoding": "gzip"}},
}


@pytest.mark.parametrize("body", NO_BODY)
def test_a_refusal_whose_body_cannot_be_read_is_that_refusal(call, mock, waits, body):
    """It says whether the request may be sent again, and that no run was started."""
    statuses = [429, 503, 404]

    def handler(request):
        assert request.url.path == "/v1/predictions/p"  # nothing was lost, or looked for
        return httpx.Response(statuses.pop(0), **NO_BODY[body]())

    with pytest.raises(exceptions.NotFoundError) as caught:
        call(mock(handler).predictions.get, "p")
    assert (caught.value.status, caught.value.response.content, statuses) == (404, b"", [])

    left = [429]

    def create(request):
        assert (request.method, request.url.path) == ("POST", "/v1/predictions")
        return (
            httpx.Response(left.pop(), **NO_BODY[body]())
            if left
            else httpx.Response(201, json=PREDICTION)
        )

    assert call(mock(create).predictions.create, version="0" * 64, input={}).id == "p"
