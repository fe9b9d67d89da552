"""The programs in examples/ run as their users would run them, on a sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests import docs_models

ROOT = Path(__file__).parent.parent


@pytest.fixture
def example(tmp_path):
    """Start an example in a folder of its own; `example.sandbox` is what it talks to."""
    started = []

    def start(name, *arguments):
        paths = [str(ROOT), str(ROOT / "generated")]
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(ROOT / "examples" / name), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "PYTHONIOENCODING": "utf-8",
                "REPLICATE_BASE_URL": sandbox.url,
                "REPLICATE_API_TOKEN": sandbox.token,
            },
        )
        started.append(process)
        return process

    with docs_models.sandbox() as sandbox:
        start.sandbox = sandbox
        yield start
        for process in started:
            process.kill()
            process.communicate()


def test_batch_goes_on_where_it_was(example, tmp_path):
    (tmp_path / "prompts.txt").write_text("a fox\na hen\n", encoding="utf-8")
    example.sandbox.fault("models.predictions.create", status=402)

    first = example("batch.py", "prompts.txt", "pictures")
    _, errors = first.communicate(timeout=60)
    assert first.returncode == 1
    assert "insufficient credit" in errors

    second = example("batch.py", "prompts.txt", "pictures")
    assert second.communicate(timeout=60)[1] == ""
    assert second.returncode == 0
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert [picture.name for picture in pictures] == ["0001.png", "0002.png"]
    assert len(example.sandbox.predictions) == 2


def test_chat_streams_answers(example):
    output, errors = example("chat.py").communicate("a llama\nand then?\n\n", timeout=60)
    assert errors == ""
    assert output.count("> Once upon a time") == 2
    prompts = [run.input["prompt"] for run in example.sandbox.created]
    assert prompts[1].startswith("User: a llama\nAssistant: Once upon a time")


def test_webhook_server_saves_what_is_signed(example, tmp_path):
    server = example("webhook_server.py", "pictures", "--port", "0")
    port = int(re.search(r"\d+", server.stdout.readline())[0])
    client = example.sandbox.client()
    prediction = client.predictions.create(
        model="black-forest-labs/flux-schnell",
        input={"prompt": "a post office", "num_outputs": 2},
        webhook=f"http://127.0.0.1:{port}/",
        webhook_events_filter=["completed"],
    )
    example.sandbox.settle()
    assert [delivery.status for delivery in example.sandbox.webhooks] == [204]
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == [f"{prediction.id}-0.webp", f"{prediction.id}-1.webp"]

    url = f"http://127.0.0.1:{port}/"
    assert httpx.post(url, content=b"{}", trust_env=False).status_code == 401


# An attempt of anyio that is canceled before it has begun.
CANCELED_CONNECTS = ["ignore:coroutine 'connect_tcp"]
if sys.version_info < (3, 10):
    # One that had succeeded, which anyio closes from 4.13 on: that needs Python 3.10.
    left = r"<(socket.socket .*AF_INET,|function _SelectorTransport)"
    unraisable = "pytest.PytestUnraisableExceptionWarning"
    CANCELED_CONNECTS.append(f"ignore:Exception ignored in. {left}:{unraisable}")


def test_the_tests_of_the_app_pass(tmp_path):
    """Those of examples/testing, as a newcomer runs them, but for what else is installed here."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", "filterwarnings=" + "\n".join(["error", *CANCELED_CONNECTS])),
            *("-p", "replicate.sandbox.pytest_plugin", str(ROOT / "examples" / "testing")),
            *("-c", str(tmp_path / "pytest.ini"), "--rootdir", str(ROOT / "examples" / "testing")),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 passed" in done.stdout
