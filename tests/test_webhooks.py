"""Webhooks: validated and parsed, as real frameworks hand them over, from a real sender."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time

import httpx
import pytest

import replicate
from replicate.prediction import Prediction
from replicate.training import Training
from replicate.webhook import (
    InvalidSecretKeyError,
    InvalidSignatureError,
    InvalidTimestampError,
    MissingWebhookBodyError,
    MissingWebhookHeaderError,
    WebhookSigningSecret,
    WebhookValidationError,
)
from tests.servers import Answer, Recorder

SECRET = WebhookSigningSecret(key="whsec_" + base64.b64encode(b"a secret key").decode())
OTHER = "whsec_" + base64.b64encode(b"another key").decode()
BODY = json.dumps({"id": "p", "model": "a/b", "version": "v", "status": "succeeded"}).encode()
webhooks = replicate.Client("t").webhooks


def signed(body=BODY, key=b"a secret key", at=None):
    moment = str(int(time.time() if at is None else at))
    digest = hmac.new(key, f"id.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"Webhook-ID": "id", "webhook-timestamp": moment, "WEBHOOK-SIGNATURE": signature}


class Django:
    def __init__(self, body):
        self.headers, self.body = signed(body), body


class Flask:
    def __init__(self, body):
        self.headers, self._body = signed(body), body

    def get_data(self):
        return self._body


class Starlette:
    headers = signed()

    async def body(self):
        raise AssertionError("nobody awaits this")


@pytest.mark.parametrize("kind", [Django, Flask])
def test_requests_of_frameworks(kind):
    assert webhooks.validate(kind(BODY), secret=SECRET) is True
    assert webhooks.validate(kind(BODY), SECRET) is True
    assert webhooks.parse(kind(BODY), SECRET).id == "p"


def test_request_whose_body_must_be_awaited_says_what_to_do():
    with pytest.raises(TypeError, match=r"await request\.body\(\)"):
        webhooks.validate(Starlette(), secret=SECRET)


@pytest.mark.parametrize("body", [BODY, BODY.decode(), bytearray(BODY), memoryview(BODY)])
@pytest.mark.parametrize("secret", [SECRET, SECRET.key, [OTHER, SECRET], (SECRET.key, OTHER)])
def test_bodies_and_secrets_of_any_kind(body, secret):
    assert webhooks.validate(headers=signed(), body=body, secret=secret) is True
    prediction = webhooks.parse(headers=signed(), body=body, secret=secret)
    assert isinstance(prediction, Prediction)
    assert prediction.status == "succeeded"


def test_headers_of_any_kind():
    pairs = [(name.encode(), value.encode()) for name, value in signed().items()]
    lists = {name: [value] for name, value in signed().items()}
    for headers in (pairs, lists, httpx.Headers(signed())):
        assert webhooks.validate(headers=headers, body=BODY, secret=SECRET) is True


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"headers": lambda: {**signed(), "Webhook-ID": ""}}, MissingWebhookHeaderError),
        ({"headers": {}}, MissingWebhookHeaderError),
        ({"body": b""}, MissingWebhookBodyError),
        ({"body": BODY + b" "}, InvalidSignatureError),
        ({"headers": lambda: signed(at=time.time() - 1000)}, InvalidTimestampError),
        ({"headers": lambda: signed(at=time.time() + 1000)}, InvalidTimestampError),
        ({"headers": lambda: {**signed(), "webhook-timestamp": "soon"}}, InvalidTimestampError),
        ({"headers": lambda: {**signed(), "WEBHOOK-SIGNATURE": "v1"}}, InvalidSignatureError),
        (
            {"headers": lambda: {**signed(), "WEBHOOK-SIGNATURE": "v1,é v1,="}},
            InvalidSignatureError,
        ),
        ({"secret": OTHER}, InvalidSignatureError),
        ({"secret": "whsec"}, InvalidSecretKeyError),
        ({"secret": "whsec_"}, InvalidSecretKeyError),
        ({"secret": "whsec_é"}, InvalidSecretKeyError),
        ({"secret": [5]}, InvalidSecretKeyError),
    ],
)
def test_what_is_wrong_raises_its_error(change, error):
    # Headers are signed when the test runs, which may be long after it was collected.
    change = {name: made() if callable(made) else made for name, made in change.items()}
    arguments = {"headers": signed(), "body": BODY, "secret": SECRET, **change}
    with pytest.raises(error) as caught:
        webhooks.validate(**arguments)
    assert isinstance(caught.value, (WebhookValidationError, ValueError))
    assert SECRET.key not in str(caught.value)


def test_tolerance_can_be_changed_and_turned_off():
    old = signed(at=1)
    assert webhooks.validate(headers=old, body=BODY, secret=SECRET, tolerance=None) is True
    assert webhooks.validate(headers=old, body=BODY, secret=SECRET, tolerance=time.time()) is True


def test_a_tolerance_that_is_no_number_tolerates_nothing():
    with pytest.raises(replicate.webhook.InvalidTimestampError, match="tolerance of nan"):
        webhooks.validate(headers=signed(at=1), body=BODY, secret=SECRET, tolerance=math.nan)


def test_signature_of_another_version_is_skipped():
    good = signed()
    versions = f"v2,xxxx v1a,yyyy broken {good['WEBHOOK-SIGNATURE']}"
    headers = {**good, "WEBHOOK-SIGNATURE": versions}
    assert webhooks.validate(headers=headers, body=BODY, secret=SECRET) is True


@pytest.mark.parametrize("body", [b"no json", b"[1]", b"[" * 100_000])
def test_signed_body_that_is_no_object(body):
    with pytest.raises(WebhookValidationError, match="JSON"):
        webhooks.parse(headers=signed(body), body=body, secret=SECRET)


@pytest.mark.parametrize(
    "fields",
    [{"output": {"version": "a/b:c", "weights": "https://x"}}, {"urls": {"get": "x/trainings/p"}}],
)
def test_training(fields):
    body = json.dumps({**json.loads(BODY), **fields}).encode()
    assert isinstance(webhooks.parse(headers=signed(body), body=body, secret=SECRET), Training)


def test_body_of_another_type_is_a_mistake_of_the_caller():
    with pytest.raises(TypeError, match="as it came"):
        webhooks.validate(headers=signed(), body={"id": "p"}, secret=SECRET)


def test_webhooks_of_the_sandbox(call, sandbox, client):
    with Recorder(lambda request: Answer()) as receiver:
        prediction = client.predictions.create(
            model="sandbox/painter",
            input={"prompt": "x", "width": 16, "height": 16},
            webhook=receiver.url,
            webhook_events_filter=["completed"],
        )
        sandbox.settle()
        [request] = receiver.requests
    secret = call(client.webhooks.default.secret)
    assert secret.key not in repr(secret)
    arrived = client.webhooks.parse(headers=dict(request.headers), body=request.body, secret=secret)
    assert (arrived.id, arrived.status) == (prediction.id, "succeeded")
    assert arrived.output.read()[:4] == b"\x89PNG"
