"""Saved files: under a name of their own, whole, and with nothing left behind."""

from __future__ import annotations

import asyncio
import errno
import os
import pathlib
import sys
import threading
import time

import anyio
import httpx
import pytest

from replicate._files import saving as _saving
from replicate.helpers import FileOutput


@pytest.fixture
def file(served, server):
    server.on("GET", "/a/out-0.webp", b"content")
    return FileOutput(f"{server.url}/a/out-0.webp", served)


def test_a_folder_keeps_the_outputs_of_all_runs(call, file, tmp_path):
    paths = [call(file.save, tmp_path) for _ in range(4)]
    names = ["out-0.webp", "out-0-1.webp", "out-0-2.webp", "out-0-3.webp"]
    assert paths == [tmp_path / name for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert {path.read_bytes() for path in paths} == {b"content"}


def test_runs_that_save_at_the_same_time_take_different_names(file, tmp_path):
    async def main():
        return await asyncio.gather(*(file.async_save(tmp_path) for _ in range(8)))

    paths = asyncio.run(main())
    assert len(set(paths)) == 8
    assert set(paths) == set(tmp_path.iterdir())


def test_a_path_is_replaced(call, file, tmp_path):
    target = tmp_path / "mine.webp"
    target.write_bytes(b"old")
    assert call(file.save, target) == target
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"content"]


def test_what_has_the_name_may_be_anything(call, file, tmp_path):
    (tmp_path / "out-0.webp").mkdir()
    (tmp_path / "out-0-1.webp").symlink_to("nowhere")
    assert call(file.save, tmp_path) == tmp_path / "out-0-2.webp"
    assert call(file.save, str(tmp_path)).name == "out-0-3.webp"


def test_a_folder_on_a_file_system_without_links(call, file, tmp_path, monkeypatch):
    def link(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    paths = [call(file.save, tmp_path) for _ in range(2)]
    assert [path.name for path in paths] == ["out-0.webp", "out-0-1.webp"]
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"content"}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_name_without_a_suffix(call, served, server, tmp_path):
    server.on("GET", "/out", b"content")
    file = FileOutput(f"{server.url}/out", served)
    assert [call(file.save, tmp_path).name for _ in range(2)] == ["out", "out-1"]


# Canceled


@pytest.mark.parametrize("step", ["open", "write", "finish"])
@pytest.mark.parametrize("native", [True, False], ids=["task", "scope"])
def test_a_canceled_save_leaves_nothing(file, tmp_path, monkeypatch, step, native):
    """Also where a thread is just at writing: its task's own cancel() does not wait for it."""
    entered, done = threading.Event(), threading.Event()
    real = getattr(_saving.Draft, f"_{step}", None) or getattr(_saving.Draft, step)

    def slow(self, *args):
        entered.set()
        time.sleep(0.1)
        try:
            return real(self, *args)
        finally:
            done.set()

    name = f"_{step}" if hasattr(_saving.Draft, f"_{step}") else step
    monkeypatch.setattr(_saving.Draft, name, slow)

    async def by_task():
        task = asyncio.ensure_future(file.async_save(tmp_path / "x.bin"))
        await asyncio.get_running_loop().run_in_executor(None, entered.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        left_then.extend(tmp_path.iterdir())

    async def by_scope():
        async with anyio.create_task_group() as group:
            group.start_soon(file.async_save, tmp_path / "x.bin")
            await anyio.to_thread.run_sync(entered.wait)
            group.cancel_scope.cancel()
        left_then.extend(tmp_path.iterdir())

    left_then = []
    asyncio.run(by_task() if native else by_scope())
    assert done.wait(10)
    # What was just about to appear may have appeared, but whole.
    for left in (left_then, tmp_path.iterdir()):
        assert all(path.name == "x.bin" and path.read_bytes() == b"content" for path in left)


def test_a_save_that_is_canceled_twice_leaves_nothing(file, tmp_path, monkeypatch):
    """The second cancel() ends the task while a thread is still writing, which then clears up."""
    entered, go_on = threading.Event(), threading.Event()

    def slow(self):
        entered.set()
        go_on.wait(10)
        self._file.write(b"more")
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(_saving.Draft, "_finish", slow)
    monkeypatch.setattr(_saving, "PATIENCE", 0.01)

    async def main():
        task = asyncio.ensure_future(file.async_save(tmp_path / "x.bin"))
        await asyncio.get_running_loop().run_in_executor(None, entered.wait)
        task.cancel()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert list(tmp_path.iterdir())
        go_on.set()

    asyncio.run(main())
    patience = time.monotonic() + 10
    while list(tmp_path.iterdir()):
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_a_save_that_is_canceled_at_any_time_leaves_nothing(mock, tmp_path):
    class Slow(httpx.AsyncByteStream):
        async def __aiter__(self):
            for _ in range(20):
                await asyncio.sleep(0.0005)
                yield b"x" * 100_000

    client = mock(lambda _: httpx.Response(200, stream=Slow()))
    file = FileOutput("https://files.test/x.bin", client)

    async def main():
        for number in range(30):
            task = asyncio.ensure_future(file.async_save(tmp_path / "x.bin"))
            await asyncio.sleep(number / 1000)
            task.cancel()
            await asyncio.wait([task])
            left = list(tmp_path.iterdir())
            assert [path.name for path in left] in ([], ["x.bin"])
            for path in left:
                assert path.stat().st_size == 2_000_000
                path.unlink()

    asyncio.run(main())


# Names


@pytest.mark.parametrize(
    ("last", "name"),
    [
        ("NUL.png", "_NUL.png"),
        ("nul", "_nul"),
        ("con.tar.gz", "_con.tar.gz"),
        ("AUX .txt", "_AUX .txt"),
        ("COM1", "_COM1"),
        ("com%C2%B9.png", "_com\xb9.png"),
        ("lpt9.log", "_lpt9.log"),
        ("CONIN$", "_CONIN$"),
        ("console.log", "console.log"),
        ("com.png", "com.png"),
        ("com10.png", "com10.png"),
        ("a.png...", "a.png"),
        ("a.png%20", "a.png"),
        ("a.%20.%20", "a"),
        ("...", "output"),
        ("b" * 199 + "%20%20" + "c" * 20, "b" * 199),
        ("a." + "b" * 49 + "%20c", "a." + "b" * 49),
        ("a%C2%85b%E2%80%AEgnp.exe", "a_b_gnp.exe"),
        ("a%0D%0Ab.png", "a__b.png"),
    ],
)
def test_names_that_are_none_on_windows(last, name):
    assert FileOutput(f"https://x/{last}").name == name
    assert pathlib.PureWindowsPath(name).name == name
    if sys.version_info < (3, 13):  # later it warns that Windows itself should be asked
        assert not pathlib.PureWindowsPath(name).is_reserved()


def test_an_interrupt_just_after_the_draft_was_made_leaves_nothing(file, tmp_path, monkeypatch):
    opened = pathlib.Path.open

    def open_and_interrupt(path, *args, **options):
        opened(path, *args, **options).close()
        raise KeyboardInterrupt

    monkeypatch.setattr(pathlib.Path, "open", open_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        file.save(tmp_path / "mine.webp")
    assert not list(tmp_path.iterdir())
