"""What we refuse in the API's place is caught as its refusals are.

Code that was written for 1.0.7, which sent all of this, catches `ReplicateError`; what each is by
itself, a `ValueError` or a `TypeError`, it is too.
"""

from __future__ import annotations

import datetime as dt
import pickle

import pytest

import replicate
from replicate import exceptions
from replicate.version import Versions

NO_TIME_ZONE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - on purpose
VERSION = f"a/b:{'0' * 64}"

REFUSED = {
    # What would be another address, or none.
    "predictions.get": (ValueError, lambda c: (c.predictions.get, "")),
    "predictions.cancel": (ValueError, lambda c: (c.predictions.cancel, "..")),
    "trainings.get": (ValueError, lambda c: (c.trainings.get, ".")),
    "trainings.cancel": (ValueError, lambda c: (c.trainings.cancel, None)),
    "files.get": (ValueError, lambda c: (c.files.get, "..")),
    "files.delete": (ValueError, lambda c: (c.files.delete, "")),
    "collections.get": (ValueError, lambda c: (c.collections.get, "..")),
    "models.get": (ValueError, lambda c: (c.models.get, "..", "b")),
    "models.delete": (ValueError, lambda c: (c.models.delete, "a", "..")),
    "versions.get": (ValueError, lambda c: (Versions(c, ("a", "b")).get, "..")),
    "versions.list": (ValueError, lambda c: (Versions(c, ("a", "..")).list,)),
    "versions.delete": (ValueError, lambda c: (Versions(c, ("a", "b")).delete, "")),
    "deployments.update": (ValueError, lambda c: (c.deployments.update, "a", "..")),
    "deployments.delete": (ValueError, lambda c: (c.deployments.delete, "", "b")),
    "deployments.predictions": (
        ValueError,
        lambda c: (c.deployments.predictions.create, {"deployment": ("a", ".."), "input": {}}),
    ),
    "run, address": (ValueError, lambda c: (c.run, "a/..", {})),
    "api": (ValueError, lambda c: (c.api.models.get, "a", "..")),
    # References.
    "run, reference": (ValueError, lambda c: (c.run, "a/b c", {})),
    "stream, reference": (ValueError, lambda c: (c.stream, "a/b c", {})),
    "create, model": (ValueError, lambda c: (c.predictions.create, {"model": "a/b\n"})),
    "create, deployment": (ValueError, lambda c: (c.predictions.create, {"deployment": "a/b/c"})),
    "models.get, key": (ValueError, lambda c: (c.models.get, "a/b c")),
    "deployments.get": (ValueError, lambda c: (c.deployments.get, "a/b/c")),
    "trainings.create": (
        ValueError,
        lambda c: (c.trainings.create, {"version": VERSION, "destination": "<invalid>"}),
    ),
    "trainings.create, no text": (
        ValueError,
        lambda c: (c.trainings.create, {"version": VERSION, "destination": 5}),
    ),
    # Inputs and parameters.
    "input": (TypeError, lambda c: (c.run, "a/b", "text")),
    "create, input": (
        TypeError,
        lambda c: (c.predictions.create, {"model": "a/b", "input": ["text"]}),
    ),
    "trainings.create, input": (
        TypeError,
        lambda c: (
            c.trainings.create,
            {"version": VERSION, "destination": "a/b", "input": "text"},
        ),
    ),
    "run, a number that JSON has not": (ValueError, lambda c: (c.run, "a/b", {"x": float("nan")})),
    "run, half a character": (ValueError, lambda c: (c.run, "a/b", {"x": "\ud800"})),
    "run, keys that are the same": (ValueError, lambda c: (c.run, "a/b", {1: "a", "1": "b"})),
    "files.create, name": (
        ValueError,
        lambda c: (c.files.create, {"file": b"x", "filename": "a\r\nb"}),
    ),
    "files.create, type": (
        TypeError,
        lambda c: (c.files.create, {"file": b"x", "content_type": 5}),
    ),
    "wait": (ValueError, lambda c: (c.run, "a/b", {"input": {}, "wait": 61})),
    "wait, no number": (TypeError, lambda c: (c.run, "a/b", {"input": {}, "wait": "long"})),
    "api.predictions.list": (
        ValueError,
        lambda c: (c.api.predictions.list, {"created_after": NO_TIME_ZONE}),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_of_ours_are_those_of_the_api_too(name, call, client, sandbox):
    kind, arrange = REFUSED[name]
    method, *arguments = arrange(client)
    named = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
    if name.startswith(("run, ", "stream, ")):
        named = {"input": named}
    use = call.list if name.startswith("stream") else call
    with pytest.raises(exceptions.ReplicateError) as caught:
        use(method, *arguments, **named)
    check(caught.value, kind)
    assert not sandbox.requests


@pytest.mark.parametrize("token", [5, b"r8_x", lambda: 5])
def test_token_that_is_no_text(call, sandbox, token):
    with replicate.Client(token, base_url=sandbox.url) as client:
        with pytest.raises(exceptions.ReplicateError) as caught:
            call(client.models.list)
    check(caught.value, TypeError)


def test_base_url_that_is_none():
    with pytest.raises(exceptions.ReplicateError) as caught:
        replicate.Client("t", base_url="nope")
    check(caught.value, ValueError)


def check(error, kind):
    assert isinstance(error, kind)
    assert isinstance(error, (exceptions.InvalidArgumentError, exceptions.InvalidArgumentTypeError))
    assert error.status is error.status_code is error.response is error.retry_after is None
    # As text it is the sentence alone, as that of any ValueError.
    assert str(error) == error.detail == error.args[0]
    clone = pickle.loads(pickle.dumps(error))
    assert (type(clone), str(clone), clone.args) == (type(error), str(error), error.args)
