"""A loopback server that costs next to nothing, so that what is measured is the client.

Its answers are bytes made beforehand; what is sent to it is read and thrown away.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

EVENTS = 10_000
DOWNLOAD = 100 * 1024 * 1024
PIECE = bytes(256 * 1024)


def prediction(base, **fields):
    """Return a prediction with everything that a real one has."""
    url = f"{base}/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"
    return {
        "id": "gm3qorzdhgbfurvjtvhg6dckhu",
        "model": "bench/text",
        "version": "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
        "source": "api",
        "data_removed": False,
        "status": "succeeded",
        "input": {"prompt": "an observatory in the desert", "seed": 7},
        "output": "done",
        "error": None,
        "logs": "100%|##########| 4/4 [00:01<00:00,  3.42it/s]\n" * 4,
        "metrics": {"predict_time": 1.27, "total_time": 1.39},
        "created_at": "2026-01-02T03:04:05.678Z",
        "started_at": "2026-01-02T03:04:05.712Z",
        "completed_at": "2026-01-02T03:04:06.982Z",
        "urls": {"get": url, "cancel": f"{url}/cancel", "stream": f"{base}/events"},
        **fields,
    }


def answer(content, status="200 OK", kind="application/json"):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def answers(base):
    """Return what to answer each request line with."""
    uploaded = {
        "id": "bench",
        "name": "bench.bin",
        "content_type": "application/octet-stream",
        "size": 0,
        "etag": "0",
        "checksums": {"sha256": "0" * 64, "md5": "0" * 32},
        "metadata": {},
        "created_at": "2026-01-02T03:04:05.678Z",
        "expires_at": "2026-01-03T03:04:05.678Z",
        "urls": {"get": f"{base}/v1/files/bench"},
    }
    events = "".join(f"event: output\nid: {i}-0\ndata: word {i}\n\n" for i in range(EVENTS))
    events += "event: done\nid: end\ndata: {}\n\n"
    one = prediction(base)
    create = "POST /v1/models/bench/{}/predictions"
    created = "201 Created"
    return {
        "GET /v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu": answer(one),
        "GET /v1/predictions": answer({"next": None, "previous": None, "results": [one] * 100}),
        "GET /events": answer(events.encode(), kind="text/event-stream"),
        "POST /v1/files": answer(uploaded, created),
        create.format("text"): answer(one, created),
        create.format("file"): answer(prediction(base, output=f"{base}/file.bin"), created),
        create.format("stream"): answer(
            prediction(base, output=None, status="starting", completed_at=None), created
        ),
    }


class Server:
    def __init__(self):
        self.answers = {}

    async def serve(self, reader, writer):
        # A client that has what it wants hangs up.
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, _, headers = head.partition("\r\n")
                await skip_body(reader, headers.lower())
                target = line.rpartition(" ")[0]
                if target == "GET /file.bin":
                    await send_file(writer)
                else:
                    writer.write(self.answers.get(target) or answer({}, "404 Not Found"))
                    await writer.drain()
        writer.close()


async def skip_body(reader, headers):
    if "transfer-encoding: chunked" in headers:
        while True:
            size = int(await reader.readline(), 16)
            await reader.readexactly(size + 2)
            if not size:
                return
    _, found, rest = headers.partition("content-length:")
    left = int(rest.partition("\r\n")[0]) if found else 0
    while left:
        piece = await reader.read(min(left, len(PIECE)))
        if not piece:
            raise ConnectionError
        left -= len(piece)


async def send_file(writer):
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"
        b"content-length: %d\r\n\r\n" % DOWNLOAD
    )
    for _ in range(DOWNLOAD // len(PIECE)):
        writer.write(PIECE)
        await writer.drain()


async def main():
    server = Server()
    listening = await asyncio.start_server(
        server.serve, "127.0.0.1", 0, limit=len(PIECE), backlog=1000
    )
    base = "http://127.0.0.1:{}".format(listening.sockets[0].getsockname()[1])
    server.answers = answers(base)
    print(base, flush=True)
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
