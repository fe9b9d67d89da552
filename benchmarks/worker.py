"""One contestant, in a process and an environment of its own.

It takes lines of `SCENARIO COUNT` and answers each with the seconds that so many took.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

ID = "gm3qorzdhgbfurvjtvhg6dckhu"
INPUT = {"prompt": "an observatory in the desert", "seed": 7}
BATCH = 100


def bare(base, upload):
    """The least that a program has to do with httpx alone."""
    import httpx

    options = {
        "base_url": base,
        "headers": {"Authorization": "Bearer token"},
        "timeout": 30,
    }
    client = httpx.Client(**options)
    async_client = httpx.AsyncClient(**options)

    def create(model):
        return {
            "url": f"/v1/models/bench/{model}/predictions",
            "json": {"input": INPUT},
            "headers": {"Prefer": "wait"},
        }

    def get():
        return client.get(f"/v1/predictions/{ID}").raise_for_status().json()["output"]

    def list_():
        return len(client.get("/v1/predictions").raise_for_status().json()["results"])

    def run(model="text"):
        return client.post(**create(model)).raise_for_status().json()["output"]

    async def async_run():
        response = await async_client.post(**create("text"))
        return response.raise_for_status().json()["output"]

    def stream():
        prediction = client.post(**create("stream")).raise_for_status().json()
        count, event = 0, {}
        with client.stream("GET", prediction["urls"]["stream"]) as response:
            for line in response.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                else:
                    count += event["event"] == "output"
                    event = {}
        return count

    def download():
        with client.stream("GET", run("file")) as response:
            return sum(map(len, response.iter_bytes()))

    def send():
        with Path(upload).open("rb") as file:
            part = ("bench.bin", file, "application/octet-stream")
            return client.post("/v1/files", files={"content": part}).raise_for_status().json()["id"]

    return get, run, async_run, stream, download, send, list_


def library(base, upload):
    """The same with `replicate`, whichever is installed where this runs."""
    from replicate import Client
    from replicate.helpers import FileOutput

    client = Client(api_token="token", base_url=base)

    def get():
        return client.predictions.get(ID).output

    def list_():
        return len(client.predictions.list().results)

    def run(model="text"):
        return client.run(f"bench/{model}", input=INPUT)

    async def async_run():
        return await client.async_run("bench/text", input=INPUT)

    def stream():
        events = client.stream("bench/stream", input=INPUT)
        return sum(event.event.value == "output" for event in events)

    def download():
        file = run("file")
        if isinstance(file, str):  # the official client takes only https: for a file
            file = FileOutput(file, client)
        return sum(map(len, file))

    def send():
        with Path(upload).open("rb") as file:
            return client.files.create(file).id

    return get, run, async_run, stream, download, send, list_


def main(kind, base, upload):
    get, run, async_run, stream, download, send, list_ = globals()[kind](base, upload)
    loop = asyncio.new_event_loop()

    async def batch():
        return await asyncio.gather(*(async_run() for _ in range(BATCH)))

    scenarios = {
        "get": get,
        "run": run,
        "batch": lambda: loop.run_until_complete(batch()),
        "stream": stream,
        "download": download,
        "upload": send,
        "list": list_,
    }
    # What each must give: work that is not done is done fast.
    expected = {
        "get": "done",
        "run": "done",
        "batch": ["done"] * BATCH,
        "stream": 10_000,
        "download": 100 * 1024 * 1024,
        "upload": "bench",
        "list": 100,
    }
    for line in sys.stdin:
        name, count = line.split()
        scenario = scenarios[name]
        start = time.perf_counter()
        for _ in range(int(count)):
            result = scenario()
        seconds = time.perf_counter() - start
        if result != expected[name]:
            raise SystemExit(f"{name}: {result!r:.80}")
        print(seconds, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
