"""Files of any size: whole, in little memory, over connections that break; or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import replicate
from replicate import exceptions
from replicate._files import uploads as _upload
from replicate.helpers import FileOutput
from tests.load import bigfiles, figures
from tests.load.bigfiles import BigFiles

ROOT = Path(__file__).parents[1]
MIB = 1 << 20
FLAT = 60 * MIB
"""Bytes by which a transfer of whatever size may raise the peak of the memory in use."""

sizes = pytest.mark.parametrize(
    "size", [64 * MIB, pytest.param(1 << 30, marks=pytest.mark.slow)], ids=["64MiB", "1GiB"]
)
needs_proc = pytest.mark.skipif(not figures.HAS_PROC, reason="measures memory through /proc")


@pytest.fixture
def files():
    with BigFiles() as server:
        yield server


def python(*arguments):
    """Run Python on the project, and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def transfer(call, how, **options):
    """Transfer in a process of its own, and return what it says; its memory stays flat."""
    how = f"async_{how}" if call.is_async else how
    outcome = json.loads(python("-m", "tests.load.transfer", json.dumps({"how": how, **options})))
    print(f"{how}: memory grew by {outcome['growth'] / MIB:.1f} MiB")  # see them with -rP
    assert outcome["growth"] < FLAT
    return outcome["results"]


def checksum(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(MIB), b""):
            digest.update(piece)
    return digest.hexdigest()


@needs_proc
@sizes
@pytest.mark.parametrize("how", ["save", pytest.param("iterate", marks=pytest.mark.slow)])
def test_download(call, files, size, how, tmp_path):
    # More cuts than there are retries: each attempt gets on.
    files.cuts = [size * part // 10 + part for part in range(1, 9)]
    target = tmp_path / "big.bin"
    [found] = transfer(call, how, url=files.url, size=size, path=str(target))
    if how == "save":
        assert list(tmp_path.iterdir()) == [target]
        found = checksum(target)
        target.unlink()
    assert found == bigfiles.digest(size)
    assert not files.cuts
    # Each byte was sent once: what was received is not asked for again.
    starts = [int(asked[len("bytes=") : -1]) for asked in files.ranges[2:]]
    assert starts == [size * part // 10 + part for part in range(1, 9)]


@pytest.fixture
def big_file(tmp_path):
    """Make a file that takes little room on disk, with something in every MiB of it."""
    paths = []

    def make(size):
        path = tmp_path / "upload.bin"
        with path.open("wb") as file:
            for start in range(0, size, MIB):
                file.seek(start)
                file.write(start.to_bytes(8, "big"))
            file.truncate(size)
        paths.append(path)
        return path

    yield make
    for path in paths:
        path.unlink()


@needs_proc
@pytest.mark.parametrize(
    "how", [pytest.param("upload_path", marks=pytest.mark.slow), "upload_handle"]
)
@pytest.mark.parametrize(
    ("size", "times"),
    [(64 * MIB, 1), pytest.param(100 * MIB, 10, marks=pytest.mark.slow)],
    ids=["64MiB", "10x100MiB"],
)
def test_upload(call, files, how, size, times, big_file):
    path = big_file(size)
    expected = checksum(path)
    options = {"url": files.url, "size": size, "path": str(path), "times": times}
    assert transfer(call, how, **options) == [expected] * times
    assert files.uploads[1:] == [(size, expected)] * times


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("how", ["upload_path", "upload_handle"])
def test_upload_without_the_limit(call, files, how, big_file):
    path = big_file(1 << 30)
    options = {"url": files.url, "size": 1 << 30, "path": str(path), "limit": 1 << 30}
    assert transfer(call, how, **options) == [checksum(path)]


def test_more_than_the_api_takes_is_refused_before_it_is_sent(call, files, big_file):
    assert _upload.MAX_UPLOAD == 100 * MIB
    path = big_file(100 * MIB + 1)
    with replicate.Client("test-token", base_url=files.url, verify=False) as client:
        for file in (path, path.open("rb")):
            with pytest.raises(exceptions.ContentTooLargeError, match="pass the URL"):
                call(client.files.create, file)
    file.close()
    assert not files.uploads


# --- where a file cannot be written ---------------------------------------------------------------

SIZE = 300_000


@pytest.fixture
def small_file():
    return FileOutput("data:application/octet-stream;base64," + "AAAA" * (SIZE // 3))


def refused(call, file, target):
    """Save where that cannot work; the error names the target and nothing else."""
    with pytest.raises(OSError) as caught:
        call(file.save, target)
    error = caught.value
    assert error.filename == str(target)
    assert error.filename2 is None
    assert str(error) == f"[Errno {error.errno}] {os.strerror(error.errno)}: {str(target)!r}"
    return type(error)


def test_target_that_cannot_be_written(call, small_file, tmp_path):
    old = tmp_path / "old"
    old.write_bytes(b"old")
    assert refused(call, small_file, tmp_path / "missing" / "x.bin") is FileNotFoundError
    assert refused(call, small_file, old / "x.bin") is NotADirectoryError
    assert refused(call, small_file, tmp_path / ("x" * 300)) is OSError
    assert list(tmp_path.iterdir()) == [old]


def test_target_that_is_a_folder(call, small_file, tmp_path):
    taken = tmp_path / small_file.name
    taken.mkdir()
    saved = call(small_file.save, tmp_path)  # into the folder, under a free name
    assert saved == tmp_path / f"{taken.stem}-1{taken.suffix}"
    assert saved.stat().st_size == SIZE
    assert not list(taken.iterdir())


def test_a_name_as_long_as_the_file_system_takes(call, small_file, tmp_path):
    target = tmp_path / ("x" * 255)
    assert call(small_file.save, target) == target
    assert target.stat().st_size == SIZE


def test_permissions_are_what_the_umask_leaves(call, small_file, tmp_path, monkeypatch):
    before = os.umask(0o027)
    try:
        # Not even for a moment: other threads make files too.
        monkeypatch.delattr(os, "umask")
        call(small_file.save, tmp_path / "x.bin")
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert (tmp_path / "x.bin").stat().st_mode & 0o777 == 0o640


FAILING = """
import asyncio, os, sys, tempfile
from replicate.helpers import FileOutput

file = FileOutput("data:application/octet-stream;base64," + "AAAA" * 100_000)

def save(target):
    if sys.argv[2] == "async":
        asyncio.run(file.async_save(target))
    else:
        file.save(target)

with tempfile.TemporaryDirectory() as folder:
    save(folder)  # with all the modules that this takes
{setup}
try:
    save(sys.argv[1])
except OSError as error:
    print(type(error).__name__, error)
"""


def save_failing(call, target, setup):
    return python("-c", FAILING.format(setup=setup), str(target), str(call)).strip()


@pytest.mark.skipif(os.name != "posix", reason="limits the process")
def test_disk_that_gets_full(call, tmp_path):
    # A file that must not grow is to its writer what a disk without space is.
    target = tmp_path / "x.bin"
    setup = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    for content in (None, b"old"):
        if content is not None:
            target.write_bytes(content)
        message = save_failing(call, target, setup)
        assert message == f"OSError [Errno 27] File too large: {str(target)!r}"
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [content][content is None :]


@pytest.fixture
def full_disk(tmp_path):
    """A file system of 200 kB, where this user may mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(tmp_path)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("cannot mount a small file system")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_disk_that_is_full(call, full_disk, small_file):
    target = full_disk / "x.bin"
    target.write_bytes(b"old")
    assert refused(call, small_file, target) is OSError
    assert [path.read_bytes() for path in full_disk.iterdir()] == [b"old"]


@pytest.mark.skipif(os.name != "posix", reason="changes the user")
def test_folder_that_is_not_the_users(call):
    # Permissions do not bind root.
    setup = "os.setuid(65534)" if os.geteuid() == 0 else ""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        target = Path(folder) / "x.bin"
        message = save_failing(call, target, setup)
        assert message == f"PermissionError [Errno 13] Permission denied: {str(target)!r}"
        assert not os.listdir(folder)
