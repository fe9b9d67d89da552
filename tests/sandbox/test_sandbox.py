from __future__ import annotations

import contextlib
import gc
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Set

import httpx
import pytest

import replicate.sandbox
from replicate.sandbox import Sandbox, wire

from .conftest import Api


def sockets() -> Set[str]:
    directory = Path("/proc/self/fd")
    if not directory.exists():
        return set()
    found = set()
    for entry in directory.iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gc.collect()  # what earlier tests have left
    streams, before = (sys.stdout, sys.stderr), sockets()
    threads = set(threading.enumerate())
    with Sandbox() as sandbox, Api(sandbox) as api:
        url = sandbox.url
        stored = api.post("/files", files={"content": ("a.txt", b"a" * 2_000_000)}).json()
        api.create("sandbox/reader", document=stored["urls"]["get"])
        api.create("sandbox/painter", prompt="x", wait="wait")
        api.create("sandbox/primes", delay=5)
    # Trio keeps an idle thread of an earlier test for some seconds.
    assert not [each.name for each in threading.enumerate() if each not in threads]
    assert (sys.stdout, sys.stderr) == streams
    gc.collect()
    assert sockets() == before
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_connection_of_the_last_moment_is_closed() -> None:
    gc.collect()
    before = sockets()
    for _ in range(20):
        with Sandbox(demo_models=False) as sandbox:
            address = ("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
            clients = [socket.create_connection(address) for _ in range(3)]
        for client in clients:
            client.close()
    assert sockets() == before


def test_connection_of_the_last_moment_is_not_served_offline() -> None:
    with Sandbox(demo_models=False) as sandbox:
        address = ("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
        for _ in range(20):
            with socket.create_connection(address, timeout=10) as client, sandbox.offline():
                with contextlib.suppress(ConnectionError):
                    client.sendall(b"GET /v1/account HTTP/1.1\r\nhost: x\r\n\r\n")
                    assert client.recv(100) == b""
    assert sandbox.requests == []


def test_stopping_answers_those_who_wait() -> None:
    with Sandbox() as sandbox, Api(sandbox) as api:
        answers = []

        def wait() -> None:
            answers.append(api.create("sandbox/primes", delay=5, wait="wait"))

        thread = threading.Thread(target=wait)
        thread.start()
        while not sandbox.created:
            time.sleep(0.001)
        sandbox.stop()
        thread.join()
    assert answers[0]["status"] == "canceled"


def test_stopping_does_not_wait_for_the_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replicate.sandbox.state.STOP_PATIENCE", 0.05)
    monkeypatch.setattr("replicate.sandbox.sandbox.STOP_PATIENCE", 0.05)
    gate, started = threading.Event(), threading.Event()
    sandbox = Sandbox(demo_models=False)

    @sandbox.model("me/deaf", official=True)
    def deaf() -> str:
        started.set()
        gate.wait(30)
        return "ignored"

    with sandbox, Api(sandbox) as api:
        api.create("me/deaf")
        assert started.wait(10)
        (thread,) = [t for t in threading.enumerate() if t.name.startswith("replicate-sandbox-")]
    gate.set()
    thread.join()


def test_stopping_cuts_what_hangs() -> None:
    with Sandbox() as sandbox, Api(sandbox) as api:
        sandbox.fault("account.get", delay=60)
        errors = []

        def get() -> None:
            try:
                api.get("/account")
            except httpx.HTTPError as error:
                errors.append(error)

        thread = threading.Thread(target=get)
        thread.start()
        while not sandbox.requests:
            time.sleep(0.001)
        sandbox.stop()
        thread.join()
    assert len(errors) == 1


def test_start_and_stop_again() -> None:
    sandbox = Sandbox()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url
    with pytest.raises(RuntimeError, match="not running"):
        sandbox.settle()
    for _ in range(2):
        with sandbox, Api(sandbox) as api:
            assert api.finish(sandbox, "sandbox/divider", denominator=1)["output"] == 1
            with pytest.raises(RuntimeError, match="running already"):
                sandbox.start()
        sandbox.stop()
        sandbox.reset()


def test_a_port_that_is_taken() -> None:
    with Sandbox() as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError):
            Sandbox(port=port).start()
    with Sandbox(port=port) as second:
        assert second.url.endswith(f":{port}")


def test_several_at_a_time() -> None:
    with Sandbox(token="one") as one, Sandbox(token="two", demo_models=False) as two:
        assert one.url != two.url
        with Api(one) as api:
            assert api.get("/models").json()["results"]
            assert api.get(f"{two.url}/v1/models").status_code == 401
        with Api(two) as api:
            assert api.get("/models").json()["results"] == []


def test_idle_costs_nothing() -> None:
    with Sandbox() as sandbox, Api(sandbox) as api:
        api.get("/account")
        api.create("sandbox/primes", delay=5)
        loop = sandbox._loop._loop
        turns = 0
        select = loop._selector.select

        def counting(timeout: Any) -> Any:
            nonlocal turns
            turns += 1
            return select(timeout)

        time.sleep(0.05)
        loop._selector.select = counting
        time.sleep(0.2)
        assert turns == 0


def test_client_gets_the_address_and_the_token(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = type(sys)("replicate.client")
    module.Client = dict
    monkeypatch.setitem(sys.modules, "replicate.client", module)
    expected = {"api_token": sandbox.token, "base_url": sandbox.url}
    assert sandbox.client() == expected
    assert sandbox.client(timeout=3, api_token="x") == {**expected, "timeout": 3, "api_token": "x"}


def test_public_names() -> None:
    assert replicate.sandbox.__all__ == sorted(replicate.sandbox.__all__)
    for name in replicate.sandbox.__all__:
        assert getattr(replicate.sandbox, name).__doc__ or name == "CUT"


def test_import_is_light() -> None:
    code = (
        "import sys, replicate.sandbox\n"
        "heavy = ('starlette', 'uvicorn', 'asyncio', 'httpx')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_missing_extra() -> None:
    code = (
        "import sys\n"
        "sys.modules['uvicorn'] = None\n"
        "try:\n"
        "    from replicate.sandbox import Sandbox\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'pip install "replicate[sandbox]"' in done.stdout


@pytest.mark.parametrize(
    ("nanoseconds", "digits", "text"),
    [
        (0, 9, "1970-01-01T00:00:00Z"),
        (1_700_000_000_123_456_789, 9, "2023-11-14T22:13:20.123456789Z"),
        (1_700_000_000_123_456_789, 6, "2023-11-14T22:13:20.123456Z"),
        (1_700_000_000_120_000_000, 9, "2023-11-14T22:13:20.12Z"),
        (1_700_000_000_000_000_001, 6, "2023-11-14T22:13:20Z"),
    ],
)
def test_timestamps(nanoseconds: int, digits: int, text: str) -> None:
    assert wire.timestamp(nanoseconds, digits) == text
    if digits == 9:
        assert wire.parse_timestamp(text) == nanoseconds


def test_timestamps_with_zones() -> None:
    noon = wire.parse_timestamp("2024-01-02T12:00:00Z")
    assert wire.parse_timestamp("2024-01-02T14:00:00+02:00") == noon
    assert wire.parse_timestamp("2024-01-02T06:30:00-0530") == noon
    assert wire.parse_timestamp("2024-01-02T12:00:00") == noon
    assert wire.parse_timestamp("2024-01-02") == wire.parse_timestamp("2024-01-02T00:00:00Z")
    for wrong in ("", "noon", "2024-13-01", "2024-01-02T25:00:00Z"):
        with pytest.raises(ValueError):
            wire.parse_timestamp(wrong)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 5), ("30s", 30), ("5m", 300), ("2h", 7200), ("1h30m45s", 5445), ("200ms", 0.2)],
)
def test_durations(text: str, seconds: float) -> None:
    assert wire.parse_duration(text) == pytest.approx(seconds)


def test_warnings_are_not_silenced() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Sandbox() as sandbox, Api(sandbox) as api:
            api.finish(sandbox, "sandbox/painter", prompt="x")
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
