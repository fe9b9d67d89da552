"""The classes of errors: fixed, importable, documented, and whole after pickling."""

from __future__ import annotations

import copy
import pickle
import sys

import httpx
import pytest

from replicate import connection_errors, exceptions
from replicate._http.errors import connection_error
from replicate.prediction import Prediction

PREDICTION = Prediction(id="p1", model="a/b", version="v", status="processing")


def kinds(base):
    yield base
    for kind in base.__subclasses__():
        if kind.__module__.startswith("httpx"):
            yield from kinds(kind)


TRANSPORT_ERRORS = sorted(kinds(httpx.TransportError), key=lambda kind: kind.__name__)


def public(module):
    return [getattr(module, name) for name in module.__all__]


@pytest.mark.parametrize("kind", TRANSPORT_ERRORS)
def test_each_error_of_httpx_has_a_class_of_ours(kind):
    error = connection_error(kind("slow"), "GET https://x: slow")
    ours = getattr(connection_errors, f"API{kind.__name__}")
    assert type(error) is ours
    assert isinstance(error, kind)
    assert isinstance(error, exceptions.APIConnectionError)
    timeout = issubclass(kind, httpx.TimeoutException)
    assert isinstance(error, exceptions.APITimeoutError) is timeout


def test_error_of_a_transport_of_the_users_is_the_nearest():
    class Refused(httpx.ConnectError):
        pass

    error = connection_error(Refused("no"), "no")
    assert type(error) is connection_errors.APIConnectError


@pytest.mark.parametrize("kind", TRANSPORT_ERRORS)
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_connection_errors_pickle_as_what_they_are(kind, again):
    request = httpx.Request("GET", "https://x", headers={"Authorization": "Bearer secret"})
    error = connection_error(kind("slow", request=request), "GET https://x: slow")
    error.prediction = PREDICTION
    assert error.request is request
    clone = again(error)
    assert type(clone) is type(error)
    assert str(clone) == str(error) == "GET https://x: slow (prediction p1)"
    assert repr(clone) == repr(error)
    assert clone.args == error.args
    assert clone.prediction == error.prediction
    assert not hasattr(clone, "request")


@pytest.mark.parametrize("kind", public(exceptions) + public(connection_errors))
def test_every_class_can_be_made_pickled_and_is_documented(kind):
    assert kind.__doc__
    assert getattr(sys.modules[kind.__module__], kind.__name__) is kind
    arguments = (PREDICTION,) if issubclass(kind, exceptions.ModelError) else ()
    error = kind(*arguments)
    clone = pickle.loads(pickle.dumps(error))
    assert type(clone) is kind
    assert str(clone) == str(error)


def test_the_request_can_be_set_as_for_httpx():
    error = exceptions.APIConnectionError("no")
    with pytest.raises(AttributeError, match="not known"):
        _ = error.request
    error.request = request = httpx.Request("GET", "https://x")
    assert error.request is request


def test_from_response_hides_the_token_and_a_constructor_leaves_the_answer_as_it_is():
    def answer():
        request = httpx.Request("GET", "https://x", headers={"Authorization": "Bearer secret"})
        return httpx.Response(404, request=request)

    error = exceptions.ReplicateError.from_response(answer())
    assert error.response.request.headers["authorization"] == "Bearer [hidden]"
    error = exceptions.ReplicateError(response=answer())
    assert error.response.request.headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize(("levels", "kept"), [(90, True), (300, False), (600, False)])
def test_an_error_pickles_however_deep_its_body_nests(call, mock, levels, kept):
    body = b'{"detail": ' + b"[" * levels + b"]" * levels + b"}"
    client = mock(lambda _: httpx.Response(400, content=body))
    with pytest.raises(exceptions.BadRequestError) as raised:
        call(client.predictions.get, "p1")
    error = raised.value
    assert (error.body is not None) is kept
    assert "[[[[" in str(error)
    clone = pickle.loads(pickle.dumps(error))
    assert (type(clone), str(clone), clone.body) == (type(error), str(error), error.body)
