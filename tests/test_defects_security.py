"""Regression tests for the security defects of 1.0.7 (S1 to S7 of its inventory)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import pickle
import sys
import time
import types

import pytest

import replicate
from replicate.exceptions import InvalidArgumentError, RateLimitError, ReplicateException
from replicate.webhook import InvalidTimestampError
from tests.bodies import ACCOUNT, ID, MODEL, page, prediction

TOKEN = "r8_secret-token"


@pytest.fixture
def own(server):
    """A client with a telling token."""
    with replicate.Client(TOKEN, base_url=server.url, verify=False) as client:
        client.poll_interval = 0
        yield client


def without_token(request):
    """Whether nothing in a request gives the token away."""
    return TOKEN not in str(request.headers) and TOKEN not in request.target


# S1: the token went to any host that an output, a cursor or a stream URL named.


def test_s1_token_is_not_sent_to_the_host_of_an_output(call, own, server, other_server):
    other_server.on("GET", "/out.png", b"png")
    server.always(prediction(output=f"{other_server.url}/out.png"), 201)
    output = call(own.run, "o/n", input={})
    assert call.read(output) == b"png"
    assert call.chunks(output) == [b"png"]
    assert other_server.lines == ["GET /out.png", "GET /out.png"]
    assert all(without_token(request) for request in other_server.requests)
    assert server.last.header("authorization") == f"Bearer {TOKEN}"


def test_s1_token_is_not_sent_to_the_host_of_a_cursor(call, own, server, other_server):
    evil = f"{other_server.url}/v1/models?cursor=x"
    server.always(page(next=evil))
    first = call(own.models.list)
    call(own.models.list, first.next)
    assert server.lines == ["GET /v1/models", "GET /v1/models?cursor=x"]
    assert other_server.requests == []


def test_s1_token_is_not_sent_to_the_host_of_a_stream(call, own, server, other_server):
    events = "event: output\nid: 1:0\ndata: x\n\nevent: done\ndata: {}\n\n"
    other_server.always(events, content_type="text/event-stream")
    server.always(prediction(urls={"stream": f"{other_server.url}/s"}), 201)
    assert [event.data for event in call.list(own.stream, "o/n")] == ["x", "{}"]
    assert without_token(other_server.last)


def test_s1_token_is_not_sent_to_the_urls_of_a_prediction(call, own, server, other_server):
    urls = {name: f"{other_server.url}/{name}" for name in ("get", "cancel", "web")}
    server.always(prediction(urls=urls))
    running = call(own.predictions.get, ID)
    call(running.reload)
    call(running.cancel)
    assert server.lines[1:] == [f"GET /v1/predictions/{ID}", f"POST /v1/predictions/{ID}/cancel"]
    assert other_server.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_s1_token_is_not_sent_to_the_target_of_a_redirect(call, own, server, other_server, status):
    other_server.always(ACCOUNT)
    server.always(None, status, location=f"{other_server.url}/v1/account")
    call(own.accounts.current)
    assert without_token(other_server.last)


def test_s1_headers_meant_for_the_api_stay_there_too(call, server, other_server):
    headers = {"X-Gateway-Key": "key", "Cookie": "session=1"}
    other_server.always(b"data")
    server.always(prediction(output=f"{other_server.url}/x"), 201)
    with replicate.Client(TOKEN, base_url=server.url, headers=headers, verify=False) as client:
        output = call(client.run, "o/n")
        call.read(output)
    assert server.last.header("x-gateway-key") == "key"
    assert other_server.last.header("x-gateway-key") is None
    assert other_server.last.header("cookie") is None


# S2: the token was written into the caller's dict of headers.


def test_s2_clients_with_the_same_headers_keep_their_tokens(call, server):
    server.always(ACCOUNT)
    headers = {"X-Mine": "1"}
    for token in ("first", "second"):
        with replicate.Client(token, base_url=server.url, headers=headers, verify=False) as client:
            call(client.accounts.current)
        assert server.last.header("authorization") == f"Bearer {token}"
    assert headers == {"X-Mine": "1"}


# S3: the first token of the environment or of a Cog scope was kept for ever.


def test_s3_each_cog_scope_uses_its_own_token(call, server, monkeypatch):
    scope = types.SimpleNamespace(context={})
    monkeypatch.setitem(sys.modules, "cog", types.SimpleNamespace(current_scope=lambda: scope))
    monkeypatch.setenv("REPLICATE_API_TOKEN", "of-the-host")
    server.always(ACCOUNT)
    with replicate.Client(base_url=server.url, verify=False) as client:
        for tenant in ("first-tenant", "second-tenant"):
            scope.context = {"replicate_api_token": tenant}
            call(client.accounts.current)
            assert server.last.header("authorization") == f"Bearer {tenant}"
        scope.context = {}
        call(client.accounts.current)
        assert server.last.header("authorization") == "Bearer of-the-host"


def test_s3_a_changed_environment_counts_at_once(call, server, monkeypatch):
    server.always(ACCOUNT)
    with replicate.Client(base_url=server.url, verify=False) as client:
        for token in ("old", "new"):
            monkeypatch.setenv("REPLICATE_API_TOKEN", token)
            call(client.accounts.current)
            assert server.last.header("authorization") == f"Bearer {token}"


# S4: ids were put into the path as they were.

HOSTILE = "../account?x=1#y"
QUOTED = "..%2Faccount%3Fx%3D1%23y"


@pytest.mark.parametrize(
    ("namespace", "method", "arguments", "line"),
    [
        ("predictions", "get", (HOSTILE,), f"GET /v1/predictions/{QUOTED}"),
        ("predictions", "cancel", (HOSTILE,), f"POST /v1/predictions/{QUOTED}/cancel"),
        ("trainings", "get", (HOSTILE,), f"GET /v1/trainings/{QUOTED}"),
        ("trainings", "cancel", (HOSTILE,), f"POST /v1/trainings/{QUOTED}/cancel"),
        ("files", "get", (HOSTILE,), f"GET /v1/files/{QUOTED}"),
        ("files", "delete", (HOSTILE,), f"DELETE /v1/files/{QUOTED}"),
        ("collections", "get", (HOSTILE,), f"GET /v1/collections/{QUOTED}"),
        ("models", "get", ("o", HOSTILE), f"GET /v1/models/o/{QUOTED}"),
        ("deployments", "delete", ("o", HOSTILE), f"DELETE /v1/deployments/o/{QUOTED}"),
    ],
)
def test_s4_an_id_cannot_lead_elsewhere(call, own, server, namespace, method, arguments, line):
    server.always(prediction())
    call(getattr(getattr(own, namespace), method), *arguments)
    assert server.lines == [line]


@pytest.mark.parametrize("id", ["..", ".", ""])
def test_s4_an_id_that_no_quoting_helps_is_refused(call, own, server, id):
    server.always(prediction())
    for method in (own.predictions.get, own.files.get, own.trainings.get, own.collections.get):
        with pytest.raises(ValueError, match="must name something"):
            call(method, id)
    assert server.requests == []


HALF = "p\ud800"
"""Half a character, which JSON can have, and no URL."""


def test_s4_half_a_character_is_refused(call, own, server):
    for method in (own.predictions.get, own.files.get, own.trainings.get, own.collections.get):
        with pytest.raises(InvalidArgumentError, match="cannot be part of an address"):
            call(method, HALF)
    assert server.requests == []


def test_s4_half_a_character_in_the_id_of_an_answer(call, own, server):
    server.always(prediction(id=HALF, status="processing"))
    for namespace in (own.predictions, own.trainings):
        run = call(namespace.get, "p1")
        for method in (run.reload, run.cancel, run.wait):
            with pytest.raises(ReplicateException, match="cannot be part of an address"):
                call(method)
    assert len(server.requests) == 2


def test_s4_version_ids_are_quoted(call, own, server):
    server.always(MODEL)
    versions = call(own.models.get, "o/n").versions
    call(versions.get, HOSTILE)
    assert server.lines[-1] == f"GET /v1/models/o/n/versions/{QUOTED}"


# S5: a webhook of any age was valid.


def test_s5_old_webhooks_are_refused_by_default():
    key = base64.b64encode(b"key").decode()

    def validate(age, **options):
        stamp = str(int(time.time()) - age)
        digest = hmac.new(b"key", f"id.{stamp}.{{}}".encode(), hashlib.sha256).digest()
        headers = {
            "Webhook-Id": "id",
            "Webhook-Timestamp": stamp,
            "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        return replicate.webhooks.validate(
            headers=headers, body="{}", secret=f"whsec_{key}", **options
        )

    assert validate(0)
    assert validate(290)
    for age in (310, -310):
        with pytest.raises(InvalidTimestampError):
            validate(age)
    assert validate(310, tolerance=None)


# S6: a pickled prediction had the token in it.


def test_s6_pickles_hold_no_token(call, own, server):
    server.always(prediction(output="https://example.com/x.png"))
    fetched = call(own.predictions.get, ID)
    assert fetched._client is own
    for value in (fetched, fetched.output, replicate.model.Page(results=[fetched])):
        assert TOKEN.encode() not in pickle.dumps(value)
    assert pickle.loads(pickle.dumps(fetched)) == fetched
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(own)


# S7: a numeric Retry-After was slept for, however long.


def test_s7_retry_after_is_capped(call, own, server):
    server.on("GET", "/v1/account", None, 429, retry_after="3600")
    with pytest.raises(RateLimitError):
        call(own.accounts.current)
    assert replicate.client.RetryTransport(None)._calculate_sleep(1, {"retry-after": "3600"}) == 60
