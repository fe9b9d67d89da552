"""What users read when something goes wrong, whole, so that it can be judged in one place.

The lines of 1.0.7 come first and are what they were, because programs search them. What this
package knows besides stands below, in lines of its own.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import os
import re
import subprocess
import sys
import textwrap
import time
import types
from typing import Iterator

import httpx
import pytest

import replicate
from replicate import _blocking, exceptions
from replicate.sandbox import File, current_prediction
from replicate.webhook import (
    InvalidSecretKeyError,
    InvalidSignatureError,
    InvalidTimestampError,
    MissingWebhookHeaderError,
)

VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"


@pytest.fixture
def says(call, sandbox):
    """Check the whole text of the error that a call ends with."""

    def check(kind, text, method, *args, use=call, **kwargs):
        with pytest.raises(kind) as caught:
            use(method, *args, **kwargs)
        assert plain(caught.value, sandbox) == textwrap.dedent(text).strip()
        return caught.value

    return check


def plain(error, sandbox):
    """Return the text of an error without what is different each time."""
    text = str(error).replace(sandbox.url, "http://sandbox")
    return re.sub(r"(attempts: \d+ in) \d+\.\d s", r"\1 0.1 s", text)


# 404: which request, and what is it that is not there?


def test_model(says, client):
    says(
        exceptions.NotFoundError,
        """
        ReplicateError Details:
        status: 404
        detail: The requested resource could not be found.
        request: POST /v1/models/acme/flux-schnel/predictions
        model: acme/flux-schnel
        base_url: http://sandbox
        hint: There is no such model, or the token's account may not see it.
        """,
        client.run,
        "acme/flux-schnel",
        {"prompt": "a llama"},
    )


@pytest.mark.parametrize(
    ("call_of", "request_line", "kind", "id"),
    [
        (lambda c: (c.predictions.get, "p1"), "GET /v1/predictions/p1", "prediction", "p1"),
        (
            lambda c: (c.predictions.cancel, "p1"),
            "POST /v1/predictions/p1/cancel",
            "prediction",
            "p1",
        ),
        (lambda c: (c.trainings.get, "t1"), "GET /v1/trainings/t1", "training", "t1"),
        (lambda c: (c.models.get, "a/b"), "GET /v1/models/a/b", "model", "a/b"),
        (lambda c: (c.deployments.get, "a/b"), "GET /v1/deployments/a/b", "deployment", "a/b"),
        (lambda c: (c.collections.get, "c1"), "GET /v1/collections/c1", "collection", "c1"),
        (
            lambda c: (c.predictions.create, {"deployment": "a/b", "input": {}}),
            "POST /v1/deployments/a/b/predictions",
            "deployment",
            "a/b",
        ),
    ],
)
def test_things_that_are_not_there(says, client, call_of, request_line, kind, id):
    method, arguments = call_of(client)
    named = arguments if isinstance(arguments, dict) else {}
    says(
        exceptions.NotFoundError,
        f"""
        ReplicateError Details:
        status: 404
        detail: The requested resource could not be found.
        request: {request_line}
        {kind}: {id}
        base_url: http://sandbox
        hint: There is no such {kind}, or the token's account may not see it.
        """,
        method,
        *([] if named else [arguments]),
        **named,
    )


def test_file(says, client):
    says(
        exceptions.NotFoundError,
        """
        ReplicateError Details:
        status: 404
        detail: File not found
        request: GET /v1/files/f1
        file: f1
        base_url: http://sandbox
        """,
        client.files.get,
        "f1",
    )


def test_version(says, client):
    says(
        exceptions.UnprocessableEntityError,
        f"""
        ReplicateError Details:
        title: Invalid version or not permitted
        status: 422
        detail: The specified version does not exist (or perhaps you don't have permission to \
use it?)
        request: POST /v1/predictions
        version: {VERSION}
        base_url: http://sandbox
        """,
        client.run,
        VERSION,
        {},
    )


def test_training(says, client):
    says(
        exceptions.NotFoundError,
        f"""
        ReplicateError Details:
        status: 404
        detail: The requested resource could not be found.
        request: POST /v1/models/acme/base/versions/{VERSION}/trainings
        model: acme/base
        version: {VERSION}
        destination: acme/mine
        base_url: http://sandbox
        hint: There is no such model, version or destination, or the token's account may not see it.
        """,
        client.trainings.create,
        version=f"acme/base:{VERSION}",
        input={},
        destination="acme/mine",
    )


def test_the_address_of_the_api_itself_is_not_named(call, mock):
    answer = {"detail": "The requested resource could not be found.", "status": 404}
    client = mock(lambda _: httpx.Response(404, json=answer))
    with pytest.raises(exceptions.NotFoundError) as caught:
        call(client.predictions.get, "p1")
    assert str(caught.value).splitlines()[3:] == [
        "request: GET /v1/predictions/p1",
        "prediction: p1",
        "hint: There is no such prediction, or the token's account may not see it.",
    ]


def test_model_without_a_version(says, client, sandbox):
    sandbox.fault("models.predictions.create", status=404, times=None)
    sandbox.fault("models.get", status=200, body={"owner": "a", "name": "b"}, times=None)
    error = says(
        exceptions.NotFoundError,
        """
        ReplicateError Details:
        status: 404
        detail: The requested resource could not be found.
        request: POST /v1/models/a/b/predictions
        model: a/b
        base_url: http://sandbox
        hint: The model is there, but it has no version that could be run.
        """,
        client.run,
        "a/b",
        {},
    )
    assert error.about["model"] == "a/b"


def test_stream_of_a_model_that_fails(call, client, sandbox):
    @sandbox.model("me/tell", official=True)
    def tell() -> Iterator[str]:
        yield "one"
        raise ValueError("no more")

    _, error = call.collect(client.stream, "me/tell", {})
    assert isinstance(error, exceptions.ReplicateException)
    assert "me/tell" in (str(error) + getattr(error, "details", ""))


def test_deadline(call, client, sandbox):
    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        current_prediction().sleep(60)
        return "done"

    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call(client.run, "me/slow", {}, timeout=0.5)
    assert str(caught.value).splitlines() == [
        "ReplicateError Details:",
        "title: Deadline exceeded",
        "detail: The time given as timeout= ran out. "  # noqa: ISC004
        f"Prediction {caught.value.prediction.id} was canceled.",
        f"prediction: {caught.value.prediction.id}",
        "model: me/slow",
    ]


def test_output_that_is_gone(call, client, sandbox):
    output = client.run("sandbox/painter", {"prompt": "a llama", "width": 16, "height": 16})
    output = output[0] if isinstance(output, list) else output
    sandbox.fault("output", status=404, body="", times=None)
    with pytest.raises(exceptions.DownloadError) as caught:
        call.read(output)
    text = """
        ReplicateError Details:
        title: File not available
        status: 404
        detail: URL: Not Found. Replicate removes the output of API predictions after one hour \
(https://replicate.com/docs/topics/predictions/data-retention): save it before.
        request: GET URL
    """
    assert str(caught.value).replace(output.url, "URL") == textwrap.dedent(text).strip()


# Servers that are not Replicate's.


def test_page_of_another_server(says, client, sandbox):
    page = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
    sandbox.fault("account.get", status=404, body=page, content_type="text/html")
    says(
        exceptions.NotFoundError,
        """
        ReplicateError Details:
        title: Not Found
        status: 404
        detail: 404 Not Found
        request: GET /v1/account
        base_url: http://sandbox
        hint: The server that answered is not Replicate's API. Check the argument base_url: it is \
the address without /v1, by default https://api.replicate.com
        """,
        client.accounts.current,
    )


def test_page_that_is_a_success(says, monkeypatch, sandbox):
    page = "<html><body>Welcome to nginx!</body></html>"
    sandbox.fault("account.get", status=200, body=page, content_type="text/html")
    monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
    with replicate.Client(sandbox.token) as client:
        says(
            exceptions.InvalidResponseError,
            """
            ReplicateError Details:
            title: Unreadable answer
            status: 200
            detail: unexpected response 200 (text/html): <html><body>Welcome to nginx!</body></html>
            request: GET /v1/account
            base_url: http://sandbox
            hint: The server that answered is not Replicate's API. Check the variable \
REPLICATE_BASE_URL: it is the address without /v1, by default https://api.replicate.com
            """,
            client.accounts.current,
        )


# No answer.


def test_nothing_listens(says, waits):
    with replicate.Client("t", base_url="http://127.0.0.1:9") as client:
        says(
            exceptions.APIConnectionError,
            """
            GET http://127.0.0.1:9/v1/account: ConnectError: [Errno 111] Connection refused
            base_url: http://127.0.0.1:9
            attempts: 6 in 0.1 s
            hint: Nothing on this machine listens at 127.0.0.1:9. \
Has a sandbox or a proxy ended, or another port now?
            """,
            client.accounts.current,
        )


# Tokens.


@pytest.fixture
def cog_scope(monkeypatch):
    """Run as if inside a Cog model, where a token belongs to who runs it."""
    scope = types.SimpleNamespace(context={"replicate_api_token": "of the scope"})
    cog = types.SimpleNamespace(current_scope=lambda: scope)
    monkeypatch.setitem(sys.modules, "cog", cog)


def test_no_token(says):
    says(
        exceptions.AuthenticationError,
        """
        ReplicateError Details:
        title: No API token
        detail: Set the environment variable REPLICATE_API_TOKEN, or pass Client(api_token=...). \
Create a token at https://replicate.com/account/api-tokens
        """,
        replicate.Client().accounts.current,
    )


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({}, "the environment variable REPLICATE_API_TOKEN"),
        ({"api_token": "r8_argument"}, "the argument api_token of the client"),
        ({"api_token": lambda: "r8_function"}, "the function given as api_token"),
        ({"headers": {"Authorization": "Bearer r8_x"}}, "the argument headers of the client"),
        ({"auth": ("user", "password")}, "the argument auth of the client"),
    ],
)
def test_wrong_token(says, sandbox, monkeypatch, options, source):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_variable")
    with replicate.Client(base_url=sandbox.url, **options) as client:
        refused_token(says, client, source)


def test_wrong_token_of_a_cog_model(says, sandbox, monkeypatch, cog_scope):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_variable")
    with replicate.Client(base_url=sandbox.url) as client:
        refused_token(says, client, "the scope of the Cog model")


def refused_token(says, client, source):
    says(
        exceptions.AuthenticationError,
        f"""
        ReplicateError Details:
        title: Unauthenticated
        status: 401
        detail: You did not pass a valid authentication token
        request: GET /v1/account
        base_url: http://sandbox
        token: from {source}
        hint: Replicate does not accept this token: it is mistyped, or was deleted. Your tokens \
are at https://replicate.com/account/api-tokens, where you can also create one.
        """,
        client.accounts.current,
    )


# Webhooks.

SECRET = "whsec_" + base64.b64encode(b"a secret").decode()


def refused_webhook(kind, text, body=b'{"id": "p1"}', secret=SECRET, age=0, **headers):
    """Validate a webhook that was signed for one body and may have come with another."""
    moment = str(int(time.time() - age))
    digest = hmac.new(b"a secret", f"id.{moment}.".encode() + b'{"id": "p1"}', "sha256").digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    sent = {"webhook-id": "id", "webhook-timestamp": moment, "webhook-signature": signature}
    sent.update({f"webhook-{name}": value for name, value in headers.items()})
    with pytest.raises(kind) as caught:
        replicate.webhooks.validate(headers=sent, body=body, secret=secret)
    text_of = re.sub(r"3,6\d\d seconds", "3,600 seconds", str(caught.value))
    assert text_of == textwrap.dedent(text).strip()


@pytest.mark.parametrize("change", [{"body": b'{"id":"p1"}'}, {"secret": "whsec_b3RoZXI="}])
def test_signature_of_a_webhook(change):
    refused_webhook(
        InvalidSignatureError,
        """
        Webhook signature is invalid
        hint: Most often the body is not what was sent: it was parsed and written again, or \
changed by a proxy. Pass the bytes of the request. Or the secret is another account's: \
replicate.webhooks.default.secret() returns that of your account.
        """,
        **change,
    )


def test_old_webhook():
    refused_webhook(
        InvalidTimestampError,
        """
        Webhook timestamp is outside the allowed tolerance of 300 seconds
        hint: It is 3,600 seconds old. Is the clock of this machine right? For webhooks that \
wait in a queue, or are sent again on purpose, pass tolerance=
        """,
        age=3600,
    )


def test_webhook_without_a_header():
    refused_webhook(
        MissingWebhookHeaderError,
        """
        Missing webhook id
        hint: Replicate sends the header webhook-id. A proxy may have dropped it, or the request \
comes from somebody else.
        """,
        id="",
    )


def test_no_secret():
    refused_webhook(
        ValueError,
        """
        Missing webhook signing secret
        hint: replicate.webhooks.default.secret() returns that of your account.
        """,
        secret="",
    )


def test_token_for_a_secret():
    refused_webhook(
        InvalidSecretKeyError,
        """
        Invalid secret key format: expected whsec_<base64>
        hint: This is an API token. replicate.webhooks.default.secret() returns that of your \
account.
        """,
        secret="r8_0123456789",
    )


# Proxies.


@pytest.mark.parametrize("password", ["", "user:secret@"])
@pytest.mark.parametrize("proxy", ["localhost:3128", "proxy.example", "ftp://proxy.example"])
def test_proxy_without_a_scheme_fails_when_the_client_is_made(proxy, password):
    host = proxy.rpartition("/")[2]
    with pytest.raises(exceptions.InvalidArgumentError) as caught:
        replicate.Client("t", proxy=proxy[: -len(host)] + password + host)
    assert str(caught.value) == (
        f"the argument proxy has the proxy '{proxy}', which cannot be used: write its "
        f"scheme and host, such as 'http://{host}'"
    )


def test_proxy_of_the_environment_that_is_none(call, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "ftp://user:password@proxy.example")
    with pytest.raises(exceptions.InvalidArgumentError) as caught:
        call(replicate.Client("t").accounts.current)
    assert str(caught.value) == (
        "the variable HTTPS_PROXY has the proxy 'ftp://proxy.example', which cannot be "
        "used: write its scheme and host, such as 'http://proxy.example'"
    )


@pytest.mark.parametrize(
    "proxy", ["http:/user:secret@proxy.example", "http:user:secret@proxy.example"]
)
def test_password_of_a_proxy_that_is_mistyped_is_not_shown(call, monkeypatch, waits, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    for options in ({}, {"proxy": proxy}):
        with pytest.raises(exceptions.ReplicateException) as caught:
            call(replicate.Client("t", max_retries=0, **options).accounts.current)
        assert "proxy.example" in str(caught.value)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("source", ["the argument proxy", "the variable HTTPS_PROXY"])
def test_proxy_that_is_not_there(says, monkeypatch, waits, source):
    options = {}
    if source == "the argument proxy":
        options["proxy"] = "http://user:password@127.0.0.1:9"
    else:
        monkeypatch.setenv("HTTPS_PROXY", "user:password@127.0.0.1:9")
    with replicate.Client("t", max_retries=1, **options) as client:
        says(
            exceptions.APIConnectionError,
            f"""
            GET https://api.replicate.com/v1/account: ConnectError: [Errno 111] Connection refused
            proxy: http://127.0.0.1:9 ({source})
            attempts: 2 in 0.1 s
            hint: Nothing on this machine listens at 127.0.0.1:9. \
Has a sandbox or a proxy ended, or another port now?
            """,
            client.accounts.current,
        )


def test_host_that_does_not_exist(says, waits):
    with replicate.Client("t", base_url="http://nowhere.invalid", max_retries=0) as client:
        says(
            exceptions.APIConnectionError,
            """
            GET http://nowhere.invalid/v1/account: ConnectError: [Errno -2] Name or service not \
known
            base_url: http://nowhere.invalid
            attempts: 1 in 0.1 s
            hint: The host nowhere.invalid cannot be found: is this machine online, and the name \
right?
            """,
            client.accounts.current,
        )


SCOPES = pytest.mark.skipif(sys.version_info < (3, 9), reason="this Python knows no scopes")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("münchen.example", "münchen.example"),
        pytest.param("[fe80::1%25eth0]", "fe80::1%eth0", marks=SCOPES),
    ],
)
def test_host_is_named_as_people_write_it(call, address, name):
    def fail(*_):
        raise httpx.ConnectError("No route to host")

    options = {"max_retries": 0, "transport": httpx.MockTransport(fail)}
    client = replicate.Client("t", base_url=f"http://{address}", **options)
    with pytest.raises(exceptions.APIConnectionError, match=f"hint: The host {name} cannot"):
        call(client.accounts.current)


def test_answer_that_takes_too_long(says, sandbox):
    sandbox.fault("account.get", delay=5)
    with sandbox.client(timeout=0.2, max_retries=0) as client:
        says(
            exceptions.APITimeoutError,
            """
            GET http://sandbox/v1/account: ReadTimeout: no answer in 0.2 s
            base_url: http://sandbox
            attempts: 1 in 0.1 s
            hint: Client(timeout=...) takes the seconds to wait for an answer.
            """,
            client.accounts.current,
        )


# Inputs.


@pytest.fixture
def speaker(sandbox):
    """A model with inputs of several kinds; return its reference with its version."""

    @sandbox.model("me/speaker")
    def speak(text: str, voice: File, speed: float = 1.0) -> str:
        return text

    return f"me/speaker:{sandbox.models['me/speaker'].latest_version.id}"


def test_misspelt_input(says, client, speaker):
    says(
        exceptions.UnprocessableEntityError,
        f"""
        ReplicateError Details:
        title: Input validation failed
        status: 422
        detail: - input: text is required
        - input: voice is required

        request: POST /v1/predictions
        model: me/speaker
        version: {speaker.rpartition(":")[2]}
        base_url: http://sandbox
        inputs: text, voice, speed
        hint: There is no input 'txt': did you mean 'text'? There is no input 'zzz'.
        """,
        client.run,
        speaker,
        {"txt": "hello", "zzz": 1},
    )


@pytest.mark.parametrize("how", ["object", "latest"])
def test_misspelt_input_of_a_version_that_is_known_by_other_ways(call, client, speaker, how):
    model = client.models.get("me/speaker")
    target = {"object": {"version": model.latest_version}, "latest": {"model": "me/speaker"}}[how]
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        call(client.predictions.create, input={"txt": "hello"}, **target)
    assert caught.value.about["inputs"] == "text, voice, speed"
    assert caught.value.about["hint"] == "There is no input 'txt': did you mean 'text'?"


def test_misspelt_input_of_an_unknown_schema(call, mock):
    body = {
        "title": "Input validation failed",
        "detail": "- input: prompt is required\n",
        "status": 422,
        "invalid_fields": [
            {"type": "required", "field": "input", "description": "prompt is required"}
        ],
    }
    client = mock(lambda _: httpx.Response(422, json=body))
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        call(client.run, "acme/flux", {"promt": "a llama"})
    assert str(caught.value).splitlines()[5:] == [
        "request: POST /v1/models/acme/flux/predictions",
        "model: acme/flux",
        "hint: There is no input 'promt': did you mean 'prompt'? "  # noqa: ISC004 - one line
        "The inputs of this model are at https://replicate.com/acme/flux/api/schema",
    ]


def test_path_as_text(call, mock, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "speech.wav").write_bytes(b"RIFF")
    description = "Does not match format 'uri'"
    body = {
        "title": "Input validation failed",
        "detail": f"- input.audio: {description}\n",
        "status": 422,
        "invalid_fields": [
            {"type": "format", "field": "input.audio", "description": description},
        ],
    }
    client = mock(lambda _: httpx.Response(422, json=body))
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        call(client.run, "acme/hear", {"audio": "speech.wav", "title": "speech.wav"})
    assert str(caught.value).splitlines()[5:] == [
        "request: POST /v1/models/acme/hear/predictions",
        "model: acme/hear",
        "hint: 'audio' is the text 'speech.wav', which is the path of a file here. "  # noqa: ISC004
        "To send the file, give pathlib.Path('speech.wav').",
    ]


def test_path_as_text_that_only_the_model_minds(call, client, speaker, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "speech.wav").write_bytes(b"RIFF")
    with pytest.raises(exceptions.ModelError) as caught:
        call(client.run, speaker, {"text": "hello", "voice": "speech.wav"})
    assert str(caught.value) == "input file not found: speech.wav"
    assert caught.value.details.splitlines()[-1] == (
        "hint: 'voice' is the text 'speech.wav', which is the path of a file here. "
        "To send the file, give pathlib.Path('speech.wav')."
    )


# Event loops.


def test_blocking_call_in_an_event_loop(client, monkeypatch, caplog):
    monkeypatch.setattr(_blocking, "_looks_for_loops", True)

    async def main():
        client.accounts.current()

    with caplog.at_level("WARNING", "replicate"):
        asyncio.run(main())
    [said] = [record.getMessage() for record in caplog.records if record.name == "replicate"]
    assert re.sub(r"^.*:\d+", "app.py:7", said) == (
        "app.py:7: current() blocks the running event loop, and all that runs in it, until it "
        "returns. Await its asynchronous form, or call it in a thread. "
        "(This is logged once in a process.)"
    )


# Tracebacks.


def traceback_of(code, sandbox=None, **variables):
    """Run a script of a user's that fails, and return the lines of its traceback."""
    if sandbox is not None:
        variables = {"BASE_URL": sandbox.url, "API_TOKEN": sandbox.token, **variables}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.update({f"REPLICATE_{name}": value for name, value in variables.items()})
    script = [sys.executable, "-c", code]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    # Newer Pythons mark the place in more lines of code.
    return [line for line in done.stderr.splitlines() if line.strip(" ^~")]


def test_traceback_of_a_refusal(sandbox):
    code = "import replicate\nreplicate.models.get('acme/flux')"
    lines = traceback_of(code, sandbox)
    assert len(lines) <= 34
    assert lines[-1].startswith("hint: ")


def test_traceback_of_a_lost_connection():
    code = "import replicate\nreplicate.default_client.max_retries = 0\nreplicate.run('a/b', {})"
    lines = traceback_of(code, BASE_URL="http://127.0.0.1:9", API_TOKEN="t")
    assert len(lines) <= 38
    assert [line for line in lines if line.startswith("Traceback")] == lines[:1]


def test_traceback_of_a_missing_token():
    code = "import replicate\nreplicate.run('a/b', {})"
    lines = traceback_of(code)
    assert len(lines) <= 14  # from 3.13 on one more line of code is shown
    assert lines[-2:] == [
        "title: No API token",
        "detail: Set the environment variable REPLICATE_API_TOKEN, or pass "  # noqa: ISC004
        "Client(api_token=...). Create a token at https://replicate.com/account/api-tokens",
    ]


@pytest.mark.parametrize("call", ["run('a/b', {})", "models.get('a/b')", "predictions.get('p')"])
def test_missing_token_is_found_before_httpx_is_loaded(call):
    code = (
        "import sys, replicate\n"
        f"try: replicate.{call}\n"
        "except replicate.exceptions.AuthenticationError: sys.exit(1 - ('httpx' in sys.modules))"
    )
    assert not traceback_of(code)
