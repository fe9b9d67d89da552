"""Regression tests for crashes of 1.0.7 with webhooks, models, pages and packaging (M33 to M39)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import httpx
import pytest

import replicate
from replicate.exceptions import ReplicateException
from replicate.pagination import Page
from replicate.webhook import (
    InvalidSecretKeyError,
    InvalidSignatureError,
    InvalidTimestampError,
    MissingWebhookBodyError,
    MissingWebhookHeaderError,
    WebhookSigningSecret,
    WebhookValidationError,
)
from tests.bodies import COLLECTION, MODEL, page, prediction
from tests.test_public_api import python

KEY = b"a signing key of twenty-four bytes"
SECRET = WebhookSigningSecret(key="whsec_" + base64.b64encode(KEY).decode())
BODY = b'{"id": "p1", "name": "Z\xc3\xbcrich"}'

# The example of the Standard Webhooks specification.
EXAMPLE_SECRET = WebhookSigningSecret(key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
EXAMPLE = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def signature(body=BODY, key=KEY, stamp=None):
    digest = hmac.new(key, f"msg.{stamp or now()}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def now():
    return str(int(time.time()))


def signed(**changes):
    headers = {
        "webhook-id": "msg",
        "webhook-timestamp": now(),
        "webhook-signature": signature(),
    }
    headers.update({f"webhook-{name}": value for name, value in changes.items()})
    return {name: value for name, value in headers.items() if value is not None}


def request(headers=None, body=BODY):
    return httpx.Request("POST", "https://me.test", headers=headers or signed(), content=body)


validate = replicate.webhooks.validate


# M33: two of the declared forms failed, and the declared result was never given.


def test_m33_every_declared_form_is_taken_and_returns_true():
    assert validate(request(), SECRET) is True
    assert validate(signed(), BODY, SECRET) is True
    assert validate(request=request(), secret=SECRET) is True
    assert validate(headers=signed(), body=BODY.decode(), secret=SECRET) is True
    assert validate(None, signed(), BODY, SECRET) is True
    assert validate(request(), None, None, SECRET) is True
    example = '{"test": 2432232314}'
    assert validate(EXAMPLE, example, EXAMPLE_SECRET, tolerance=None) is True
    assert validate(EXAMPLE, example, EXAMPLE_SECRET, tolerance=10**10) is True


def test_m33_the_messages_of_1x_remain():
    for arguments, message in [
        ({"request": request()}, "Missing webhook signing secret"),
        (
            {"request": request(), "headers": signed(), "secret": SECRET},
            "Only one of request or headers/body can be provided",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            validate(**arguments)
    for headers, body, error, message in [
        (None, BODY, MissingWebhookHeaderError, "Missing webhook headers"),
        (signed(id=None), BODY, MissingWebhookHeaderError, "Missing webhook id"),
        (signed(timestamp=None), BODY, MissingWebhookHeaderError, "Missing webhook timestamp"),
        (signed(signature=None), BODY, MissingWebhookHeaderError, "Missing webhook signature"),
        (signed(), None, MissingWebhookBodyError, "Missing webhook body"),
        (signed(), b"", MissingWebhookBodyError, "Missing webhook body"),
        (signed(), b"other", InvalidSignatureError, "Webhook signature is invalid"),
        (signed(timestamp="1"), BODY, InvalidTimestampError, "outside the allowed tolerance of"),
    ]:
        with pytest.raises(error, match=message):
            validate(headers=headers, body=body, secret=SECRET)


# M34: what an attacker put into headers raised errors that nobody expects.

HOSTILE = [
    ({"timestamp": "soon"}, InvalidTimestampError),
    ({"timestamp": "9" * 5000}, InvalidTimestampError),
    ({"timestamp": "\u0661\u0662"}, InvalidTimestampError),
    ({"timestamp": "-5"}, InvalidTimestampError),
    ({"signature": "v1,!not base64!"}, InvalidSignatureError),
    ({"signature": "v1,A"}, InvalidSignatureError),
    ({"signature": "v1,\xff\xfe"}, InvalidSignatureError),
    ({"signature": "v1"}, InvalidSignatureError),
    ({"signature": ","}, InvalidSignatureError),
    ({"signature": " "}, InvalidSignatureError),
    ({"id": "\ud800"}, InvalidSignatureError),
]


@pytest.mark.parametrize(("changes", "error"), HOSTILE, ids=range(len(HOSTILE)))
def test_m34_hostile_headers_raise_the_documented_errors(changes, error):
    with pytest.raises(WebhookValidationError) as caught:
        validate(headers=signed(**changes), body=BODY, secret=SECRET)
    assert type(caught.value) is error
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("body", [b"\xff\xfe", "\udcff", "\ud800", b"\0" * 10])
def test_m34_hostile_bodies_too(body):
    with pytest.raises(InvalidSignatureError):
        validate(headers=signed(), body=body, secret=SECRET)
    if isinstance(body, bytes):
        with pytest.raises(InvalidSignatureError):
            validate(request(body=body), SECRET)


# M35: a body of bytes was never valid, and a secret of text failed.


def test_m35_bodies_and_secrets_of_either_kind():
    for body in (BODY, bytearray(BODY), memoryview(BODY), BODY.decode()):
        for secret in (SECRET, SECRET.key, [SECRET.key], (SECRET,)):
            assert validate(headers=signed(), body=body, secret=secret)
    for secret in ("whsec", "whsec_", "whsec_!!", "", "nothing", "whsec_\xff"):
        error = InvalidSecretKeyError if secret else ValueError
        with pytest.raises(error) as caught:
            validate(headers=signed(), body=BODY, secret=secret)
        assert secret == "" or secret not in str(caught.value).replace("whsec_<base64>", "")


# M36: one malformed signature hid a valid one, and the version of a signature did not matter.


def test_m36_any_valid_signature_of_version_one_will_do():
    other = signature(key=b"another key")
    for before in ("v1", "v2", "nonsense", "v1,", "v1,!!", other, f"{other} v1,A v3,x"):
        assert validate(
            headers=signed(signature=f"{before} {signature()}"), body=BODY, secret=SECRET
        )
    assert validate(
        headers=signed(signature=other), body=BODY, secret=[SECRET, _secret(b"another key")]
    )
    wrong_version = signature().replace("v1", "v2")
    with pytest.raises(InvalidSignatureError):
        validate(headers=signed(signature=wrong_version), body=BODY, secret=SECRET)


def _secret(key):
    return "whsec_" + base64.b64encode(key).decode()


# M37: the setter of `username` could not work.


def test_m37_username_can_be_set(call, server, served):
    server.always(MODEL)
    model = call(served.models.get, "o/n")
    with pytest.warns(DeprecationWarning, match="`owner`"):
        assert model.username == "o"
    model.username = "p"
    assert (model.owner, model.id) == ("p", "p/n")
    with pytest.raises(
        ReplicateException, match=r"The `model.predict\(\)` method has been removed"
    ):
        model.predict(prompt="x")


# M38: pages and collections could not be made dicts, and an empty page that has a next was false.


def test_m38_pages_and_collections_are_dicts(call, server, served):
    server.on("GET", "/v1/models", page(MODEL, next="n"))
    server.on("GET", "/v1/predictions", page())
    server.on("GET", "/v1/collections/s", {**COLLECTION, "models": [MODEL]})
    models = call(served.models.list)
    assert dict(models) == {"previous": None, "next": "n", "results": models.results}
    collection = call(served.collections.get, "s")
    found = dict(collection)
    assert (found["slug"], found["models"]) == ("s", collection.models)
    empty = call(served.predictions.list)
    assert len(empty) == 0
    collection.models = None
    assert (len(collection), list(collection)) == (0, [])


def test_m38_what_is_empty_is_false_as_before(call, server, served):
    """Programs ask so whether a model has versions: `if model.versions.list():`."""
    server.on("GET", "/v1/predictions", page())
    assert not call(served.predictions.list)
    assert not Page(results=[])
    assert Page(results=[], next="n")
    assert Page(results=[1])
    server.on("GET", "/v1/collections/s", {**COLLECTION, "models": []})
    assert not call(served.collections.get, "s")
    server.on("GET", "/v1/collections/t", {**COLLECTION, "models": [MODEL]})
    assert call(served.collections.get, "t")
    server.on("GET", "/v1/collections", page(COLLECTION))
    assert call(served.collections.list)[0], "a list of collections says nothing of their models"


def test_m38_while_page_reaches_the_end(call, server, served):
    server.on("GET", "/v1/predictions", page(prediction(), next="/v1/predictions?cursor=2"))
    server.on("GET", "/v1/predictions", page(next="/v1/predictions?cursor=3"))
    server.on("GET", "/v1/predictions", page(prediction()))
    seen = []
    found = call(served.predictions.list)
    while found:
        seen.extend(found)
        found = call(served.predictions.list, found.next) if found.next else None
    assert len(seen) == 2


# M39: pydantic's compatibility layer decided on which Python the client could be imported.


def test_m39_pydantic_is_not_needed():
    code = (
        "import sys; sys.modules['pydantic'] = None\n"
        "import replicate, replicate.hardware, replicate.deployment, replicate.training\n"
        "print(repr(replicate.hardware.__class__.__name__).replace(chr(39), chr(34)))"
    )
    assert python(code) == "HardwareNamespace"
