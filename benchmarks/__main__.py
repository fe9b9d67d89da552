"""Compare this package with bare httpx: `make bench`.

Each row does the same work twice, in turns, against the same server: with httpx as a program
without this package would use it, and with `replicate`. What counts is the ratio; the times
are those of this machine.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time

import httpx

import replicate
from replicate.helpers import FileOutput

HEADERS = {"Authorization": "Bearer t"}


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(name, bare, ours, rounds):
    """Print the medians of two functions that take turns, and their ratio."""
    bare(), ours()  # connections are made, modules loaded
    times = [(timed(bare), timed(ours)) for _ in range(rounds)]
    one, other = (statistics.median(column) * 1000 for column in zip(*times))
    print(f"{name:34} {one:10.2f} ms {other:10.2f} ms {other / one:8.2f}", flush=True)


def process(code):
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def cases(base):
    """Return (name, bare, ours, rounds) of each comparison."""
    http = httpx.Client(headers=HEADERS, base_url=f"{base}/v1")
    client = replicate.Client("t", base_url=base)

    def events():
        with http.stream("GET", "/stream") as response:
            return sum(line.startswith("data:") for line in response.iter_lines())

    prediction = client.predictions.get("x")
    prediction.urls = {"stream": f"{base}/v1/stream"}

    def download():
        with http.stream("GET", "/file") as response:
            return sum(map(len, response.iter_bytes()))

    async def bare_batch():
        async with httpx.AsyncClient(headers=HEADERS, base_url=f"{base}/v1") as many:
            work = (many.post("/models/a/b/predictions", json={"input": {}}) for _ in range(100))
            return [response.json() for response in await asyncio.gather(*work)]

    async def our_batch():
        return await asyncio.gather(*(client.async_run("a/b", {}) for _ in range(100)))

    return [
        ("import, as a process", process("import httpx"), process("import replicate"), 15),
        (
            "predictions.get",
            lambda: http.get("/predictions/x").json(),
            lambda: client.predictions.get("x"),
            300,
        ),
        (
            "run, one request",
            lambda: http.post("/models/a/b/predictions", json={"input": {}}).json(),
            lambda: client.run("a/b", {}),
            300,
        ),
        (
            "predictions.list, 100 on a page",
            lambda: http.get("/predictions").json()["results"],
            client.predictions.list,
            100,
        ),
        (
            "100 runs at once, a loop each",
            lambda: asyncio.run(bare_batch()),
            lambda: asyncio.run(our_batch()),
            10,
        ),
        ("stream, 10,000 events", events, lambda: sum(1 for _ in prediction.stream()), 10),
        (
            "download, 100 MB",
            download,
            lambda: sum(map(len, FileOutput(f"{base}/v1/file", client))),
            5,
        ),
    ]


def main():
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"], stdout=subprocess.PIPE, text=True
    )
    try:
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        print(f"{'':34} {'bare httpx':>13} {'replicate':>13} {'ratio':>8}")
        for name, bare, ours, rounds in cases(base):
            compare(name, bare, ours, rounds)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
