"""Files whose servers, addresses or targets are not what one would like them to be."""

from __future__ import annotations

import os
import stat
import sys
import threading

import httpx
import pytest

import replicate
from replicate import exceptions
from replicate.helpers import FileOutput
from tests.bodies import Pieces

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.fixture
def of(mock, waits):
    """Make a file whose server answers like this, one answer after the other."""

    def make(*answers):
        left = list(answers)

        def handler(_request):
            status, headers, *pieces = left.pop(0) if len(left) > 1 else left[0]
            return httpx.Response(status, headers=headers, stream=Pieces(pieces))

        return FileOutput("https://files.test/x.bin", mock(handler))

    return make


CUT = httpx.ReadError("cut")
TAG = {"ETag": '"a"'}
HALF = (200, {**TAG, "Content-Length": str(SIZE)}, CONTENT[:5000], CUT)


def rest(span, *pieces, **headers):
    return (206, {**TAG, "Content-Range": span, **headers}, *pieces)


def test_rest_that_is_too_long_is_an_error(call, of):
    file = of(HALF, rest(f"bytes 5000-{SIZE - 1}/{SIZE}", CONTENT[5000:] + b"more"))
    with pytest.raises(exceptions.DownloadError, match=r"10,244 bytes arrived of a file of 10,240"):
        call.read(file)


def test_part_of_unknown_whole_is_an_error(call, of):
    with pytest.raises(exceptions.DownloadError, match="another part"):
        call.read(of(rest("bytes 0-99/*", CONTENT[:100])))


def test_rest_of_nothing_means_that_all_is_there(call, of):
    """The content came, and the end of it did not."""
    file = of((200, TAG, CONTENT, CUT), (416, {"Content-Range": f"bytes */{SIZE}"}))
    assert call.read(file) == CONTENT


def test_rest_that_is_refused_is_an_error(call, of):
    with pytest.raises(exceptions.DownloadError):
        call.read(of(HALF, (416, {"Content-Range": f"bytes */{SIZE}"})))


@pytest.mark.parametrize("digits", ["9" * 5000, "\u00b2", "-1"])
def test_numbers_that_are_none(call, of, digits):
    for span in (f"bytes 0-9/{digits}", f"bytes {digits}-9/10"):
        with pytest.raises(exceptions.DownloadError):
            call.read(of(rest(span.encode("utf-8"), CONTENT[:10])))


def test_compressed_content_that_breaks_off_is_an_error(call, of):
    import gzip

    cut = gzip.compress(CONTENT)[:60]
    with pytest.raises(exceptions.APIConnectionError, match="breaks off"):
        call.read(of((200, {"Content-Encoding": "gzip"}, cut)))


def test_error_page_without_end(call, mock):
    read = []

    def pieces():
        while True:
            read.append(1)
            yield b"x" * 65536

    file = FileOutput(
        "https://files.test/x.bin", mock(lambda _: httpx.Response(404, stream=Pieces(pieces())))
    )
    with pytest.raises(exceptions.DownloadError, match="after one hour"):
        call.read(file)
    assert len(read) < 10


@pytest.mark.parametrize(
    "url",
    [
        "https://xn--/",
        "https://xn--a/x.png",
        "https://a..b/",
        "https://b../",
        "https://" + "a" * 64 + ".com/",
        "https://127.0.0.1:99999/x",
        "https://127.0.0.1:-1/x",
        "httpsfoo",
        "//127.0.0.1/x",
        "/v1/account",
    ],
)
def test_address_that_is_none(call, client, sandbox, url):
    with pytest.raises(exceptions.ReplicateException):
        call.read(FileOutput(url, client))
    assert not sandbox.requests


@pytest.mark.parametrize("location", ["http://xn--/", "http://127.0.0.1:99999/", "http://b../"])
def test_redirect_to_an_address_that_is_none(call, served, server, location):
    server.always(status=302, location=location)
    with pytest.raises(exceptions.ReplicateException):
        call(served.accounts.current)


SECRET = "/v1/webhooks/default/secret"


@pytest.mark.parametrize("path", [SECRET, "/v1/account", "/v1/files/../account", "/v1/files/a/b"])
def test_output_does_not_get_the_answers_of_the_api(call, served, server, path):
    """A model may give out any address as that of its file."""
    server.always(b"content")
    call.read(FileOutput(server.url + path, served))
    assert server.last.header("authorization") is None


def test_stored_file_behind_a_gateway(call, server):
    server.always(b"content")
    with replicate.Client("test-token", base_url=f"{server.url}/gateway", verify=False) as client:
        call.read(FileOutput(f"{server.url}/gateway/v1/files/f1", client))
        assert server.last.header("authorization") == "Bearer test-token"
        call.read(FileOutput(f"{server.url}/v1/files/f1", client))
        assert server.last.header("authorization") is None


def test_output_does_not_get_them_by_a_redirect_either(call, served, server, other_server):
    server.always(b"content")
    other_server.always(status=302, location=server.url + "/v1/files/f1")
    call.read(FileOutput(other_server.url + "/picture.png", served))
    assert server.last.header("authorization") is None


@pytest.mark.parametrize("path", ["/v1/files/f1", "/v1/files/f1/download?expiry=1&signature=x"])
def test_stored_file_of_the_api_is_read_with_the_token(call, served, server, path):
    server.always(b"content")
    assert call.read(FileOutput(server.url + path, served)) == b"content"
    assert server.last.header("authorization") == "Bearer test-token"


@pytest.fixture
def text(served, other_server):
    other_server.always(b"content")
    return FileOutput(other_server.url + "/x.txt", served)


posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


@posix
def test_link_stays_a_link(call, text, tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    call(text.save, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"content"
    assert len(list(tmp_path.iterdir())) == 2


@posix
def test_permissions_of_a_file_stay(call, text, tmp_path):
    path = tmp_path / "private"
    path.touch(0o600)
    call(text.save, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b"content"


@posix
def test_what_a_model_wrote_never_runs_as_the_owner_of_the_file(call, text, tmp_path):
    path = tmp_path / "tool"
    path.touch()
    path.chmod(0o6755)
    call(text.save, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


@posix
def test_pipe_is_written_to(call, text, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    call(text.save, tmp_path / "pipe")
    reader.join()
    assert got == [b"content"]
    assert (tmp_path / "pipe").is_fifo()


@posix
def test_a_link_to_a_pipe_without_a_path_is_written_to(call, text):
    reader, writer = os.pipe()
    try:
        call(text.save, f"/dev/fd/{writer}")  # what /dev/stdout is too
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
        os.close(writer)
