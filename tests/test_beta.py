"""What programs of the 2.x beta call."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import pickle
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator

import httpx
import pytest

import replicate
from replicate import AsyncReplicate, Replicate, _names
from replicate._beta import typed
from replicate._beta.operations import GROUPS, _operations
from replicate.exceptions import APIConnectionError, InvalidArgumentError, NotFoundError
from replicate.hardware import Hardware
from replicate.helpers import FileOutput
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from replicate.sandbox import Sandbox
from tests.bodies import V, page, prediction

PROGRAM = Path(__file__).parent / "clients" / "program_2.py"
DIVIDER = {"model_owner": "sandbox", "model_name": "divider"}


class Client:
    """A client of 2.x, blocking or asynchronous, whose methods are called in the same way."""

    def __init__(self, is_async, **options):
        self.is_async = is_async
        self.options = options
        self.new = AsyncReplicate if is_async else Replicate

    def __call__(self, use, **options):
        """Return what a function makes of a client, or awaits of it."""
        client = self.new(**{**self.options, **options})
        if not self.is_async:
            with client:
                return use(client)

        async def main():
            async with client:
                result = use(client)
                return await result if inspect.isawaitable(result) else result

        return asyncio.run(main())

    def list(self, use):
        """Return the items that a function gives out."""
        if not self.is_async:
            return self(lambda client: list(use(client)))

        async def items(client):
            return [item async for item in use(client)]

        return self(items)


@pytest.fixture(params=["blocking", "async"])
def beta(request, sandbox):
    return Client(request.param == "async", bearer_token=sandbox.token, base_url=sandbox.url)


@pytest.fixture(params=["blocking", "async"])
def beta_of_server(request, server):
    return Client(request.param == "async", bearer_token="test-token", base_url=server.url)


def test_a_program_of_2x_runs_as_it_is():
    """It runs with 2.0.0b4 too: `make test-clients`."""
    with Sandbox(page_size=3) as sandbox:
        environment = {
            **os.environ,
            **sandbox.environment,
            "REPLICATE_BASE_URL": f"{sandbox.url}/v1",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", str(PROGRAM)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert "awaited: the same" in done.stdout


# Operations.


def test_every_operation_of_the_api_has_its_place(beta):
    def paths(client):
        return {
            (group, name)
            for group in GROUPS
            for name in _operations(group)
            if callable(at(client, path_of(group, name)))
        }

    assert beta(paths) == {(group, name) for group in GROUPS for name in _operations(group)}


def path_of(group, name):
    return [group] if name == group else [group, *name.split("_")]


def at(client, path):
    for name in path:
        client = getattr(client, name)
    return client


def test_what_is_typed_is_there(beta):
    """A new operation of the API works before it has a line in typed.py."""
    # Not by `get_type_hints`, which can't read `Final` on Python 3.8.
    typed_names = [
        (group, name)
        for group, kind in typed.Groups.__annotations__.items()
        if kind != "Final"
        for name in vars(getattr(typed, kind.partition("[")[0]))
        if name[0] != "_"
    ]
    assert len(typed_names) > 20

    def missing(client):
        return [each for each in typed_names if not hasattr(getattr(client, each[0]), each[1])]

    assert beta(missing) == []


@pytest.mark.parametrize(
    "use",
    [
        lambda client: client.models.get(**DIVIDER),
        lambda client: client.models.get("sandbox", "divider"),
        lambda client: client.models.get("sandbox/divider"),
        lambda client: client.models.get(owner="sandbox", name="divider"),
        lambda client: client.models.get(key="sandbox/divider"),
    ],
)
def test_calls_of_1x_and_of_2x_find_the_same(beta, use):
    model = beta(use)

    assert type(model) is Model
    assert (model.owner, model.name) == ("sandbox", "divider")


def test_results_are_those_of_1x(beta, sandbox):
    created = beta(
        lambda client: client.predictions.create(
            version="sandbox/divider", input={"denominator": 2}, prefer="wait"
        )
    )

    assert type(created) is Prediction
    assert created._client.api_token == sandbox.token
    created.reload()
    assert created.output == 0.5


def test_wait_returns_the_prediction_at_its_end(beta, sandbox):
    made = sandbox.client().predictions.create(model="sandbox/divider", input={"denominator": 2})

    by_position = beta(lambda client: client.predictions.wait(made.id))
    by_name = beta(lambda client: client.predictions.wait(prediction_id=made.id))

    assert by_position.status == by_name.status == "succeeded"


def test_files_in_inputs_are_uploaded(beta, sandbox):
    def create(client):
        return client.models.predictions.create(
            model_owner="sandbox", model_name="reader", input={"document": b"a b"}, prefer="wait"
        )

    assert beta(create).output["words"] == 2
    assert sandbox.requests[0].path == "/v1/files"


def test_files_in_inputs_can_be_sent_inside(beta, sandbox):
    def create(client):
        return client.predictions.create(
            version="sandbox/reader",
            input={"document": b"a b"},
            file_encoding_strategy="base64",
            prefer="wait",
        )

    assert beta(create).output["words"] == 2
    assert sandbox.requests[0].path == "/v1/predictions"


def test_a_create_without_an_answer_is_looked_for(beta, sandbox):
    sandbox.fault("POST", "/v1/predictions", drop="after")

    created = beta(
        lambda client: client.predictions.create(
            version="sandbox/divider", input={"denominator": 2}
        )
    )

    creates = [each for each in sandbox.requests if each.method == "POST"]
    assert len(creates) == 1
    assert created.input == {"denominator": 2}


@pytest.mark.parametrize(
    "content",
    [b"abc", ("a.txt", b"abc"), ("a.txt", b"abc", "text/x-a"), Path(__file__)],
    ids=["bytes", "name", "type", "path"],
)
def test_content_of_files(beta, content):
    made = beta(lambda client: client.files.create(content=content))

    if isinstance(content, tuple):
        assert made.name == "a.txt"
        assert made.content_type == (content[2] if len(content) > 2 else "text/plain")
    assert made.size == (Path(__file__).stat().st_size if content == Path(__file__) else 3)


def test_the_content_of_a_file(beta_of_server, server, tmp_path):
    server.always(b"abc")

    def download(client):
        return client.files.download(file_id="f", owner="a", expiry=1, signature="s")

    async def read(client):
        file = await download(client)
        await file.write_to_file(tmp_path / "file")
        return await file.read(), await file.text(), file.content

    def read_blocking(client):
        file = download(client)
        file.write_to_file(tmp_path / "file")
        return file.read(), file.text(), file.content

    found = beta_of_server(read if beta_of_server.is_async else read_blocking)

    assert found == (b"abc", "abc", b"abc")
    assert (tmp_path / "file").read_bytes() == b"abc"
    assert server.last.target == "/v1/files/f/download?owner=a&expiry=1&signature=s"


def test_content_that_finds_no_room_leaves_the_file_that_is_there(
    beta_of_server, server, tmp_path, full_disk
):
    server.always(b"a" * 5000)
    file = tmp_path / "file"
    file.write_bytes(b"old")
    how = {"file_id": "f", "owner": "a", "expiry": 1, "signature": "s"}

    async def write(client):
        answer = await client.files.download(**how)
        with full_disk():
            await answer.write_to_file(file)

    def write_blocking(client):
        answer = client.files.download(**how)
        with full_disk():
            answer.write_to_file(file)

    with pytest.raises(OSError, match="File too large"):
        beta_of_server(write if beta_of_server.is_async else write_blocking)
    assert file.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [file]


# Arguments.


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda client: client.predictions.get(predicton_id="x"), "did you mean 'prediction_id'"),
        (lambda client: client.models.update(model_ownr="x"), "did you mean 'model_owner'"),
        (lambda client: client.models.readme.get(model_owner="x"), "'model_name'"),
        (lambda client: client.models.readme(), "models.readme is not a method"),
        (lambda client: client.run("a/b", prefer="wait", wait=3), "not both"),
        (lambda client: client.predictions.create(version="a", input=[]), "must be a mapping"),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_sent(beta, sandbox, use, message):
    with pytest.raises(TypeError, match=message):
        beta(use)

    assert not sandbox.requests


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda client: client.models.nothing, "no attribute 'nothing'"),
        (lambda client: client.account.nothing, "account has no 'nothing'"),
        (lambda client: client.with_raw_response.nothing, "no operations 'nothing'"),
        (lambda client: client.predict, "replicate.run"),
    ],
)
def test_what_is_not_there_is_named(beta, use, message):
    with pytest.raises(AttributeError, match=message):
        beta(use)


@pytest.mark.parametrize("prefer", ["wait=", "hold", "wait=5, respond-async"])
def test_prefer_is_a_form_of_wait(beta, prefer):
    with pytest.raises(InvalidArgumentError, match="prefer must be"):
        beta(lambda client: client.run("a/b", {}, prefer=prefer))


def test_a_run_without_its_options(beta_of_server, server):
    server.always(prediction(status="succeeded", output="done"))
    options = {"timeout": replicate.NOT_GIVEN, "webhook": replicate.omit}

    assert beta_of_server(lambda client: client.run("a/b", {}, **options)) == "done"
    assert server.last.json == {"input": {}}


def test_arguments_that_are_not_given_are_not_sent(beta_of_server, server):
    server.always(prediction())

    def create(client):
        return client.predictions.create(
            version="v", input={}, webhook=replicate.omit, cancel_after=replicate.NOT_GIVEN
        )

    beta_of_server(create)

    assert server.last.json == {"version": "v", "input": {}}
    assert server.last.header("Cancel-After") is None


def test_headers_of_a_create_are_sent(beta_of_server, server):
    server.always(prediction(status="succeeded", output="done"))
    calls = [
        lambda client: client.predictions.create(
            version="v", input={}, prefer="wait=7", cancel_after="1m"
        ),
        lambda client: client.run("a/b", {}, prefer="wait=7", cancel_after="1m"),
    ]

    for call in calls:
        beta_of_server(call)
        assert server.last.header("Prefer") == "wait=7"
        assert server.last.header("Cancel-After") == "1m"


@pytest.mark.parametrize("place", ["run", "predictions", "models", "deployments"])
def test_cancel_after_is_for_1x_too(call, served, server, place):
    server.always(prediction(status="succeeded", output="done"))
    create = {
        "run": (served.run, "a/b"),
        "predictions": (served.predictions.create, "version"),
        "models": (served.models.predictions.create, "a/b"),
        "deployments": (served.deployments.predictions.create, "a/b"),
    }[place]

    call(*create, {}, cancel_after="5m")

    assert server.last.header("Cancel-After") == "5m"


# Options.


def test_options_of_a_call(beta_of_server, server):
    server.always(prediction())

    def create(client):
        return client.predictions.create(
            version="v",
            input={},
            prefer="wait",
            extra_headers={"x-call": "a", "prefer": "wait=2"},
            extra_query={"debug": "1"},
            extra_body={"more": True},
            timeout=httpx.Timeout(3),
        )

    beta_of_server(create)

    assert server.last.target == "/v1/predictions?debug=1"
    assert server.last.header("X-Call") == "a"
    assert server.last.header("Prefer") == "wait=2"
    assert server.last.json == {"version": "v", "input": {}, "more": True}


def test_options_of_a_client_and_of_a_copy(beta_of_server, server):
    server.always({"username": "a"})

    def use(client):
        copy = client.with_options(default_headers={"X-One": "b", "X-Two": "c"})
        return copy.account.get(extra_headers={"X-Two": "d"})

    beta_of_server(use, default_headers={"X-One": "a"}, default_query={"team": "t"})

    assert server.last.header("X-One") == "b"
    assert server.last.header("X-Two") == "d"
    assert server.last.query == "team=t"


def test_options_hold_for_pages_and_polls(beta, sandbox):
    def seen():
        return {request.query for request in sandbox.requests}

    with Sandbox(page_size=2) as small:
        small.client().predictions.create(model="sandbox/divider", input={"denominator": 2})
        options = {"bearer_token": small.token, "base_url": small.url}
        other = Client(beta.is_async, **options)
        names = other.list(lambda client: client.models.list(extra_query={"team": "t"}))
        assert len(names) > 4
        lists = [each for each in small.requests if each.path == "/v1/models"]
        assert all("team=t" in each.query for each in lists)
        assert len(lists) == len(names) // 2

    beta(
        lambda client: client.with_options(default_query={"team": "t"}).run(
            "sandbox/primes", {"limit": 10, "delay": 0.05}, wait=False
        )
    )
    assert seen() == {"team=t"}
    assert len(sandbox.requests) > 1


def test_extra_headers_are_for_the_api_alone(beta, sandbox):
    async def read(client):
        return await (await client.run(*painter, extra_headers={"X-Secret": "s"})).read()

    painter = "sandbox/painter", {"prompt": "x", "width": 16, "height": 16}
    if beta.is_async:
        beta(read)
    else:
        beta(lambda client: client.run(*painter, extra_headers={"X-Secret": "s"}).read())

    assert {request.host for request in sandbox.requests} == {"api", "files"}


def test_retries_of_a_copy(beta_of_server, server, waits):
    server.always({"detail": "no"}, 503)

    with pytest.raises(replicate.InternalServerError):
        beta_of_server(lambda client: client.with_options(max_retries=1).account.get())
    assert len(server.requests) == 2

    with pytest.raises(replicate.InternalServerError):
        beta_of_server(lambda client: client.account.get(), max_retries=0)
    assert len(server.requests) == 3
    assert waits


def test_a_copy_with_a_timeout_of_its_own(beta_of_server, server):
    seen = []

    def handle(request):
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"username": "a"})

    transport = httpx.MockTransport(handle)
    kind = httpx.AsyncClient if beta_of_server.is_async else httpx.Client

    async def use(client):
        await client.account.get()
        await client.with_options(timeout=3).account.get()
        await client.with_options(timeout=3).account.get(timeout=4)
        await client.with_options(timeout=None).account.get()

    def use_blocking(client):
        client.account.get()
        client.with_options(timeout=3).account.get()
        client.with_options(timeout=3).account.get(timeout=4)
        client.with_options(timeout=None).account.get()

    options = {"http_client": kind(transport=transport), "timeout": 2}
    beta_of_server(use if beta_of_server.is_async else use_blocking, **options)

    assert [each["read"] for each in seen] == [2, 3, 4, None]


def test_a_copy_with_another_token_or_address(server, other_server):
    for each in (server, other_server):
        each.always({"username": "a"})
    client = Replicate(bearer_token="token-1", base_url=server.url, default_headers={"X-A": "a"})

    client.copy(bearer_token="token-2", default_headers={"X-B": "b"}).account.get()
    client.with_options(base_url=other_server.url).account.get()
    client.with_options(set_default_headers={"X-C": "c"}).account.get()

    assert server.requests[0].header("Authorization") == "Bearer token-2"
    assert (server.requests[0].header("X-A"), server.requests[0].header("X-B")) == ("a", "b")
    assert other_server.last.header("Authorization") == "Bearer token-1"
    assert (server.last.header("X-A"), server.last.header("X-C")) == (None, "c")
    assert client.bearer_token == "token-1"
    assert "token-1" not in repr(client) + repr(vars(client))


def test_a_header_with_a_token(beta_of_server, server):
    server.always({"username": "a"})
    headers = {"authorization": "Bearer other"}

    beta_of_server(lambda client: client.with_options(default_headers=headers).account.get())
    assert server.last.header("Authorization") == "Bearer other"

    with pytest.raises(InvalidArgumentError, match=r"with_options\(bearer_token"):
        beta_of_server(lambda client: client.account.get(extra_headers=headers))
    assert len(server.requests) == 1


def test_connections_are_shared_by_copies(server):
    server.always({"username": "a"})
    client = Replicate(bearer_token="token", base_url=server.url)

    copies = [client.with_options(timeout=number) for number in (1, 2, 3)]
    for copy in copies:
        copy.account.get()

    assert {id(copy._caller.configured._http.connections) for copy in copies} == {
        id(client._client._http.connections)
    }


def test_an_httpx_client_of_the_user_sends(beta_of_server, server):
    server.always({"username": "a"})
    seen = []
    kind = httpx.AsyncClient if beta_of_server.is_async else httpx.Client

    async def note_later(request):
        seen.append(request.url.path)

    http_client = kind(
        headers={"X-Mine": "m", "User-Agent": "mine"},
        params={"team": "t"},
        cookies={"c": "1"},
        event_hooks={"request": [note_later if beta_of_server.is_async else _noting(seen)]},
    )
    beta_of_server(lambda client: client.account.get(), http_client=http_client)

    assert seen == ["/v1/account"]
    assert server.last.header("X-Mine") == "m"
    assert server.last.query == "team=t"
    assert server.last.header("Cookie") == "c=1"
    assert server.last.header("User-Agent").startswith("replicate-python/")
    assert http_client.is_closed


def test_calls_with_options_of_their_own_know_of_each_others_creates(beta_of_server, quick_looks):
    """The run that one of them has started is not that of another one, whose answer is lost."""
    runs = []

    def answer(request):
        if request.method == "GET":
            return httpx.Response(200, json=page(*runs))
        if runs:
            raise httpx.ReadError("gone", request=request)
        now = datetime.now(timezone.utc).isoformat()
        runs.append(prediction(status="starting", created_at=now, input={"a": 1}))
        return httpx.Response(201, json=runs[0])

    kind = httpx.AsyncClient if beta_of_server.is_async else httpx.Client
    http_client = kind(transport=httpx.MockTransport(answer))

    def create(client):
        return client.predictions.create(version=V, input={"a": 1}, timeout=5)

    def use_blocking(client):
        first = create(client)
        with pytest.raises(APIConnectionError, match="No prediction of this request was found"):
            create(client)
        return first

    async def use(client):
        first = await create(client)
        with pytest.raises(APIConnectionError, match="No prediction of this request was found"):
            await create(client)
        return first

    first = beta_of_server(
        use if beta_of_server.is_async else use_blocking, http_client=http_client, max_retries=0
    )
    assert first.id == runs[0]["id"]


SECRETS = {
    "headers": {"Authorization": "Bearer SECRET", "X-Key": "SECRET"},
    "params": {"key": "SECRET"},
    "cookies": {"session": "SECRET"},
    "auth": ("me", "SECRET"),
    "follow_redirects": True,
}
"""What a program may have set on its httpx client, to get to the API."""


@pytest.mark.parametrize("way", ["file", "redirect", "redirected file"])
def test_what_an_httpx_client_has_for_the_api_goes_to_no_other_host(
    beta_of_server, server, other_server, way
):
    server.always({}, 302, location=f"{other_server.url}/elsewhere?a=1")
    other_server.always({"username": "a"})
    kind = httpx.AsyncClient if beta_of_server.is_async else httpx.Client
    url = f"{server.url if way == 'redirected file' else other_server.url}/elsewhere?a=1"

    def use(client):
        if way == "redirect":
            return client.account.get()
        file = FileOutput(url, client._client)
        return file.aread() if beta_of_server.is_async else file.read()

    beta_of_server(use, http_client=kind(**SECRETS))

    assert other_server.lines == ["GET /elsewhere?a=1"]
    for name in ("Authorization", "X-Key", "Cookie"):
        assert other_server.last.header(name) is None


@pytest.mark.parametrize(
    "use",
    [
        lambda client: client.account.get(extra_headers={"X-Key": "SECRET"}),
        lambda client: client.with_options(default_headers={"X-Key": "SECRET"}).account.get(),
        lambda client: client.get("/account", options={"headers": {"Authorization": "SECRET"}}),
        lambda client: client.get("/account", body={"key": "SECRET"}),
    ],
    ids=["extra_headers", "with_options", "verb", "body"],
)
def test_what_a_call_adds_for_the_api_goes_to_no_other_host(
    beta_of_server, server, other_server, use
):
    server.always({}, 302, location=f"{other_server.url}/elsewhere")
    other_server.always({"username": "a"})

    beta_of_server(use)

    assert "SECRET" not in str(other_server.last)
    assert other_server.last.header("Accept-Encoding") == server.last.header("Accept-Encoding")


def _noting(seen):
    return lambda request: seen.append(request.url.path)


def test_the_timeouts_of_an_httpx_client_count():
    with Replicate(http_client=httpx.Client(timeout=7)) as client:
        assert client._client._timeout == httpx.Timeout(7)
    with Replicate(http_client=httpx.Client()) as client:
        assert client._client._timeout is None


def test_an_httpx_client_of_the_other_kind_is_refused():
    with pytest.raises(TypeError, match=r"must be an httpx.Client, not AsyncClient"):
        Replicate(http_client=httpx.AsyncClient())
    with httpx.Client() as client, pytest.raises(TypeError, match=r"httpx.AsyncClient, not Client"):
        AsyncReplicate(http_client=client)


# Answers.


def test_a_raw_answer(beta):
    async def use(client):
        answer = await client.with_raw_response.account.get()
        return answer, await answer.parse(), await answer.json(), await answer.read()

    def use_blocking(client):
        answer = client.account.with_raw_response.get()
        return answer, answer.parse(), answer.json(), answer.read()

    answer, account, data, body = beta(use if beta.is_async else use_blocking)

    assert account.username == data["username"]
    assert data["username"].encode() in body
    assert (answer.status_code, answer.method, answer.url.path) == (200, "GET", "/v1/account")
    assert answer.headers["content-type"] == "application/json"
    assert answer.elapsed.total_seconds() > 0
    assert repr(answer).endswith("APIResponse [200]>")


@pytest.mark.parametrize("way", ["with_raw_response", "cast_to"])
def test_a_raw_answer_does_not_hold_the_token(beta_of_server, server, way):
    server.always({"username": "a", "echo": "Bearer test-token"}, X_Echo="test-token")

    def use(client):
        if way == "cast_to":
            return client.get("/account", cast_to=httpx.Response)
        return client.account.with_raw_response.get()

    answer = beta_of_server(use)
    response = answer if way == "cast_to" else answer.http_response

    assert server.last.header("Authorization") == "Bearer test-token"
    assert response.json()["username"] == "a"
    assert b"test-token" not in pickle.dumps(response) + response.content
    assert "test-token" not in str([*response.request.headers.raw, *response.headers.raw])


def test_a_raw_answer_of_a_refusal_is_its_error(beta):
    with pytest.raises(NotFoundError) as caught:
        beta(lambda client: client.with_raw_response.predictions.get(prediction_id="missing"))

    assert caught.value.message == "The requested resource could not be found."
    assert isinstance(caught.value, replicate.APIStatusError)


def test_paths_of_the_api_by_themselves(beta_of_server, server):
    server.always({"id": "a", "status": "succeeded"})
    options = {"headers": {"X-A": "a"}, "params": {"b": "c"}, "unknown": 1}

    def post(client):
        return client.post("/things", body={"a": 1}, options=options, cast_to=Prediction)

    made = beta_of_server(post)

    assert type(made) is Prediction
    assert server.last.target == "/v1/things?b=c"
    assert server.last.json == {"a": 1}
    assert server.last.header("X-A") == "a"
    for method in ("get", "put", "patch", "delete"):
        data = beta_of_server(lambda client, method=method: getattr(client, method)("things"))
        assert data["id"] == "a"
        assert server.last.method == method.upper()
    response = beta_of_server(lambda client: client.get("/things", cast_to=httpx.Response))
    assert response.status_code == 200


# Pages.


def test_pages_of_2x(beta):
    with Sandbox(page_size=3) as sandbox:
        client = Client(beta.is_async, bearer_token=sandbox.token, base_url=sandbox.url)
        names = [model.name for model in client.list(lambda client: client.models.list())]
        first = client(lambda client: client.models.list())

        assert isinstance(first, Page)
        assert [model.name for model in first.results] == names[:3]
        assert first.has_next_page()
        with Replicate(bearer_token=sandbox.token, base_url=sandbox.url) as other:
            last = [*other.models.list().iter_pages()][-1]
            assert not last.has_next_page()
            with pytest.raises(RuntimeError, match="no page after this one"):
                last.get_next_page()
            # A page of 1.x stays one page.
            assert len(list(other.models.list(first.next))) == 3


def test_pages_of_2x_that_are_awaited():
    async def main(sandbox):
        async with AsyncReplicate(bearer_token=sandbox.token, base_url=sandbox.url) as client:
            first = await client.models.list()
            names = [model.name async for model in first]
            pages = [page async for page in first.iter_pages()]
            assert [model.name for page in pages for model in page.results] == names
            assert (await first.get_next_page()).results == pages[1].results
            with pytest.raises(RuntimeError, match="no page after this one"):
                await pages[-1].get_next_page()

    with Sandbox(page_size=3) as sandbox:
        asyncio.run(main(sandbox))


def test_lists_without_pages(beta):
    hardware = beta(lambda client: client.hardware.list())

    assert {type(each) for each in hardware} == {Hardware}


# Names.


def test_names_that_programs_of_2x_import():
    for name, home in _names.OF_2X.items():
        module, _, attribute = home.partition(":")
        found = getattr(importlib.import_module(f"replicate.{module}"), attribute)
        assert getattr(replicate, name) is found
        assert name not in dir(replicate)  # they are for programs that know them
    assert replicate.APIError is replicate.exceptions.ReplicateError
    assert issubclass(replicate.AsyncFileOutput, FileOutput)
    assert replicate.AsyncClient is AsyncReplicate
    assert not replicate.omit
    assert replicate.get_path_url("not a file") is None
    assert replicate.file_from_path(__file__) == (
        Path(__file__).name,
        Path(__file__).read_bytes(),
    )


def test_nothing_of_it_is_loaded_before_it_is_used():
    code = (
        "import sys, replicate; replicate.ReplicateError; replicate.Client('x').predictions; "
        "assert not [name for name in sys.modules if '_beta' in name]"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_module_can_be_one_of_2x(sandbox, monkeypatch):
    client = Replicate(bearer_token=sandbox.token, base_url=sandbox.url)
    monkeypatch.setattr(replicate, "default_client", client)

    assert replicate.models.get(**DIVIDER).name == "divider"
    assert replicate.run("sandbox/divider", {"denominator": 2}) == 0.5
    assert [model.name for model in replicate.models.list()]
    assert replicate.deployments.list().results == []


@pytest.fixture
def package(monkeypatch):
    """The module, which has its settings back at the end of the test."""
    monkeypatch.setattr(replicate, "default_client", replicate.default_client)
    before = {*vars(replicate)}
    yield replicate
    for name in {*vars(replicate)} - before:
        vars(replicate).pop(name)


def test_the_module_has_the_settings_of_2x(package, server):
    server.always({"username": "a", "results": []})

    package.bearer_token = "token-1"
    package.base_url = server.url
    package.max_retries = 0
    package.default_headers = {"X-Team": "a"}

    assert package.account.get().username == "a"
    assert server.last.header("Authorization") == "Bearer token-1"
    assert server.last.header("X-Team") == "a"
    assert package.models.list(sort_by="model_created_at").results == []
    assert (package.default_client.max_retries, package.max_retries) == (0, 0)


def test_the_account_of_the_module(sandbox, monkeypatch):
    monkeypatch.setattr(replicate, "default_client", sandbox.client())

    assert replicate.account.get().username == "sandbox"
    assert inspect.ismodule(replicate.account)


def test_editors_are_told_what_a_method_takes(beta):
    shown = beta(lambda client: str(inspect.signature(client.models.versions.get)))

    assert shown.startswith("(model_owner: 'str', model_name: 'str', version_id: 'str')")
    assert beta(lambda client: {"versions", "get"} <= set(dir(client.models)))
    assert beta(lambda client: {"models", "run", "accounts"} <= set(dir(client)))
    assert beta(lambda client: repr(client.models.versions)) == "<Operations models.versions>"


def test_the_pause_between_looks(beta):
    def use(client):
        client.poll_interval = 2.5
        return client.poll_interval, client._client.poll_interval, client.max_retries

    assert beta(use) == (2.5, 2.5, 5)


def test_items_of_an_output_have_awaitable_files(sandbox, tmp_path):
    @sandbox.model("sandbox/pieces")
    def pieces(count: int) -> Iterator[Path]:
        for number in range(count):
            file = tmp_path / f"{number}.txt"
            file.write_text(str(number))
            yield file

    version = sandbox.client().models.get("sandbox/pieces").latest_version.id

    async def main():
        async with AsyncReplicate(bearer_token=sandbox.token, base_url=sandbox.url) as client:
            items = await client.run(f"sandbox/pieces:{version}", {"count": 2})
            return [await item.read() async for item in items]

    assert asyncio.run(main()) == [b"0", b"1"]


def test_models_as_functions(beta):
    def divide(client):
        return client.use("sandbox/divider")(denominator=4)

    assert beta(divide) == 0.25


def test_batches(beta):
    inputs = [{"denominator": 2}, {"denominator": 4}]

    outputs = beta.list(lambda client: client.map("sandbox/divider", inputs))

    assert outputs == [0.5, 0.25]


def test_streams(beta):
    items = beta.list(lambda client: client.stream("sandbox/storyteller", {"prompt": "a fox"}))

    assert "".join(map(str, items)).startswith("Once upon a time")


def test_pages_of_lists_of_the_server_that_are_none(beta_of_server, server):
    server.always({**page(prediction()), "results": 1})

    with pytest.raises(replicate.APIResponseValidationError):
        beta_of_server(lambda client: client.predictions.list())
