"""Bodies of responses, as they arrive on a connection."""

from __future__ import annotations

import logging
import socket
import threading

import httpx
import pytest

import replicate
from replicate import FileOutput
from replicate.exceptions import APIConnectionError

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


def sized(size, body=b""):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (size, body)


def whole(call, file):
    return b"".join(call.chunks(file))


class Server:
    """Answers each request with bytes that a test gives, which need not be whole."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.answers = []
        self.received = []
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                while self.answers:
                    received = connection.recv(65536)
                    if not received:
                        break
                    self.received.append(received)
                    for part in self.answers.pop(0):
                        if isinstance(part, bytes):
                            connection.sendall(part)
                        elif part is None:
                            connection.shutdown(socket.SHUT_RDWR)
                        else:
                            part.wait(10)

    def close(self):
        self._socket.close()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def client(server):
    options = {"base_url": server.url, "max_retries": 0, "verify": False}
    with replicate.Client("test-token", **options) as client:
        yield client


@pytest.fixture
def file(server, client):
    return FileOutput(f"{server.url}/x.bin", client)


def test_what_has_arrived_is_given_out_before_the_rest(server, client, call):
    taken = threading.Event()
    rest = chunk(b"second")
    server.answers = [[CHUNKED + chunk(b"first") + rest[:2], taken, rest[2:] + END]]
    seen = []

    def take(piece):
        seen.append(piece)
        taken.set()

    file = FileOutput(f"{server.url}/x", client)
    if call.is_async:
        import asyncio

        async def read():
            async for piece in file:
                take(piece)

        asyncio.run(read())
    else:
        for piece in file:
            take(piece)
    assert seen[0] == b"first"
    assert b"".join(seen) == b"firstsecond"


def test_chunks_that_arrive_together_are_read_together(server, file, call):
    server.answers = [[CHUNKED + b"".join(map(chunk, [b"abc"] * 200)) + END]]
    pieces = call.chunks(file)
    assert b"".join(pieces) == b"abc" * 200
    assert len(pieces) < 10


@pytest.mark.parametrize(
    "answers",
    [
        [sized(1 << 20, bytes(1 << 19)), None],
        [sized(100, bytes(10)), None],
        [CHUNKED + chunk(b"abc"), None],
        [CHUNKED + chunk(b"abc") + b"no size\r\n"],
    ],
    ids=["large", "small", "chunked", "malformed"],
)
def test_a_body_that_breaks_off_is_an_error_after_what_came_before_it(server, file, call, answers):
    server.answers = [answers]
    with pytest.raises(APIConnectionError):
        whole(call, file)


def test_a_large_body_is_whole_and_its_connection_is_used_again(server, file, call):
    body = bytes(range(256)) * (1 << 13)
    server.answers = [[sized(len(body)), body], [sized(len(body), body[:100]), body[100:]]]

    def read_twice():
        return file.read() == body and file.read() == body

    async def async_read_twice():
        return await file.aread() == body and await file.aread() == body

    if call.is_async:
        import asyncio

        assert asyncio.run(async_read_twice())
    else:
        assert read_twice()
    assert server.connections == 1


def test_a_read_that_takes_too_long_is_a_timeout(server, call):
    never = threading.Event()
    server.answers = [[sized(1 << 20, b"abc"), never]]
    options = {"timeout": 0.1, "base_url": server.url, "max_retries": 0, "verify": False}
    with replicate.Client("t", **options) as client:
        with pytest.raises(httpx.ReadTimeout):
            whole(call, FileOutput(f"{server.url}/x", client))
    never.set()


def test_a_small_request_of_a_blocking_call_goes_out_in_one_piece(server, client):
    answer = b'{"id": "f1", "status": "succeeded"}'
    server.answers = [[sized(len(answer), answer)], [sized(len(answer), answer)]]
    client.predictions.create(model="o/n", input={"text": "a"})
    client.predictions.get("f1")
    created, got = server.received
    assert created.startswith(b"POST /v1/models/o/n/predictions HTTP/1.1\r\n")
    assert created.endswith(b'"text":"a"}}')
    assert got.startswith(b"GET /v1/predictions/f1 HTTP/1.1\r\n")
    assert got.endswith(b"\r\n\r\n")


class Counting(httpx.SyncByteStream):
    """A stream around that of httpx, which has it where httpx has the one below."""

    def __init__(self, stream):
        self._stream = stream
        self.count = 0

    def __iter__(self):
        for piece in self._stream:
            self.count += len(piece)
            yield piece

    def close(self):
        self._stream.close()


class CountingTransport(httpx.HTTPTransport):
    def handle_request(self, request):
        response = super().handle_request(request)
        response.stream = self.last = Counting(response.stream)
        return response


def test_a_stream_of_the_users_own_transport_is_read(server):
    server.answers = [[CHUNKED + chunk(b"abc") + chunk(b"def") + END]]
    transport = CountingTransport(verify=False)
    with replicate.Client("t", base_url=server.url, transport=transport) as client:
        assert FileOutput(f"{server.url}/x", client).read() == b"abcdef"
    assert transport.last.count == 6


def test_who_listens_to_httpcore_hears_of_bodies(server, file, call, caplog):
    server.answers = [[sized(3, b"abc")]]
    with caplog.at_level(logging.DEBUG, logger="httpcore"):
        assert whole(call, file) == b"abc"
    assert any("receive_response_body.complete" in message for message in caplog.messages)
