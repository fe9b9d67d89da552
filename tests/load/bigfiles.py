"""A server of files of any size, which it makes as it sends them and hashes as it gets them.

`GET /<size>` has an ETag and understands ranges; connections break at the places that a test
chose, once each. `POST /v1/files` takes uploads of any size.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 1 << 20
NOISE = random.Random(1).getrandbits(8 * BLOCK).to_bytes(BLOCK, "big")
ETAG = '"noise"'


def block(number):
    """Return one block of the content, which is like no other."""
    return number.to_bytes(8, "big") + NOISE[8:]


def content(start, end):
    """Generate the content between two places."""
    while start < end:
        number, offset = divmod(start, BLOCK)
        piece = block(number)[offset : offset + end - start]
        start += len(piece)
        yield piece


def digest(size):
    """Return the sha256 of so much content."""
    checksum = hashlib.sha256()
    for piece in content(0, size):
        checksum.update(piece)
    return checksum.hexdigest()


class BigFiles:
    """The server. `cuts` are the places at which downloads break; `ranges` what was asked for."""

    def __init__(self):
        self.cuts, self.ranges, self.uploads = [], [], []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _connection_class(self))
        self._server.daemon_threads = False  # joined at the end
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _connection_class(server):
    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            size, start = int(self.path[1:]), 0
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
            server.ranges.append(self.headers.get("range"))
            if asked and self.headers.get("if-range") == ETAG:
                start = int(asked[1])
                self.send_response(206)
                self.send_header("content-range", f"bytes {start}-{size - 1}/{size}")
            else:
                self.send_response(200)
            self.send_header("etag", ETAG)
            self.send_header("content-length", str(size - start))
            self.end_headers()
            end = next((cut for cut in server.cuts if start < cut < size), size)
            for piece in content(start, end):
                self.wfile.write(piece)
            if end < size:
                server.cuts.remove(end)
                self.close_connection = True

        def do_POST(self):
            left = int(self.headers["content-length"])
            boundary = self.headers["content-type"].partition("boundary=")[2].encode()
            while True:  # the parts before the content, and its head
                line = self.rfile.readline()
                left -= len(line)
                if b'name="content"' in line:
                    break
            while line.strip():
                line = self.rfile.readline()
                left -= len(line)
            tail = b"\r\n--" + boundary + b"--\r\n"
            size = left = left - len(tail)
            checksum = hashlib.sha256()
            while left:
                piece = self.rfile.read(min(left, BLOCK))
                checksum.update(piece)
                left -= len(piece)
            assert self.rfile.read(len(tail)) == tail
            server.uploads.append((size, checksum.hexdigest()))
            answer = {
                "id": f"file-{len(server.uploads)}",
                "size": size,
                "checksums": {"sha256": checksum.hexdigest()},
                "metadata": {},
                "urls": {"get": f"{server.url}/v1/files/1"},
                "etag": "x",
                "content_type": "application/octet-stream",
                "created_at": "2024-01-01T00:00:00Z",
                "expires_at": "2024-01-02T00:00:00Z",
            }
            body = json.dumps(answer).encode()
            self.send_response(201)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Connection
