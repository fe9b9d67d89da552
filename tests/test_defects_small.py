"""Regression tests for small defects of 1.0.7 in clients and calls (L1 to L10); count of all."""

from __future__ import annotations

import re
import sys
import types
from functools import partial
from pathlib import Path

import anyio
import httpx
import pytest

import replicate
from replicate._blocking import set_clock
from replicate.client import _get_api_token_from_environment
from replicate.exceptions import (
    DeadlineExceededError,
)
from replicate.identifier import ModelVersionIdentifier
from tests.bodies import (
    ACCOUNT,
    DONE,
    ID,
    MODEL,
    V,
    prediction,
)
from tests.test_public_api import NAMESPACES

CREATE = "/v1/models/o/n/predictions"
GET = f"/v1/predictions/{ID}"


# L1: no `accounts`, no `__version__`, no `__all__`; `run` stayed bound to the first client.


def test_l1_the_package_says_what_it_has():
    assert replicate.__version__ == replicate.__about__.__version__
    assert {"accounts", "run", "__version__"} <= set(replicate.__all__)
    assert callable(replicate.accounts.current)


def test_l1_the_functions_of_the_package_follow_its_default_client(call, server, monkeypatch):
    server.always(prediction(output="x"), 201)
    assert replicate.models._client is replicate.default_client  # looked up, and so kept
    with replicate.Client("t", base_url=server.url, verify=False) as client:
        monkeypatch.setattr(replicate, "default_client", client)
        function = replicate.async_run if call.is_async else replicate.run
        assert function.__self__ is client
        assert call(replicate.run, "o/n") == "x"
        assert all(getattr(replicate, name)._client is client for name in NAMESPACES)
    monkeypatch.undo()
    assert replicate.run.__self__ is replicate.models._client is replicate.default_client


# L2: a bare `except` swallowed Ctrl-C while `cog` was asked; an empty token of cog meant none.


def test_l2_only_errors_of_cog_are_passed_over(monkeypatch):
    def cog(error):
        def current_scope():
            raise error

        monkeypatch.setitem(sys.modules, "cog", types.SimpleNamespace(current_scope=current_scope))

    monkeypatch.setenv("REPLICATE_API_TOKEN", "of-the-host")
    cog(RuntimeError("no scope"))
    assert _get_api_token_from_environment() == "of-the-host"
    for error in (KeyboardInterrupt, SystemExit):
        cog(error())
        with pytest.raises(error):
            _get_api_token_from_environment()


@pytest.mark.parametrize("empty", ["", None])
def test_l2_an_empty_token_of_cog_gives_way_to_the_environment(call, server, monkeypatch, empty):
    scope = types.SimpleNamespace(context={"REPLICATE_API_TOKEN": empty})
    monkeypatch.setitem(sys.modules, "cog", types.SimpleNamespace(current_scope=lambda: scope))
    monkeypatch.setenv("REPLICATE_API_TOKEN", "of-the-host")
    server.always(ACCOUNT)
    with replicate.Client(base_url=server.url, verify=False) as client:
        call(client.accounts.current)
    assert server.last.header("authorization") == "Bearer of-the-host"


# L3: a branch for an empty base URL could not be reached. What it was for holds all the same.


def test_l3_an_empty_base_url_is_the_default(monkeypatch):
    monkeypatch.setenv("REPLICATE_BASE_URL", "")
    for given in ("", None):
        assert replicate.Client("t", base_url=given)._base() == "https://api.replicate.com"


# L4: there was no way to say "no timeout".


def test_l4_no_timeout_can_be_asked_for(call, mock):
    timeouts = []

    def handle(request):
        timeouts.append(request.extensions["timeout"])
        return httpx.Response(200, json=ACCOUNT)

    call(mock(handle, timeout=httpx.Timeout(None)).accounts.current)
    call(mock(handle).accounts.current)
    assert timeouts == [
        dict.fromkeys(("connect", "read", "write", "pool")),
        {"connect": 5, "read": 30, "write": 30, "pool": 10},
    ]


# L5: a float `wait` set a timeout and no header, and no range was checked.


@pytest.mark.parametrize(("wait", "header"), [(0.2, "wait=1"), (7.2, "wait=8"), (59.5, "wait=60")])
def test_l5_fractions_of_seconds_are_rounded_up(call, server, served, wait, header):
    server.always(prediction(), 201)
    call(served.predictions.create, model="o/n", wait=wait)
    assert server.last.header("prefer") == header


@pytest.mark.parametrize("wait", [-5, 61, 120, float("inf"), float("nan")])
def test_l5_what_the_api_does_not_allow_is_refused(call, server, served, wait):
    for method, options in [(served.predictions.create, {"model": "o/n"}), (served.run, {})]:
        arguments = () if options else ("o/n",)
        with pytest.raises(ValueError, match="between 1 and 60"):
            call(method, *arguments, **options, wait=wait)
    with pytest.raises(TypeError, match="wait must be"):
        call(served.run, "o/n", wait="long")
    assert server.requests == []


# L6: `wait()` had no timeout, and slept before it looked.


class Clock:
    """A clock on which no time passes but in pauses."""

    def __init__(self):
        self.time, self.pauses = 0.0, []

    def monotonic(self):
        return self.time

    async def sleep(self, seconds):
        self.pauses.append(round(seconds, 3))
        self.time += seconds


@pytest.fixture
def clock():
    clock = Clock()
    set_clock(clock)
    yield clock
    set_clock(None)


def test_l6_wait_looks_first_and_then_less_and_less_often(call, mock, clock):
    statuses = ["processing"] * 60 + ["succeeded"]

    def handle(request):
        return httpx.Response(200, json=prediction(status=statuses.pop(0)))

    client = mock(handle)
    client._poll_interval = None
    running = call(client.predictions.get, ID)
    call(running.wait)
    assert clock.pauses[:4] == [0.06, 0.09, 0.13, 0.13]
    assert clock.pauses == sorted(clock.pauses)
    assert clock.pauses[-1] == 0.5
    assert len(clock.pauses) == 59  # one look more than pauses: the first comes at once


def test_l6_wait_can_end(call, server, served):
    server.on("GET", GET, prediction(status="processing"))
    server.on("POST", f"{GET}/cancel", prediction(status="canceled"))
    running = call(served.predictions.get, ID)
    with pytest.raises(DeadlineExceededError) as caught:
        call(running.wait, timeout=0.05)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.prediction is running
    assert server.lines[-1] == f"POST {GET}/cancel"


# L7: the message of an error was passed as its type.


def test_l7_a_model_that_cannot_stream_is_polled(call, server, served):
    server.always(prediction(output=["a", "b"]), 201)
    streams = (partial(call.list, served.stream, "o/n"), partial(call.list, found(call, served)))
    for ask in streams:
        assert [event.data for event in ask()] == ["a", "b", "{}"]


def found(call, client):
    return call(client.predictions.get, ID).stream


# L8: `stream` and `async_stream` took their input differently, and only one wanted `await`.


def test_l8_streams_are_called_alike(call, server, served):
    server.on("POST", CREATE, prediction(urls={"stream": f"{server.url}/s"}), 201)
    server.on("GET", "/s", DONE, content_type="text/event-stream")
    for arguments, options in [(("o/n", {"a": 1}), {}), (("o/n",), {"input": {"a": 1}})]:
        assert len(call.list(served.stream, *arguments, **options)) == 1
        assert server.requests[-2].json["input"] == {"a": 1}

    async def main():
        with_await = [event async for event in await served.async_stream("o/n", {"a": 1})]
        without = [event async for event in served.async_stream("o/n", {"a": 1})]
        return with_await == without

    assert anyio.run(main)


# L9: "not enough values to unpack" in place of a useful error.


@pytest.mark.parametrize("name", ["noslash", "a/b/c", "", "a/", "/b", "a/b:c"])
def test_l9_a_deployment_needs_owner_and_name(call, server, served, name):
    for method, arguments in [
        (served.deployments.get, (name,)),
        (served.deployments.predictions.create, (name, {})),
    ]:
        with pytest.raises(ValueError, match="owner/name"):
            call(method, *arguments)
    assert server.requests == []


# L10: unknown keywords were ignored, and a reference to a version lost its version.


def test_l10_models_get_knows_what_it_takes(call, server, served):
    server.always(MODEL)
    for method in (served.models.get, served.models.delete):
        with pytest.raises(TypeError, match="versoin"):
            call(method, owner="o", name="n", versoin="v")
        with pytest.raises(ValueError, match="Cannot mix positional and keyword arguments"):
            call(method, "o/n", name="n")
        with pytest.raises(ValueError, match="Invalid number of arguments"):
            call(method, "o", "n", "v")
        with pytest.raises(ValueError, match="Must specify exactly one of 'owner' and 'name'"):
            call(method, key="o/n", owner="o", name="n")
        with pytest.raises(ValueError, match="Must specify exactly one of 'owner' and 'name'"):
            call(method)
        with pytest.raises(ValueError, match="Both 'owner' and 'name' must be provided"):
            call(method, owner="o")
        with pytest.raises(ValueError, match="Invalid reference to model version: o/n:v"):
            call(method, "o/n:v")
    assert server.requests == []


def test_l10_a_version_is_not_lost(call, server, served):
    server.always(prediction(), 201)
    named = ModelVersionIdentifier("o", "n", V)
    for method, arguments in [
        (served.models.predictions.create, (named, {})),
        (served.models.get, (named,)),
    ]:
        with pytest.raises(ValueError, match="model must be a Model, a tuple of"):
            call(method, *arguments)
    assert server.requests == []
    call(served.models.predictions.create, ModelVersionIdentifier("o", "n"), {})
    assert server.lines == [f"POST {CREATE}"]


# All of them.


def test_every_defect_has_a_test():
    files = Path(__file__).parent.glob("test_defects_*.py")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    tested = {found.upper() for found in re.findall(r"^def test_([shml]\d+)_", text, re.MULTILINE)}
    counts = {"S": 7, "H": 21, "M": 39, "L": 20}
    known = {f"{kind}{n}" for kind, count in counts.items() for n in range(1, count + 1)}
    only_code = {"L13"}  # dead branches of 1.0.7
    assert len(known) == 87
    assert tested == known - only_code
