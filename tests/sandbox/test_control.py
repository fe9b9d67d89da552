"""Control over HTTP, for tests in other processes and languages."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, Iterator, List, Tuple

import httpx
import pytest

from replicate.sandbox import CUT, Sandbox, wire
from replicate.sandbox import feed as feeds
from replicate.sandbox.addresses import is_loopback

from .conftest import Api


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{sandbox.url}/_sandbox", timeout=30) as client:
        yield client


def done(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def test_info(sandbox: Sandbox, control: httpx.Client) -> None:
    for path in ("", "/"):
        info = done(control.get(path))
        assert (info["url"], info["files_url"]) == (sandbox.url, sandbox.files_url)
        assert info["token"] == sandbox.token


def test_what_comes_in_here_is_no_request_of_a_client(
    sandbox: Sandbox, control: httpx.Client
) -> None:
    fault = sandbox.fault("*", "/**", status=503, times=None)
    done(control.get("/"))
    done(control.get("/requests"))
    assert httpx.get(sandbox.url).status_code == 200
    assert httpx.get(f"{sandbox.url}/openapi.json").status_code == 200
    assert (fault.fired, sandbox.requests) == (0, [])


def test_faults(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    created = done(
        control.post("/faults", json={"target": ["account.get"], "status": 503, "times": 2}), 201
    )
    assert api.get("/account").status_code == 503
    assert done(control.get(f"/faults/{created['id']}"))["fired"] == 1
    own = sandbox.fault("GET", "/v1/hardware", drop="before")
    listed = done(control.get("/faults"))
    assert [fault["target"] for fault in listed] == [["account.get"], ["GET", "/v1/hardware"]]
    assert listed[1]["drop"] == "before"
    assert done(control.delete(f"/faults/{created['id']}"), 204) is None
    assert api.get("/account").status_code == 200
    done(control.delete("/faults"), 204)
    assert api.get("/hardware").status_code == 200
    assert own.fired == 0
    assert done(control.get("/faults")) == []
    done(control.get(f"/faults/{created['id']}"), 404)


def test_a_fault_by_script(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    body = {"target": ["GET", "/v1/account"], "script": ["a", 0.01, None], "times": None}
    created = done(control.post("/faults", json=body), 201)
    assert (created["script"], created["times"]) == (["a", 0.01, None], None)
    assert sandbox._state.faults.planned[0].script == ["a", 0.01, CUT]
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/account")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"target": ["account.got"], "status": 500}, "there is no operation account.got"),
        ({"target": ["GET", "v1"], "status": 500}, "begins with a slash"),
        ({"target": ["account.get"], "drop": "now"}, "drop"),
        ({"target": ["account.get"], "status": "500"}, "status"),
        ({"target": ["account.get"], "script": [True]}, "texts, seconds and nulls"),
        ({"target": ["account.get"], "color": 1}, "color"),
        ({"status": 500}, "target"),
        ({"target": []}, "operationId"),
    ],
)
def test_faults_that_cannot_be_meant(
    control: httpx.Client, body: Dict[str, Any], word: str
) -> None:
    response = control.post("/faults", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert word in response.text
    assert done(control.get("/faults")) == []


def test_rate_limit(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    done(control.put("/rate-limit", json={"requests": 1, "per": 60}), 204)
    assert done(control.get("/"))["rate_limited"] is True
    body = {"version": "sandbox/divider", "input": {"denominator": 1}}
    statuses = [api.post("/predictions", json=body).status_code for _ in range(2)]
    assert statuses == [201, 429]
    done(control.delete("/rate-limit"), 204)
    assert api.post("/predictions", json=body).status_code == 201
    for wrong in ({}, {"requests": 0}, {"requests": 1, "per": 0}, {"requests": 1, "x": 1}):
        done(control.put("/rate-limit", json=wrong), 422)


def test_requests(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    api.get("/account", params={"a": "b"})
    api.post("/predictions", content=b"\xff\xfe")
    first, second = done(control.get("/requests"))
    assert (first["method"], first["path"], first["query"]) == ("GET", "/v1/account", "a=b")
    assert (first["status"], first["body"], first["number"]) == (200, "", 1)
    assert (second["body"], second["body_base64"]) == (None, "//4=")
    assert second["headers"]["authorization"] == f"Bearer {sandbox.token}"
    assert [r["number"] for r in done(control.get("/requests", params={"after": 1}))] == [2]
    done(control.delete("/requests"), 204)
    assert done(control.get("/requests")) == []
    api.get("/account")
    assert [r["number"] for r in done(control.get("/requests"))] == [3]
    for wrong in ("limit=0", "limit=x", "after=-1", "limit=1001"):
        done(control.get(f"/requests?{wrong}"), 400)


def test_runs_and_their_end(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    created = api.create("sandbox/divider", denominator=4)
    assert done(control.post("/settle")) == {"settled": True}
    (run,) = done(control.get("/runs"))
    assert run["id"] == created["id"]
    assert (run["model"], run["status"], run["kind"]) == (
        "sandbox/divider",
        "succeeded",
        "prediction",
    )
    assert done(control.get(f"/runs/{run['id']}"))["output"] == 0.25
    done(control.post(f"/runs/{run['id']}/expire"), 204)
    assert api.get(f"/predictions/{run['id']}").json()["data_removed"] is True
    api.create("sandbox/primes", limit=1000, delay=5)
    assert done(control.post("/settle", json={"timeout": 0.05})) == {"settled": False}
    done(control.post("/settle", json={"timeout": -1}), 422)
    done(control.get("/runs/nothing"), 404)
    done(control.post("/reset"), 204)
    assert done(control.get("/runs")) == []
    assert sandbox.requests == []


def test_the_clock(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    assert done(control.get("/clock"))["driven"] is False
    before = done(control.post("/clock/drive", json={"auto": False}))
    assert before["driven"] is True
    created = api.create("sandbox/primes", limit=30, delay=5)
    after = done(control.post("/clock/advance", json={"seconds": 100}))
    passed = wire.parse_timestamp(after["now"]) - wire.parse_timestamp(before["now"])
    assert passed == 100 * wire.NANOSECONDS
    assert api.get(f"/predictions/{created['id']}").json()["status"] == "succeeded"
    done(control.post("/clock/advance", json={"seconds": 3600}))
    assert api.get(f"/predictions/{created['id']}").json()["data_removed"] is True
    assert done(control.post("/clock/release"))["driven"] is False
    done(control.post("/clock/advance", json={"seconds": -1}), 422)
    done(control.post("/clock/advance", json={}), 422)
    done(control.post("/clock/drive", json={"auto": 1}), 422)


def test_webhooks(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    body = {
        "version": "sandbox/divider",
        "input": {"denominator": 1},
        "webhook": "http://127.0.0.1:9/hook",
        "webhook_events_filter": ["completed"],
    }
    api.post("/predictions", json=body)
    sandbox.settle()
    deliveries = done(control.get("/webhooks"))
    assert [d["url"] for d in deliveries] == ["http://127.0.0.1:9/hook"] * 3
    assert [d["status"] for d in deliveries] == [None] * 3


def test_models(sandbox: Sandbox, control: httpx.Client) -> None:
    models = {model["name"]: model for model in done(control.get("/models"))}
    assert set(models) == set(sandbox.models)
    painter, sprites = models["sandbox/painter"], models["sandbox/sprites"]
    assert painter["reference"] == "sandbox/painter"
    assert painter["input"]["properties"]["width"]["maximum"] == 1024
    assert sprites["reference"].startswith("sandbox/sprites:")
    assert models["sandbox/markov"]["trainable"] is True
    done(control.delete("/models/sandbox/painter"), 204)
    assert "sandbox/painter" not in sandbox.models
    done(control.delete("/models/sandbox/painter"), 404)


SCHEMA = {
    "openapi": "3.0.2",
    "components": {
        "schemas": {
            "Input": {
                "type": "object",
                "required": ["prompt"],
                "properties": {"prompt": {"type": "string", "title": "Prompt"}},
            },
            "Output": {"type": "string", "format": "uri", "title": "Output"},
        }
    },
}


def test_models_are_made(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    picture = {"file": "it.txt", "base64": "aGVsbG8="}
    body = {"name": "me/painter", "schema": SCHEMA, "returns": picture, "official": True}
    made = done(control.post("/models", json=body), 201)
    assert (made["name"], made["reference"]) == ("me/painter", "me/painter")
    output = api.finish(sandbox, "me/painter", prompt="x")["output"]
    assert httpx.get(output).text == "hello"
    assert output.endswith("/it.txt")
    wrong = api.post("/predictions", json={"version": "me/painter", "input": {}})
    assert wrong.status_code == 422

    done(control.post("/models", json={"name": "me/fixed", "returns": {"a": [picture]}}), 201)
    given = api.finish(sandbox, "me/fixed", whatever=1)["output"]
    assert httpx.get(given["a"][0]).text == "hello"


def test_models_by_script(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    steps = [{"log": "loading"}, 0.01, {"metric": ["tokens", 3]}, "Roses ", {"output": "red"}]
    scripts = [steps, ["starting", "processing", {"failed": "NSFW"}], ["processing", None]]
    done(control.post("/models", json={"name": "me/poet", "scripts": scripts}), 201)
    first = api.finish(sandbox, "me/poet")
    assert (first["output"], first["logs"]) == (["Roses ", "red"], "loading\n")
    assert first["metrics"]["tokens"] == 3
    assert api.finish(sandbox, "me/poet")["error"] == "NSFW"
    third = api.create("me/poet")
    assert done(control.post("/settle", json={"timeout": 0.05})) == {"settled": False}
    api.post(f"/predictions/{third['id']}/cancel")
    assert done(control.post("/settle")) == {"settled": True}
    done(control.post("/models", json={"name": "me/poet", "script": ["canceled"]}), 201)
    assert api.finish(sandbox, "me/poet")["status"] == "canceled"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"name": "me", "returns": 1}, "owner/name"),
        ({"name": "me/it"}, "give a schema"),
        ({"name": "me/it", "schema": {}}, "no schema of an input"),
        ({"name": "me/it", "schema": SCHEMA, "returns": 7}, "does not fit the schema"),
        ({"name": "me/it", "script": [-1]}, "seconds to wait"),
        ({"name": "me/it", "script": [{"metric": 1}]}, "metric"),
        ({"name": "me/it", "returns": {"file": "a", "base64": "?"}}, "base64"),
        ({"name": "me/it", "scripts": []}, "or a script"),
        ({"returns": 1}, "name"),
    ],
)
def test_models_that_cannot_be_made(control: httpx.Client, body: Any, word: str) -> None:
    response = control.post("/models", json=body)
    assert response.status_code == 422
    assert word in response.text


def test_files(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    made = api.finish(sandbox, "sandbox/painter", prompt="x", width=16, height=16)
    key = made["output"].split("/")[-2]
    response = control.get(f"/files/{key}")
    assert response.content == httpx.get(made["output"]).content
    assert response.headers["content-type"] == "image/png"
    assert "sandbox" in response.headers["content-security-policy"]
    stored = api.post("/files", files={"content": ("a.txt", b"hello")}).json()
    assert control.get(f"/files/{stored['id']}").content == b"hello"
    done(control.get("/files/nothing"), 404)


def test_unknown_paths_and_methods(control: httpx.Client) -> None:
    done(control.get("/nothing"), 404)
    response = control.put("/faults")
    assert (response.status_code, response.headers["allow"]) == (405, "DELETE, GET, POST")


def test_its_document(sandbox: Sandbox, control: httpx.Client) -> None:
    document = done(control.get("/openapi.json"))
    validate = pytest.importorskip("openapi_spec_validator").validate
    validate(document)
    assert document["servers"] == [{"url": sandbox.url}]
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert len({o["operationId"] for o in operations}) == len(operations) >= 20
    assert all(o["summary"] and not o["summary"].endswith(".") for o in operations)


def test_the_document_of_the_api(sandbox: Sandbox) -> None:
    document = done(httpx.get(f"{sandbox.url}/openapi.json"))
    assert document["servers"] == [{"url": f"{sandbox.url}/v1"}]
    assert document["openapi"].startswith("3.")
    assert sum(len(path) for path in document["paths"].values()) >= 37


# --- who gets in -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "attacker.example"},
        {"host": "[::1"},
        {"host": ""},
        {"host": "127.0.0.1.attacker.example:80"},
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-forwarded-for": "10.0.0.1"},
        {"via": "1.1 tunnel"},
    ],
)
def test_others_do_not_get_in(control: httpx.Client, headers: Dict[str, str]) -> None:
    response = control.get("/", headers=headers)
    assert response.status_code == 403
    assert "r8_" not in response.text
    done(control.get("/nothing", headers=headers), 403)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "localhost:77", "[::1]:5", "[::1]"])
def test_this_machine_gets_in(control: httpx.Client, host: str) -> None:
    assert is_loopback("localhost")
    done(control.get("/", headers={"host": host, "origin": f"http://{host}"}))


def test_a_secret() -> None:
    with Sandbox(secret="open sesame", demo_models=False) as sandbox:
        url = f"{sandbox.url}/_sandbox"
        elsewhere = {"host": "sandbox.example", "x-forwarded-for": "10.0.0.1"}
        with httpx.Client(base_url=url, headers=elsewhere) as client:
            response = client.get("/")
            assert response.status_code == 401
            assert response.headers["www-authenticate"] == "Bearer"
            for wrong in (b"Bearer no", b"open sesame", b"Bearer", b"Bearer \xe9"):
                done(client.get("/", headers=[(b"authorization", wrong)]), 401)
            done(client.get("/", headers={"authorization": "Bearer open sesame"}))
            done(client.post("/session", json={"secret": "no"}), 401)
            opened = client.post("/session", json={"secret": "open sesame"})
            assert opened.status_code == 204
            cookie = opened.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert "sesame" not in cookie
            value = cookie.partition(";")[0]
            done(client.get("/", headers={"cookie": value}))
            crossing = {"cookie": value, "origin": "https://attacker.example"}
            done(client.get("/", headers=crossing), 403)
            done(client.get("/", headers={"cookie": value + "x"}), 401)
        done(httpx.get(url), 401)


# --- what happens ------------------------------------------------------------------------------


class Events:
    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self) -> Tuple[str, Any]:
        kind = ""
        for line in self._lines:
            if line.startswith("event: "):
                kind = line[len("event: ") :]
            elif line.startswith("data: "):
                return kind, json.loads(line[len("data: ") :])
        raise AssertionError("the stream has ended")

    def until(self, kind: str, status: str = "") -> Any:
        while True:
            found, data = self.next()
            if found == kind and (not status or data["status"] == status):
                return data


def test_events(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    before = api.create("sandbox/divider", denominator=1, wait="wait")
    sandbox.settle()
    with control.stream("GET", "/events") as response:
        events = Events(response.iter_lines())
        kind, runs = events.next()
        assert (kind, [run["id"] for run in runs]) == ("runs", [before["id"]])
        created = api.create("sandbox/divider", denominator=2)
        run = events.until("run", "succeeded")
        assert run["id"] == created["id"]
        assert run["seconds"] is not None
        sandbox.include(Sandbox(demo_models=False))
        events.until("models")
        sandbox.reset()
        events.until("reset")


def test_events_of_one_run(sandbox: Sandbox, control: httpx.Client, api: Api) -> None:
    created = api.create("sandbox/primes", limit=30, delay=0.02)
    with control.stream("GET", "/events", params={"run": created["id"]}) as response:
        events = Events(response.iter_lines())
        items: List[int] = []
        logs, detail = "", {}
        while len(items) < 10 or detail.get("status") != "succeeded":
            kind, data = events.next()
            if kind == "items":
                assert data["from"] == len(items)
                items += data["items"]
            elif kind == "logs":
                assert data["from"] == len(logs)
                logs += data["text"]
            elif kind == "detail":
                detail = data
    assert items == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    assert logs.count("\n") == 10
    assert (detail["iterates"], detail["concatenates"]) == (True, False)
    assert "output" not in detail
    made = api.create("sandbox/painter", prompt="x", width=16, height=16)
    with control.stream("GET", "/events", params={"run": made["id"]}) as response:
        output = Events(response.iter_lines()).until("output")["output"]
        assert output.startswith(sandbox.files_url)


def test_events_have_the_urls_of_their_reader(sandbox: Sandbox, api: Api) -> None:
    made = api.finish(sandbox, "sandbox/painter", prompt="x", width=16, height=16)
    local = sandbox.url.replace("127.0.0.1", "localhost")
    headers = {"host": local[len("http://") :]}
    url = f"{sandbox.url}/_sandbox/events?run={made['id']}"
    with httpx.stream("GET", url, headers=headers) as response:
        output = Events(response.iter_lines()).until("output")["output"]
    assert output.startswith(sandbox.files_url.replace("127.0.0.1", "localhost") + "/")


def test_followers_come_and_go(
    sandbox: Sandbox, control: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "HEARTBEAT", 0.01)
    followers = sandbox._state.feed._followers
    with control.stream("GET", "/events") as response:
        lines = response.iter_lines()
        while next(lines) != ": still here":
            pass
        assert len(followers) == 1
    deadline = time.monotonic() + 10
    while followers:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_follower_does_not_hold_up_the_end() -> None:
    with Sandbox(demo_models=False) as sandbox:
        with httpx.stream("GET", f"{sandbox.url}/_sandbox/events") as response:
            Events(response.iter_lines()).until("runs")
            started = time.monotonic()
            sandbox.stop()
            assert time.monotonic() - started < 5
