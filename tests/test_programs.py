"""What public programs do with clients and resources, besides calling their methods."""

from __future__ import annotations

import asyncio
import copy
import functools
import json
import subprocess
import sys
from typing import ClassVar, List, Optional
from unittest.mock import AsyncMock, Mock

import httpx
import pytest

import replicate
from replicate.deployment import DeploymentsPredictions
from replicate.exceptions import ModelError, NotFoundError
from replicate.model import Model, Models, ModelsPredictions
from replicate.prediction import Prediction, Predictions
from replicate.training import Training
from replicate.version import Versions
from tests.bodies import MODEL, V, prediction, version

ACCOUNT = "/v1/account"


@pytest.fixture
def httpx_client(call, client):
    """Call a function with the httpx client below a client of ours, as scripts reach for it."""

    def run(use):
        if not call.is_async:
            return use(client._client)

        async def main():
            return await use(client._async_client)

        return asyncio.run(main())

    return run


# The httpx client below.


def test_requests_of_ones_own(httpx_client, client):
    """With the base URL and the token, on the connections that there are."""
    response = httpx_client(lambda below: below.get(ACCOUNT))
    assert response.json()["username"] == client.accounts.current().username
    assert str(response.request.url) == f"{client._base()}{ACCOUNT}"


@pytest.mark.parametrize("kind", ["appended", "assigned"])
def test_listening_to_requests(kind, call, client):
    """Hooks that are set on the httpx client hear of all that comes after."""
    heard = []

    def hear(event):
        heard.append(getattr(event, "method", None) or event.status_code)

    async def async_hear(event):
        hear(event)

    def listen(below, hook):
        if kind == "appended":
            below.event_hooks["request"].append(hook)
            below.event_hooks["response"].append(hook)
        else:
            below.event_hooks = {"request": [hook], "response": [hook]}

    if call.is_async:

        async def main():
            listen(client._async_client, async_hear)
            await client.async_run("sandbox/divider", {"denominator": 1})

        asyncio.run(main())
    else:
        listen(client._client, hear)
        client.run("sandbox/divider", {"denominator": 1})
    assert heard[:2] == ["POST", 201]


def test_settings_of_the_httpx_client(mock):
    """Whatever a script sets there is part of the requests that follow."""
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, json={"type": "user", "username": "u"})

    client = mock(answer)
    client.accounts.current()
    below = client._client
    below.headers["X-Team"] = "a"
    below.params = {"trace": "1"}
    below.cookies.set("session", "s")
    below.timeout = 7
    client.accounts.current()
    before, after = seen
    assert "x-team" not in before.headers
    assert not before.url.params
    assert (after.headers["x-team"], after.url.params["trace"]) == ("a", "1")
    assert after.headers["cookie"] == "session=s"
    assert set(after.extensions["timeout"].values()) == {7}
    below.auth = ("name", "word")
    client.accounts.current()
    assert seen[-1].headers["authorization"].startswith("Basic ")


# What the operations go through, and where instrumentations look for them.


def test_a_client_with_requests_of_its_own(call, client):
    class Counting(replicate.Client):
        sent = ()

        def _request(self, method, path, **kwargs):
            self.sent += ((method, path),)
            return super()._request(method, path, **kwargs)

        async def _async_request(self, method, path, **kwargs):
            self.sent += ((method, path),)
            return await super()._async_request(method, path, **kwargs)

    counting = Counting(client.api_token, base_url=client._base())
    assert call(counting.run, "sandbox/divider", {"denominator": 2}) == 0.5
    assert call(counting.accounts.current).username
    with pytest.raises(NotFoundError):
        call(counting.predictions.create, model="sandbox/nothing", input={})
    assert counting.sent[:3] == (
        ("POST", "/v1/models/sandbox/divider/predictions"),
        ("GET", ACCOUNT),
        ("POST", "/v1/models/sandbox/nothing/predictions"),
    )
    assert ("GET", "/v1/predictions") not in counting.sent, "the create was refused, and not lost"


def test_requests_that_a_test_answers(call, monkeypatch):
    """As `httpx.Response`, or as a mock of which only `json()` is read."""
    name, kind = ("_async_request", AsyncMock) if call.is_async else ("_request", Mock)
    request = kind(return_value=httpx.Response(200, json={"type": "user", "username": "a"}))
    monkeypatch.setattr(replicate.Client, name, request)
    assert call(replicate.Client("t").accounts.current).username == "a"
    request.assert_called_once_with("GET", ACCOUNT)
    request.return_value = Mock(**{"json.return_value": prediction(output="b")})
    assert call(replicate.Client("t").run, "o/n", {"x": 1}) == "b"
    assert request.call_args.args == ("POST", "/v1/models/o/n/predictions")
    assert request.call_args.kwargs["json"] == {"input": {"x": 1}}


def test_requests_that_somebody_listens_to(call, client, monkeypatch):
    """OpenTelemetry of several vendors wraps them in the class."""
    seen = []
    request = replicate.Client._request
    async_request = replicate.Client._async_request

    def wrapped(self, *args, **kwargs):
        seen.append(request(self, *args, **kwargs))
        return seen[-1]

    async def async_wrapped(self, *args, **kwargs):
        seen.append(await async_request(self, *args, **kwargs))
        return seen[-1]

    monkeypatch.setattr(replicate.Client, "_request", wrapped)
    monkeypatch.setattr(replicate.Client, "_async_request", async_wrapped)
    call(client.run, "sandbox/divider", {"denominator": 1})
    assert (type(seen[0]), seen[0].status_code) == (httpx.Response, 201)


@pytest.mark.parametrize("cls", [Prediction, Training])
def test_the_methods_of_a_run_are_in_its_class(cls):
    for name in ("wait", "reload", "cancel"):
        assert name in vars(cls)
        assert f"async_{name}" in vars(cls)


VERSION = f"sandbox/storyteller:{V}"


def wrap(monkeypatch, cls, heard):
    """Wrap the `create` methods of a class, as instrumentations do."""
    blocking, asynchronous = cls.create, cls.async_create

    @functools.wraps(blocking)
    def create(self, *args, **kwargs):
        made = blocking(self, *args, **kwargs)
        heard.append((cls.__name__, type(made), kwargs.get("input"), kwargs.get("wait")))
        return made

    @functools.wraps(asynchronous)
    async def async_create(self, *args, **kwargs):
        made = await asynchronous(self, *args, **kwargs)
        heard.append((cls.__name__, type(made), kwargs.get("input"), kwargs.get("wait")))
        return made

    monkeypatch.setattr(cls, "create", create)
    monkeypatch.setattr(cls, "async_create", async_create)


def test_creates_that_somebody_listens_to(call, sandbox, client, monkeypatch):
    """`run` and `stream` call the `create` methods, as they did in 1.0.7."""
    sandbox.models["sandbox/storyteller"].latest_version.id = V
    heard = []
    for cls in (Predictions, ModelsPredictions, DeploymentsPredictions):
        wrap(monkeypatch, cls, heard)
    client.deployments.create(
        name="d",
        model="sandbox/storyteller",
        version=V,
        hardware="cpu",
        min_instances=0,
        max_instances=1,
    )
    whole = call(client.run, "sandbox/storyteller", {"prompt": "a"})
    assert "".join(call(client.run, VERSION, {"prompt": "a"})) == "".join(whole)
    owner = client.accounts.current().username
    assert call(client.run, f"deployments/{owner}/d", {"prompt": "a"}) == whole
    assert call.list(client.stream, "sandbox/storyteller", {"prompt": "a"})
    said = {"prompt": "a"}
    assert heard == [
        ("ModelsPredictions", Prediction, said, True),
        ("Predictions", Prediction, said, True),
        ("DeploymentsPredictions", Prediction, said, True),
        ("ModelsPredictions", Prediction, said, None),
    ]
    with pytest.raises(ModelError, match="by zero"):
        call(client.run, "sandbox/divider", {"numerator": 1})
    assert len(heard) == 5
    assert len(sandbox.created) == 5


@pytest.mark.parametrize("name", ["wait", "reload", "cancel"])
def test_whoever_listens_to_both_forms_hears_of_a_call_once(name, call, client, monkeypatch):
    heard = []

    def listening(form, method):
        def hear(self, *args):
            heard.append(form)
            return method(self, *args)

        return hear

    for form in (name, f"async_{name}"):
        monkeypatch.setattr(Prediction, form, listening(form, getattr(Prediction, form)))
    made = client.predictions.create(model="sandbox/divider", input={"denominator": 1})
    if call.is_async:
        asyncio.run(getattr(made, f"async_{name}")())
    else:
        getattr(made, name)()
    assert heard == [f"async_{name}" if call.is_async else name]


def test_a_blocking_call_needs_no_asynchronous_replacement(client):
    class Patient(Predictions):
        async def async_get(self, id):
            await asyncio.sleep(0)
            return await super().async_get(id)

    made = client.predictions.create(model="sandbox/divider", input={"denominator": 1})
    assert Patient(client).get(made.id).id == made.id
    assert asyncio.run(Patient(client).async_get(made.id)).id == made.id


@pytest.fixture
def patient(monkeypatch):
    """Let the asynchronous form of a method do something that only an event loop can do."""

    def wrap(cls, name):
        method = getattr(cls, name)

        async def wait_first(*args, **kwargs):
            await asyncio.sleep(0)
            return await method(*args, **kwargs)

        monkeypatch.setattr(cls, name, wait_first)

    return wrap


def test_a_blocking_wait_needs_no_asynchronous_replacement(call, sandbox, client, patient):
    for name in ("async_reload", "async_wait", "async_cancel"):
        patient(Prediction, name)
    made = client.predictions.create(model="sandbox/primes", input={"limit": 5, "delay": 0.05})
    call(made.wait)
    assert made.status == "succeeded"
    with pytest.raises(TimeoutError, match="was canceled"):
        call(client.run, "sandbox/primes", {"limit": 5, "delay": 5}, wait=False, timeout=0.5)
    assert sandbox.predictions[-1].status == "canceled"


def test_a_blocking_function_needs_no_asynchronous_replacement(call, client, patient):
    for cls, name in [(Models, "async_get"), (Versions, "async_get")]:
        patient(cls, name)
    patient(type(client), "async_run")
    divide = client.use("sandbox/divider", use_async=call.is_async)
    version = client.models.get("sandbox/divider").latest_version
    if call.is_async:
        assert asyncio.run(divide(numerator=4, denominator=2)) == 2
    else:
        assert divide(numerator=4, denominator=2) == 2
    assert call(version.predict, numerator=4, denominator=2) == 2


@pytest.mark.parametrize("name", ["reload", "cancel"])
def test_the_methods_of_a_run_that_a_test_replaces(name, call, mock, monkeypatch):
    """`wait` called `reload` in 1.0.7, and tests have replaced that. So is a run canceled here."""

    def answer(self):
        vars(self)["status"] = "succeeded" if name == "reload" else "canceled"

    async def async_answer(self):
        answer(self)

    if call.is_async:
        monkeypatch.setattr(Prediction, f"async_{name}", async_answer)
    else:
        monkeypatch.setattr(Prediction, name, answer)
    client = mock(lambda _: httpx.Response(200, json=prediction(status="processing")))
    made = client.predictions.get("p")
    if name == "reload":
        call(made.wait)
        assert made.status == "succeeded"
        return
    with pytest.raises(TimeoutError, match="was canceled"):
        call(made.wait, 0.1)


def test_creates_that_a_test_answers(call, monkeypatch):
    name, kind = ("async_create", AsyncMock) if call.is_async else ("create", Mock)
    made = Mock(id="1", status="succeeded", output="a text", error=None, logs="")
    create = kind(return_value=made)
    monkeypatch.setattr(ModelsPredictions, name, create)
    client = replicate.Client("t")
    assert call(client.run, "o/n", {"x": 1}) == "a text"
    create.assert_called_once_with(model=("o", "n"), input={"x": 1}, wait=True)
    made.status, made.error = "failed", "no luck"
    with pytest.raises(ModelError, match="no luck"):
        call(client.run, "o/n")
    made.status, made.async_wait = "starting", AsyncMock()
    assert call(client.run, "o/n") == "a text"
    assert (made.async_wait if call.is_async else made.wait).called


# Mocks.


def test_mocks_of_a_stream_are_awaited(tmp_path):
    """`mock` asks whether a function is one of coroutines before it makes its mock."""
    program = tmp_path / "program.py"
    program.write_text(
        "from unittest import mock\n"
        "import replicate\n"
        "with mock.patch('replicate.async_stream') as stream:\n"
        "    assert replicate.async_stream is stream\n"
        "spec = mock.Mock(spec=replicate.Client)\n"
        "auto = mock.create_autospec(replicate.Client)('t')\n"
        "with mock.patch.object(replicate.Client, 'async_stream') as method: pass\n"
        "for made in (stream, spec.async_stream, auto.async_stream, method):\n"
        "    made.return_value = 5\n"
        "    call = made('a/b', input={})\n"
        "    try: call.send(None)\n"
        "    except StopIteration as end: print(end.value)\n"
    )
    output = subprocess.check_output([sys.executable, str(program)], text=True)
    assert output.split() == ["5"] * 4


# Copies of clients: objects that hold one are copied, as settings of pydantic 1 and agents are.


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_client(copied, call, client):
    client.poll_interval = 0.02
    call(client.accounts.current)
    twin = copied(client)
    assert call(twin.accounts.current) == call(client.accounts.current)
    assert (type(twin), twin.poll_interval) == (type(client), 0.02)
    assert twin.api_token == client.api_token
    twin.api_token = "another"
    twin.close()
    assert client.api_token != "another"
    assert call(client.accounts.current)


def test_a_copy_of_a_client_with_options():
    class Mine(replicate.Client):
        def __init__(self, team):
            super().__init__("t", headers={"X-Team": team}, transport=httpx.MockTransport(print))
            self.team = team

    one = Mine("a")
    other = copy.deepcopy({"client": one})["client"]
    assert (type(other), other.team) == (Mine, "a")
    assert other._client_kwargs["transport"] is one._client_kwargs["transport"]
    other._headers["X-Team"] = "b"
    assert one._headers["X-Team"] == "a"


# Classes of one's own.


class Job(Prediction):
    """A prediction with what a program knows of it besides."""

    kinds: ClassVar[List[str]] = ["a"]
    owner: Optional[str] = None
    price: float = 0.5
    note: Optional[str]
    _seen: int = 0

    def place(self):
        return f"{self.owner}/{self.id}"


def test_fields_of_a_class_of_ones_own(client):
    made = client.predictions.create("sandbox/divider", input={"denominator": 1}, wait=True)
    job = Job(**made.dict(), owner="me")
    assert (job.place(), job.price, job.note) == (f"me/{made.id}", 0.5, None)
    assert (job.kinds, job._seen) == (["a"], 0)
    assert {"owner": "me", "price": 0.5, "note": None}.items() <= job.dict().items()
    assert json.loads(job.json())["owner"] == "me"
    assert not {"kinds", "_seen"} & job.dict().keys()
    job.price = 2
    for twin in (job.copy(), Job.parse_raw(job.json()), copy.deepcopy(job)):
        assert (type(twin), twin.owner, twin.price, twin.id) == (Job, "me", 2, made.id)
    job._client = client
    job.reload()
    assert (job.status, job.owner) == ("succeeded", "me")
    assert "owner" not in Prediction(**made.dict()).dict()


# Fields of models of pydantic.


def test_a_resource_as_a_field_of_pydantic_2():
    pydantic = pytest.importorskip("pydantic")

    class Record(pydantic.BaseModel):
        run: Prediction
        model: Optional[Model] = None

    run = Prediction(**prediction(output="https://example.com/a.png"))
    record = Record(run=run, model={**MODEL, "latest_version": version()})
    assert record.run is run
    assert (type(record.model), record.model.name) == (Model, MODEL["name"])
    again = Record.model_validate_json(record.model_dump_json())
    assert (again.run, again.model) == (run, record.model)
    assert record.model_dump()["run"] == run.dict()
    assert Record.model_json_schema()["properties"]["run"] == {
        "title": "Prediction",
        "type": "object",
    }
    with pytest.raises(pydantic.ValidationError, match="expected a Prediction, not int"):
        Record(run=5)


def test_a_resource_as_a_field_of_pydantic_1():
    v1 = pytest.importorskip("pydantic.v1")

    class Record(v1.BaseModel):
        run: Prediction
        model: Optional[Model] = None

    Record.update_forward_refs(Prediction=Prediction, Model=Model, Optional=Optional)
    run = Prediction(**prediction())
    record = Record(run=run, model=MODEL)
    assert (record.run, record.model) == (run, Model(**MODEL))
    assert type(Record(run=run.dict()).run) is Prediction
    with pytest.raises(v1.ValidationError, match="expected a Prediction, not int"):
        Record(run=5)
