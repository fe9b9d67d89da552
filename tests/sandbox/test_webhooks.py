from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from replicate.sandbox import Sandbox
from replicate.sandbox.webhooks import sign

from .conftest import Api


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, and answers with the statuses that it was given."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        self.received: List[Tuple[Dict[str, str], bytes]] = []
        self.statuses: List[int] = []

    @property
    def bodies(self) -> List[Dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append((headers, body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def create(api: Api, version: str, **more: Any) -> Dict[str, Any]:
    body = {"version": version, "input": more.pop("input", {}), **more}
    response = api.post("/predictions", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def kinds(sandbox: Sandbox) -> List[str]:
    return [delivery.event for delivery in sandbox.webhooks]


def test_all_events(sandbox: Sandbox, api: Api, receiver: Receiver) -> None:
    @sandbox.model("me/model", official=True)
    def model() -> Iterator[str]:
        print("hello\n", end="")
        yield "a"

    events = ["start", "output", "logs", "completed"]
    created = create(api, "me/model", webhook=receiver.url, webhook_events_filter=events)
    assert (created["webhook"], created["webhook_events_filter"]) == (receiver.url, events)
    sandbox.settle()
    assert kinds(sandbox) == ["start", "logs", "output", "completed"]
    bodies = receiver.bodies
    assert [b["status"] for b in bodies] == ["processing"] * 3 + ["succeeded"]
    assert [b["logs"] for b in bodies] == ["", "hello\n", "hello\n", "hello\n"]
    assert [b.get("output") for b in bodies] == [None, None, ["a"], ["a"]]
    assert bodies[-1] == api.get(created["urls"]["get"]).json()


def test_signatures(sandbox: Sandbox, api: Api, receiver: Receiver) -> None:
    secret = api.get("/webhooks/default/secret").json()["key"]
    assert secret == sandbox.webhook_secret
    create(api, "sandbox/divider", webhook=receiver.url)
    sandbox.settle()
    ((headers, body),) = receiver.received
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert headers["content-type"] == "application/json"


def test_the_scheme_is_the_standard_one() -> None:
    headers = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    # The example of the Standard Webhooks specification.
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_filters(sandbox: Sandbox, api: Api, receiver: Receiver) -> None:
    create(api, "sandbox/storyteller", input={"prompt": "x"}, webhook=receiver.url)
    sandbox.settle()
    assert set(kinds(sandbox)) == {"output", "completed"}
    sandbox.reset()
    create(api, "sandbox/divider", webhook=receiver.url, webhook_events_filter=["start"])
    sandbox.settle()
    assert kinds(sandbox) == ["start"]
    sandbox.reset()
    create(api, "sandbox/divider", webhook_completed=receiver.url)
    sandbox.settle()
    assert kinds(sandbox) == ["completed"]
    body = {"version": "sandbox/divider", "input": {}, "webhook_events_filter": ["other"]}
    assert api.post("/predictions", json=body).status_code == 422


def test_output_webhooks_are_throttled(receiver: Receiver) -> None:
    with Sandbox(webhook_interval=60) as sandbox, Api(sandbox) as api:
        create(api, "sandbox/storyteller", input={"prompt": "x"}, webhook=receiver.url)
        sandbox.settle()
        assert kinds(sandbox) == ["output", "completed"]


def test_only_the_last_webhook_is_repeated(sandbox: Sandbox, api: Api, receiver: Receiver) -> None:
    receiver.statuses = [500, 302, 404, 200]
    create(
        api,
        "sandbox/divider",
        webhook=receiver.url,
        webhook_events_filter=["start", "completed"],
    )
    sandbox.settle()
    assert [(d.event, d.status) for d in sandbox.webhooks] == [
        ("start", 500),
        ("completed", 302),
        ("completed", 404),
        ("completed", 200),
    ]
    ids = [headers["webhook-id"] for headers, _ in receiver.received]
    assert ids[1] == ids[2] == ids[3] != ids[0]


def test_lost_webhooks(sandbox: Sandbox, api: Api, receiver: Receiver) -> None:
    sandbox.fault("webhook", drop="before")
    create(api, "sandbox/divider", webhook=receiver.url)
    sandbox.settle()
    assert [d.status for d in sandbox.webhooks] == [None, 200]
    assert len(receiver.received) == 1
    sandbox.reset()
    sandbox.fault("webhook", status=200, delay=0.01)
    create(api, "sandbox/divider", webhook=receiver.url)
    sandbox.settle()
    assert [d.status for d in sandbox.webhooks] == [200], "its sender believes that it arrived"
    assert len(receiver.received) == 1


def test_webhooks_whose_answer_is_lost_come_twice(
    sandbox: Sandbox, api: Api, receiver: Receiver
) -> None:
    sandbox.fault("webhook", drop="after")
    sandbox.fault("webhook", status=503, work=True)
    create(api, "sandbox/divider", webhook=receiver.url)
    sandbox.settle()
    assert [d.status for d in sandbox.webhooks] == [None, 503, 200]
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1
    assert len(receiver.received) == 3


def test_a_receiver_that_is_not_there(sandbox: Sandbox, api: Api) -> None:
    create(api, "sandbox/divider", webhook="http://127.0.0.1:1/")
    sandbox.settle()
    assert [d.status for d in sandbox.webhooks] == [None, None, None]


def test_a_sandbox_that_stops_gives_up(receiver: Receiver) -> None:
    with Sandbox(webhook_retries=[60]) as sandbox, Api(sandbox) as api:
        receiver.statuses = [500]
        prediction = create(api, "sandbox/divider", webhook=receiver.url)
        with pytest.raises(TimeoutError):
            sandbox.settle(0.2)
        assert sandbox.predictions[prediction["id"]].finished
