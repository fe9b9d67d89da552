"""Windows and macOS, simulated: one thing at a time that is different there."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from replicate import _blocking, _console
from replicate._command.main import INTERRUPTED, UNREAD, main
from replicate._files.media import type_by_name
from replicate._files.saving import file_name
from replicate._interruptions import comes_from_outside
from replicate.sandbox import File, Sandbox, command
from replicate.sandbox.files import copy


@pytest.fixture
def windows(monkeypatch):
    """Let this package believe that it runs on Windows. `pathlib` is not to ask later."""
    posix = type(Path())
    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setitem(Path.__new__.__globals__, "WindowsPath", posix)
    # On Pythons before 3.12 `Path()` asks each time.
    if sys.version_info < (3, 13):
        monkeypatch.setattr(Path, "__new__", lambda cls, *parts, **_: _posix(cls, parts))


def _posix(cls, parts):
    from pathlib import PosixPath

    cls = PosixPath if cls is Path else cls
    return cls._from_parts(parts) if hasattr(cls, "_from_parts") else object.__new__(cls)


@pytest.fixture
def pictures(sandbox, client):
    @sandbox.model("me/picture", official=True)
    def picture(name: str = "a.png") -> File:
        return File(b"picture", name)

    return lambda name="a.png": client.run("me/picture", {"name": name})


# Signals and locks.


def test_console_events_are_no_signals(monkeypatch):
    class Signals:
        """Those of Windows: `getsignal` refuses the first two."""

        def __iter__(self):
            return iter([0, 1000, signal.SIGINT])

        def __call__(self, number):
            return number

    monkeypatch.setattr(signal, "Signals", Signals())
    monkeypatch.setattr(sys, "platform", "win32")
    assert comes_from_outside(ValueError()) is False


def test_waiting_looks_up_for_ctrl_c(windows, monkeypatch):
    asked = []

    class Queue(queue.SimpleQueue):
        def get(self, block=True, timeout=None):
            asked.append(timeout)
            if len(asked) == 3:
                return "news"
            raise queue.Empty

    monkeypatch.setattr(_blocking, "GLANCE", 0.001)
    assert _blocking.taken_from(Queue()) == "news"
    assert asked == [0.001] * 3  # no call waits for longer, and nothing would interrupt it


def test_waiting_ends_in_time_all_the_same(windows, monkeypatch):
    monkeypatch.setattr(_blocking, "GLANCE", 0.004)
    with pytest.raises(queue.Empty):
        _blocking.taken_from(queue.SimpleQueue(), 0.01)
    with pytest.raises(queue.Empty):
        _blocking.taken_from(queue.SimpleQueue(), 0)


def test_ctrl_c_in_a_batch_whose_runs_are_slow(windows, sandbox, client, monkeypatch):
    """`get` of a queue is as on Windows: a signal waits for its end."""
    running = threading.Event()

    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        from replicate.sandbox import current_prediction

        running.set()
        current_prediction().sleep(30)
        return ""

    pressed = []

    class Mail(queue.SimpleQueue):
        def get(self, block=True, timeout=None):
            assert timeout is not None, "nothing would interrupt this"
            in_main = threading.current_thread() is threading.main_thread()
            if in_main and running.is_set() and not pressed:
                pressed.append(True)
                raise KeyboardInterrupt
            return super().get(block, timeout)

    monkeypatch.setattr("replicate._batch.crews.SimpleQueue", Mail)
    with pytest.raises(KeyboardInterrupt):
        for _ in client.map("me/slow", [{}, {}]):
            pass
    assert {run.status for run in sandbox.created} == {"canceled"}


# Files.


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_another_program_has_open(windows, pictures, monkeypatch, tmp_path, read_only):
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    if read_only:
        target.chmod(0o444)

    def replace(source, target):
        raise PermissionError(errno.EACCES, "Access is denied", source, None, target)

    def unlink(path, *args, **kwargs):
        if not path.stat().st_mode & 0o200:
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        os.remove(path)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(PermissionError, match=r"a\.png'$") as refusal:
        pictures().save(target)
    assert refusal.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.png"]


def test_names_that_differ_in_case_only(pictures, monkeypatch, tmp_path):
    """Disks of Windows and macOS take them for one."""
    link = os.link

    def link_there(source, target):
        if any(name.lower() == Path(target).name.lower() for name in os.listdir(tmp_path)):
            raise FileExistsError(errno.EEXIST, "exists", str(target))
        link(source, target)

    monkeypatch.setattr(os, "link", link_there)
    paths = [pictures(name).save(tmp_path) for name in ("Cat.png", "cat.png", "CAT.PNG")]
    assert [path.name for path in paths] == ["Cat.png", "cat-1.png", "CAT-2.PNG"]


def test_a_name_that_is_taken_where_renaming_does_not_replace(
    windows, pictures, monkeypatch, tmp_path
):
    rename = os.rename

    def rename_there(source, target, **options):
        if os.path.exists(target):
            raise FileExistsError(errno.EEXIST, "exists", str(target))
        rename(source, target)

    monkeypatch.setattr(os, "rename", rename_there)
    monkeypatch.setattr(Path, "rename", rename_there)
    monkeypatch.delattr(os, "link")
    paths = [pictures().save(tmp_path) for _ in range(2)]
    assert [path.name for path in paths] == ["a.png", "a-1.png"]
    assert sorted(os.listdir(tmp_path)) == ["a-1.png", "a.png"]


@pytest.mark.parametrize("name", ["CON", "nul.png", "Com1.txt", "a:b.png", "what?.png", "end."])
def test_names_that_windows_does_not_take(pictures, tmp_path, name):
    path = pictures(name).save(tmp_path)
    assert path.read_bytes() == b"picture"
    assert not set('<>:"|?*') & set(path.name)
    assert not path.name.endswith((".", " "))
    assert path.stem.partition(".")[0].lower() not in {"con", "nul", "com1"}


def test_media_types_are_not_those_of_the_registry(windows, monkeypatch):
    import mimetypes

    mimetypes.init()
    monkeypatch.setitem(mimetypes.types_map, ".csv", "application/vnd.ms-excel")
    monkeypatch.setattr(mimetypes, "guess_extension", lambda *_: ".jfif")
    assert type_by_name("table.csv") == "text/csv"
    assert file_name("data:,", "image/png") == "output.png"


def test_models_get_files_under_names_that_the_disk_takes(windows, sandbox, tmp_path):
    files = sandbox._state.files
    stored = files.upload(io.BytesIO(b"a"), "what: a?.txt", "text/plain", {})
    assert (stored.name, copy(stored, tmp_path).name) == ("what: a?.txt", "what_ a_.txt")
    files.remove_upload(next(iter(files.uploads)))


def test_a_model_that_leaves_its_file_open(sandbox, client, monkeypatch):
    """Windows deletes no open file: neither does the folder go that it is in."""
    rmtree, kept = shutil.rmtree, []

    def rmtree_there(path, ignore_errors=False, **options):
        kept.append(str(path))
        if not ignore_errors:
            raise PermissionError(errno.EACCES, "in use", str(path))

    @sandbox.model("me/careless", official=True)
    def careless() -> str:
        from replicate.sandbox import current_prediction

        (current_prediction().directory / "log").write_text("a", encoding="utf-8")
        return "done"

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", rmtree_there)
        assert client.run("me/careless", {}) == "done"
        sandbox.reset()
    for path in kept:
        rmtree(path, ignore_errors=True)
    assert kept


# The command line.


class Stream(io.TextIOWrapper):
    """Standard output or standard error as Python opens it there."""

    def __init__(self, *, is_terminal=False):
        super().__init__(io.BytesIO(), encoding="cp1252")
        self.is_terminal = is_terminal

    def isatty(self):
        return self.is_terminal


@pytest.mark.parametrize(
    ("is_terminal", "written"),
    [(False, "Ünïcode 🦙".encode()), (True, b"\xdcn\xefcode \\U0001f999")],
)
def test_a_text_with_letters_that_the_code_page_lacks(windows, monkeypatch, is_terminal, written):
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    stream = Stream(is_terminal=is_terminal)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", None)  # a program without a console
    if sys.flags.utf8_mode:
        pytest.skip("Python's UTF-8 mode was chosen")
    _console.prepare()
    print("Ünïcode 🦙", end="", flush=True)
    assert stream.buffer.getvalue() == written


def test_the_encoding_that_the_user_chose(windows, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    _console.prepare()
    print("é🦙", end="", flush=True)
    assert stream.buffer.getvalue() == b"\xe9\\U0001f999"


def test_a_reader_that_has_enough(windows, sandbox, monkeypatch, tmp_path):
    """A broken pipe is an invalid argument there."""

    class Broken(io.StringIO):
        def __init__(self, file):
            super().__init__()
            self.file = file

        def write(self, text):
            raise OSError(errno.EINVAL, "Invalid argument")

        def fileno(self):
            return self.file.fileno()

    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    with (tmp_path / "out").open("wb") as file:
        monkeypatch.setattr(sys, "stdout", Broken(file))
        assert main(["models", "list"]) == UNREAD
    assert UNREAD != INTERRUPTED


def test_a_command_that_is_a_script(windows, monkeypatch):
    started = []

    class Process:
        returncode = 0

        def __init__(self, words, **options):
            started.append(words)

        def wait(self):
            pass

    class Signals:
        def wake(self):
            pass

    monkeypatch.setattr(shutil, "which", lambda name: f"C:\\node\\{name}.CMD")
    monkeypatch.setattr(subprocess, "Popen", Process)
    assert command._run(["npm", "test"], {}, Signals()) == 0
    assert started == [["C:\\node\\npm.CMD", "test"]]


# Sockets and event loops.


def test_a_port_that_somebody_has(monkeypatch):
    """Windows has an option that keeps it his; the one of other systems would take it away."""
    options = []

    class Socket(socket.socket):
        def setsockopt(self, level, option, value):
            options.append(option)

    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)
    monkeypatch.setattr(socket, "socket", Socket)
    with Sandbox():
        pass
    assert -5 in options
    assert socket.SO_REUSEADDR not in options


@pytest.fixture
def proactor(monkeypatch):
    """Let asyncio's loops have no more than those of Windows."""

    loop = asyncio.SelectorEventLoop

    def hide(name):
        method = getattr(loop, name)

        def missing(*args):
            if sys._getframe(1).f_globals["__name__"].startswith("asyncio."):
                return method(*args)  # what such a loop itself is made of
            raise NotImplementedError

        monkeypatch.setattr(loop, name, missing)

    for name in (
        "add_reader",
        "remove_reader",
        "add_writer",
        "remove_writer",
        "add_signal_handler",
    ):
        hide(name)


def test_everything_on_a_loop_that_watches_no_descriptors(proactor, call, tmp_path):
    with Sandbox() as sandbox, sandbox.client() as client:

        @sandbox.model("me/words", official=True)
        def words(text: str):
            yield from text.split()

        assert list(call(client.run, "me/words", {"text": "a b"})) == ["a", "b"]
        events = call.list(client.stream, "me/words", {"text": "a b"})
        assert "".join(map(str, events)) == "ab"
        file = call(client.files.create, io.BytesIO(b"abc"))
        assert file.size == 3
        assert len(call.list(client.map, "me/words", [{"text": "a"}, {"text": "b"}])) == 2


MISSING = """
import asyncio, os, signal, subprocess, sys, tempfile, multiprocessing, concurrent.futures
import uvicorn, anyio, httpx, starlette.applications
for module, names in {
    os: "fork register_at_fork killpg getpgid getpgrp tcgetpgrp getuid geteuid fchmod fchown chown"
        " mkfifo statvfs sysconf setsid nice wait3 link",
    signal: "SIGKILL SIGHUP SIGUSR1 SIGUSR2 SIGALRM SIGPIPE SIGCHLD setitimer alarm pthread_kill"
        " sigwait",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for name in "fcntl grp pwd resource termios tty pty readline".split():
    sys.modules[name] = None
"""


def test_everything_without_what_windows_has_not(tmp_path):
    """Nothing asks for a function, signal or module that is there on other systems only."""
    code = MISSING + textwrap.dedent(
        """
        import importlib, pathlib, pkgutil
        import replicate
        from replicate.sandbox import Sandbox, File, signals
        SKIPPED = {"replicate.sandbox.cog_child"}  # a program for the Python of Cog
        for module in pkgutil.walk_packages(replicate.__path__, "replicate."):
            if not module.name.endswith("__main__") and module.name not in SKIPPED:
                importlib.import_module(module.name)
        received = signals.Signals()
        received.wake()
        assert received.wait() == 0
        signal.set_wakeup_fd(-1)
        received._reader.close(), received._writer.close()
        with Sandbox() as sandbox, sandbox.client() as client:
            @sandbox.model("me/copy", official=True)
            def copy(file: File) -> File:
                return file
            file = client.run("me/copy", {"file": pathlib.Path(__file__)})
            print(file.save(sys.argv[1]), file.save(sys.argv[1]))
            print(len(list(client.map("me/copy", [{"file": b"a"}] * 3))))
        """
    )
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    # Where no encoding is given, Windows reads and writes text in its code page.
    strict = ["-X", "warn_default_encoding"] if sys.version_info >= (3, 10) else []
    command = [sys.executable, *strict, "-W", "error", str(script), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not result.stderr, result.stderr
    assert result.stdout.splitlines()[-1] == "3"
