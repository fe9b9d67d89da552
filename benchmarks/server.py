"""A server that answers at once with what it is asked for, in a process of its own.

It does as little as HTTP allows, so that what is measured is the client.
"""

from __future__ import annotations

import asyncio
import json
import sys

PREDICTION = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "model": "a/b",
    "version": "hidden",
    "status": "succeeded",
    "input": {"prompt": "a llama"},
    "output": ["https://replicate.delivery/a.png"],
    "logs": "",
    "error": None,
    "created_at": "2026-01-02T03:04:05.123456Z",
    "started_at": "2026-01-02T03:04:06.123456Z",
    "completed_at": "2026-01-02T03:04:07.123456Z",
    "metrics": {"predict_time": 1.0},
    "urls": {"get": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"},
}
EVENTS = 10_000
FILE = b"x" * 100_000_000


def answers():
    """Return the bodies by the last part of their path."""
    stream = (
        "".join(f"event: output\nid: {n}:0\ndata: token {n}\n\n" for n in range(EVENTS))
        + "event: done\ndata: {}\n\n"
    )
    page = {"next": None, "previous": None, "results": [PREDICTION] * 100}
    return {
        "predictions": ("application/json", json.dumps(PREDICTION).encode()),
        "list": ("application/json", json.dumps(page).encode()),
        "stream": ("text/event-stream", stream.encode()),
        "file": ("application/octet-stream", FILE),
    }


def heads_and_bodies():
    head = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n"
    return {
        name: (head.format(kind, len(body)).encode(), body)
        for name, (kind, body) in answers().items()
    }


async def main():
    known = heads_and_bodies()

    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b" ", 2)
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line[15:]))
                name = target.rpartition(b"/")[2].decode()
                if name == "predictions" and method == b"GET":
                    name = "list"
                start, body = known.get(name, known["predictions"])
                writer.write(start)
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
