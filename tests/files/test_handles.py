"""Handles: read forward and to the end, left where they were, and known by what they say."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import os
import sys
import tempfile
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from replicate._files import window as _window
from replicate.helpers import FileOutput, base64_encode_file
from tests.servers import Recorder

NOISE = bytes(range(256)) * 4
posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")


class Moves(io.RawIOBase):
    """A handle that counts how often it is moved to another place."""

    def __init__(self, content):
        self._content = io.BytesIO(content)
        self.moves = self.back = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._content.tell()

    def seek(self, offset, whence=io.SEEK_SET):
        here = self.tell()
        there = self._content.seek(offset, whence)
        self.moves += there != here
        self.back += there < here
        return there

    def read(self, size=-1):
        return self._content.read(size)


def test_a_handle_is_read_forward(call, served, sent):
    handle = Moves(NOISE * 3000)
    handle.seek(1000)
    handle.moves = 0
    call(served.files.create, handle)
    assert sent.uploads[0][2] == (NOISE * 3000)[1000:]
    # To the end and back for the size, and back for the next to send it.
    assert (handle.moves, handle.back) == (3, 2)
    assert handle.tell() == 1000


def test_a_member_of_an_archive_is_read_forward(call, served, sent, tmp_path):
    content = os.urandom(1 << 20) * 3
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/picture.png", content)
    read = []
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        with archive.open("folder/picture.png") as member:
            inflate = member._read1
            member._read1 = lambda size: read.append(inflate(size)) or read[-1]
            call(served.files.create, member)
            assert member.tell() == 0
    assert sent.uploads == [("picture.png", "image/png", content)]
    # Once for its size, once to send it.
    assert sum(map(len, read)) <= 2.1 * len(content)


def test_a_compressed_file_is_sent_as_its_content(give, sent, tmp_path):
    with gzip.open(tmp_path / "a.txt.gz", "wb") as file:
        file.write(NOISE)
    with gzip.open(tmp_path / "a.txt.gz") as file:
        give(file)
    assert sent.uploads[0][2] == NOISE


def test_a_handle_is_sent_again_from_where_it_was(call, server, served, waits):
    server.on("POST", "/v1/files", {"retry_after": 0}, 429)
    server.on("POST", "/v1/files", {"id": "f", "urls": {"get": "https://x"}}, 201)
    handle = Moves(NOISE * 300)
    handle.seek(100)
    call(served.files.create, handle)
    first, second = (request.body for request in server.requests)
    assert NOISE * 299 in first
    assert first.count(NOISE) == second.count(NOISE)
    assert handle.tell() == 100


def test_where_the_caller_has_put_the_handle_it_stays(call, served, server, sent):
    handle = io.BytesIO(NOISE * 1000)
    plan = server.handle

    def answer(request):
        handle.seek(7)  # after the whole content was sent
        return plan(request)

    server.handle = answer
    call(served.files.create, handle)
    assert handle.tell() == 7


@pytest.mark.parametrize("in_threads", [True, False])
def test_one_handle_in_many_calls_at_once(served, tmp_path, in_threads):
    """It arrives whole in each of them, from where it was, and ends there."""
    content = os.urandom(100_000) + b"|" + NOISE * 200
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    with Recorder() as server, path.open("rb") as handle:
        server.on("POST", "/v1/files", {"id": "f", "urls": {"get": "https://x"}}, 201)
        served._base_url = server.url
        handle.seek(100_001)
        if in_threads:
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(served.files.create, [handle] * 32))
        else:

            async def main():
                for _ in range(4):
                    await asyncio.gather(*(served.files.async_create(handle) for _ in range(8)))

            asyncio.run(main())
        assert handle.tell() == 100_001
        for request in server.requests:
            start = request.body.index(b"\r\n\r\n") + 4
            assert request.body[start:].startswith(NOISE * 200 + b"\r\n--")
    assert not _window._table


@pytest.mark.parametrize("rounds", [300])
def test_the_table_of_handles_is_kept_by_one_lock(rounds):
    """Threads that come and go at the same moment find each other."""
    handle = io.BytesIO(NOISE * 10)
    start = threading.Barrier(4)
    wrong = []

    def work():
        for _ in range(rounds):
            start.wait()
            with _window.Window(handle) as window:
                if window.read(5000) + window.read() != NOISE * 10:
                    wrong.append(1)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
    assert not _window._table
    assert handle.tell() == 0


@posix
def test_a_forked_child_does_not_wait_for_threads_of_its_parent():
    if sys.version_info >= (3, 12):
        pytest.skip("a fork beside threads is a warning")
    with _window._lock:
        child = os.fork()
        if not child:
            try:
                with _window.Window(io.BytesIO(b"x")) as window:
                    os._exit(0 if window.read() == b"x" else 1)
            finally:
                os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


class Breaks(Moves):
    """A handle on something far away, the connection to which breaks."""

    error = AssertionError

    def read(self, size=-1):
        piece = super().read(size)
        if piece and self.tell() > 300_000:
            raise self.error
        return piece


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), KeyboardInterrupt()])
def test_a_handle_that_breaks_is_left_where_it_was(call, served, error):
    handle = Breaks(NOISE * 2000)
    handle.seek(1000)
    handle.error = error
    with pytest.raises(type(error)):
        call(served.files.create, handle)
    assert handle.tell() == 1000
    assert not _window._table


class Decoded:
    """A text handle without bytes below, as `codecs.getreader` gives."""

    def __init__(self, error):
        self._text = io.StringIO("0123456789")
        self._error = error
        self.seek, self.tell = self._text.seek, self._text.tell

    def read(self, size=-1):
        text = self._text.read(size)
        if text:
            raise self._error
        return text


def test_text_that_breaks_is_left_where_it_was(call, served):
    handle = Decoded(ConnectionResetError("gone"))
    handle.seek(3)
    with pytest.raises(ConnectionResetError):
        call(served.files.create, handle)
    assert handle.tell() == 3


# Bytes in memory


@pytest.mark.parametrize(
    "view",
    [memoryview(NOISE)[::2], memoryview(NOISE).cast("B", (4, 256)), memoryview(NOISE).cast("i")],
    ids=["strided", "table", "integers"],
)
def test_views_of_bytes_are_sent_as_the_bytes_that_they_show(give, sent, view):
    give(view)
    assert sent.uploads[0][2] == view.tobytes()


# Short reads


class Short(io.FileIO):
    """A file as sockets and network drives are: it gives less than it was asked for."""

    def read(self, size=-1):
        return super().read(min(size, 4096) if size >= 0 else 4096)


@pytest.mark.parametrize("options", [{}, {"file_encoding_strategy": "base64"}])
def test_short_reads_are_read_on(give, sent, tmp_path, options):
    (tmp_path / "a.bin").write_bytes(NOISE * 100)
    with Short(tmp_path / "a.bin") as file:
        value = give(file, **options)
    if options:
        assert base64.b64decode(value.partition(",")[2]) == NOISE * 100
    else:
        assert sent.uploads[0][2] == NOISE * 100


@posix
@pytest.mark.parametrize("options", [{}, {"file_encoding_strategy": "base64"}])
@pytest.mark.parametrize("buffering", [0, -1])
def test_pipes_are_read_to_their_end(give, sent, piped, options, buffering):
    with piped(NOISE * 100, buffering=buffering) as pipe:
        value = give(pipe, **options)
    content = base64.b64decode(value.partition(",")[2]) if options else sent.uploads[0][2]
    assert content == NOISE * 100


@pytest.fixture
def piped():
    """Make the reading end of a pipe through which content comes, a little at a time."""
    threads = []

    def make(content, mode="rb", **options):
        reading, writing = os.pipe()

        def write():
            with open(writing, "wb", buffering=0) as pipe:
                pipe.writelines(
                    content[start : start + 1000] for start in range(0, len(content), 1000)
                )

        threads.append(threading.Thread(target=write))
        threads[-1].start()
        return open(reading, mode, **options)

    yield make
    for thread in threads:
        thread.join()


@posix
def test_a_pipe_in_two_calls_at_once_is_read_once(served, sent, piped):
    with piped(NOISE * 100) as pipe, ThreadPoolExecutor(2) as pool:
        start = threading.Barrier(2)
        reading = pipe.read1

        class Together:
            """Lets both calls begin before the pipe is read."""

            def read(self, size):
                return reading(size)

        handle = Together()

        def create(_):
            start.wait()
            shared = _window.share(handle)  # for as long as both of them take
            try:
                start.wait()
                served.files.create(handle)
                start.wait()
            finally:
                _window.release(shared)

        list(pool.map(create, range(2)))
    assert [content for _, _, content in sent.uploads] == [NOISE * 100] * 2


# Text


@posix
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_text_pipe_gives_what_it_has_read_ahead(give, sent, piped, newline):
    lines = [f"line {number} é{newline}" for number in range(300)]
    content = "".join(lines).encode()
    with piped(content, "r", encoding="utf-8") as pipe:
        assert pipe.readline() == "line 0 é\n"
        give(pipe)
    assert sent.uploads[0][2] == "".join(lines[1:]).encode()


@posix
def test_a_text_pipe_from_its_beginning_may_be_no_text_at_all(give, sent, piped):
    with piped(b"\xff\xd8\xff" + NOISE, "r", encoding="ascii") as pipe:
        give(pipe)
    assert sent.uploads == [("file", "image/jpeg", b"\xff\xd8\xff" + NOISE)]


@posix
@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"head\n" + b"text" * 9000 + NOISE, {"encoding": "utf-8"}),
        (b"head\r\nmixed\nends\r\n" * 3, {"encoding": "utf-8"}),
        ("head\nrest".encode("utf-16"), {"encoding": "utf-16"}),
        (b"head\n\xffrest", {"encoding": "ascii", "errors": "replace"}),
    ],
)
def test_a_text_pipe_says_that_it_cannot_give_its_bytes(give, sent, piped, content, options):
    with piped(content, "r", **options) as pipe:
        pipe.readline()
        with pytest.raises(ValueError, match=r'read as text before.*binary mode \("rb"\)'):
            give(pipe)
        pipe.buffer.read()
    assert sent.nothing


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_text_that_is_iterated_over_is_sent_from_the_next_line(
    give, sent, tmp_path, newline, encoding
):
    lines = [f"line {number} é{newline}" for number in range(3000)]
    whole = "".join(lines).encode(encoding)
    path = tmp_path / "a.txt"
    path.write_bytes(whole)
    rest = whole[-len("".join(lines[2:]).encode(encoding)) + len("".encode(encoding)) :]
    with path.open(encoding=encoding) as file:
        assert next(file).startswith("line 0")
        assert next(file).startswith("line 1")
        give(file)
        assert sent.uploads == [("a.txt", "text/plain", rest)]
        if encoding != "utf-16":
            assert file.readline() == "line 2 é\n"


def test_text_in_two_calls_at_once_is_sent_from_the_same_place(served, sent, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"head\n" + NOISE * 600)
    with path.open(encoding="latin-1") as file, ThreadPoolExecutor(4) as pool:
        file.readline()
        list(pool.map(served.files.create, [file] * 16))
        assert file.tell() == 5
    assert {content for _, _, content in sent.uploads} == {NOISE * 600}


def test_a_temporary_file_of_text(give, sent):
    with tempfile.NamedTemporaryFile("w+", encoding="latin-1", suffix=".txt") as file:
        file.write("é")
        give(file)
        assert sent.uploads == [(os.path.basename(file.name), "text/plain", b"\xe9")]


# What a handle knows of itself

PHOTO = ("me.webp", "image/webp")
UNKNOWN = ("file", "application/octet-stream")


class Storage(io.BytesIO):
    """A handle with attributes, as many libraries have them."""

    def __init__(self, content=b"content", **attributes):
        super().__init__(content)
        vars(self).update(attributes)


class FileField(NamedTuple):
    """An upload as aiohttp has it; that of Starlette is like it, and asynchronous."""

    name: str
    filename: object
    file: io.BytesIO
    content_type: str


class UploadFile:
    """An upload as Starlette has it."""

    def __init__(self, content, **attributes):
        self.file = tempfile.SpooledTemporaryFile()
        self.file.write(content)
        self.file.seek(0)
        vars(self).update(attributes)

    async def read(self, size=-1):
        raise AssertionError

    async def seek(self, offset):
        raise AssertionError


HANDLES = [
    # As Flask has it: `name` is that of the form's field.
    (
        Storage(name="photo", filename="me.webp", content_type="image/webp", mimetype="image/webp"),
        PHOTO,
    ),
    (
        Storage(name="photo", filename="me.webp", content_type=None, mimetype=""),
        PHOTO,
    ),
    (Storage(name="a/b.txt", content_type="text/csv"), ("b.txt", "text/csv")),  # Django
    (Storage(name="b.bin", type="image/png"), ("b.bin", "image/png")),  # Streamlit
    (Storage(filename=None, name="b.png"), ("b.png", "image/png")),
    (Storage(filename="", mimetype="audio/ogg"), ("file", "audio/ogg")),
    (Storage(filename="C:\\fake\\a.png"), ("a.png", "image/png")),
    (Storage(filename="../../a.png"), ("a.png", "image/png")),
    (Storage(name=5, type=5, content_type=b"a/b"), UNKNOWN),
    (Storage(name="a.png", content_type="application/octet-stream"), ("a.png", "image/png")),
    (Storage(name="a.png", content_type="picture"), ("a.png", "image/png")),
    (Storage(name="a.png", content_type="a/b\r\nX: y"), ("a.png", "image/png")),
    (Storage(name="a.png", content_type="a/b; c"), ("a.png", "image/png")),
    (
        Storage(name="a", content_type="text/plain; charset=utf-8"),
        ("a", "text/plain; charset=utf-8"),
    ),
    (Storage(headers={"content-type": "image/gif"}), ("file", "image/gif")),
    (Storage(name="a\r\nb.png"), ("a__b.png", "image/png")),
    (
        FileField("photo", "me.webp", io.BytesIO(b"content"), "image/webp"),
        PHOTO,
    ),
    (FileField("photo", None, Storage(name="me.webp"), ""), ("photo", "application/octet-stream")),
    (
        UploadFile(b"content", filename="me.webp", content_type="image/webp"),
        PHOTO,
    ),
    (
        UploadFile(b"content", filename=None, content_type=None),
        ("file", "application/octet-stream"),
    ),
]


@pytest.mark.parametrize(("handle", "expected"), HANDLES)
def test_what_a_handle_knows_of_itself_counts(call, served, sent, handle, expected):
    call(served.run, "o/n", {"x": handle})
    call(served.files.create, handle)
    assert sent.uploads == [(*expected, b"content")] * 2


def test_what_the_caller_says_counts_more(call, served, sent):
    handle = Storage(filename="a.png", content_type="image/png")
    call(served.files.create, handle, filename="b.txt", content_type="text/x-b")
    assert sent.uploads == [("b.txt", "text/x-b", b"content")]


def test_a_data_uri_has_the_type_without_spaces():
    handle = Storage(content_type="text/plain; charset=utf-8")
    assert base64_encode_file(handle).startswith("data:text/plain;charset=utf-8;base64,")


def test_an_output_can_be_uploaded(call, served, server, sent):
    """Its own URL ends after an hour, that of an uploaded file after a day."""
    server.on("GET", "/out.png", b"content", content_type="image/x-other")
    call(served.files.create, FileOutput(f"{server.url}/out.png", served))
    call(served.files.create, FileOutput(f"{server.url}/out.png", served), filename="b")
    assert sent.uploads == [
        ("out.png", "image/x-other", b"content"),
        ("b", "image/x-other", b"content"),
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"content_type": "text/plain\r\nX-Other: 1"},
        {"content_type": "text/plain\n"},
        {"content_type": "\x00"},
        {"filename": "a.txt\r\nX-Other: 1"},
        {"filename": "a\nb"},
        {"filename": "a\ud800"},
    ],
)
def test_what_would_end_a_line_of_the_request_is_refused(call, served, sent, options):
    with pytest.raises(
        ValueError, match=rf"^{next(iter(options))} (must not have control|has the lone)"
    ):
        call(served.files.create, b"x", **options)
    assert sent.nothing


@pytest.mark.parametrize(
    "content",
    [
        ("a.txt", b"x", "text/plain\r\nX-Other: 1"),
        ("a\n.txt", b"x"),
        ("a.txt", b"x", None, {"X-Other": "1\r\n2"}),
        ("a.txt", b"x", None, {"X-Other\n": "1"}),
    ],
)
def test_nor_is_it_taken_by_the_generated_operation(served, sent, content):
    with pytest.raises(ValueError, match="must not have control characters such as line ends"):
        served.api.files.create(content=content)
    assert sent.nothing
    served.api.files.create(content=("a.txt", b"a\r\nb", "text/plain", {"X-Other": "1"}))
    assert sent.uploads == [("a.txt", "text/plain", b"a\r\nb")]


@pytest.mark.parametrize("options", [{"content_type": b"a/b"}, {"filename": 5}])
def test_names_and_types_are_text(call, served, sent, options):
    with pytest.raises(TypeError, match="must be text"):
        call(served.files.create, b"x", **options)
    assert sent.nothing
