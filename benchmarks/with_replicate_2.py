"""The same with the official client 2.0.0b4, which has other names and no streams."""

from __future__ import annotations

import asyncio
from pathlib import Path

from work import ID, INPUT, VERSION, attributes_read, file_of

from replicate import AsyncReplicate, Replicate


class Contestant:
    def __init__(self, base):
        self.base = base
        self.client = Replicate(bearer_token="token", base_url=f"{base}/v1")

    def get(self):
        return self.client.predictions.get(prediction_id=ID).output

    def run(self):
        return self.client.run("bench/text", input=INPUT)

    def run_version(self):
        return self.client.run(f"bench/text:{VERSION}", input=INPUT)

    def page(self):
        return sum(map(attributes_read, self.client.predictions.list().results))

    def pages(self, size):
        def work():
            query = {"cursor": "0", "size": str(size)}
            return sum(map(attributes_read, self.client.predictions.list(extra_query=query)))

        return work

    def late(self, milliseconds):
        return lambda: self.client.run(f"bench/slow-{milliseconds}", input=INPUT, wait=False)

    def file(self, size):
        from replicate.lib._files import FileOutput

        return FileOutput(f"{self.base}/file/{size}", self.client)

    def file_read(self, size):
        return lambda: len(self.file(size).read())

    def file_iterate(self, size):
        return lambda: sum(map(len, self.file(size)))

    def upload(self, kind, size):
        path = Path(file_of(size))

        def work():
            if kind == "path":
                return self.client.files.create(content=path).id
            with path.open("rb") as file:
                content = file.read() if kind == "bytes" else file
                return self.client.files.create(content=content).id

        return work

    def concurrent(self, size):
        async def work():
            async with AsyncReplicate(bearer_token="token", base_url=f"{self.base}/v1") as client:
                runs = (client.run("bench/hold-200", input=INPUT) for _ in range(size))
                return len(await asyncio.gather(*runs))

        return lambda: asyncio.run(work())
