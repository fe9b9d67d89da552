"""Regression tests for crashes of 1.0.7 in clients, connections and errors (M12 to M22)."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import ssl
import threading
import time
from email.utils import formatdate

import anyio
import httpx
import pytest

import replicate
from replicate.exceptions import AuthenticationError, ModelError, RateLimitError, ReplicateError
from replicate.helpers import FileOutput
from tests.bodies import ACCOUNT, FILE, ID, V, prediction
from tests.servers import Recorder
from tests.test_public_api import python

CREATE = "/v1/models/o/n/predictions"


# M12: an async client was tied to its first event loop.


def test_m12_one_client_serves_event_loops_one_after_the_other(client):
    async def main():
        await client.accounts.async_current()
        return await client.async_run("sandbox/divider", {"denominator": 2})

    assert [asyncio.run(main()) for _ in range(3)] == [0.5] * 3
    assert client.run("sandbox/divider", {"denominator": 4}) == 0.25


def test_m12_the_default_client_too(sandbox, monkeypatch):
    monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
    monkeypatch.setenv("REPLICATE_API_TOKEN", sandbox.token)
    for _ in range(2):
        assert asyncio.run(replicate.async_run("sandbox/divider", {"denominator": 2})) == 0.5
    replicate.default_client.close()


# M13: threads that used a new client together built one connection pool each, never closed.


def test_m13_threads_share_one_pool(server, monkeypatch):
    server.always(ACCOUNT)
    made = []

    class Counted(httpx.Client):
        def __init__(self, **options):
            made.append(self)
            time.sleep(0.02)  # a wide window for the race
            super().__init__(**options)

    monkeypatch.setattr(httpx, "Client", Counted)
    client = replicate.Client("t", base_url=server.url)
    start = threading.Barrier(16)

    def work():
        start.wait()
        client.accounts.current()

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 16
    assert len(made) <= 2  # each for ten connections
    client.close()
    assert all(each.is_closed for each in made)


def test_m13_clients_close(call, server):
    server.always(ACCOUNT)
    with replicate.Client("t", base_url=server.url, verify=False) as client:
        client.accounts.current()
        pool = client._client
    assert pool.is_closed

    async def main():
        async with replicate.Client("t", base_url=server.url, verify=False) as client:
            await client.accounts.async_current()
            pool = client._async_client
        return pool

    assert anyio.run(main).is_closed
    # One that nobody closes leaves no warning behind: warnings are errors here.
    forgotten = replicate.Client("t", base_url=server.url, verify=False)
    call(forgotten.accounts.current)
    del forgotten
    gc.collect()


# M14: `verify`, `cert`, `limits`, `http2` and the proxies of the environment were ignored.


def test_m14_options_reach_httpx():
    context = ssl.create_default_context()
    limits = httpx.Limits(max_connections=3)
    with replicate.Client("t", verify=context, limits=limits) as client:
        assert client._client._transport._pool._ssl_context is context
        assert client._http.connections._places.requests == 3
    with pytest.raises(TypeError, match="did you mean verify"):
        replicate.Client("t", verifi=False)
    try:
        import h2  # noqa: F401
    except ImportError:
        with replicate.Client("t", http2=True) as client, pytest.raises(ImportError, match="h2"):
            client.accounts.current()


@pytest.mark.parametrize("given", [True, False])
def test_m14_requests_go_through_a_proxy_and_are_repeated(call, server, waits, given, monkeypatch):
    server.on("GET", "http://api.test/v1/account", None, 503)
    server.on("GET", "http://api.test/v1/account", ACCOUNT)
    options = {"proxy": server.url} if given else {}
    if not given:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
    client = replicate.Client("t", base_url="http://api.test", verify=False, **options)
    with client:
        call(client.accounts.current)
    assert server.lines == ["GET http://api.test/v1/account"] * 2


def test_m14_a_transport_for_one_kind_of_call_says_so(call):
    class Blocking(httpx.BaseTransport):
        def handle_request(self, request):
            return httpx.Response(200, json=ACCOUNT)

    class Asynchronous(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            return httpx.Response(200, json=ACCOUNT)

    fitting, other = (Asynchronous, Blocking) if call.is_async else (Blocking, Asynchronous)
    with replicate.Client("t", transport=fitting()) as client:
        assert call(client.accounts.current).username == "me"
    with replicate.Client("t", transport=other()) as client:
        with pytest.raises(TypeError, match="BaseTransport and an"):
            call(client.accounts.current)


# M15: headers were compared with regard to case, and sent twice.


def as_bytes(headers):
    return {name.encode(): value.encode() for name, value in headers.items()}


@pytest.mark.parametrize(
    "kind", [dict, httpx.Headers, lambda headers: list(headers.items()), as_bytes]
)
def test_m15_headers_of_any_case_and_kind_replace_ours(call, server, kind):
    server.always(ACCOUNT)
    headers = kind({"user-agent": "mine", "authorization": "Bearer mine", "X-A": "1"})
    with replicate.Client("t", base_url=server.url, headers=headers, verify=False) as client:
        call(client.accounts.current)
    assert server.last.all("user-agent") == ["mine"]
    assert server.last.all("authorization") == ["Bearer mine"]
    assert server.last.all("x-a") == ["1"]


# M16: creates and uploads overrode the client's timeout.


def test_m16_the_timeout_of_the_client_is_honoured(call, mock):
    timeouts = {}

    def handle(request):
        timeouts[request.url.path] = request.extensions["timeout"]
        body = FILE if request.url.path == "/v1/files" else prediction()
        return httpx.Response(201, json=body)

    own = httpx.Timeout(connect=1, read=2, write=3, pool=4)
    client = mock(handle, timeout=own)
    call(client.predictions.create, version=V, input={})
    call(client.files.create, b"x")
    call(client.predictions.get, ID)
    assert len(timeouts) == 3
    assert all(timeout == own.as_dict() for timeout in timeouts.values())
    call(client.predictions.create, model="o/n", input={}, wait=5)
    assert timeouts[CREATE] == {**own.as_dict(), "read": 7}


# M17: a bad REPLICATE_POLL_INTERVAL made `import replicate` fail.


@pytest.mark.parametrize(("value", "seconds"), [("", 0.5), ("soon", 0.5), ("2", 2), ("-1", 0.5)])
def test_m17_the_poll_interval_of_the_environment(monkeypatch, value, seconds):
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", value)
    assert replicate.Client("t").poll_interval == seconds


def test_m17_import_does_not_look_at_it():
    code = "import os; os.environ['REPLICATE_POLL_INTERVAL'] = 'soon'; import replicate; print('1')"
    assert python(code) == 1


# M18: a token with a line end, as from a file, raised an error that printed it.


@pytest.mark.parametrize("token", ["r8_token\n", " r8_token ", "\tr8_token\r\n", "'r8_token'"])
def test_m18_white_space_around_a_token_is_dropped(call, server, token, monkeypatch):
    server.always(ACCOUNT)
    monkeypatch.setenv("REPLICATE_API_TOKEN", token)
    for given in (token, None):
        with replicate.Client(given, base_url=server.url, verify=False) as client:
            call(client.accounts.current)
        assert server.last.header("authorization") == "Bearer r8_token"


def test_m18_a_token_that_no_header_can_hold_is_not_printed(call, server):
    with replicate.Client("r8_tok\nen", base_url=server.url) as client:
        with pytest.raises(AuthenticationError) as caught:
            call(client.accounts.current)
    assert "r8_tok" not in f"{caught.value!r} {caught.value} {client!r} {vars(client)}"
    assert server.requests == []


# M19: Retry-After as a date was ignored.


def test_m19_retry_after_may_be_a_date(call, server, served, waits):
    date = formatdate(time.time() + 30, usegmt=True)
    server.on("GET", "/v1/account", None, 503, retry_after=date)
    server.on("GET", "/v1/account", ACCOUNT)
    call(served.accounts.current)
    assert waits == [pytest.approx(29, abs=2)]
    transport = replicate.client.RetryTransport(None)
    assert transport._calculate_sleep(1, {"retry-after": date}) == pytest.approx(29, abs=2)


# M20: a POST was not repeated even where nothing had happened.


def test_m20_a_create_that_was_throttled_is_repeated(call, server, served, waits):
    throttled = {"detail": "Request was throttled.", "status": 429, "retry_after": 5}
    server.on("POST", CREATE, throttled, 429)
    server.on("POST", CREATE, prediction(output="x"), 201)
    assert call(served.run, "o/n") == "x"
    assert waits == [5]
    server._plan.clear()
    server.on("POST", CREATE, throttled, 429)
    with pytest.raises(RateLimitError) as caught:
        call(served.run, "o/n")
    assert caught.value.retry_after == 5
    assert len(server.requests) == 2 + 1 + served.max_retries


# M21: redirects were neither followed nor reported.


def test_m21_reads_and_downloads_follow_redirects(call, server, served):
    server.on("GET", "/v1/account", None, 302, location="/v1/account/moved")
    server.on("GET", "/v1/account/moved", ACCOUNT)
    server.on("GET", "/out.png", None, 307, location="/elsewhere.png")
    server.on("GET", "/elsewhere.png", b"png")
    assert call(served.accounts.current).username == "me"
    assert call.read(FileOutput(f"{server.url}/out.png", served)) == b"png"


def test_m21_a_redirected_create_says_what_is_wrong(call, server, served):
    server.on("POST", CREATE, None, 301, location="https://elsewhere.test/")
    with pytest.raises(ReplicateError, match=r"redirected to https://elsewhere\.test/"):
        call(served.run, "o/n")
    assert len(server.requests) == 1


# M22: errors and live predictions could not be pickled or copied.


def test_m22_errors_and_resources_pickle_and_copy(call, server, served):
    failed = prediction(status="failed", error="out of memory", urls={"web": "https://w"})
    server.always(failed, 201)
    live = call(served.predictions.get, ID)
    call(live.reload)
    error = ModelError(live)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is ModelError
        assert str(twin) == "out of memory"
        assert twin.prediction == live
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(live, protocol)) == live
    assert copy.deepcopy(live) == live
    assert copy.deepcopy(live)._client is served
    with Recorder() as refusing:
        refusing.always({"title": "No", "detail": "way"}, 403)
        with replicate.Client("t", base_url=refusing.url, verify=False) as client:
            with pytest.raises(ReplicateError) as caught:
                call(client.accounts.current)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (type(twin), str(twin)) == (type(caught.value), str(caught.value))
