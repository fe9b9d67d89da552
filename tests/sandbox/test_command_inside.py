"""The command line in this process, with signals that a test sends."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Iterator, List

import pytest

from replicate.sandbox import command
from replicate.sandbox.access import logger
from replicate.sandbox.signals import Signals


class Told:
    """Signals that come when a test says so; 0 is a wake-up of the program's own."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = list(numbers)
        self._woken = threading.Semaphore(0)

    def wait(self) -> int:
        if self._numbers:
            return self._numbers.pop(0)
        self._woken.acquire()
        return 0

    def wake(self) -> None:
        self._woken.release()


@pytest.fixture(autouse=True)
def clean_logging() -> Iterator[None]:
    parent = logging.getLogger("replicate.sandbox")
    handlers, level = parent.handlers[:], logger.level
    yield
    parent.handlers[:] = handlers
    logger.setLevel(level)


def test_serving_until_a_signal(capsys: Any) -> None:
    assert command.main(["--token", "mine"], Told(signal.SIGTERM)) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == "export REPLICATE_API_TOKEN=mine"
    assert "Replicate sandbox: http://127.0.0.1:" in printed.err


def test_serving_over_https(capsys: Any) -> None:
    assert command.main(["--tls", "--v1", "--verbose"], Told(signal.SIGINT)) == 0
    printed = capsys.readouterr()
    assert printed.out.count("export ") == 6
    assert "/v1\n" in printed.out
    assert "Browsers    warn" in printed.err


@pytest.mark.parametrize(("code", "status"), [("3", 3), ("0", 0)])
def test_a_command(code: str, status: int) -> None:
    arguments = ["--", sys.executable, "-c", f"raise SystemExit({code})"]
    assert command.main(arguments, Told()) == status


def test_a_command_that_a_signal_ends() -> None:
    arguments = ["--", sys.executable, "-c", "import time; time.sleep(60)"]
    assert command.main(arguments, Told(signal.SIGTERM)) == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--"], 2),
        (["--token", "a b"], 2),
        (["--models", "nothing.py"], 1),
        (["--host", "no.such.host.invalid"], 1),
        (["--", "no-such-program"], 127),
        (["--", os.sep], 126),
    ],
)
def test_mistakes(capsys: Any, arguments: List[str], status: int) -> None:
    assert command.main(arguments, Told()) == status
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--history", "-1"], ["--public-url", "x"]])
def test_options_that_are_none(capsys: Any, arguments: List[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments, Told())
    assert caught.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_models_and_reload(capsys: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    watched: List[Any] = []
    monkeypatch.setattr(command, "watch", lambda sources, *_: watched.extend(sources))
    file = tmp_path / "models_inside.py"
    file.write_text("def install(sandbox):\n    sandbox.model('me/it')(lambda: 1)\n")
    assert command.main(["--models", str(file), "--reload"], Told(signal.SIGTERM)) == 0
    assert "me/it" in capsys.readouterr().err
    assert [source.name for source in watched] == [str(file)]
    sys.modules.pop("models_inside", None)


def test_leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    left: List[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(command.atexit, "_run_exitfuncs", lambda: None)
    command.leave(5)
    assert left == [5]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_signals_are_numbers() -> None:
    before = {number: signal.getsignal(number) for number in (2, 15, 1)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    descriptor = signal.set_wakeup_fd(-1)
    try:
        signals = Signals()
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert {signals.wait(), signals.wait()} == {signal.SIGTERM, signal.SIGINT}
        signals.wake()
        assert signals.wait() == 0
        signal.set_wakeup_fd(-1)
        signals._reader.close()
        signals._writer.close()
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)
