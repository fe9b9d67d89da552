"""A server that answers at once with what it is asked for, in a process of its own.

It does as little as HTTP allows, so that what is measured is the client. The path says what
comes: `/v1/predictions/stream-small-100` is a prediction with a stream of 100 small events.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

ID = "gm3qorzdhgbfurvjtvhg6dckhu"
VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
BLOCK = b"x" * (1 << 20)
PAGES = 50
"""Pages of a list; `?size=` says how many predictions there are in all, if not 100 on each."""

LINES = "".join(f"{step}%|{'#' * 20}| {step}/50 [00:01<00:01, 41.2it/s]\n" for step in range(20))

SCHEMA = {
    "openapi": "3.0.2",
    "info": {"title": "Cog", "version": "0.1.0"},
    "components": {
        "schemas": {
            "Input": {
                "type": "object",
                "title": "Input",
                "properties": {
                    f"option_{number}": {
                        "type": "string",
                        "title": f"Option {number}",
                        "default": "a default",
                        "x-order": number,
                        "description": "What this option does, in a sentence of usual length.",
                    }
                    for number in range(20)
                },
            },
            "Output": {"type": "string", "title": "Output"},
        }
    },
}


def prediction(base, id=ID, status="succeeded", output="done", **urls):
    here = f"{base}/v1/predictions/{id}"
    ended = status == "succeeded"
    return {
        "id": id,
        "model": "bench/text",
        "version": VERSION,
        "input": {"prompt": "an observatory in the desert, at dusk", "seed": 7, "steps": 50},
        "logs": LINES,
        "output": output if ended else None,
        "data_removed": False,
        "error": None,
        "source": "api",
        "status": status,
        "created_at": "2026-01-02T03:04:05.123Z",
        "started_at": "2026-01-02T03:04:06.123456Z",
        "completed_at": "2026-01-02T03:04:07.654321Z" if ended else None,
        "urls": {
            "get": here,
            "cancel": f"{here}/cancel",
            "web": f"https://replicate.com/p/{id}",
            **urls,
        },
        "metrics": {"predict_time": 1.53, "total_time": 2.53},
    }


def file(base):
    return {
        "id": "bench",
        "name": "bench.bin",
        "content_type": "application/octet-stream",
        "size": 90_000_000,
        "etag": "etag",
        "checksums": {"sha256": "0" * 64, "md5": "0" * 32},
        "metadata": {},
        "created_at": "2026-01-02T03:04:05.123Z",
        "expires_at": "2026-01-03T03:04:05.123Z",
        "urls": {"get": f"{base}/v1/files/bench"},
    }


def as_json(value):
    return 200, "application/json", json.dumps(value).encode()


def page(base, query):
    """Return a page of predictions: of 50 with 100 each, or of `size` in all."""
    total = int(query.get("size", PAGES * 100))
    number = int(query.get("cursor", 0))
    count = min(100, total - number * 100)
    more = f"{base}/v1/predictions?cursor={number + 1}&size={total}"
    results = [prediction(base, f"{number:04}x{i:04}{ID[:17]}") for i in range(count)]
    following = more if (number + 1) * 100 < total else None
    return as_json({"next": following, "previous": None, "results": results})


def events(kind, count):
    """Return the events of a stream as the chunks in which they are sent."""
    text = "lorem ipsum " * 341 if kind == "large" else None
    all_of_them = [
        f"event: output\nid: 1690000000000:{n}\ndata: {text or f'token {n}'}\n\n".encode()
        for n in range(count)
    ]
    all_of_them.append(b"event: done\nid: 1690000000001:0\ndata: {}\n\n")
    if kind != "joined":
        return all_of_them
    whole = b"".join(all_of_them)
    return [whole[start : start + 65536] for start in range(0, len(whole), 65536)]


class Server:
    def __init__(self):
        self.base = ""
        self.requests = 0
        self.known = {}

    async def answer(self, method, path, query):
        """Return status, type and body; a body of chunks is a list, one of zeros its size."""
        key = (method, path, query.get("cursor"), query.get("size"))
        if key not in self.known:
            made = await self.make(method, path, query)
            if made is None:
                return await self.changing(method, path)
            self.known[key] = made
        return self.known[key]

    async def make(self, method, path, query):
        """Return an answer that is always the same, None for another."""
        *_, before, last = ["", *path.split("/")]
        if path == "/count":
            return None
        if before == "file":
            return 200, "application/octet-stream", int(last)
        if before in ("small", "joined", "large"):
            return 200, "text/event-stream", events(before, int(last))
        if path == "/v1/files":
            return as_json(file(self.base))
        if before == "versions":
            version = {"id": last, "created_at": "2026-01-02T03:04:05.123Z", "cog_version": "0.9"}
            return as_json({**version, "openapi_schema": SCHEMA})
        if path == "/v1/predictions" and method == "GET":
            return page(self.base, query)
        if last.startswith("stream-"):
            _, kind, count = last.split("-")
            url = f"{self.base}/streams/{kind}/{count}"
            return as_json(prediction(self.base, last, "processing", stream=url))
        if last.startswith("slow-") or before.startswith(("slow-", "hold-")):
            return None
        return as_json(prediction(self.base))

    async def changing(self, method, path):
        if path == "/count":
            count, self.requests = self.requests - 1, 0
            return as_json({"requests": count})
        *_, before, last = path.split("/")
        if method == "POST":
            kind, milliseconds = before.split("-")
            if kind == "hold":
                await asyncio.sleep(int(milliseconds) / 1000)
                return as_json(prediction(self.base))
            now = int(time.monotonic() * 1000)
            return as_json(prediction(self.base, f"slow-{milliseconds}-{now}", "starting"))
        _, milliseconds, began = last.split("-")
        is_over = time.monotonic() * 1000 - int(began) >= int(milliseconds)
        status = "succeeded" if is_over else "processing"
        return as_json(prediction(self.base, last, status))

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests += 1
                method, target, _ = head.decode("latin-1").split(" ", 2)
                await skip_body(reader, head.lower())
                path, _, query = target.partition("?")
                asked = dict(pair.split("=") for pair in query.split("&")) if query else {}
                await send(writer, *await self.answer(method, path, asked))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def skip_body(reader, head):
    if b"\r\ncontent-length:" in head:
        left = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        while left:
            left -= len(await reader.read(min(left, 1 << 20))) or left
    elif b"\r\ntransfer-encoding: chunked" in head:
        while True:
            size = int(await reader.readuntil(b"\r\n"), 16)
            await reader.readexactly(size + 2)
            if not size:
                return


async def send(writer, status, kind, body):
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\n"
    if isinstance(body, bytes):
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    elif isinstance(body, int):
        told = f'Content-Length: {body}\r\nETag: "bench"\r\nAccept-Ranges: bytes\r\n\r\n'
        writer.write(f"{head}{told}".encode())  # what the servers of output files tell
        for start in range(0, body, len(BLOCK)):
            writer.write(BLOCK[: body - start])
            await writer.drain()
    else:
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for number, chunk in enumerate(body):
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            if number % 100 == 0:
                await writer.drain()
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def main():
    server = Server()
    listening = await asyncio.start_server(
        server.serve, "127.0.0.1", 0, limit=1 << 20, backlog=10_000
    )
    port = listening.sockets[0].getsockname()[1]
    server.base = f"http://127.0.0.1:{port}"
    print(port, flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
