from __future__ import annotations

import asyncio
import re
import threading
from typing import Any, AsyncIterator, Iterator

import pytest

from replicate.sandbox import Canceled, Sandbox, current_prediction

from .conftest import Api

ID = re.compile(r"[a-z0-9]{26}$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")


def test_what_the_creation_answers(sandbox: Sandbox, api: Api) -> None:
    gate = threading.Event()

    @sandbox.model("me/slow")
    def slow(b: str = "b", a: str = "a") -> str:
        gate.wait(10)
        return a + b

    version = sandbox.models["me/slow"].latest_version.id
    created = api.create(version, b="y", a="x")
    gate.set()
    assert ID.match(created["id"])
    assert TIME.match(created["created_at"])
    url = f"{sandbox.url}/v1/predictions/{created['id']}"
    assert created == {
        "id": created["id"],
        "model": "me/slow",
        "version": version,
        "input": {"a": "x", "b": "y"},
        "logs": "",
        "output": None,
        "data_removed": False,
        "source": "api",
        "error": None,
        "status": "starting",
        "created_at": created["created_at"],
        "urls": {
            "get": url,
            "cancel": f"{url}/cancel",
            "web": f"{sandbox.url}/p/{created['id']}",
        },
    }
    assert list(created["input"]) == ["a", "b"]


def test_keys_appear_when_they_have_a_value(sandbox: Sandbox, api: Api) -> None:
    started, gate = threading.Event(), threading.Event()

    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        print("hello")
        started.set()
        gate.wait(10)
        return "done"

    created = api.create("me/slow")
    assert started.wait(10)
    url = created["urls"]["get"]
    running = api.get(url).json()
    assert running["status"] == "processing"
    assert "started_at" in running
    assert not {"completed_at", "metrics"} & set(running)
    assert (created["output"], running["output"]) == (None, None)
    gate.set()
    sandbox.settle()
    done = api.get(url).json()
    assert (done["status"], done["output"], done["logs"]) == ("succeeded", "done", "hello\n")
    assert done["version"] == "hidden"
    assert 0 < done["metrics"]["predict_time"] <= done["metrics"]["total_time"]
    assert done["started_at"] <= done["completed_at"]


def test_the_three_ways_to_name_a_version(sandbox: Sandbox, api: Api) -> None:
    sprites = sandbox.models["sandbox/sprites"].latest_version.id
    assert api.create(sprites, prompt="x")["version"] == sprites
    assert api.create(f"sandbox/sprites:{sprites}", prompt="x")["version"] == sprites
    assert api.create("sandbox/storyteller", prompt="x")["version"] == "hidden"
    for wrong in ("sandbox/sprites", "0" * 64, f"sandbox/painter:{sprites}", "nobody/nothing", ""):
        response = api.post("/predictions", json={"version": wrong, "input": {}})
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json() == {
            "title": "Invalid version or not permitted",
            "detail": "The specified version does not exist"
            " (or perhaps you don't have permission to use it?)",
            "status": 422,
        }


def test_only_official_models_run_by_name(api: Api) -> None:
    body = {"input": {"prompt": "x"}}
    assert api.post("/models/sandbox/painter/predictions", json=body).status_code == 201
    refused = api.post("/models/sandbox/sprites/predictions", json=body)
    assert refused.status_code == 404
    assert refused.json() == {
        "detail": "The requested resource could not be found.",
        "status": 404,
    }


def test_wrong_input_is_refused_with_every_field(sandbox: Sandbox, api: Api) -> None:
    body = {"version": "sandbox/painter", "input": {"width": 5000, "height": "tall"}}
    response = api.post("/predictions", json=body)
    assert response.status_code == 422
    problem = response.json()
    assert problem["title"] == "Input validation failed"
    assert problem["detail"] == (
        "- input: prompt is required\n"
        "- input.width: Must be less than or equal to 1024\n"
        "- input.height: Invalid type. Expected: integer, given: string\n"
    )
    assert [(f["type"], f["field"]) for f in problem["invalid_fields"]] == [
        ("required", "input"),
        ("number_lte", "input.width"),
        ("invalid_type", "input.height"),
    ]
    assert sandbox.created == []


def test_the_body_takes_no_other_fields(api: Api) -> None:
    body = {"input": {"prompt": "x"}, "model": "sandbox/painter"}
    response = api.post("/models/sandbox/painter/predictions", json=body)
    assert response.status_code == 422
    assert response.json()["invalid_fields"] == [
        {
            "type": "additional_property_not_allowed",
            "field": "(root)",
            "description": "Additional property model is not allowed",
        }
    ]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object(api: Api, content: bytes) -> None:
    response = api.post("/predictions", content=content)
    assert response.status_code == 400
    assert response.json()["title"] == "Bad request"


def test_a_held_creation_answers_as_soon_as_the_output_is_complete(
    sandbox: Sandbox, api: Api
) -> None:
    body = {"version": "sandbox/storyteller", "input": {"prompt": "a fox"}}
    response = api.post("/predictions", json=body, headers={"prefer": "wait=10"})
    assert response.status_code == 201
    assert response.headers["preference-applied"] == "wait=10"
    early = response.json()
    assert early["status"] == "processing"
    assert "".join(early["output"]).startswith("Once upon a time there was a fox.")
    assert early["logs"] == ""
    assert not {"started_at", "completed_at", "metrics"} & set(early)
    assert api.get(early["urls"]["get"]).json()["status"] == "succeeded"


def test_a_hold_that_runs_out_answers_with_what_there_is(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/halting", official=True)
    def halting() -> Iterator[str]:
        yield "one"
        current_prediction().sleep(61)
        yield "two"

    sandbox.clock.drive()
    began = sandbox.clock.now
    early = api.create("me/halting", wait="wait=60")
    assert (sandbox.clock.now - began).total_seconds() == 60
    assert (early["status"], early["output"]) == ("processing", ["one"])


def test_a_hold_ends_with_a_failure(api: Api) -> None:
    failed = api.create("sandbox/divider", wait="wait")
    assert failed["status"] == "failed"
    assert "completed_at" in failed


@pytest.mark.parametrize("wait", ["wait=0", "wait=61", "wait=x", "wait=-1"])
def test_holds_have_limits(sandbox: Sandbox, api: Api, wait: str) -> None:
    body = {"version": "sandbox/divider", "input": {}}
    response = api.post("/predictions", json=body, headers={"prefer": wait})
    assert response.status_code == 400
    assert sandbox.created == []


def test_other_preferences_are_ignored(api: Api) -> None:
    response = api.post(
        "/predictions",
        json={"version": "sandbox/divider", "input": {}},
        headers={"prefer": "respond-async"},
    )
    assert response.status_code == 201
    assert "preference-applied" not in response.headers


def test_cancel_while_running(sandbox: Sandbox, api: Api) -> None:
    started, ended = threading.Event(), threading.Event()

    @sandbox.model("me/endless", official=True)
    def endless() -> Iterator[int]:
        try:
            yield 1
            started.set()
            current_prediction().sleep(60)
        except Canceled:
            ended.set()
            raise

    created = api.create("me/endless")
    assert started.wait(10)
    canceled = api.post(created["urls"]["cancel"])
    assert canceled.status_code == 200
    body = canceled.json()
    assert (body["status"], body["output"], body["error"]) == ("canceled", [1], None)
    assert body["logs"] is None
    assert body["webhook_completed"] is None
    assert "completed_at" in body
    assert ended.wait(10)
    again = api.post(created["urls"]["cancel"]).json()
    assert again["completed_at"] == body["completed_at"]


def test_cancel_before_the_start(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/cold", official=True, cold_start=60)
    def cold() -> str:
        raise AssertionError

    created = api.create("me/cold")
    body = api.post(created["urls"]["cancel"]).json()
    assert (body["status"], body["output"]) == ("canceled", None)
    assert body["metrics"]["predict_time"] == 2e-06
    assert "started_at" not in body
    sandbox.settle()


def test_cancel_async_model(sandbox: Sandbox, api: Api) -> None:
    started = threading.Event()
    ended = threading.Event()

    @sandbox.model("me/endless", official=True)
    async def endless() -> AsyncIterator[str]:
        try:
            yield "a"
            started.set()
            await asyncio.sleep(60)
        finally:
            ended.set()

    created = api.create("me/endless")
    assert started.wait(10)
    assert api.post(created["urls"]["cancel"]).json()["status"] == "canceled"
    sandbox.settle()
    assert ended.is_set()


def test_a_model_that_prints_is_stopped_there(sandbox: Sandbox, api: Api) -> None:
    stopped, gate, started = threading.Event(), threading.Event(), threading.Event()

    @sandbox.model("me/printer", official=True)
    def printer() -> str:
        started.set()
        gate.wait(10)
        try:
            print("too late")
        except Canceled:
            stopped.set()
            raise
        return ""

    created = api.create("me/printer")
    assert started.wait(10)
    api.post(created["urls"]["cancel"])
    gate.set()
    assert stopped.wait(10)
    sandbox.settle()
    assert api.get(created["urls"]["get"]).json()["logs"] == ""


def test_deadlines() -> None:
    with Sandbox(demo_models=False, drive_clock=True) as sandbox, Api(sandbox) as api:

        @sandbox.model("me/sleeper", official=True)
        def sleeper() -> None:
            current_prediction().sleep(60)

        @sandbox.model("me/cold", official=True, cold_start=60)
        def cold() -> None:
            raise AssertionError

        for name, status in (("me/sleeper", "canceled"), ("me/cold", "aborted")):
            body = {"version": name, "input": {}}
            response = api.post("/predictions", json=body, headers={"cancel-after": "20s"})
            assert TIME.match(response.json()["deadline"])
            sandbox.settle()
            final = api.get(response.json()["urls"]["get"]).json()
            assert final["status"] == status
            assert ("predict_time" in final["metrics"]) == (status == "canceled")


@pytest.mark.parametrize("value", ["4", "4s", "25h", "soon", "", "1d"])
def test_deadlines_have_limits(sandbox: Sandbox, api: Api, value: str) -> None:
    body = {"version": "sandbox/divider", "input": {}}
    response = api.post("/predictions", json=body, headers={"cancel-after": value})
    assert response.status_code == 400
    assert response.json()["detail"].startswith("Cancel-After")
    assert sandbox.created == []


def test_lists_have_pages_in_both_directions(sandbox: Sandbox, api: Api) -> None:
    ids = [api.create("sandbox/divider")["id"] for _ in range(5)][::-1]
    first = api.get("/predictions").json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    pages = [first, second, third]
    assert [[p["id"] for p in page["results"]] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    assert first["previous"] is None
    assert third["next"] is None
    assert api.get(third["previous"]).json()["results"] == second["results"]
    assert second["next"].startswith(f"{sandbox.url}/v1/predictions?cursor=")
    api.create("sandbox/divider")
    assert [p["id"] for p in api.get(first["next"]).json()["results"]] == ids[2:4]
    assert api.get("/predictions", params={"cursor": "nonsense"}).status_code == 400


def test_list_filters(api: Api) -> None:
    old, new = api.create("sandbox/divider"), api.create("sandbox/divider")

    def ids(**filters: str) -> Any:
        return [p["id"] for p in api.get("/predictions", params=filters).json()["results"]]

    assert ids(created_after=new["created_at"]) == [new["id"]]
    assert ids(created_before=new["created_at"]) == [old["id"]]
    assert ids(created_after="2999-01-01T00:00:00+01:00") == []
    assert ids(source="web") == []
    for wrong in ({"created_after": "yesterday"}, {"source": "api"}):
        assert api.get("/predictions", params=wrong).status_code == 400


def test_expired_data(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/divider", denominator=2)
    assert done["output"] == 0.5
    sandbox.expire(done["id"])
    gone = api.get(done["urls"]["get"]).json()
    assert (gone["data_removed"], gone["output"], gone["input"]) == (True, None, {})
