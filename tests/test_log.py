"""What the logger `replicate` tells, and the handler that `REPLICATE_LOG` adds."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys

import httpx
import pytest

from replicate.sandbox import Sandbox
from tests.bodies import prediction

PROGRAM = """
import replicate
replicate.run("sandbox/divider", {"denominator": 2})
replicate.default_client.close()
"""


def lines(caplog):
    ours = [record for record in caplog.records if record.name == "replicate"]
    return [f"{record.levelname} {record.getMessage()}" for record in ours]


def test_a_run_is_followed(call, client, caplog):
    with caplog.at_level(logging.INFO, "replicate"):
        made = call(client.predictions.create, model="sandbox/divider", input={"denominator": 2})
        call(made.wait)

    web = made.urls["web"]
    first, *changes = lines(caplog)
    assert first == f"INFO Prediction {made.id} of sandbox/divider: starting, see {web}"
    assert changes[-1] == f"INFO Prediction {made.id}: succeeded"
    assert len(changes) == len(set(changes))  # a look that shows nothing new is no news


def test_a_cancel_is_news(call, client, caplog):
    made = client.predictions.create(model="sandbox/primes", input={"limit": 100, "delay": 5})
    caplog.clear()
    with caplog.at_level(logging.INFO, "replicate"):
        call(made.cancel)

    assert lines(caplog) == [f"INFO Prediction {made.id}: canceled"]


def test_requests_are_told_at_debug(call, client, sandbox, caplog):
    with caplog.at_level(logging.DEBUG, "replicate"):
        call(client.predictions.list, created_after="2026-01-01T00:00:00Z")

    (line,) = lines(caplog)
    address = re.escape(f"{sandbox.url}/v1/predictions")
    assert re.fullmatch(rf"DEBUG GET {address}: 200 in \d\.\d{{3}} s", line)


def test_what_is_repeated_is_told_with_its_reason(call, served, server, waits, caplog):
    server.on("GET", "/v1/account", {"detail": "busy"}, 503).on("GET", "/v1/account", {})
    with caplog.at_level(logging.INFO, "replicate"):
        call(served.accounts.current)

    assert lines(caplog) == [f"INFO GET {server.url}/v1/account: 503; again in 0.0 s"]
    assert waits == [None]


def test_neither_tokens_nor_signatures_are_told(call, mock, caplog):
    signed = "https://replicate.delivery/file.txt?signature=s3cret"

    def answer(request):
        if request.url.host == "replicate.delivery":
            return httpx.Response(200, content=b"text")
        return httpx.Response(200, json=prediction(status="succeeded", output=signed))

    client = mock(answer, api_token="r8_s3cret-token")
    with caplog.at_level(logging.DEBUG, "replicate"):
        file = call(client.run, "a/b", {"prompt": "s3cret"})
        assert call.read(file) == b"text"

    assert any("https://replicate.delivery/file.txt: 200" in line for line in lines(caplog))
    assert "s3cret" not in caplog.text


def shown(level, program=PROGRAM):
    """Return what a program writes to its standard error stream."""
    with Sandbox() as sandbox:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                **sandbox.environment,
                "REPLICATE_LOG": level,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stderr


@pytest.mark.parametrize(
    ("level", "levels"), [("info", {"INFO"}), (" DEBUG ", {"INFO", "DEBUG"}), ("", set())]
)
def test_the_variable_shows_the_log(level, levels):
    found = re.findall(r"(?m)^\d{4}-\d\d-\d\d [\d:,]+ (\w+) replicate: \w+ ", shown(level))

    assert set(found) == levels


def test_a_level_that_is_none_is_told():
    assert shown("all").startswith("ignoring REPLICATE_LOG='ALL': it is none of DEBUG, INFO")


def test_a_program_with_a_log_of_its_own_is_not_told_twice():
    told = shown(
        "info", "import logging; logging.basicConfig(format='mine: %(message)s')" + PROGRAM
    )

    assert re.fullmatch(r"mine: Prediction \w+ of sandbox/divider: .*\n", told)


def test_the_log_has_one_line_a_record_and_no_control_characters():
    program = """
import httpx, replicate
body = {"id": "a", "model": "a/b\\x1b[31m", "status": "succeeded", "input": {}, "version": "v",
        "urls": {"web": "https://x\\n2026-01-01 00:00:00,000 ERROR replicate: forged"}}
transport = httpx.MockTransport(lambda request: httpx.Response(201, json=body))
with replicate.Client(transport=transport) as client:
    client.predictions.create(version="a" * 64, input={})
"""
    (line,) = shown("info", program).splitlines()
    assert "\x1b" not in line
    assert "replicate: Prediction a of a/b" in line
    assert line.endswith("see https://x\\n2026-01-01 00:00:00,000 ERROR replicate: forged")


def test_no_other_logger_changes():
    names = "{name for name, each in logging.root.manager.loggerDict.items() if each.handlers}"
    program = f"{PROGRAM}\nimport logging, sys; print({names}, file=sys.stderr)".replace(
        "if each.handlers", "if getattr(each, 'handlers', None)"
    )

    assert shown("info", program).endswith("{'replicate'}\n")
