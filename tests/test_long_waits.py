"""A server that asks to wait for longer than calls do: the call ends at once, and says so."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Iterator

import pytest

from replicate import exceptions
from replicate._http.retry import MAX_WAIT


@pytest.fixture
def busy(call, client, sandbox):
    """Call something while an operation is refused for longer than anybody waits."""

    @sandbox.model("me/any", official=True)
    def any_model() -> str:
        return "done"

    def run(operation, method, *args, status=429, headers=None, body=None, use=call, **kwargs):
        if headers is None:
            headers = {} if body else {"Retry-After": "3600"}
        sandbox.fault(operation, status=status, headers=headers, body=body, times=None)
        with pytest.raises(exceptions.ReplicateError) as caught:
            use(method, *args, **kwargs)
        assert caught.value.status_code == status
        return caught.value

    return run


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date", "body"])
def test_read(busy, client, sandbox, status, form):
    advice = {
        "seconds": {"headers": {"Retry-After": "3600"}},
        "date": {"headers": {"Retry-After": formatdate(time.time() + 3600, usegmt=True)}},
        "body": {"body": {"detail": "Request was throttled.", "retry_after": 3600}},
    }
    error = busy("account.get", client.accounts.current, status=status, **advice[form])
    assert error.retry_after == pytest.approx(3600, abs=60)
    assert len(sandbox.requests) == 1


def test_create(busy, client, sandbox):
    error = busy("predictions.create", client.run, "me/any", {})
    assert error.retry_after == 3600
    assert len(sandbox.requests) == 1
    assert not sandbox.predictions


@pytest.mark.parametrize("status", [429, 503])
def test_poll(busy, client, sandbox, status):
    error = busy("predictions.get", client.run, "me/any", {}, status=status, wait=False)
    assert error.retry_after == 3600
    assert error.prediction.id in sandbox.predictions
    assert [request.method for request in sandbox.requests] == ["POST", "GET"]


@pytest.mark.parametrize("status", [429, 503])
def test_stream(busy, call, client, sandbox, status):
    @sandbox.model("me/tell", official=True)
    def tell() -> Iterator[str]:
        yield "done"

    error = busy("stream", client.stream, "me/tell", {}, status=status, use=call.list)
    assert error.retry_after == 3600
    assert error.prediction.id in sandbox.predictions
    assert len(sandbox.requests) == 2


def test_download(busy, call, client, sandbox):
    output = client.run("sandbox/painter", {"width": 16, "height": 16, "prompt": "x"})
    output = output[0] if isinstance(output, list) else output
    error = busy("output", output.read, status=503, use=lambda _: call.read(output))
    assert error.retry_after == 3600


def test_what_calls_are_willing_to_wait(call, client, sandbox, waits):
    for seconds in (str(int(MAX_WAIT)), str(int(MAX_WAIT) + 1)):
        sandbox.fault("account.get", status=429, headers={"Retry-After": seconds})
    with pytest.raises(exceptions.RateLimitError) as caught:
        call(client.accounts.current)
    assert waits == [MAX_WAIT] == [60.0]
    assert caught.value.retry_after == MAX_WAIT + 1
    assert len(sandbox.requests) == 2
