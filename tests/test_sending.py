"""Large bodies on their way out: to servers that take them slowly, or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import threading
import time

import httpcore
import httpx
import pytest

import replicate
from replicate import exceptions
from tests.bodies import FILE

SMALL_BUFFER = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 * 1024)]
LARGE = 1_000_001


class Taker:
    """A server with little room for what it has not read yet."""

    def __init__(self, pause=0.0, limit=None):
        self.pause = pause
        """Seconds between two reads of 4 KiB."""
        self.limit = limit
        """Bytes that are read at most."""
        self.bodies = []
        self.over = threading.Event()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(5)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.take, args=[connection], daemon=True).start()

    def take(self, connection):
        with contextlib.suppress(OSError), connection:
            got, length = b"", None
            while length is None or len(got) < length:
                if self.limit is not None and len(got) >= self.limit:
                    self.over.wait(10)
                    return
                if self.pause and self.over.wait(self.pause):
                    return
                piece = connection.recv(4096)
                if not piece:
                    return
                got += piece
                head, end, _ = got.partition(b"\r\n\r\n")
                if end and b"content-length: " not in head.lower():
                    return  # it asks what has become of a run
                if end and length is None:
                    size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                    length = len(head) + len(end) + size
            self.bodies.append(got.partition(b"\r\n\r\n")[2])
            body = json.dumps(FILE).encode()
            told = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: "
            connection.sendall(told + b"%d\r\n\r\n" % len(body) + body)

    def close(self):
        self.over.set()
        self.listener.close()


@pytest.fixture
def taker():
    made = []

    def make(**options):
        made.append(Taker(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def client_of(call):
    """Make a client whose sockets hold little, so that they take a body in many parts."""
    made = []

    def make(url, **options):
        kind = httpx.AsyncHTTPTransport if call.is_async else httpx.HTTPTransport
        transport = kind(verify=False, socket_options=SMALL_BUFFER)
        options = {"base_url": url, "transport": transport, "max_retries": 0, **options}
        made.append(replicate.Client("token", **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def part_of(body):
    """Return the content of the one file in a form."""
    boundary, _, rest = body.partition(b"\r\n")
    return rest.partition(b"\r\n\r\n")[2].partition(b"\r\n" + boundary)[0]


def test_body_that_the_socket_takes_in_parts_arrives_whole(call, taker, client_of):
    server, content = taker(), os.urandom(LARGE)
    client = client_of(server.url)

    call(client.files.create, io.BytesIO(content))

    [body] = server.bodies
    assert part_of(body) == content


def test_server_that_stops_reading_meets_the_write_timeout(call, taker, client_of):
    server = taker(limit=64 * 1024)
    client = client_of(server.url, timeout=httpx.Timeout(20, write=0.3))
    began = time.monotonic()

    with pytest.raises(exceptions.APITimeoutError) as caught:
        call(client.files.create, io.BytesIO(b"x" * LARGE))

    assert isinstance(caught.value, httpx.WriteTimeout)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "input", [{"file": io.BytesIO(b"x" * LARGE)}, {"text": "x" * LARGE}], ids=["file", "text"]
)
def test_server_that_reads_slowly_does_not_outlive_the_deadline(
    call, taker, client_of, monkeypatch, input
):
    monkeypatch.setattr("replicate._runs.guard.FIND_TIME", 0.1)
    server = taker(pause=0.05)  # so that there is always room for some more
    client = client_of(server.url)
    began = time.monotonic()

    with pytest.raises(exceptions.DeadlineExceededError):
        call(client.run, "me/model", input, timeout=0.5)

    assert time.monotonic() - began < 5


def test_connection_that_breaks_in_a_body_is_a_connection_error(call, taker, client_of):
    server = taker(limit=64 * 1024)
    client = client_of(server.url)
    threading.Timer(0.3, server.over.set).start()

    with pytest.raises(exceptions.APIConnectionError):
        call(client.files.create, io.BytesIO(b"x" * LARGE))


class Counting(httpcore.SyncBackend):
    """A network of a program's own, which sees what is written."""

    def __init__(self):
        super().__init__()
        self.written = 0

    def connect_tcp(self, *args, **options):
        stream = super().connect_tcp(*args, **options)
        write = stream.write

        def counted(buffer, timeout=None):
            self.written += len(buffer)
            write(buffer, timeout)

        stream.write = counted
        return stream


def test_network_of_a_program_writes_all_of_a_body(taker):
    server, network = taker(), Counting()
    transport = httpx.HTTPTransport(verify=False)
    transport._pool._network_backend = network

    with replicate.Client("token", base_url=server.url, transport=transport) as client:
        client.files.create(io.BytesIO(b"x" * LARGE))

    assert network.written > LARGE


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1000, 1), (1_000_000, 10)])
def test_pieces_of_a_form(call, size, count):
    pieces = []

    class Watching(httpx.BaseTransport, httpx.AsyncBaseTransport):
        """A transport that notes in which pieces a body comes."""

        def handle_request(self, request):
            pieces.extend(request.stream)
            return httpx.Response(201, json=FILE)

        async def handle_async_request(self, request):
            pieces.extend([piece async for piece in request.stream])
            return httpx.Response(201, json=FILE)

    with replicate.Client("token", transport=Watching()) as client:
        call(client.files.create, io.BytesIO(b"x" * size), metadata={"a": 1})

    assert len(pieces) == count
    assert b"\r\n\r\n" + b"x" * size + b"\r\n--" in b"".join(pieces)
    assert all(type(piece) is bytes for piece in pieces)  # h11 copies anything else
