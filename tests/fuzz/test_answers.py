"""Any answer to any call is a resource or an error of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bodies import prediction
from tests.fuzz import strategies
from tests.fuzz.answers import READS, Answer, check_error, check_read, check_run
from tests.fuzz.strategies import examples

DEEP = json.dumps(prediction(output="@")).replace('"@"', "[" * 700 + "]" * 700).encode()
"""A tree that JSON readers take, but that is too deep to be walked over level by level."""


@pytest.mark.parametrize("operation", READS)
@examples(30)
@given(body=strategies.raw_bodies)
@example(body=b'{"results": 5}')
@example(body=b'{"results": [5]}')
@example(body=b'{"results": [], "next": [], "previous": {}}')
@example(body=b'{"results": [], "next": "https://[/v1/predictions"}')
@example(body=b'{"results": [], "next": "\\ud800"}')
@example(body=b'{"results": [], "next": "?\\ud800"}')
@example(body=b'{"models": 5, "urls": 5, "status": [], "latest_version": 5}')
@example(body=json.dumps(prediction(logs="9" * 5000 + "%|x| 1/2")).encode())
@example(body=b"[" * 100_000)
@example(body=b"9" * 5000)
@example(body=b"\xff\xfe")
def test_reads(operation, body):
    check_read(operation, Answer(body))


@examples(100)
@given(created=strategies.bodies, seen=strategies.raw_bodies)
@example(created=b'{"id": "p1", "status": []}', seen=b'{"id": "p1", "status": {}}')
@example(created=b'{"id": null, "status": "starting"}', seen=b"{}")
@example(created=b'{"id": "..", "status": "starting"}', seen=b"{}")
@example(created=b'{"id": "\\ud800", "status": "starting"}', seen=b"{}")
@example(created=b"{}", seen=b'{"results": 5}')
@example(created=b"[", seen=b'{"results": [5]}')
@example(created=b'{"id": "p1", "status": "failed", "urls": [], "logs": 5}', seen=b"{}")
@example(created=DEEP, seen=b"{}")
def test_runs(created, seen):
    check_run(created, seen)


@examples(100)
@given(
    body=strategies.raw_bodies | st.text(max_size=20).map(str.encode),
    status=st.integers(400, 599) | st.sampled_from([400, 401, 402, 403, 404, 409, 413, 422, 429]),
    content_type=st.sampled_from(
        ["application/json", "text/html", "", "text/plain; charset=utf-16", "a; charset=nonsense"]
    ),
)
@example(body=b"zz", status=500, content_type="text/plain; charset=hex")
@example(body=b"zz", status=500, content_type="text/plain; charset=undefined")
@example(body=b"zz", status=500, content_type="text/plain; charset=zlib")
@example(body=b"zz", status=500, content_type="text/plain; charset=rot13")
@example(body=b'{"detail": ' + b"[" * 800 + b"]" * 800 + b"}", status=429, content_type="")
@example(body=b'{"retry_after": 1e999}', status=429, content_type="")
@example(body=b'{"detail": "resets in ~' + b"9" * 400 + b's"}', status=429, content_type="")
@example(body=b'{"status": true, "title": [], "detail": {}}', status=400, content_type="")
def test_errors(body, status, content_type):
    check_error(Answer(body, status, content_type))
