"""Recorded conversations, said again through both twins: the same requests, the same outcome."""

from __future__ import annotations

import io
import re

import httpx
import pytest

import replicate
from tests.bodies import FILE
from tests.conversations import CONVERSATIONS
from tests.record import FOLDER, path_of, recorder

NAMES = sorted(CONVERSATIONS)


@pytest.mark.parametrize("name", NAMES)
def test_replay(name, call):
    tape = recorder(record_mode="none")
    # There is no connection whose certificates could be verified.
    with tape.use_cassette(str(path_of(name))) as cassette:
        with replicate.Client("a token", max_retries=0, verify=False) as client:
            client.poll_interval = 0
            assert CONVERSATIONS[name](call, client)
        assert cassette.all_played


@pytest.mark.parametrize("name", NAMES)
def test_a_cassette_says_where_it_is_from_and_nothing_else_of_it(name):
    text = path_of(name).read_text(encoding="utf-8")
    assert re.match(r"# Recorded from (the sandbox|Replicate's API) with replicate [\d.]+", text)
    assert not re.search(r"(?i)authorization|cookie|bearer|r8_|127\.0\.0\.1|localhost", text)
    assert not re.search(r'File \\?"/', text)  # a traceback with a path of somebody's machine
    assert len(text) < 100_000


def test_no_cassette_is_left_over():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(NAMES)


class Stub(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Reads a request as libraries do that stand in for the network: without an event loop."""

    def handle_request(self, request):
        assert b"\r\n\r\na llama\r\n" in request.read()
        return httpx.Response(201, json=FILE)

    async def handle_async_request(self, request):
        return self.handle_request(request)


def test_uploads_can_be_read_by_what_stands_in_for_the_network(call):
    with replicate.Client("a token", transport=Stub()) as client:
        assert call(client.files.create, io.BytesIO(b"a llama")).id == FILE["id"]
