"""Downloads: resumed where the same file is known again, started anew elsewhere, never mixed."""

from __future__ import annotations

import asyncio
import gc
import gzip
import threading

import httpx
import pytest

import replicate
from replicate import exceptions
from replicate.helpers import FileOutput
from tests.bodies import Pieces

CONTENT = bytes(range(256)) * 40
OTHER = CONTENT[::-1]
SIZE = str(len(CONTENT))
CUT = httpx.ReadError("cut")
LENGTH = {"Content-Length": SIZE}
TAG = {"ETag": '"a"', **LENGTH}


@pytest.fixture
def of(mock, waits):
    """Make a file whose server gives these answers, one after the other."""

    def make(*answers, **options):
        left = list(answers)
        requests = []

        def handler(request):
            requests.append(request)
            status, headers, *pieces = left.pop(0) if len(left) > 1 else left[0]
            return httpx.Response(status, headers=headers, stream=Pieces(pieces))

        file = FileOutput("https://files.test/x.bin", mock(handler, **options))
        file.requests = requests
        return file

    return make


def whole(call, file, how, tmp_path):
    if how == "read":
        return call.read(file)
    if how == "save":
        return call(file.save, tmp_path / "x.bin").read_bytes()
    if how == "open":
        with call(file.open) as handle:
            return handle.read()
    return b"".join(call.chunks(file))


ways = pytest.mark.parametrize("how", ["read", "save", "open", "iterate"])


@ways
@pytest.mark.parametrize(
    "headers", [LENGTH, {}, {"ETag": 'W/"a"', **LENGTH}, {"Content-Encoding": "gzip"}]
)
def test_without_a_validator_a_download_starts_anew(call, of, how, headers, tmp_path):
    content = gzip.compress(CONTENT, 0) if "Content-Encoding" in headers else CONTENT
    file = of(
        (200, headers, content[:3000], content[3000:5000], CUT),
        (200, headers, content[:5001], CUT),
        (200, headers, content[:100], content[100:]),
    )
    assert whole(call, file, how, tmp_path) == CONTENT
    assert not any("range" in request.headers for request in file.requests)


@pytest.mark.parametrize("how", ["read", "save", "open"])
def test_what_is_another_file_by_now_is_had_whole(call, of, how, tmp_path):
    file = of((200, LENGTH, CONTENT[:5000], CUT), (200, LENGTH, OTHER))
    assert whole(call, file, how, tmp_path) == OTHER


@pytest.mark.parametrize("how", ["read", "save", "open"])
def test_a_validator_that_comes_later_is_of_what_comes_with_it(call, of, how, tmp_path):
    file = of((200, LENGTH, CONTENT[:5000], CUT), (200, TAG, OTHER))
    assert whole(call, file, how, tmp_path) == OTHER


def test_what_was_given_out_is_never_joined_with_another_file(call, of):
    """Their sizes agree, and what differs was given out already."""
    file = of((200, LENGTH, CONTENT[:5000], CUT), (200, LENGTH, OTHER[:100], OTHER[100:]))
    got = []

    async def iterate():
        async for piece in file:
            got.append(piece)

    with pytest.raises(exceptions.DownloadError, match="changed on the server"):
        if call.is_async:
            asyncio.run(iterate())
        else:
            for piece in file:
                got.append(piece)
    assert b"".join(got) == CONTENT[:5000]


def test_a_file_that_is_shorter_by_now_is_another_one(call, of):
    file = of((200, {}, CONTENT[:5000], CUT), (200, {}, CONTENT[:4000]))
    with pytest.raises(exceptions.DownloadError, match="changed on the server"):
        call.chunks(file)


@ways
def test_with_a_validator_only_the_rest_is_asked_for(call, of, how, tmp_path):
    file = of(
        (200, TAG, CONTENT[:5000], CUT),
        (
            206,
            {"ETag": '"a"', "Content-Range": f"bytes 5000-{len(CONTENT) - 1}/{SIZE}"},
            CONTENT[5000:],
        ),
    )
    assert whole(call, file, how, tmp_path) == CONTENT
    assert file.requests[-1].headers["range"] == "bytes=5000-"
    assert file.requests[-1].headers["if-range"] == '"a"'


@pytest.mark.parametrize("how", ["read", "iterate"])
def test_an_answer_in_full_that_no_longer_says_which_file_it_is(call, of, how, tmp_path):
    file = of((200, TAG, CONTENT[:5000], CUT), (200, LENGTH, OTHER))
    if how == "read":
        assert call.read(file) == OTHER
    else:
        with pytest.raises(exceptions.DownloadError, match="changed on the server"):
            call.chunks(file)


def test_another_file_that_ends_where_the_download_broke_off_is_not_the_rest(call, of):
    refusal = {"ETag": '"b"', "Content-Range": "bytes */5000"}
    file = of((200, {"ETag": '"a"'}, CONTENT[:5000], CUT), (416, refusal))
    with pytest.raises(exceptions.DownloadError):
        call.read(file)


def test_content_compressed_in_several_parts_is_not_cut_after_the_first(call, of):
    parts = gzip.compress(CONTENT) + gzip.compress(OTHER)
    file = of((200, {"Content-Encoding": "gzip"}, parts))
    with pytest.raises(exceptions.DownloadError, match="in several parts"):
        call.read(file)


def test_a_length_beside_chunks_means_nothing(call, of):
    """As a proxy leaves it that has decompressed the content."""
    file = of((200, {"Content-Length": "5", "Transfer-Encoding": "chunked"}, CONTENT))
    assert call.read(file) == CONTENT


def test_messages_show_no_password_and_no_signature(call, mock, waits, caplog):
    def handler(request):
        raise httpx.ReadError("cut", request=request)

    file = FileOutput("https://me:password@files.test/x.bin?signature=s", mock(handler))
    broken = FileOutput("ftp://me:password@files.test/x.bin?signature=s", mock(handler))
    with caplog.at_level("INFO"):
        for each in (file, broken, FileOutput(file.url, mock(lambda _: httpx.Response(404)))):
            with pytest.raises(exceptions.ReplicateError) as caught:
                call.read(each)
            assert "password" not in f"{caught.value}{caught.value!r}"
            assert "signature" not in f"{caught.value}{caught.value!r}"


def test_a_download_that_breaks_at_the_same_place_ends(call, of):
    """Starting anew over and over is no progress, however much arrives each time."""
    big = b"x" * (2 << 20)
    file = of((200, {}, big, CUT), max_retries=3)
    with pytest.raises(exceptions.APIConnectionError, match=r"after 2,097,152 bytes: .*cut"):
        call.read(file)
    assert len(file.requests) <= 5


def test_pieces_that_are_waited_for_are_dropped_too(call, of, tmp_path):
    """Of a few pieces that were not yet written to the disk when the download broke off."""
    pieces = [CONTENT[start : start + 100] for start in range(0, len(CONTENT), 100)]
    file = of((200, {}, *pieces[:50], CUT), (200, {}, *pieces))
    assert whole(call, file, "save", tmp_path) == CONTENT


# As an object


def test_it_is_an_object_that_is_closed(call, of):
    file = of((200, TAG, CONTENT[:5000], CONTENT[5000:]))

    async def main():
        async with aiter_(file) as pieces:
            assert await pieces.__anext__() == CONTENT[:5000]
        with pytest.raises(exceptions.ClosedError):
            await pieces.__anext__()

    if call.is_async:
        asyncio.run(main())
    else:
        with iter(file) as pieces:
            assert next(pieces) == CONTENT[:5000]
        with pytest.raises(exceptions.ClosedError):
            next(pieces)


def aiter_(file):
    return file.__aiter__()  # `aiter` came with Python 3.10


def test_it_stays_at_its_end(of):
    pieces = iter(of((200, TAG, CONTENT)))
    assert b"".join(pieces) == CONTENT
    assert list(pieces) == []
    assert list(iter(FileOutput("data:,x"))) == [b"x"]


def test_one_that_has_failed_does_not_look_like_one_at_its_end(of):
    pieces = iter(of((200, LENGTH, CONTENT[:5000], CUT), (404, {})))
    assert next(pieces) == CONTENT[:5000]
    with pytest.raises(exceptions.DownloadError, match="after one hour"):
        next(pieces)
    with pytest.raises(exceptions.ClosedError):
        next(pieces)


def test_a_loop_that_has_finished_does_not_end_a_blocking_download(served, server):
    """asyncio registers asynchronous generators, and closes those that it has seen."""
    server.always((b"x" * 1000,) * 200)
    pieces = iter(FileOutput(f"{server.url}/x.bin", served))

    async def main():
        return next(pieces)

    count = len(asyncio.run(main()))
    gc.collect()
    assert count + sum(map(len, pieces)) == 200_000


def test_abandoned_downloads_make_room_for_others(served, server):
    server.always((b"x" * 1000,) * 20)

    def abandon():
        for _ in range(10):
            pieces = iter(FileOutput(f"{server.url}/x.bin", served))
            assert next(pieces)
            del pieces
            gc.collect()

    threads = [threading.Thread(target=abandon) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(FileOutput(f"{server.url}/x.bin", served).read()) == 20_000


def test_content_is_read_into_memory_once(call, mock):
    piece = b"x" * 65536
    count = 200

    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            return (bytes(piece) for _ in range(count))

        async def __aiter__(self):
            for _ in range(count):
                yield piece

    tracemalloc = pytest.importorskip("tracemalloc")  # PyPy has none
    file = FileOutput(
        "https://files.test/x.bin",
        mock(lambda _: httpx.Response(200, headers={"ETag": '"a"'}, stream=Endless())),
    )

    async def main():
        return len(await file.aread())  # asyncio.run() itself makes a text of what it returns

    def read():
        return asyncio.run(main()) if call.is_async else len(file.read())

    read()  # with all the modules that this takes
    tracemalloc.start()
    try:
        assert read() == count * len(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A buffer that grows is an eighth larger than its content.
    assert peak < 1.2 * count * len(piece)


def test_a_large_file_is_read_in_larger_pieces_than_httpx_reads(call, served, server):
    """For one of many megabytes most of the time goes into the steps that each piece costs."""
    server.on("GET", "/x.bin", b"x" * (32 << 20))
    pieces = call.chunks(FileOutput(f"{server.url}/x.bin", served))
    assert sum(map(len, pieces)) == 32 << 20
    assert max(map(len, pieces)) > 64 * 1024


def test_a_large_file_is_sent_in_larger_pieces_than_httpx_sends(call, mock):
    sizes = []

    class Recording(httpx.MockTransport):
        def handle_request(self, request):
            sizes.extend(map(len, request.stream))
            return httpx.Response(201, json={"id": "f", "urls": {}})

        async def handle_async_request(self, request):
            async for chunk in request.stream:
                sizes.append(len(chunk))
            return httpx.Response(201, json={"id": "f", "urls": {}})

    with replicate.Client("t", transport=Recording(None)) as client:
        call(client.files.create, b"x" * (2 << 20))
    assert max(sizes) > 64 * 1024
    assert len(sizes) < 25
