"""Files that models return, handed on by web frameworks over real HTTP."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
import zlib
from pathlib import Path

import httpx
import pytest

from tests.servers import Recorder

for framework in ("django", "fastapi", "flask"):
    pytest.importorskip(framework, reason="runs in `make test-integrations`")

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20
SIZE = 200 * MEGABYTE
NEEDS_PROC = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs /proc to look into a process"
)

CHUNK = bytes(range(256)) * (MEGABYTE // 256)
SMALL = b"RIFF and so on"


@pytest.fixture
def host():
    """The host of the output files."""
    with Recorder() as host:
        host.on("GET", "/small.webp", SMALL, content_type="image/webp")
        length = str(SIZE)
        host.on("GET", "/large.webp", (CHUNK,) * (SIZE // MEGABYTE), content_length=length)
        yield host


@pytest.fixture(params=["django", "fastapi", "flask"])
def app(request, place, host):
    """A web application in a process of its own: its process id and its address."""

    @place.model("acmecorp/acme-model", official=True)
    def acme(prompt: str) -> str:
        return f"{host.url}/{prompt}.webp"

    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integrations.web_apps", request.param],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process.pid, f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        finally:
            process.terminate()


def test_a_file_is_delivered(app):
    _, url = app
    response = httpx.get(url, params={"prompt": "small"})

    assert response.status_code == 200
    assert response.content == SMALL


@pytest.mark.parametrize("app", ["django"], indirect=True)
def test_a_file_is_delivered_by_the_response_of_the_readme(app):
    """Which is not Django's for streams: it reads the whole file first."""
    _, url = app
    response = httpx.get(f"{url}whole", params={"prompt": "small"})

    assert response.status_code == 200
    assert response.headers["content-type"] == "image/webp"
    assert response.content == SMALL


def sockets(pid):
    """Return how many sockets a process has open."""
    count = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(descriptor).startswith("socket:")
    return count


@NEEDS_PROC
def test_a_client_that_goes_away_ends_the_download(app):
    """The connection to the file's host does not stay open."""
    pid, url = app
    httpx.get(url, params={"prompt": "small"}, timeout=30)
    before = sockets(pid)
    for _ in range(5):
        with httpx.stream("GET", url, params={"prompt": "large"}, timeout=30) as response:
            assert next(response.iter_raw())
    patience = time.monotonic() + 20
    while sockets(pid) > before:
        assert time.monotonic() < patience, f"{sockets(pid)} sockets are open, not {before}"
        time.sleep(0.01)


def peak(pid):
    """Return the most memory that a process has had, in bytes."""
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes) * 1024


@NEEDS_PROC
def test_a_large_file_is_streamed(app):
    """What it takes does not depend on the size of the file: nobody holds all of it."""
    pid, url = app
    httpx.get(url, params={"prompt": "small"}, timeout=30)
    before = peak(pid)
    size = checksum = 0
    with httpx.stream("GET", url, params={"prompt": "large"}, timeout=30) as response:
        for chunk in response.iter_raw():
            size += len(chunk)
            checksum = zlib.crc32(chunk, checksum)

    expected = 0
    for _ in range(SIZE // MEGABYTE):
        expected = zlib.crc32(CHUNK, expected)
    growth = peak(pid) - before
    print(f"memory grew by {growth / MEGABYTE:.1f} MB")
    assert (size, checksum) == (SIZE, expected)
    assert growth < 60 * MEGABYTE
