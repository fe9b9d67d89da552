"""Pages of lists, and events of streams: the manners of the data models of 1.0.7."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle

import httpx
import pytest

import replicate
from replicate.exceptions import InvalidResponseError
from replicate.file import File, FileList
from replicate.pagination import Page
from replicate.sandbox import Sandbox
from replicate.stream import ServerSentEvent
from replicate_api import models
from replicate_api.api.files import list as list_files
from tests.bodies import FILE, page, prediction
from tests.servers import Answer

# Pages.


@pytest.fixture
def found(mock):
    wire = page(prediction(id="a"), prediction(id="b"), next="https://api.replicate.com/v1/x?c=1")
    return mock(lambda _request: httpx.Response(200, json=wire)).predictions.list()


def test_a_page_is_like_the_list_of_its_results(found):
    assert [item.id for item in found] == ["a", "b"]
    assert (len(found), found[0].id, found[-1].id) == (2, "a", "b")
    assert [item.id for item in found[:1]] == ["a"]
    assert (found.previous, found.next) == (None, "https://api.replicate.com/v1/x?c=1")
    assert all(item._client is not None for item in found)


def test_a_page_has_the_manners_of_resources(found):
    assert found.dict() == {
        "previous": None,
        "next": found.next,
        "results": [item.dict() for item in found],
    }
    assert json.loads(found.json()) == found.dict()
    assert found == found.dict()
    assert found == Page(results=list(found), next=found.next)
    assert found != Page(results=[])
    assert found != 1
    more = f", ... {len(found) - 1} more" if len(found) > 1 else ""
    fields = ["previous=None", f"next={found.next!r}", f"results=[{found[0]!r}{more}]"]
    assert repr(found) == f"Page({', '.join(fields)})"
    assert str(found) == " ".join(fields)
    with pytest.raises(TypeError, match="unhashable type: 'Page'"):
        hash(found)
    for twin in (
        copy.copy(found),
        copy.deepcopy(found),
        pickle.loads(pickle.dumps(found)),
        found.copy(),
        found.copy(deep=True),
    ):
        assert type(twin) is Page
        assert twin == found
    assert found.copy(update={"next": None}).next is None
    assert found.copy().results is found.results
    assert found.copy(deep=True).results is not found.results


@pytest.mark.parametrize("none", [None, "", "null"])
def test_no_further_page(none):
    assert Page(results=[], next=none, previous=none).next is None


@pytest.mark.parametrize("namespace", ["models", "predictions", "trainings", "files"])
def test_none_is_no_cursor(call, served, server, namespace):
    with pytest.raises(ValueError, match="cursor cannot be None"):
        call(getattr(served, namespace).list, None)
    assert server.requests == []


@pytest.mark.parametrize(
    ("namespace", "arguments", "query"),
    [
        ("predictions", {"created_after": "2026-01-01"}, "created_after=2026-01-01"),
        ("predictions", {"source": "web", "created_before": None}, "source=web"),
        ("models", {"sort_by": "x", "sort_direction": "asc"}, "sort_by=x&sort_direction=asc"),
    ],
)  # fmt: skip
def test_lists_take_what_the_list_of_the_api_takes(
    call, served, server, namespace, arguments, query
):
    server.on("GET", f"/v1/{namespace}", {"results": [], "next": None})
    assert call(getattr(served, namespace).list, **arguments).results == []
    assert server.requests[-1].target == f"/v1/{namespace}?{query}"


@pytest.mark.parametrize("namespace", ["models", "predictions", "files", "hardware"])
def test_lists_name_what_they_do_not_take(call, served, server, namespace):
    with pytest.raises(TypeError, match=r"list\(\) got an unexpected keyword argument 'sorted'"):
        call(getattr(served, namespace).list, sorted=True)
    assert server.requests == []


@pytest.mark.parametrize(
    "cursor", ["https://api.replicate.com/v1/files?cursor=a%3D%3D&x=1", "?cursor=a%3D%3D&x=1"]
)
def test_lists_of_the_generated_operations_can_be_paginated(served, server, cursor):
    answers = {"": {"results": [FILE], "next": cursor}, "cursor=a%3D%3D&x=1": {"results": []}}
    server.handle = lambda request: Answer(answers[request.query])
    first, second = replicate.paginate(served.api.files.list)
    assert (first.results[0].id, second.results) == (FILE["id"], [])

    async def pages():
        return [page async for page in replicate.async_paginate(served.api.files.async_list)]

    assert asyncio.run(pages()) == [first, second]
    assert [request.query for request in server.requests] == [*answers, *answers]
    assert list_files.build("a==")["params"] == {"cursor": "a=="}


def every_item(call, list_method):
    """Return the items of all pages, as a program asks for them."""
    if not call.is_async:
        return list(list_method().items())

    async def main():
        return [item async for item in (await call.twin(list_method)()).items()]

    return asyncio.run(main())


@pytest.mark.parametrize("namespace", ["models", "files"])
def test_items_go_on_over_all_pages(call, namespace):
    with Sandbox(page_size=2) as sandbox, sandbox.client() as client:
        for number in range(5):
            client.files.create(b"%d" % number)
        method = getattr(client, namespace).list
        pages = list(replicate.paginate(method))

        items = every_item(call, method)

        assert len(pages) > 2
        assert [item.dict() for item in items] == [each.dict() for page in pages for each in page]


def test_a_page_is_fetched_when_its_items_are_asked_for():
    with Sandbox(page_size=2) as sandbox, sandbox.client() as client:
        items = client.models.list().items()

        assert next(items).name
        assert next(items).name
        assert len(sandbox.requests) == 1
        assert next(items).name
        assert len(sandbox.requests) == 2


def test_pages_that_lead_in_a_circle_end_in_an_error(mock):
    wire = page(prediction(id="a"), next="https://api.replicate.com/v1/predictions?cursor=abc")
    items = mock(lambda _request: httpx.Response(200, json=wire)).predictions.list().items()

    with pytest.raises(InvalidResponseError, match="leads back to its own page"):
        list(items)


@pytest.mark.parametrize("make", [pickle.loads, None])
def test_a_page_without_a_client_says_so(found, make):
    alone = make(pickle.dumps(found)) if make else Page(results=[], next="abc")

    with pytest.raises(ValueError, match="has no client"):
        list(alone.items())


def test_the_list_of_files_is_a_list():
    files = FileList([File._of(models.File.from_dict(FILE), None)], next="n")
    assert isinstance(files, list)
    assert files.results == files
    assert (files.next, files.previous) == ("n", None)
    twin = pickle.loads(pickle.dumps(files))
    assert (twin, twin.next) == (files, "n")


# Events of streams.


def test_events_have_the_manners_of_resources():
    event = ServerSentEvent(event="output", data="text", id="1:0", retry=5)
    fields = {"event": "output", "data": "text", "id": "1:0", "retry": 5}
    assert dict(event) == event.dict() == json.loads(event.json()) == fields
    assert event.event is ServerSentEvent.EventType.OUTPUT
    assert event == ServerSentEvent(**fields)
    assert event != ServerSentEvent(**{**fields, "data": "other"})
    assert event != "text"
    assert pickle.loads(pickle.dumps(event)) == copy.copy(event) == event
    assert (str(event), str(ServerSentEvent(event="logs", data="x"))) == ("text", "")
    assert repr(event).startswith("ServerSentEvent(event=")
    with pytest.raises(TypeError, match="unhashable"):
        hash(event)
    assert vars(event) == fields
    assert event.dict(include={"data", "id"}) == {"data": "text", "id": "1:0"}
    assert json.loads(event.json(exclude={"retry"}, indent=1)) == event.dict(exclude={"retry"})
    assert event.copy(update={"data": "other"}).data == "other"
    assert event == fields
