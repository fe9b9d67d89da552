"""The apps of examples/, started as their users start them."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from replicate.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples" / "frameworks"
PNG, WEBP = b"\x89PNG", b"RIFF"

pytestmark = pytest.mark.slow

COMMANDS = {
    "fastapi": ["-m", "uvicorn", "fastapi_app:app", "--port", "{port}"],
    "flask": ["-m", "flask", "--app", "flask_app", "run", "--port", "{port}"],
    "django": ["django_app.py", "runserver", "--noreload", "127.0.0.1:{port}"],
    "streamlit": [
        "-m", "streamlit", "run", "streamlit_app.py",
        "--server.headless", "true", "--server.port", "{port}",
    ],
}  # fmt: skip


@pytest.fixture
def place(monkeypatch):
    """A sandbox as it comes, which the environment names."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", sandbox.token)
        monkeypatch.setenv("REPLICATE_WEBHOOK_SECRET", sandbox.webhook_secret)
        yield sandbox


@pytest.fixture
def start(place):
    """Start a program in the folder of the examples."""
    processes = []

    def start(*arguments, **environment):
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=EXAMPLES, env={**os.environ, **environment}
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=20)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def serve(start, name):
    pytest.importorskip(name, reason="runs in `make test-integrations`")
    port = free_port()
    process = start(*(part.format(port=port) for part in COMMANDS[name]))
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        assert process.poll() is None
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError(f"{name} does not answer")


@pytest.mark.parametrize("name", ["fastapi", "flask", "django"])
def test_web_apps(start, place, name):
    url = serve(start, name)
    with httpx.Client(base_url=url, timeout=30) as browser:
        picture = browser.get("/picture", params={"prompt": "a fjord"})
        assert picture.content[:4] in (PNG, WEBP)
        assert picture.headers["content-type"].startswith("image/")

        with browser.stream("GET", "/story", params={"prompt": "tides"}) as story:
            assert story.headers["content-type"].startswith("text/plain")
            pieces = list(story.iter_text())
        assert "".join(pieces).strip()

        id = browser.post("/paint", params={"prompt": "a fjord"}).json()["id"]
        place.settle()
        for _ in range(100):
            if browser.get(f"/status/{id}").json()["status"]:
                break
            time.sleep(0.05)
        assert browser.get(f"/status/{id}").json() == {"status": "succeeded"}
        forged = {"webhook-id": "x", "webhook-timestamp": "0", "webhook-signature": "v1,eA=="}
        assert browser.post("/webhook", content=b"{}", headers=forged).status_code == 401

        place.fault("predictions.create", status=402, body={"detail": "No credit is left."})
        refused = browser.get("/picture", params={"prompt": "a fjord"})
        assert refused.status_code == 502
        assert "No credit is left." in refused.json()["error"]


def test_streamlit(start, place):
    pytest.importorskip("streamlit", reason="runs in `make test-integrations`")
    from streamlit.testing.v1 import AppTest

    url = serve(start, "streamlit")
    assert httpx.get(f"{url}/_stcore/health").text == "ok"
    app = AppTest.from_file(str(EXAMPLES / "streamlit_app.py"), default_timeout=30).run()
    app.button[0].click().run()
    assert not app.exception
    assert any(len(element.value) > 20 for element in app.markdown)
    app.button[1].click().run()
    assert not app.exception
    place.fault("predictions.create", status=402, body={"detail": "No credit is left."})
    app.button[1].click().run()
    assert "No credit is left." in app.error[0].value


@pytest.fixture
def celery(start, tmp_path, monkeypatch):
    """A worker of Celery whose queue and results are folders, and its tasks."""
    pytest.importorskip("celery", reason="runs in `make test-integrations`")
    for name in ("queue", "control", "results"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    config = tmp_path / "folders.py"
    config.write_text(f"broker_transport_options = {options!r}\n", encoding="utf-8")
    environment = {
        "BROKER_URL": "filesystem://",
        "RESULT_URL": (tmp_path / "results").as_uri(),
        "RETRY_BACKOFF": "0.1",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)]),
    }
    start(
        "-m", "celery", "--app", "celery_tasks", "--quiet", "--config", "folders", "worker",
        "--pool", "prefork", "--concurrency", "1", "--loglevel", "WARNING",
        **environment,
    )  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("celery_tasks", EXAMPLES / "celery_tasks.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "celery_tasks", module)
    spec.loader.exec_module(module)
    module.app.conf.broker_transport_options = options
    return module


def test_a_task_is_retried(celery, place, tmp_path):
    place.fault("predictions.create", status=500, times=2)
    saved = celery.paint.delay("a lighthouse", str(tmp_path)).get(timeout=60)
    assert Path(saved).read_bytes()[:4] in (PNG, WEBP)
    assert len(place.created) == 1


def test_a_task_that_is_revoked_cancels_its_run(celery, place):
    @place.model("meta/meta-llama-3-70b-instruct", official=True)
    def slow(prompt: str) -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(60)
        return prompt

    task = celery.write.delay("a long story")
    for _ in range(300):
        if place.predictions:
            break
        time.sleep(0.1)
    task.revoke(terminate=True, signal="SIGUSR1")
    for _ in range(300):
        if place.predictions[0].status == "canceled":
            break
        time.sleep(0.1)
    assert place.predictions[0].status == "canceled"


class Context:
    """What AWS gives to a function."""

    def __init__(self, milliseconds):
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self):
        return self.milliseconds


def test_lambda(place):
    spec = importlib.util.spec_from_file_location("example", EXAMPLES / "lambda_function.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    event = {"queryStringParameters": {"prompt": "a fjord"}}
    answer = module.handler(event, Context(30_000))
    assert answer["statusCode"] == 200
    assert base64.b64decode(answer["body"])[:4] in (PNG, WEBP)
    assert module.handler({}, Context(30_000))["statusCode"] == 400

    @place.model("black-forest-labs/flux-schnell", official=True)
    def slow(prompt: str) -> str:
        from replicate.sandbox import current_prediction

        current_prediction().sleep(60)
        return prompt

    answer = module.handler(event, Context(2_500))
    assert answer["statusCode"] == 504
    assert "canceled" in json.loads(answer["body"])["error"]
    assert place.predictions[-1].status == "canceled"
