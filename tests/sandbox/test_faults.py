from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Dict

import httpx
import pytest

from replicate.sandbox.faults import Fault, FaultPlan
from replicate.sandbox.limits import RateLimit

if TYPE_CHECKING:
    from replicate.sandbox import Sandbox

    from .conftest import Api

BODY: Dict[str, Any] = {"version": "sandbox/divider", "input": {}}


@pytest.mark.parametrize(
    ("target", "hit"),
    [
        (("predictions.get",), True),
        (("predictions.list",), False),
        (("GET", "/v1/predictions/abc"), True),
        (("GET", "/v1/predictions/*"), True),
        (("*", "/v1/predictions/{id}"), True),
        (("GET", "/v1/**"), True),
        (("GET", "/**"), True),
        (("POST", "/v1/predictions/*"), False),
        (("GET", "/v1/predictions"), False),
        (("GET", "/v1/*"), False),
        (("GET", "/v1/predictions/*/cancel"), False),
        (("GET", "/v2/**"), False),
        (("get", "/v1/predictions/abc"), True),
    ],
)
def test_what_a_fault_is_for(target: Any, hit: bool) -> None:
    assert Fault(target).matches("GET", "/v1/predictions/abc", ["predictions.get"]) is hit


def test_which_occurrence_is_hit() -> None:
    plan = FaultPlan()
    late = plan.add(Fault(("stream",), status=500, times=2, after=1))
    always = plan.add(Fault(("stream",), status=500, times=None, after=2))
    hits = [plan.decide("GET", "/", ["stream"]) for _ in range(6)]
    # The first request spares both; the second and third hit the first fault.
    assert [late if hit is late else hit for hit in hits] == [
        None,
        late,
        late,
        None,
        always,
        always,
    ]
    assert (late.fired, late.skipped) == (2, 1)
    assert plan.decide("GET", "/", ["output"]) is None
    plan.clear()
    assert plan.decide("GET", "/", ["stream"]) is None


def test_faults_queue_up(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("account.get", status=503)
    last = sandbox.fault("GET", "/v1/account", status=429, times=2)
    statuses = [api.get("/account").status_code for _ in range(4)]
    assert statuses == [503, 429, 429, 200]
    assert last.fired == 2
    assert [r.status for r in sandbox.requests] == statuses


@pytest.mark.parametrize("status", [401, 402, 404, 418, 429, 500, 503, 522])
def test_statuses_come_with_the_apis_bodies(sandbox: Sandbox, api: Api, status: int) -> None:
    sandbox.fault("predictions.create", status=status, headers={"Retry-After": "7"})
    response = api.post("/predictions", json=BODY)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "7"
    assert response.json()["status"] == status
    assert response.json()["detail"]
    assert ("retry_after" in response.json()) == (status == 429)
    assert sandbox.created == []
    assert sandbox.requests[-1].json == BODY


@pytest.mark.parametrize(
    ("fault", "content", "kind"),
    [
        ({"body": b""}, b"", "text/plain"),
        ({"body": "<html>"}, b"<html>", "text/html"),
        ({"body": "{broken", "content_type": "application/json"}, b"{broken", "application/json"),
        ({"body": []}, b"[]", "application/json"),
        ({"status": 204}, b"", "application/json"),
        ({"status": 500, "body": {"a": 1}}, b'{"a": 1}', "application/problem+json"),
    ],
)
def test_bodies(sandbox: Sandbox, api: Api, fault: Any, content: bytes, kind: str) -> None:
    sandbox.fault("account.get", **fault)
    response = api.get("/account")
    assert response.content == content
    assert response.headers["content-type"] == kind


def test_a_reset_before_anything_is_done(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("predictions.create", drop="before")
    with pytest.raises(httpx.ReadError):
        api.post("/predictions", json=BODY)
    assert sandbox.created == []
    assert sandbox.requests[-1].status is None
    assert api.post("/predictions", json=BODY).status_code == 201


def test_a_reset_after_the_work_was_done(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("predictions.create", drop="after")
    with pytest.raises(httpx.ReadError):
        api.post("/predictions", json=BODY)
    assert len(sandbox.created) == 1
    assert sandbox.predictions == [sandbox.created[0]]


def test_a_reset_during_the_answer(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("predictions.create", drop="during")
    with api.stream("POST", "/predictions", json=BODY) as response:
        assert response.status_code == 201
        with pytest.raises(httpx.ReadError):
            response.read()
    assert len(sandbox.created) == 1


@pytest.mark.parametrize("content_length", [True, False])
def test_a_body_cut_short(sandbox: Sandbox, api: Api, content_length: bool) -> None:
    url = api.finish(sandbox, "sandbox/painter", prompt="x")["output"]
    sandbox.fault("output", truncate=100, content_length=content_length)
    with httpx.stream("GET", url) as response:
        assert ("content-length" in response.headers) is content_length
        received = b""
        with pytest.raises(httpx.RemoteProtocolError):
            for chunk in response.iter_raw():
                received += chunk
    assert len(received) == 100
    assert httpx.get(url).content.startswith(received)


def test_an_answer_of_unknown_length(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("account.get", content_length=False)
    response = api.get("/account")
    assert "content-length" not in response.headers
    assert response.json()["type"] == "user"


def test_work_that_nobody_hears_of(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("predictions.create", status=502, work=True)
    assert api.post("/predictions", json=BODY).status_code == 502
    assert len(sandbox.created) == 1


def test_delays_and_trickles(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("account.get", delay=0.2)
    with pytest.raises(httpx.ReadTimeout):
        api.get("/account", timeout=0.1)
    sandbox.fault("account.get", trickle=0.001)
    with api.stream("GET", "/account") as response:
        pieces = list(response.iter_raw())
    assert len(pieces) > 1
    began = time.monotonic()
    sandbox.fault("account.get", delay=0.05)
    assert api.get("/account").status_code == 200
    assert time.monotonic() - began >= 0.05


def test_headers_of_real_answers(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("account.get", headers={"X-More": "1"}, content_type="text/weird")
    response = api.get("/account")
    assert response.headers["x-more"] == "1"
    assert response.headers["content-type"] == "text/weird"
    assert response.json()["type"] == "user"


def test_large_uploads_can_be_refused(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("files.create", status=413, body="<html>Too large</html>")
    response = api.post("/files", files={"content": ("a", b"x" * 3_000_000)})
    assert response.status_code == 413
    assert len(sandbox.requests[-1].body) == 1 << 20


def test_refused_connections(sandbox: Sandbox, api: Api) -> None:
    url = sandbox.url
    with sandbox.offline():
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/v1/account")
        with pytest.raises(httpx.ConnectError):
            httpx.get(sandbox.files_url)
    assert sandbox.url == url
    assert api.get("/account").status_code == 200


@pytest.mark.parametrize("precise", [True, False])
@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("models.predictions.create", "/models/sandbox/divider/predictions"),
        ("deployments.predictions.create", "/deployments/sandbox/mine/predictions"),
        ("predictions.create", "/predictions"),
    ],
)
def test_a_fault_of_creates_hits_every_create(
    sandbox: Sandbox, api: Api, operation: str, path: str, precise: bool
) -> None:
    deployment = {
        "name": "mine",
        "model": "sandbox/divider",
        "version": sandbox.models["sandbox/divider"].latest_version.id,
        "hardware": "cpu",
        "min_instances": 0,
        "max_instances": 1,
    }
    assert api.post("/deployments", json=deployment).status_code == 200
    fault = sandbox.fault(operation if precise else "predictions.create", status=402)
    other = sandbox.fault("trainings.create", status=402)
    body = BODY if operation == "predictions.create" else {"input": {}}
    assert api.post(path, json=body).status_code == 402
    assert sandbox.requests[-1].fault is fault
    assert api.post(path, json=body).status_code == 201
    assert sandbox.requests[-1].fault is None
    assert (fault.fired, other.fired) == (1, 0)
    assert sandbox.unfired_faults == [other]


@pytest.mark.parametrize("ending", ["", "/cancel"])
def test_a_fault_of_trainings_hits_them_where_their_urls_lead(
    sandbox: Sandbox, api: Api, ending: str
) -> None:
    version = sandbox.models["sandbox/markov"].latest_version.id
    url = f"/models/sandbox/markov/versions/{version}/trainings"
    body = {"destination": "sandbox/markov", "input": {"train_data": "data:,a%20b"}}
    training = api.post(url, json=body).json()
    fault = sandbox.fault("trainings.cancel" if ending else "trainings.get", status=503)
    ask = api.post if ending else api.get
    assert ask(training["urls"]["get"] + ending).status_code == 503
    assert fault.fired == 1


@pytest.mark.parametrize(
    ("target", "options", "error"),
    [
        (["account.get"], {"drop": "sometimes"}, ValueError("before, during or after")),
        ([], {"status": 500}, TypeError("operationId")),
        (["a", "/b", "/c"], {"status": 500}, TypeError("operationId")),
        ([None, "/b"], {"status": 500}, TypeError("operationId")),
        (["predictions.crate"], {"status": 500}, ValueError("perhaps predictions.create")),
        (["nothing"], {"status": 500}, ValueError("there are account.get, collections.get")),
        (["/v1/predictions"], {"status": 500}, ValueError("a path needs a method")),
        (["GET", "v1/predictions"], {"status": 500}, ValueError("begins with a slash")),
        (["GET", ""], {"status": 500}, ValueError("begins with a slash")),
        (["/v1/predictions", "GET"], {"status": 500}, ValueError("method is one of")),
        (["GRAB", "/v1/predictions"], {"status": 500}, ValueError("method is one of")),
        (["GET", "/v1/predictions?a=b"], {"status": 500}, ValueError("has no query")),
        (["GET", "/v1/**/cancel"], {"status": 500}, ValueError("only at its end")),
        (["account.get"], {}, ValueError("a fault needs one of")),
        (["account.get"], {"times": 3, "after": 1}, ValueError("a fault needs one of")),
        (["account.get"], {"status": 500, "times": 0}, ValueError("times is at least 1")),
        (["account.get"], {"status": 500, "after": -1}, ValueError("after is at least 0")),
        (["account.get"], {"delay": -1}, ValueError("delay is at least 0")),
        (["account.get"], {"truncate": -1}, ValueError("truncate is at least 0")),
        (["account.get"], {"status": 500, "drop": "after"}, ValueError("there is no answer")),
        (["webhook"], {"body": "x", "delay": 1}, ValueError("a webhook can have")),
    ],
)
def test_faults_that_can_never_hit_or_do_nothing_are_refused(
    sandbox: Sandbox, target: Any, options: Any, error: Exception
) -> None:
    with pytest.raises(type(error), match=str(error)):
        sandbox.fault(*target, **options)
    assert sandbox.unfired_faults == []


def test_faults_that_hit_nothing_are_told(sandbox: Sandbox, api: Api) -> None:
    fired = sandbox.fault("account.get", status=500, times=3)
    late = sandbox.fault("GET", "/v1/account", status=429, headers={"retry-after": "1"}, after=9)
    sandbox.fault("stream", status=500, optional=True)
    api.get("/account")
    assert sandbox.unfired_faults == [late]
    assert repr(fired) == "fault('account.get', status=500, times=3)"
    assert repr(late) == (
        "fault('GET', '/v1/account', status=429, headers={'retry-after': '1'}, after=9)"
    )
    sandbox.reset()
    assert sandbox.unfired_faults == []


def test_faults_and_limits_end_with_a_reset(sandbox: Sandbox, api: Api) -> None:
    sandbox.fault("account.get", status=500, times=None)
    sandbox.rate_limit(1, burst=0)
    assert api.get("/account").status_code == 500
    sandbox.reset()
    assert sandbox.requests == []
    assert api.get("/account").status_code == 200
    assert api.post("/predictions", json=BODY).status_code == 201


def test_token_buckets() -> None:
    limit = RateLimit(6, 60.0, 2, header=False)
    waits = [limit.take(now) for now in (0, 0, 0, 4, 10, 10, 1000, 1000, 1000)]
    assert waits == pytest.approx([0, 0, 10, 6, 0, 10, 0, 0, 10])
    assert limit.remaining == 0


def test_a_rate_limit_on_the_wire(sandbox: Sandbox, api: Api) -> None:
    sandbox.rate_limit(6, per=60, burst=1)
    first = api.post("/predictions", json=BODY)
    assert (first.status_code, first.headers["ratelimit-remaining"]) == (201, "0")
    second = api.post("/predictions", json=BODY)
    assert second.status_code == 429
    assert second.json() == {
        "detail": "Request was throttled. Your rate limit for creating predictions is reduced to"
        " 6 requests per minute with a burst of 1 requests while you have less than $5.0 in"
        " credit. Your rate limit resets in ~10s.",
        "status": 429,
        "retry_after": 10,
    }
    assert "retry-after" not in second.headers
    assert api.get("/predictions").status_code == 200
    assert len(sandbox.created) == 1
    sandbox.rate_limit(6, burst=0, header=True)
    assert api.post("/predictions", json=BODY).headers["retry-after"] == "10"


def test_what_the_api_says_about_its_limits(api: Api) -> None:
    created = api.post("/predictions", json=BODY)
    assert (created.headers["ratelimit-remaining"], created.headers["ratelimit-reset"]) == (
        "599",
        "1",
    )
    one = api.get(created.json()["urls"]["get"])
    assert one.headers["ratelimit-remaining"] == "59999"
    assert api.get("/models").headers["ratelimit-remaining"] == "2999"
    assert "ratelimit-remaining" not in api.get("/files").headers
    anonymous = api.get("/models", headers={"authorization": ""})
    assert "ratelimit-remaining" not in anonymous.headers
