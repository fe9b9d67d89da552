"""The same with `replicate`: this package or 1.0.7, whichever is installed where this runs."""

from __future__ import annotations

import asyncio

from work import ID, INPUT, VERSION, attributes_read, file_of

import replicate


class Contestant:
    def __init__(self, base):
        self.base = base
        self.client = replicate.Client(api_token="token", base_url=base)

    def get(self):
        return self.client.predictions.get(ID).output

    def run(self):
        return self.client.run("bench/text", input=INPUT)

    def run_version(self):
        return self.client.run(f"bench/text:{VERSION}", input=INPUT)

    def page(self):
        return sum(map(attributes_read, self.client.predictions.list().results))

    def pages(self, size):
        def work():
            count = 0
            page = self.client.predictions.list(f"{self.base}/v1/predictions?cursor=0&size={size}")
            while True:
                count += sum(map(attributes_read, page.results))
                if page.next is None:
                    return count
                page = self.client.predictions.list(page.next)

        return work

    def late(self, milliseconds):
        return lambda: self.client.run(f"bench/slow-{milliseconds}", input=INPUT, wait=False)

    def events(self, kind, size):
        prediction = self.client.predictions.get(f"stream-{kind}-{size}")

        def work():
            return sum(
                event.event.value == "output" and bool(event.data) for event in prediction.stream()
            )

        return work

    def file(self, size):
        from replicate.helpers import FileOutput

        return FileOutput(f"{self.base}/file/{size}", self.client)

    def file_read(self, size):
        return lambda: len(self.file(size).read())

    def file_iterate(self, size):
        return lambda: sum(map(len, self.file(size)))

    def upload(self, kind, size):
        from pathlib import Path

        path = Path(file_of(size))

        def work():
            if kind == "path":
                return self.client.files.create(path).id
            with path.open("rb") as file:
                if kind == "bytes":
                    import io

                    # 1.0.7 takes bytes in this form only.
                    return self.client.files.create(io.BytesIO(file.read())).id
                return self.client.files.create(file).id

        return work

    def concurrent(self, size):
        async def run(client):
            return await client.async_run("bench/hold-200", input=INPUT)

        async def work():
            # 1.0.7 cannot use a client in a second event loop.
            client = replicate.Client(api_token="token", base_url=self.base)
            return len(await asyncio.gather(*(run(client) for _ in range(size))))

        return lambda: asyncio.run(work())
