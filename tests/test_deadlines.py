"""`timeout=` where nothing below it looks at the time: sockets that are never still, host names."""

from __future__ import annotations

import socket
import threading
import time

import httpcore
import httpx
import pytest

import replicate
from replicate import exceptions


def in_a_moment(function, *args, **options):
    """Call something whose deadline is near."""
    started = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceededError):
        function(*args, timeout=0.3, **options)
    assert time.monotonic() - started < 3


class Endless(httpcore.NetworkBackend, httpcore.NetworkStream):
    """A server whose answer goes on and on, so that no read has to wait."""

    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"

    def connect_tcp(self, *_, **__):
        self.started, self.sent = time.monotonic(), False
        return self

    def write(self, buffer, timeout=None):
        pass

    def read(self, max_bytes, timeout=None):
        assert timeout > 0
        assert time.monotonic() - self.started < 5
        piece, self.sent = b" " * 1024 if self.sent else self.head, True
        return piece

    def get_extra_info(self, info):
        return None

    def close(self):
        pass


def test_answer_that_never_ends_and_never_pauses():
    with httpx.HTTPTransport(verify=False) as transport:
        transport._pool._network_backend = Endless()
        options = {"base_url": "http://host.test", "max_retries": 0}
        with replicate.Client("test-token", transport=transport, **options) as client:
            in_a_moment(client.run, "a/b:v", {})  # which looks the version up first


@pytest.fixture
def unreachable(monkeypatch):
    """A client of a host with several addresses, which take no connections."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        waiting = []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(busy.getsockname())
        found = socket.getaddrinfo(*busy.getsockname(), type=socket.SOCK_STREAM)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found * 20)
        options = {"base_url": f"http://host.test:{busy.getsockname()[1]}", "verify": False}
        with replicate.Client("test-token", max_retries=0, **options) as client:
            yield client
        for each in waiting:
            each.close()


def test_host_with_many_addresses(unreachable):
    in_a_moment(unreachable.run, "me/model", {})


def test_host_whose_name_takes_long_to_look_up(unreachable, monkeypatch):
    def look_up(*_, **__):
        found.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    found = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        in_a_moment(unreachable.run, "me/model", {})
    finally:
        found.set()
