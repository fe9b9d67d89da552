"""A client whose server says whatever a test wants, and what must hold all the same."""

from __future__ import annotations

import json
import pickle
from contextlib import contextmanager
from typing import Any, Iterator, List, NamedTuple
from unittest import mock

import httpx

import replicate
from replicate import exceptions, pagination
from replicate._runs import lost
from replicate.prediction import Prediction
from replicate.resource import Resource
from replicate.version import Versions
from tests.bodies import ID, V, prediction

STREAM = "https://stream.test/v1/streams/x"
MAX_REQUESTS = 40
"""How many requests one call may need here; more of them are a loop without an end."""


class Answer(NamedTuple):
    """What the server answers with."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


class Server:
    """Gives its answers one after another, the last one again and again."""

    def __init__(self) -> None:
        self.client = replicate.Client(
            "test-token", transport=httpx.MockTransport(self._handle), max_retries=0
        )
        self.client.poll_interval = 0
        self.requests: List[httpx.Request] = []
        self._answers: List[Answer] = []

    def answers(self, *answers: Answer) -> replicate.Client:
        """Forget what was and answer like this from now on."""
        self.requests.clear()
        self._answers = list(answers)
        # What a client remembers would make one input's fate depend on those before it.
        self.client._latest.clear()
        self.client._versions.clear()
        self.client._creates_or_none = None
        return self.client

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert len(self.requests) < MAX_REQUESTS, "it asks for ever"
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        headers = {"content-type": answer.content_type}
        return httpx.Response(answer.status, headers=headers, content=answer.body)


SERVER = Server()

READS = {
    "predictions.get": lambda client: client.predictions.get(ID),
    "predictions.list": lambda client: client.predictions.list(),
    "models.get": lambda client: client.models.get("o/n"),
    "models.list": lambda client: client.models.list(),
    "trainings.get": lambda client: client.trainings.get(ID),
    "deployments.get": lambda client: client.deployments.get("o/d"),
    "deployments.list": lambda client: client.deployments.list(),
    "collections.get": lambda client: client.collections.get("c"),
    "files.list": lambda client: client.files.list(),
    "versions.get": lambda client: Versions(client, ("o", "n")).get(V),
    "hardware.list": lambda client: client.hardware.list(),
    "accounts.current": lambda client: client.accounts.current(),
}


@contextmanager
def only_our_errors() -> Iterator[None]:
    """Let nothing out but this package's errors; those must be fit to be shown and pickled."""
    try:
        yield
    except exceptions.ReplicateException as error:
        str(error), repr(error)
        assert type(pickle.loads(pickle.dumps(error))) is type(error)


def check_read(operation: str, answer: Answer) -> None:
    """Any answer is a resource, or an error of ours."""
    client = SERVER.answers(answer)
    with only_our_errors():
        found = READS[operation](client)
        if isinstance(found, pagination.Page):
            check_page(found)
        for item in found if isinstance(found, (list, pagination.Page)) else [found]:
            look_at(item)


def check_page(page: Any) -> None:
    """A page can be measured, and going on from it asks our own server."""
    assert isinstance(page.results, list)
    assert page.next is None or isinstance(page.next, str)
    assert page.previous is None or isinstance(page.previous, str)
    repr(page), page.dict(), page.json()
    page.rows(), page._repr_html_()
    if page.next is not None:
        client = SERVER.answers(Answer(b'{"results": []}'))
        with only_our_errors():
            client.predictions.list(page.next)
        for request in SERVER.requests:
            assert request.url.host == "api.replicate.com", request.url


def look_at(thing: Any) -> None:
    """Whatever is in a resource, it can be looked at, copied and pickled."""
    if not isinstance(thing, Resource):
        # Of a list's items those that are no objects are handed on, as such fields are.
        assert not isinstance(thing, dict)
        return
    repr(thing), str(thing)
    thing.json(), thing._repr_html_()
    assert thing == thing.copy(deep=True)
    assert thing == pickle.loads(pickle.dumps(thing))
    if isinstance(thing, Prediction):
        _ = thing.output, thing.progress


def check_run(created: bytes, seen: bytes) -> None:
    """A run ends with an output or an error of ours, whatever its create and its polls say."""
    end = json.dumps(prediction(output="x")).encode()
    client = SERVER.answers(Answer(created, 201), Answer(seen), Answer(end))
    with only_our_errors(), mock.patch.object(lost, "PAUSES", ()):
        output = client.run(f"{'0' * 64}", {"a": 1})
        if isinstance(output, Iterator):
            list(output)


def check_stream(body: bytes) -> None:
    """A stream ends, and gives out events or an error of ours."""
    end = json.dumps(prediction(output="x", urls={"stream": STREAM})).encode()
    events = Answer(body, 200, "text/event-stream")
    client = SERVER.answers(Answer(end), *[events, Answer(end)] * (MAX_REQUESTS // 2))
    with only_our_errors():
        for event in client.predictions.get(ID).stream():
            str(event), repr(event), event.json()


def check_error(answer: Answer) -> None:
    """An answer of 400 and above is the error of its status, with a message."""
    client = SERVER.answers(answer)
    try:
        client.predictions.get(ID)
    except exceptions.ReplicateError as error:
        assert error.status_code == answer.status
        assert type(error) is not exceptions.InvalidResponseError
        assert str(error) and repr(error)
        assert error.retry_after is None or 0 <= error.retry_after < float("inf")
        assert isinstance(error.invalid_fields, list)
        copy = pickle.loads(pickle.dumps(error))
        assert (str(copy), copy.body) == (str(error), error.body)
    else:
        raise AssertionError("no error")
