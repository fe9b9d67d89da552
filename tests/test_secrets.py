"""The token is nowhere: in no object, error, log, pickle or cassette, and on no other host."""

from __future__ import annotations

import io
import logging
import os
import pickle
import pickletools
import traceback
from pathlib import Path

import httpx
import pytest

import replicate
from replicate import exceptions
from replicate.sandbox import Sandbox
from tests.faults import world
from tests.faults.operations import KINDS
from tests.sampling import sampled
from tests.servers import Recorder

TOKEN = "r8_0123456789abcdefTheTokenOfThisTest"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(token=TOKEN, username="me") as sandbox:
        world.install(sandbox)
        yield sandbox


@pytest.fixture
def client(sandbox):
    sandbox.reset()
    with sandbox.client(max_retries=0, verify=False) as client:
        client.poll_interval = 0.001
        yield client


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "replicate", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def texts(value):
    """Yield every text that a value shows to somebody who looks at it."""
    yield from (repr(value), str(value), f"{value!a}")
    if isinstance(value, BaseException):
        yield rendered(value)
    for method in ("dict", "json", "to_dict"):
        if hasattr(value, method) and isinstance(value, replicate.resource.Resource):
            yield str(getattr(value, method)())
    try:
        pickled = pickle.dumps(value)
    except Exception as error:
        yield str(error)
    else:
        listing = io.StringIO()
        pickletools.dis(pickled, listing)
        yield listing.getvalue()


def rendered(error):
    """Return the traceback as error trackers show it."""
    try:
        traced = traceback.TracebackException.from_exception(error, capture_locals=True)
    except AttributeError as failure:
        assert "_uri_reference" in str(failure)
        return ""
    return "".join(traced.format())


def walk(value, seen=None):
    """Yield a value and all that can be reached from it, but for what a client is made of."""
    seen = {} if seen is None else seen
    if id(value) in seen or isinstance(value, (type, int, float, bool, type(None))):
        return
    seen[id(value)] = value  # kept, so that no other object gets its id
    yield value
    if isinstance(value, replicate.Client):
        # It has the token, and hides it in everything that shows a client.
        yield str(vars(value))
        return
    inside = []
    if isinstance(value, dict):
        inside += [*value, *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inside += value
    elif not isinstance(value, (str, bytes)):
        inside += getattr(value, "__dict__", {}).values()
        inside += [
            getattr(value, slot, None)
            for kind in type(value).__mro__
            for slot in getattr(kind, "__slots__", ())
        ]
    for attribute in ("__cause__", "__context__", "request", "response", "headers", "raw"):
        try:
            inside.append(getattr(value, attribute, None))
        except Exception as error:
            assert TOKEN not in str(error)
    for each in inside:
        yield from walk(each, seen)


def check(value):
    for each in walk(value):
        if isinstance(each, (str, bytes)):
            found = TOKEN.encode() in each if isinstance(each, bytes) else TOKEN in str(each)
            assert not found, "the token itself can be reached"
        else:
            for text in texts(each):
                assert TOKEN not in text, f"{type(each).__name__} shows the token"


@pytest.fixture
def objects(call, client, sandbox):
    """One of everything that the package gives out."""
    stage = world.World(sandbox, client, call)
    prediction = stage.started("me/tell")
    events = call.list(prediction.stream)
    training = stage.training()
    model = call(client.models.get, "me/shout")
    with pytest.raises(exceptions.ModelError) as failed:
        call(client.run, "sandbox/divider", {"a": 1, "b": 0})
    with pytest.raises(exceptions.DeadlineExceededError) as late:
        call(client.run, "me/slow", {}, timeout=0.2)
    found = [
        client,
        client.api,
        *(getattr(client, name) for name in dir(replicate.client.Namespaces) if name[0] != "_"),
        prediction,
        *events,
        training,
        model,
        model.versions,
        model.latest_version,
        call(client.predictions.list),
        call(client.models.list),
        call(client.collections.list),
        call(client.collections.get, "all"),
        stage.deployment(),
        call(client.deployments.list),
        call(client.hardware.list),
        call(client.accounts.current),
        call(client.files.create, io.BytesIO(b"x")),
        call(client.files.list),
        call(client.run, "me/draw", {}),
        call(client.webhooks.default.secret),
        failed.value,
        late.value,
    ]
    stage.close()
    return found


def test_no_object_shows_it(objects, sandbox, log):
    for value in objects:
        check(value)
    assert TOKEN not in log.text
    used = [request.headers.get("authorization") for request in sandbox.requests]
    assert f"Bearer {TOKEN}" in used


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 401},
        {"status": 429},
        {"status": 500, "body": f"Bearer of {TOKEN[:-20]}"},
        {"status": 200, "body": "<html>"},
        {"drop": "before"},
        {"drop": "during"},
        {"truncate": 5},
        {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", sampled(KINDS, 9), ids=lambda kind: kind.name)
def test_no_error_of_any_operation_shows_it(call, client, sandbox, log, waits, kind, fault):
    for operation in kind.operations:
        sandbox.reset()
        stage = world.World(sandbox, client, call)
        prepared = operation.prepare(stage)
        planned = sandbox.fault(*operation.where, times=None, **fault)
        try:
            operation.act(stage, prepared)
        except exceptions.ReplicateException as error:
            check(error)
        stage.stage.close()
        assert planned.fired
    assert log.records
    assert TOKEN not in log.text


TRICKS = [
    "http://api.replicate.com/v1/models?cursor=x",
    "http://api.replicate.com:443/v1/models",
    "https://api.replicate.com:80/v1/models",
    "https://api.replicate.com:8443/v1/models",
    "https://api.replicate.com.evil.example/v1/models",
    "https://api.replicate.com@evil.example/v1/models",
    "https://api.replicate.com:443@evil.example/v1/models",
    "https://evil.example\\@api.replicate.com/v1/models",
    "https://evil.example/@api.replicate.com/v1/models",
    "https://evil.example?@api.replicate.com/v1/models",
    "https://evil.example#@api.replicate.com/v1/models",
    "https://evil.example/https://api.replicate.com/v1/models",
    "https://replicate.com/v1/models",
    "https://xapi.replicate.com/v1/models",
    "https://api-replicate.com/v1/models",
    "https://api.replicate.com./v1/models",
    "https://api.replicate.com%2eevil.example/v1/models",
    "https://api.replicate.com%00.evil.example/v1/models",
    "https://api.replicate.com%40evil.example/v1/models",
    "https://api.replicate.com\t.evil.example/v1/models",
    "https://api.replicate.com\r\n.evil.example/v1/models",
    "https://\u0430pi.replicate.com/v1/models",  # a Cyrillic letter
    "https://api.replic\u0251te.com/v1/models",
    "https://xn--pi-6kc.replicate.com/v1/models",
    "https://api\uff0ereplicate\uff0ecom.evil.example/v1/models",
    "https://api.replicate.com\u3002evil.example/v1/models",
    "https://api.replicate.c\u2134m/v1/models",
    "https://api.replicate.com\u200b.evil.example/v1/models",
    "https://[::ffff:7f00:1]/v1/models",
    "https://2130706433/v1/models",
    "//evil.example/v1/models",
    "///evil.example/v1/models",
    "\\\\evil.example/v1/models",
    "ftp://api.replicate.com/v1/models",
    "HTTPS://EVIL.EXAMPLE/v1/models",
]


def _host_is_the_api(request):
    # What is connected to, by httpx's own account.
    return (request.url.scheme, request.url.raw_host, request.url.port) == (
        "https",
        b"api.replicate.com",
        None,
    )


@pytest.mark.parametrize("address", sampled(TRICKS, 11))
@pytest.mark.parametrize("how", ["file", "redirect", "cursor", "stream", "get"])
def test_no_other_host_gets_it(call, mock, how, address):
    sent = []
    run = {"id": "p", "model": "a/b", "version": "v", "status": "succeeded", "output": None}
    run["urls"] = {"get": address, "cancel": address, "stream": address}

    def handler(request):
        sent.append(request)
        if how == "redirect" and request.url.path.endswith("/account"):
            return httpx.Response(302, headers={"Location": address.encode("utf-8")})
        if "predictions" in request.url.path:
            return httpx.Response(200, json=run)
        return httpx.Response(200, json={"results": []})

    client = mock(handler, api_token=TOKEN, max_retries=0)
    prediction = client.predictions.get("p")
    sent.clear()
    try:
        if how == "file":
            call.read(replicate.helpers.FileOutput(address, client))
        elif how == "redirect":
            call(client.accounts.current)
        elif how == "cursor":
            call(client.models.list, address)
        elif how == "stream":
            call.list(prediction.stream)
        else:
            call(prediction.reload)
            call(prediction.cancel)
    except (exceptions.ReplicateException, ValueError) as error:
        check(error)
    for request in sent:
        if not _host_is_the_api(request):
            # A user name in an address makes Basic authorization, which is not ours.
            assert TOKEN.encode() not in b"".join(b"".join(pair) for pair in request.headers.raw)


def test_cassettes_have_no_token():
    cassettes = list(Path(__file__).parent.glob("cassettes/**/*.yaml"))
    assert cassettes
    for cassette in cassettes:
        text = cassette.read_text("utf-8").lower()
        assert "authorization" not in text
        assert "r8_" not in text


def test_redirect_that_is_not_followed_does_not_hold_it(call):
    with Recorder() as server, replicate.Client(TOKEN, base_url=server.url) as client:
        server.always(status=307, location="/v1/elsewhere")
        with pytest.raises(exceptions.ReplicateError) as caught:
            call(client.models.predictions.create, "a/b", {})
    check(caught.value)
    assert caught.value.response.next_request is None


PAGE = f"<html>{TOKEN}</html>"


@pytest.mark.parametrize("body", [{"detail": f"bad: Bearer {TOKEN}"}, PAGE])
@pytest.mark.parametrize("status", [200, 401])
def test_server_that_repeats_it(call, log, body, status):
    with Recorder() as server, replicate.Client(TOKEN, base_url=server.url) as client:
        server.always([body] if body != PAGE and status == 200 else body, status)
        with pytest.raises(exceptions.ReplicateError) as caught:
            call(client.accounts.current)
    assert TOKEN not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert TOKEN.encode() not in pickle.dumps(caught.value)
    assert TOKEN not in caught.value.response.text
    assert caught.value.__context__ is None
    assert TOKEN not in log.text


@pytest.mark.parametrize("status", [200, 302, 403])
def test_server_that_repeats_it_in_a_header(call, status):
    with Recorder() as server, replicate.Client(TOKEN, base_url=server.url) as client:
        server.always("no", status, location=f"https://login.example/?from={TOKEN}")
        with pytest.raises(exceptions.ReplicateError) as caught:
            call(client.models.predictions.create, "a/b", {})
    check(caught.value)
    assert TOKEN not in str(caught.value.response.headers)


def test_a_header_that_cannot_be_sent(call):
    """What made the request has the token in its variables, and is the cause of the error."""
    with Recorder() as server, replicate.Client(TOKEN, base_url=server.url) as client:
        with pytest.raises(exceptions.ReplicateError, match="ordinal not in range") as caught:
            call(client.predictions.create, version="v", input={}, cancel_after="5\u00a0m")
    check(caught.value)
    assert not server.requests


def locals_of(call):
    with pytest.raises((exceptions.AuthenticationError, TypeError)) as caught:
        call()
    # The frames of this test have it in their own variables.
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    return [frame.locals for frame in frames if "replicate" in frame.filename.split(os.sep)[-2:]]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replicate.Client(f"{TOKEN}\u00e9").predictions.get("p"),
        lambda: replicate.Client(lambda: f"{TOKEN}\u00e9").predictions.get("p"),
        lambda: replicate.Client(TOKEN.encode()).predictions.get("p"),
        lambda: replicate.Client(TOKEN, tiemout=3),
        lambda: replicate.Client(TOKEN, max_retries="3"),
        lambda: replicate.Client(TOKEN, timeout="abc"),
        lambda: replicate.Client(TOKEN, headers=5),
    ],
)
def test_wrong_arguments_do_not_show_it(wrong):
    found = locals_of(wrong)
    assert found
    assert TOKEN not in str(found)


def test_variables_of_a_client_do_not_show_it():
    for headers in (None, {"Authorization": f"Bearer {TOKEN}"}, {b"authorization": TOKEN.encode()}):
        client = replicate.Client(None if headers else TOKEN.encode(), headers=headers)
        assert TOKEN not in str(vars(client))


@pytest.mark.parametrize(
    "base",
    [
        "api.replicate.com",
        "https://user:password@h\u00f6st:x",
        "https://user:#password@host",
        "https://user:password@host\nnext",
    ],
)
def test_client_with_a_wrong_base_url_can_be_shown(monkeypatch, base):
    monkeypatch.setenv("REPLICATE_BASE_URL", base)
    client = replicate.Client("t")
    assert "password" not in repr(client)
    with pytest.raises(ValueError, match="base_url must be") as caught:
        client.models.list()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "base_url must be" in "".join(shown.format())
