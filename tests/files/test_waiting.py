"""Files that keep one waiting: the deadline holds, a canceled task ends, and nothing is left."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
import time

import anyio
import pytest

from replicate import exceptions
from replicate._files import window as _window

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")


@pytest.fixture
def stuck():
    """The reading end of a pipe into which nobody writes."""
    before = set(threading.enumerate())
    reading, writing = os.pipe()
    with open(reading, "rb") as pipe:
        yield pipe
        os.close(writing)
        for thread in set(threading.enumerate()) - before:
            thread.join(10)


@pytest.mark.parametrize("options", [{}, {"file_encoding_strategy": "base64"}])
def test_the_deadline_holds_while_a_pipe_is_read(call, served, sent, stuck, options):
    start = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceededError):
        call(served.run, "o/n", {"x": stuck}, timeout=0.2, **options)
    assert time.monotonic() - start < 5
    assert sent.nothing


def test_the_deadline_holds_while_a_slow_handle_is_read(call, served, sent):
    class Slow(io.RawIOBase):
        def readable(self):
            return True

        def read(self, size=-1):
            time.sleep(0.05)
            return b"x"

    with pytest.raises(exceptions.DeadlineExceededError):
        call(served.run, "o/n", {"x": Slow()}, timeout=0.3)
    assert sent.nothing


def test_the_deadline_holds_while_a_slow_handle_is_sent(call, served):
    """One that can seek is read when it is sent, several pieces at a time."""

    class Remote(io.BytesIO):
        def read(self, size=-1):
            if size:
                reads.append(size)
                time.sleep(0.15)
            return super().read(size)

    reads = []
    with pytest.raises(exceptions.DeadlineExceededError):
        call(served.run, "o/n", {"x": Remote(bytes(4_000_000))}, timeout=0.2)
    assert len(reads) <= 4


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_canceled_task_does_not_wait_for_a_pipe(served, sent, stuck, backend):
    async def main():
        with anyio.move_on_after(0.1) as scope:
            await served.files.async_create(stuck)
        assert scope.cancelled_caught

    start = time.monotonic()
    anyio.run(main, backend=backend)
    assert time.monotonic() - start < 5
    assert sent.nothing


def test_what_was_opened_for_a_canceled_task_is_given_back(served, sent, tmp_path):
    """Its own cancel() reaches a task anywhere, also while a thread opens the file."""

    class SlowToTell(io.FileIO):
        def seek(self, offset, whence=io.SEEK_SET):
            seeking.set()
            time.sleep(0.1)
            return super().seek(offset, whence)

    (tmp_path / "a.bin").write_bytes(b"x" * 1000)
    with SlowToTell(tmp_path / "a.bin") as handle:
        super(SlowToTell, handle).seek(5)
        seeking = threading.Event()

        async def main():
            task = asyncio.ensure_future(served.files.async_create(handle))
            await asyncio.get_running_loop().run_in_executor(None, seeking.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        for thread in threading.enumerate():
            if thread.name == "replicate waiting":
                thread.join(10)
        assert not _window._table
        assert handle.tell() == 5
    assert sent.nothing


def test_an_error_of_the_handle_is_raised_where_it_is_awaited(call, served, sent):
    class Broken(io.RawIOBase):
        def readable(self):
            return True

        def read(self, size=-1):
            raise OSError("the drive is gone")

    for options in ({}, {"timeout": 60}):
        with pytest.raises(OSError, match="the drive is gone"):
            call(served.run, "o/n", {"x": Broken()}, **options)
    assert sent.nothing


def test_a_thread_that_reads_from_a_pipe_does_not_keep_python_from_ending():
    import subprocess

    script = """
import os, replicate
reading, writing = os.pipe()
client = replicate.Client("t", base_url="http://127.0.0.1:9", verify=False)
try:
    client.run("o/n", {"x": open(reading, "rb")}, timeout=0.1)
except replicate.exceptions.DeadlineExceededError:
    print("in time", flush=True)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "in time\n", done.stderr


def test_an_ordinary_file_gets_no_thread_of_its_own(served, sent, tmp_path, monkeypatch):
    """Hundreds of calls at once would start as many."""

    def start(*_):
        raise AssertionError("a thread of its own")

    monkeypatch.setattr("replicate._http.threads._start", start)
    # A new connection gets one, when there is a deadline.
    monkeypatch.setattr("replicate._http.connections.hold_to_deadline", lambda _: None)
    path = tmp_path / "a.txt"
    path.write_text("content")
    for file in (path, b"content"):
        asyncio.run(served.files.async_create(file))
        asyncio.run(served.async_run("o/n", {"x": file}, file_encoding_strategy="base64"))
        served.run("o/n", {"x": file}, timeout=60)
    assert len(sent.uploads) == 4
