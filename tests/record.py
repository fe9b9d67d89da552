"""Cassettes: conversations with the API, kept without secrets and with stable addresses.

`make record` records `tests/cassettes` from the sandbox, `make record LIVE=1` from Replicate.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from pathlib import Path

import vcr

import replicate
from tests.conftest import Call
from tests.conversations import CONVERSATIONS
from tests.readme.models import make_sandbox

FOLDER = Path(__file__).parent / "cassettes"

REQUEST_HEADERS = {"accept", "cancel-after", "content-type", "last-event-id", "prefer", "range"}
RESPONSE_HEADERS = {"cache-control", "content-type", "etag", "location", "retry-after"}

_BOUNDARY = re.compile(r"(?<=boundary=)[^;]+")


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.yaml"


def recorder(replacements=(), **options) -> vcr.VCR:
    """Return a VCR.

    Args:
        replacements: Pairs of texts, to replace in addresses and bodies, in this order.
        options: Those of `vcr.VCR`.
    """

    def renamed(text):
        for old, new in replacements:
            if isinstance(text, bytes):
                text = text.replace(old.encode(), new.encode())
            else:
                text = text.replace(old, new)
        return text

    def clean_request(request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        request.headers = {name: headers[name] for name in REQUEST_HEADERS & headers.keys()}
        request.uri = renamed(request.uri)
        body = renamed(request.body or b"")
        boundary = _BOUNDARY.search(headers.get("content-type", ""))
        if boundary:
            body = body.replace(boundary[0].encode(), b"boundary")
            request.headers["content-type"] = _BOUNDARY.sub("boundary", headers["content-type"])
        request.body = body
        return request

    def clean_response(response):
        response["headers"] = {
            name.lower(): values
            for name, values in response["headers"].items()
            if name.lower() in RESPONSE_HEADERS
        }
        response["body"]["string"] = renamed(response["body"]["string"])
        return response

    tape = vcr.VCR(
        before_record_request=clean_request,
        before_record_response=clean_response,
        decode_compressed_response=True,
        **options,
    )
    tape.register_matcher("said", _same)
    tape.match_on = ("method", "uri", "headers", "said")
    return tape


def _same(one, other):
    assert _meaning(one) == _meaning(other)


def _meaning(request):
    """Return a body without what means nothing: the white space and order of JSON."""
    if request.headers.get("content-type") == "application/json":
        return json.loads(request.body)
    return request.body or b""


def main() -> None:
    live = os.environ.get("LIVE", "") not in {"", "0"}
    if live and not os.environ.get("REPLICATE_API_TOKEN"):
        sys.exit("LIVE=1 records from Replicate, for money: set REPLICATE_API_TOKEN first")
    place = "Replicate's API" if live else "the sandbox"
    FOLDER.mkdir(exist_ok=True)
    for name, conversation in CONVERSATIONS.items():
        path = path_of(name)
        path.unlink(missing_ok=True)
        with on_replicate() if live else on_sandbox() as (client, replacements):
            tape = recorder(replacements, record_mode="all")
            with tape.use_cassette(str(path)):
                conversation(Call("blocking"), client)
        recorded = path.read_text(encoding="utf-8")
        note = f"# Recorded from {place} with replicate {replicate.__version__}: `make record`.\n"
        path.write_text(note + recorded, encoding="utf-8")
        print(f"{path.name}: {len(recorded):,} bytes from {place}")


@contextlib.contextmanager
def on_replicate():
    with replicate.Client() as client:
        yield client, ()


@contextlib.contextmanager
def on_sandbox():
    """A new one for each: what is on its lists does not depend on the other conversations."""
    with make_sandbox(page_size=1) as sandbox, sandbox.client() as client:
        client.poll_interval = 0.01
        yield (
            client,
            [
                (f"{sandbox.files_url}/v1/", "https://stream.replicate.com/v1/"),
                (sandbox.files_url, "https://replicate.delivery"),
                (f"{sandbox.url}/v1/", "https://api.replicate.com/v1/"),
                (sandbox.url, "https://replicate.com"),
                (f"{Path(__file__).parents[1]}{os.sep}", ""),  # in the logs of what fails
            ],
        )


if __name__ == "__main__":
    main()
