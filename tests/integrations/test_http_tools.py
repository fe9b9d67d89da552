"""Tools that look at requests, or answer them, in the place of the network.

A plain client's requests go past most of `httpx.Client`. Each tool must see all of them all the
same, and see what the others see.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json

import httpx
import pytest

import replicate
from tests.integrations.conftest import LLAMA, answer

PREDICTION = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "model": LLAMA,
    "version": "hidden",
    "status": "succeeded",
    "input": {"prompt": "a llama"},
    "output": ["done"],
    "created_at": "2026-01-02T03:04:05.123Z",
    "urls": {"get": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"},
}
BASE = "https://api.replicate.com"
RUN = f"{BASE}/v1/models/{LLAMA}/predictions"
GET = f"{BASE}/v1/predictions/{PREDICTION['id']}"


def needs(module):
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # its package is missing
        found = False
    return pytest.mark.skipif(not found, reason="runs in `make test-integrations`")


@pytest.fixture(params=["blocking", "async"])
def work(request):
    """Run a model and get a prediction, in either form; returns the outputs of both."""

    def blocking(client):
        output = client.run(LLAMA, {"prompt": "a llama"})
        return list(output), list(client.predictions.get(PREDICTION["id"]).output)

    async def asynchronous(client):
        output = await client.async_run(LLAMA, {"prompt": "a llama"})
        prediction = await client.predictions.async_get(PREDICTION["id"])
        await client.aclose()
        return list(output), list(prediction.output)

    if request.param == "blocking":
        return blocking
    return lambda client: asyncio.run(asynchronous(client))


def seen(request):
    """Return all of a request that a tool can see."""
    return request.method, str(request.url), list(request.headers.multi_items()), request.content


def respond(request):
    return httpx.Response(200, json=PREDICTION)


@pytest.fixture
def expected(work):
    """What `httpx.MockTransport` sees."""
    requests = []

    def handler(request):
        requests.append(seen(request))
        return respond(request)

    client = replicate.Client("token", base_url=BASE, transport=httpx.MockTransport(handler))
    assert work(client) == (["done"], ["done"])
    return requests


def test_mock_transport(expected):
    run, get = expected

    assert run[:2] == ("POST", RUN)
    assert json.loads(run[3]) == {"input": {"prompt": "a llama"}}
    headers = dict(run[2])
    assert headers["host"] == "api.replicate.com"
    assert headers["authorization"] == "Bearer token"
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == str(len(run[3]))
    assert headers["prefer"] == "wait"
    assert headers["user-agent"].startswith("replicate-python/")
    assert get[:2] == ("GET", GET)
    assert dict(get[2]) == {
        "host": "api.replicate.com",
        "accept": "*/*",
        "accept-encoding": headers["accept-encoding"],
        "connection": "keep-alive",
        "user-agent": headers["user-agent"],
        "authorization": "Bearer token",
    }


def test_client_of_httpx_would_send_the_same(work, expected, monkeypatch):
    """Whoever has replaced a method of `httpx.Client` sees every request."""
    requests = []

    def send(client, request, **_):
        requests.append(seen(request))
        return httpx.Response(200, json=PREDICTION, request=request)

    async def async_send(client, request, **_):
        return send(client, request)

    monkeypatch.setattr(httpx.Client, "send", send)
    monkeypatch.setattr(httpx.AsyncClient, "send", async_send)

    assert work(replicate.Client("token", base_url=BASE)) == (["done"], ["done"])
    assert requests == expected


def test_a_method_that_is_replaced_later_is_seen(expected, work):
    client = replicate.Client("token", base_url=BASE, transport=httpx.MockTransport(respond))
    work(client)
    requests = []
    with pytest.MonkeyPatch.context() as patch:
        for kind in (httpx.Client, httpx.AsyncClient):
            build = kind.build_request

            def build_request(client, *args, build=build, **options):
                request = build(client, *args, **options)
                requests.append(seen(request))
                return request

            patch.setattr(kind, "build_request", build_request)
        work(client)

    assert requests == expected


def test_event_hooks(expected, work):
    requests, responses = [], []
    client = replicate.Client(
        "token",
        base_url=BASE,
        transport=httpx.MockTransport(respond),
        event_hooks={
            "request": [lambda request: requests.append(seen(request))],
            "response": [lambda response: responses.append(response.status_code)],
        },
    )

    work(client)
    assert requests == expected
    assert responses == [200, 200]


@needs("respx")
def test_respx(expected, work):
    import respx

    with respx.mock() as router:
        run = router.post(RUN).mock(side_effect=respond)
        get = router.get(GET).mock(side_effect=respond)

        assert work(replicate.Client("token", base_url=BASE)) == (["done"], ["done"])

    assert [seen(route.calls.last.request) for route in (run, get)] == expected


@needs("pytest_httpx")
def test_pytest_httpx(expected, work, request):
    httpx_mock = request.getfixturevalue("httpx_mock")
    httpx_mock.add_response(method="POST", url=RUN, json=PREDICTION)
    httpx_mock.add_response(method="GET", url=GET, json=PREDICTION)

    assert work(replicate.Client("token", base_url=BASE)) == (["done"], ["done"])
    assert [seen(request) for request in httpx_mock.get_requests()] == expected


@needs("vcr")
def test_vcrpy(place, tmp_path, expected, work):
    """A cassette has each request once, with its headers, and answers without the server."""
    import vcr

    recorder = vcr.VCR(filter_headers=["authorization"])
    made = place.client().predictions.create(model=LLAMA, input={"prompt": "a llama"})
    made.wait()
    output = list(made.output)
    assert "".join(output) == answer("a llama")
    PREDICTION["id"], id = made.id, PREDICTION["id"]
    try:
        with recorder.use_cassette(str(tmp_path / "tape.yaml")) as tape:
            assert work(place.client()) == (output, output)
            requests = tape.requests
        answered = place.requests.total
        with recorder.use_cassette(str(tmp_path / "tape.yaml"), record_mode="none") as tape:
            assert work(place.client()) == (output, output)
            assert tape.play_count == 2
        assert place.requests.total == answered
    finally:
        PREDICTION["id"] = id

    assert [request.method for request in requests] == ["POST", "GET"]
    for request, (_, _, headers, body) in zip(requests, expected):
        names = {name for name, _ in headers} - {"authorization"}
        assert {name.lower() for name in request.headers} == names
        assert (request.body or b"") == body


@needs("opentelemetry.instrumentation.httpx")
def test_opentelemetry_of_httpx(place, work):
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    made = place.client().predictions.create(model=LLAMA, input={"prompt": "a llama"})
    made.wait()
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = HTTPXClientInstrumentor()
    PREDICTION["id"], id = made.id, PREDICTION["id"]
    client = place.client()
    instrumentor.instrument(tracer_provider=provider)
    try:
        work(client)
    finally:
        instrumentor.uninstrument()
        PREDICTION["id"] = id

    run, get = exporter.get_finished_spans()
    assert (run.name, get.name) == ("POST", "GET")
    assert all(span.status.is_ok for span in (run, get))
    # The trace goes on at the server: the header was added below this package.
    traced = [request for request in place.requests if "traceparent" in request.headers]
    assert [request.method for request in traced] == ["POST", "GET"]
