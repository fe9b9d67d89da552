"""An attribute is there or not: reading one raises AttributeError or nothing, whatever it is of.

`Mock(spec=...)`, `create_autospec`, `inspect.getmembers`, debuggers and completion read them all.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import pkgutil
import warnings
from unittest import mock

import httpx
import pytest

import replicate
from replicate import exceptions, helpers, pagination
from replicate.file import File, FileList
from replicate.resource import Namespace, Resource
from replicate.stream import ServerSentEvent
from tests.bodies import FILE
from tests.test_resources import KINDS

MODULES = [
    f"replicate.{module.name}"
    for module in pkgutil.iter_modules(replicate.__path__)
    if not module.name.startswith("_") and module.name != "sandbox"
]


def classes():
    """Return every class that a public module has, and those inside them."""
    found = {}

    def add(cls):
        if cls.__module__.startswith("replicate.") and cls not in found:
            found[cls] = None
            for inner in vars(cls).values():
                if isinstance(inner, type):
                    add(inner)

    for name in MODULES:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, type):
                add(value)
    return sorted(found, key=lambda cls: (cls.__module__, cls.__qualname__))


CLASSES = classes()
RESPONSE = httpx.Response(404, json={"detail": "no"}, request=httpx.Request("GET", "https://x/y"))
WIRES = {cls: wire for cls, _, wire, _ in KINDS}
ODD = [None, 1, "text", [], {}, [1], {"web": 5}, object()]


def things(cls):
    """Make objects of a class: whole ones, empty ones, and such that no answer would be."""
    if issubclass(cls, Resource):
        yield cls()
        yield cls(**WIRES.get(cls, {}))
        yield cls._of(WIRES.get(cls, {}), replicate.Client("t"))
        for odd in ODD:
            yield cls(**dict.fromkeys([*cls._known, "destination"], odd))
    elif issubclass(cls, Namespace):
        first = [replicate.Client("t"), ("o", "n")]
        yield cls(*first[: len(inspect.signature(cls).parameters)])
    elif issubclass(cls, exceptions.ReplicateError):
        yield cls()
        if "status" in inspect.signature(cls).parameters:
            yield cls(status=404, response=RESPONSE)
            yield cls(body={"invalid_fields": 5, "retry_after": "x"})
            for odd in ODD:
                yield cls(title=odd, status=odd, detail=odd, body=odd)
        elif issubclass(cls, httpx.HTTPStatusError):
            yield cls(status=404, response=RESPONSE)
    elif issubclass(cls, exceptions.ModelError):
        for odd in ODD:
            yield cls(odd)
        for run in things(replicate.prediction.Prediction):
            yield cls(run)
    elif issubclass(cls, BaseException):
        yield cls()
    elif issubclass(cls, replicate.Client):
        yield replicate.default_client
        yield cls("t", base_url="https://example.com")
        yield cls(headers={"Authorization": "Bearer x"}, transport=httpx.MockTransport(print))
    elif issubclass(cls, helpers.FileOutput):
        for url in (
            "https://example.com/a.png",
            "data:text/plain,a",
            "data:",
            "x",
            "",
            "http://[",
            "\x00",
        ):
            yield cls(url)
    elif issubclass(cls, pagination.Page):
        yield from (cls(), cls(results=[1], next="n", previous="null"))
    elif issubclass(cls, FileList):
        yield cls([File(**FILE)], next="n")
    elif issubclass(cls, ServerSentEvent):
        yield from (cls(), cls(event="output", data="a", id="1"))


def read_all(thing):
    for name in dir(thing):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                getattr(thing, name)
            except AttributeError:
                pass
            except Exception as error:
                raise AssertionError(f"{thing!r:.50}.{name}: {error!r}") from error


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__qualname__)
def test_every_attribute_of_every_public_class_can_be_read(cls):
    read_all(cls)
    for thing in things(cls):
        read_all(thing)
        hash_or_none = getattr(type(thing), "__hash__", None)
        assert hash_or_none is None or isinstance(hash(thing), int)


@pytest.mark.parametrize("name", ["replicate", *MODULES])
def test_every_name_of_every_public_module_can_be_read(name):
    module = importlib.import_module(name)
    read_all(module)
    assert inspect.getmembers(module)


def test_the_sandbox_is_listed_where_its_extra_is_installed(monkeypatch):
    assert "sandbox" in dir(replicate)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "sandbox" not in dir(replicate)


def test_most_public_classes_are_tried():
    tried = [cls for cls in CLASSES if next(things(cls), None) is not None]
    assert len(tried) > 60


@pytest.mark.parametrize(
    "variable", ["REPLICATE_BASE_URL", "HTTPS_PROXY", "REPLICATE_POLL_INTERVAL"]
)
def test_attributes_of_a_client_in_a_wrong_environment(monkeypatch, variable):
    monkeypatch.setenv(f"REPLICATE_{variable}", "h\u00f6st:x")
    read_all(replicate.Client("t"))
    monkeypatch.setenv("HTTPS_PROXY", "h\u00f6st:x")
    read_all(replicate.Client("t"))


def test_attributes_of_a_client_whose_token_fails():
    def token():
        raise OSError("no vault")

    read_all(replicate.Client(token))
    read_all(replicate.Client(5))


def test_attributes_in_an_event_loop():
    async def main():
        async with replicate.Client("t") as client:
            read_all(client)
            assert isinstance(client._async_client, httpx.AsyncClient)
            mock.Mock(spec=client)

    asyncio.run(main())


def test_what_there_is_not_is_missing_for_its_own_reason():
    with pytest.raises(AttributeError, match="event loop"):
        _ = replicate.Client("t")._async_client


@pytest.mark.parametrize("client", [replicate.default_client, replicate.Client("t")])
def test_clients_can_be_mocked(client):
    for made in (
        mock.Mock(spec=client),
        mock.MagicMock(spec_set=client),
        mock.NonCallableMock(client),
        mock.AsyncMock(spec=client),
        mock.create_autospec(client),
        mock.create_autospec(client, instance=True),
        mock.create_autospec(replicate.Client),
    ):
        made.run.return_value = "mocked"
        with pytest.raises(AttributeError):
            _ = made.runn
    names = [name for name, _ in inspect.getmembers(client)]
    assert {"run", "predictions", "close"} <= set(names)


@pytest.mark.parametrize("name", ["run", "async_run", "stream", "predictions", "models"])
def test_the_package_can_be_patched(name):
    whole = getattr(replicate, name)
    with mock.patch.object(replicate, name, autospec=True) as made:
        assert getattr(replicate, name) is made
    assert getattr(replicate, name) == whole
    with mock.patch(f"replicate.{name}") as made:
        assert getattr(replicate, name) is made


def test_a_mock_of_the_client_takes_the_calls_of_one():
    made = mock.create_autospec(replicate.Client("t"))
    made.run.return_value = ["a"]
    assert made.run("owner/name", input={"prompt": "a"}) == ["a"]
    made.run.assert_called_once_with("owner/name", input={"prompt": "a"})
    with pytest.raises(TypeError):
        made.run("owner/name", {}, "too much")
    is_async = asyncio.iscoroutinefunction(made.async_run)  # 3.8 can't show the mock
    assert is_async


@pytest.mark.parametrize("cls", [kind[0] for kind in KINDS], ids=lambda cls: cls.__name__)
def test_resources_can_be_mocked(cls):
    found = cls(**WIRES[cls])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made = mock.Mock(spec=found)
        mock.create_autospec(found)
        mock.create_autospec(cls)
        inspect.getmembers(found)
    assert isinstance(made, cls)
    assert made.dict
