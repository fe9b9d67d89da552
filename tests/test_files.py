"""Files out: reading, saving, resuming. Files in: every kind of handle."""

from __future__ import annotations

import array
import asyncio
import base64
import collections
import copy
import datetime
import enum
import hashlib
import io
import json
import os
import pathlib
import pickle
import shutil
import sys
import tempfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy
import pytest

from replicate import exceptions
from replicate._blocking import block
from replicate._files import inputs as _inputs
from replicate.helpers import FileOutput, FileOutputURL, encode_json, transform_output
from replicate.sandbox import File
from tests.servers import Answer, Recorder

CONTENT = bytes(range(256)) * 4096


@pytest.fixture
def big(sandbox, client):
    @sandbox.model("me/big", official=True)
    def big() -> pathlib.Path:
        return File(CONTENT, "big file.bin")

    return client.run("me/big", {})


def test_read_and_iterate(call, big):
    assert call.read(big) == CONTENT
    assert call.read(big) == CONTENT  # each time anew

    async def collect():
        return b"".join([chunk async for chunk in big])

    assert (asyncio.run(collect()) if call.is_async else b"".join(big)) == CONTENT


def test_save(call, big, tmp_path):
    assert call(big.save, tmp_path / "x.bin") == tmp_path / "x.bin"
    assert call(big.save, str(tmp_path)) == tmp_path / "big file.bin"
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {CONTENT}
    assert (tmp_path / "x.bin").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_open_gives_a_real_file(call, big):
    with call(big.open) as handle:
        assert handle.read(2) == CONTENT[:2]
        handle.seek(-1, io.SEEK_END)
        assert handle.read() == CONTENT[-1:]
        handle.seek(0)
        copied = io.BytesIO()
        shutil.copyfileobj(handle, copied)
        assert copied.getvalue() == CONTENT


@pytest.mark.parametrize("how", [{"truncate": 100_000}, {"drop": "during"}])
def test_interrupted_download_resumes(call, big, sandbox, how):
    sandbox.fault("output", times=3, **how)
    assert call.read(big) == CONTENT
    requests = [request for request in sandbox.requests if request.host == "files"]
    ranges = [request.headers.get("range") for request in requests]
    assert len(ranges) == 4
    assert ranges[0] is None
    assert all(value and value.startswith("bytes=") for value in ranges[1:])


def test_download_that_never_comes_whole_is_an_error(call, big, sandbox, tmp_path):
    sandbox.fault("output", truncate=100, times=None)
    big._client.max_retries = 2
    with pytest.raises(exceptions.APIConnectionError, match="bytes"):
        call(big.save, tmp_path / "x.bin")
    assert not list(tmp_path.iterdir())


def file_of(answers, **options):
    """Return a server of one file, and the file as the client sees it."""
    import replicate

    remaining = [Answer(body, status, headers) for status, headers, body in answers]
    server = Recorder(lambda request: remaining.pop(0))
    client = replicate.Client("t", base_url="http://127.0.0.1:1", **{"max_retries": 3, **options})
    return server, FileOutput(f"{server.url}/a.bin", client)


def test_file_that_changes_during_the_download_is_an_error(call):
    cut = {"Content-Length": "10", "ETag": '"1"', "Connection": "close"}
    server, file = file_of([(200, cut, b"01234"), (200, {"ETag": '"2"'}, b"abcdefghij")])
    with server, pytest.raises(exceptions.DownloadError, match="changed"):
        call.read(file)


@pytest.mark.parametrize("rest", [{"ETag": '"2"', "Content-Range": "bytes 5-9/10"}, {}])
def test_rest_of_another_file_is_an_error(call, rest):
    rest = {"Content-Range": "bytes 5-10/11", **rest}
    cut = {"Content-Length": "10", "ETag": '"1"', "Connection": "close"}
    server, file = file_of([(200, cut, b"01234"), (206, rest, b"fghij")])
    with server, pytest.raises(exceptions.DownloadError, match="changed"):
        call.read(file)


def test_part_that_was_not_asked_for_is_not_the_whole(call):
    part = {"Content-Range": "bytes 0-4/10"}
    server, file = file_of(
        [(206, part, b"01234"), (206, {"Content-Range": "bytes 5-9/10"}, b"56789")]
    )
    with server:
        assert call.read(file) == b"0123456789"


def test_file_that_is_not_compressed_as_it_says(call):
    server, file = file_of([(200, {"Content-Encoding": "gzip"}, b"no gzip")])
    with server, pytest.raises(exceptions.InvalidResponseError, match="decoded as gzip"):
        call.read(file)


def test_redirect_to_a_local_file_goes_nowhere(call):
    server, file = file_of([(302, {"Location": "file:///etc/passwd"}, b"")], max_retries=0)
    with server, pytest.raises(exceptions.APIConnectionError, match="protocol"):
        call.read(file)
    assert len(server.requests) == 1


def test_server_without_ranges_sends_the_whole_file_again(call):
    cut = {"Content-Length": "10", "ETag": '"1"', "Connection": "close"}
    server, file = file_of([(200, cut, b"01234"), (200, {"ETag": '"1"'}, b"0123456789")])
    with server:
        assert call.read(file) == b"0123456789"


def test_resumed_at_the_wrong_place_is_an_error(call):
    cut = {"Content-Length": "10", "ETag": '"1"', "Connection": "close"}
    wrong = {"Content-Range": "bytes 3-9/10", "ETag": '"1"'}
    server, file = file_of([(200, cut, b"01234"), (206, wrong, b"3456789")])
    with server, pytest.raises(exceptions.DownloadError, match="another part"):
        call.read(file)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_file_that_is_gone(call, status):
    server, file = file_of([(status, {}, b"<Error>gone</Error>")])
    with server, pytest.raises(exceptions.DownloadError) as caught:
        call.read(file)
    assert isinstance(caught.value, httpx.HTTPStatusError)  # as in 1.x
    assert caught.value.response.status_code == status
    assert ("one hour" in str(caught.value)) is (status != 401)
    clone = pickle.loads(pickle.dumps(caught.value))
    assert str(clone) == str(caught.value)


def test_file_host_that_is_busy_is_asked_again(call, monkeypatch):
    monkeypatch.setattr("replicate._http.retry.FIRST_WAIT", 0.001)
    server, file = file_of([(503, {}, b""), (200, {}, b"x")])
    with server:
        assert call.read(file) == b"x"


def test_failing_write_leaves_nothing_behind(call, big, tmp_path):
    with pytest.raises(OSError, match="missing"):
        call(big.save, tmp_path / "missing" / "x.bin")
    target = tmp_path / "x.bin"
    target.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(os, "replace", full)
        call(big.save, target)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(
    ("uri", "content", "content_type"),
    [
        ("data:text/plain;base64,aGVsbG8=", b"hello", "text/plain"),
        ("data:text/plain,hello%20world", b"hello world", "text/plain"),
        ("DATA:image/png;charset=x;BASE64,-_8", b"\xfb\xff", "image/png"),
        ("data:,", b"", None),
        ("data:;base64,aGVs\nbG8%3D", b"hello", None),
        ("data: text/plain ; base64 ,aGVsbG8=", b"hello", "text/plain"),
        ("data:text/plain;base64;charset=x,aGVsbG8=", b"aGVsbG8=", "text/plain"),
        ("data:base64,aGVsbG8=", b"aGVsbG8=", "base64"),
    ],
)
def test_data_uri(call, uri, content, content_type):
    file = FileOutput(uri)
    assert call.read(file) == content
    assert file.content_type == content_type


def test_broken_data_uri(call):
    with pytest.raises(exceptions.DownloadError, match="base64"):
        call.read(FileOutput("data:;base64,a"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x/a/out.png?sig=1#f", "out.png"),
        ("https://x/a%20b.png", "a b.png"),
        ("https://x/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://x/..%5C..%5Cboot.ini", "boot.ini"),
        ("https://x/..", "output"),
        ("https://x/%00%0a", "output"),
        ("https://x/", "output"),
        ("https://x", "output"),
        ("https://x/C%3Aa.png", "C_a.png"),
        ("https://x/" + "a" * 500 + ".png", "a" * 200 + ".png"),
        ("https://x/" + "é" * 300 + ".png", "é" * 100 + ".png"),
        ("https://x/" + "é" * 300, "é" * 100),
        ("https://x/\ud800.png", "_.png"),
        ("data:image/png;base64,", "output.png"),
    ],
)
def test_name_is_never_a_path(url, name):
    assert FileOutput(url).name == name


def test_file_is_its_url_in_prediction_output(client, big, sandbox):
    prediction = client.predictions.create(model="me/big", input={}, wait=True)
    prediction.wait()
    output = prediction.output
    url = dict(prediction)["output"]
    assert type(url) is str
    assert isinstance(output, (FileOutput, str))
    assert output == url
    assert output.startswith("http")
    assert json.dumps(output) == json.dumps(url)
    assert httpx.get(output).content == CONTENT
    assert output.read() == CONTENT
    assert type(str(output)) is str
    assert {output: 1}[url] == 1
    assert pickle.loads(pickle.dumps(output)) == url
    assert copy.deepcopy(output) == url


def test_plain_file_is_not_its_url(big):
    assert big != big.url
    assert str(big) == big.url
    assert repr(big) == f"FileOutput({big.url!r})"
    assert hash(big)
    assert pickle.loads(pickle.dumps(big)).url == big.url


# What is a file in an output

SCHEMA = {
    "components": {
        "schemas": {
            "Output": {"$ref": "#/components/schemas/Real"},
            "Real": {
                "type": "object",
                "properties": {
                    "file": {"type": "string", "format": "uri"},
                    "text": {"type": "string"},
                    "files": {"type": "array", "items": {"type": "string", "format": "uri"}},
                    "any": {},
                },
            },
        }
    }
}


def test_schema_decides(mock):
    client = mock(lambda request: None)
    url = "https://x/a.png"
    value = {"file": url, "text": url, "files": [url, "http://x/b"], "any": url, "more": "http://x"}
    output = transform_output(value, client, openapi_schema=SCHEMA)
    kinds = {key: type(item).__name__ for key, item in output.items()}
    assert kinds == {
        "file": "FileOutput",
        "text": "FileOutput",
        "files": "list",
        "any": "FileOutput",
        "more": "str",
    }
    assert [file.url for file in output["files"]] == value["files"]
    assert isinstance(transform_output(url, client, into=FileOutputURL), str)


# Files in


@pytest.fixture
def uploads(sandbox, client):
    """Encode a value and return what arrived: name, content type and content of each file."""

    def encode(value, **options):
        before = len(sandbox.requests)
        encoded = encode_json(value, client, **options)
        parts = []
        for request in sandbox.requests[before:]:
            head, _, rest = request.body.partition(b'name="content"; filename="')[2].partition(
                b"\r\n\r\n"
            )
            name, _, kind = head.decode().partition('"\r\nContent-Type: ')
            content = rest.rpartition(b"\r\n--")[0]
            parts.append((name, kind.partition("\r\n")[0], content))
        return encoded, parts

    return encode


PNG = b"\x89PNG\r\n\x1a\n...."


def test_handles_of_every_kind(uploads, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(PNG)

    class Path:
        def __fspath__(self):
            return str(path)

    class Duck:
        def read(self, size=-1):
            data, self.data = getattr(self, "data", PNG), b""
            return data

    named = ("picture.png", "image/png", PNG)
    unnamed = ("file", "image/png", PNG)
    text_mode = open(path, encoding="latin-1")
    pipe_out, pipe_in = os.pipe()
    threading.Thread(target=lambda: (os.write(pipe_in, PNG), os.close(pipe_in))).start()
    spooled = tempfile.SpooledTemporaryFile()
    spooled.write(PNG)
    spooled.seek(0)
    temporary = tempfile.TemporaryFile()
    temporary.write(PNG)
    temporary.seek(0)
    with open(path, "rb") as opened, text_mode, os.fdopen(pipe_out, "rb") as pipe:
        for value, expected in [
            (path, named),
            (Path(), named),
            (opened, named),
            (text_mode, named),
            (io.BytesIO(PNG), unnamed),
            (PNG, unnamed),
            (bytearray(PNG), unnamed),
            (memoryview(PNG), unnamed),
            (Duck(), unnamed),
            (pipe, unnamed),
            (spooled, unnamed),
            (temporary, unnamed),
            (io.StringIO("text é"), ("file", "application/octet-stream", "text é".encode())),
        ]:
            encoded, parts = uploads({"x": value})
            assert parts == [expected], value
            assert encoded["x"].startswith("http")
        assert not opened.closed
    spooled.close()
    temporary.close()


def test_upload_starts_where_the_handle_stands(uploads, sandbox):
    handle = io.BytesIO(b"skipped|sent")
    handle.seek(8)
    sandbox.fault("files.create", status=429, body={"retry_after": 0})
    _, parts = uploads(handle)
    assert [content for _, _, content in parts] == [b"sent", b"sent"]


def test_file_that_grows_while_it_is_sent(call, client, sandbox, tmp_path):
    path = tmp_path / "growing.log"
    path.write_bytes(b"x" * 200_000)
    with open(path, "ab", buffering=0) as end, Changing(path, lambda: end.write(b"more")) as file:
        uploaded = call(client.files.create, file)
    assert path.stat().st_size > uploaded.size == 200_000


def test_file_that_shrinks_while_it_is_sent(call, client, sandbox, tmp_path):
    path = tmp_path / "shrinking.log"
    path.write_bytes(b"x" * 200_000)
    with Changing(path, lambda: os.truncate(path, 1)) as file:
        with pytest.raises(OSError, match=r"shrinking.log got shorter while it was sent"):
            call(client.files.create, file)


class Changing(io.FileIO):
    """A file to which something happens whenever it is read."""

    def __init__(self, path, event):
        super().__init__(path)
        self.event = event

    def read(self, size=-1):
        data = super().read(size)
        if data:
            self.event()
        return data


def test_same_file_is_uploaded_once_per_call(uploads, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    handle = io.BytesIO(b"y")
    encoded, parts = uploads({"a": path, "b": [path, handle], "c": {"d": handle}})
    assert len(parts) == 2
    assert encoded["a"] == encoded["b"][0]
    assert encoded["b"][1] == encoded["c"]["d"]


def test_base64(uploads, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    encoded, parts = uploads({"a": path, "b": PNG}, file_encoding_strategy="base64")
    assert encoded == {
        "a": "data:text/plain;base64,eA==",
        "b": "data:image/png;base64," + base64.b64encode(PNG).decode(),
    }
    assert not parts


def test_values_of_every_kind(uploads, client):
    class Color(enum.Enum):
        RED = "red"

    class Text(str, enum.Enum):
        BLUE = "blue"

    Point = collections.namedtuple("Point", "x y")
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
    file = FileOutput("https://x/a.png", client)
    values = {
        "numpy": [numpy.int64(1), numpy.float32(0.5), numpy.bool_(True), numpy.arange(3)],
        "sequences": [(1, 2), {3}, frozenset({4}), (n for n in (5, 6)), range(2), Point(7, 8)],
        "mapping": collections.UserDict(a=collections.OrderedDict(b=1)),
        "views": [{"k": "v"}.keys(), map(str, [1]), collections.deque([1]), array.array("i", [1])],
        "scalars": [None, True, 1, 0.5, "text", moment, moment.date(), uuid.UUID(int=1), Color.RED],
        "enum": Text.BLUE,
        "files": [file, FileOutputURL("https://x/b.png", client)],
    }
    encoded, parts = uploads(values)
    assert json.loads(json.dumps(encoded)) == {
        "numpy": [1, 0.5, True, [0, 1, 2]],
        "sequences": [[1, 2], [3], [4], [5, 6], [0, 1], [7, 8]],
        "mapping": {"a": {"b": 1}},
        "views": [["k"], ["1"], [1], [1]],
        "scalars": [
            None,
            True,
            1,
            0.5,
            "text",
            "2026-01-02T00:00:00+00:00",
            "2026-01-02",
            str(uuid.UUID(int=1)),
            "red",
        ],
        "enum": "blue",
        "files": ["https://x/a.png", "https://x/b.png"],
    }
    assert type(encoded["files"][1]) is str
    assert not parts


def test_chained_models(call, client, big, sandbox):
    @sandbox.model("me/measure", official=True)
    def measure(file: pathlib.Path) -> int:
        return len(file.read_bytes())

    assert call(client.run, "me/measure", {"file": big}) == len(CONTENT)
    prediction = client.predictions.create(model="me/big", input={}, wait=True)
    prediction.wait()
    assert call(client.run, "me/measure", {"file": prediction.output}) == len(CONTENT)
    uploaded = call(client.files.create, io.BytesIO(b"12345"))
    assert call(client.run, "me/measure", {"file": uploaded}) == 5


def test_too_large_fails_before_sending(call, client, sandbox, tmp_path):
    path = tmp_path / "huge.bin"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)
    with pytest.raises(exceptions.ContentTooLargeError, match="URL"):
        call(client.run, "sandbox/reader", {"document": path})
    assert not sandbox.requests


def test_input_that_is_not_json_fails_before_sending(call, client, sandbox):
    with pytest.raises(TypeError, match="input"):
        call(client.run, "sandbox/painter", {"prompt": object()})
    with pytest.raises(ValueError, match="input"):
        call(client.run, "sandbox/painter", {"prompt": float("nan")})
    assert not sandbox.requests


def test_metadata_comes_first_and_names_are_kept(call, client, sandbox):
    file = call(
        client.files.create,
        io.BytesIO(b"x"),
        filename="ü.txt",
        content_type="text/x-thing",
        metadata={"a": [1]},
    )
    assert file.metadata == {"a": [1]}
    assert file.content_type == "text/x-thing"
    body = sandbox.requests[-1].body
    assert body.index(b'name="metadata"') < body.index(b'name="content"')


def test_async_upload_does_not_block_the_loop(client, tmp_path):
    class Slow(io.BytesIO):
        def read(self, size=-1):
            threads.add(threading.current_thread())
            return super().read(size)

    threads = set()

    async def main():
        await client.files.async_create(Slow(b"x" * 200_000))

    asyncio.run(main())
    assert threading.main_thread() not in threads


def test_big_upload_arrives_whole(call, client, sandbox):
    content = os.urandom(5_000_000)
    file = call(client.files.create, io.BytesIO(content))
    assert file.size == len(content)
    assert file.checksums["sha256"] == hashlib.sha256(content).hexdigest()


def test_pillow_reads_what_run_returns(client):
    image = pytest.importorskip("PIL.Image")
    output = client.run("sandbox/painter", {"prompt": "x", "width": 16, "height": 16})
    assert image.open(output).size == (16, 16)


def test_keys_of_mappings_are_text(client):
    tree = block(_inputs.encode({3: "a", True: "b", 2.5: "c"}, client, place="input"))
    assert tree == {"3": "a", "true": "b", "2.5": "c"}


def test_longdouble_and_pydantic(client):
    class Model:
        def model_dump(self):
            return {"a": 1}

    assert encode_json({"x": numpy.longdouble(0.5), "m": Model()}, client) == {
        "x": 0.5,
        "m": {"a": 1},
    }


def test_handle_that_stands_at_its_end_stays_there(uploads, tmp_path):
    with open(tmp_path / "a.bin", "w+b") as handle:
        handle.write(b"hello")
        _, [(_, _, content)] = uploads(handle)
        assert content == b"hello"
        handle.write(b" world")
    assert (tmp_path / "a.bin").read_bytes() == b"hello world"


def test_one_handle_in_several_calls_at_once(client, sandbox, tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(3_000_000))

    async def main(handle):
        return await asyncio.gather(*(client.files.async_create(handle) for _ in range(4)))

    with open(path, "rb") as handle:
        made = asyncio.run(main(handle))
        with ThreadPoolExecutor(4) as pool:
            made += pool.map(client.files.create, [handle] * 4)
        assert handle.tell() == 0
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    assert [file.checksums["sha256"] for file in made] == [right] * 8


@pytest.mark.skipif(os.name != "posix", reason="pipes that do not block")
def test_pipe_that_has_no_more_yet(client):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, b"some")
    with open(reading, "rb", buffering=0) as pipe, open(writing, "wb"):
        with pytest.raises(BlockingIOError, match="no data yet"):
            client.files.create(pipe)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_name_that_is_no_text(client, tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.png")
    with open(path, "wb") as file:
        file.write(b"x")
    assert client.files.create(pathlib.Path(os.fsdecode(path))).name == "caf?.png"
