"""What a program does that uses httpx alone: the least that gives a correct result."""

from __future__ import annotations

import asyncio
import json

import httpx
from work import HEADERS, ID, INPUT, VERSION, fields_read, file_of

TIMEOUT = httpx.Timeout(5.0, read=90.0)


class Contestant:
    def __init__(self, base):
        self.base = base
        self.client = httpx.Client(base_url=f"{base}/v1", headers=HEADERS, timeout=TIMEOUT)

    def get(self):
        return self.client.get(f"/predictions/{ID}").raise_for_status().json()["output"]

    def run(self):
        body = {"input": INPUT}
        headers = {"Prefer": "wait"}
        answer = self.client.post("/models/bench/text/predictions", json=body, headers=headers)
        return answer.raise_for_status().json()["output"]

    def run_version(self):
        body = {"version": VERSION, "input": INPUT}
        answer = self.client.post("/predictions", json=body, headers={"Prefer": "wait"})
        return answer.raise_for_status().json()["output"]

    def page(self):
        results = self.client.get("/predictions").raise_for_status().json()["results"]
        return sum(map(fields_read, results))

    def pages(self, size):
        def work():
            count, url = 0, f"/predictions?cursor=0&size={size}"
            while url:
                page = self.client.get(url).raise_for_status().json()
                count += sum(map(fields_read, page["results"]))
                url = page["next"]
            return count

        return work

    def events(self, kind, size):
        def work():
            count, event, data = 0, "", []
            with self.client.stream("GET", f"{self.base}/streams/{kind}/{size}") as response:
                response.raise_for_status()
                for line in response.iter_lines():
                    name, _, value = line.partition(":")
                    if name == "event":
                        event = value.lstrip(" ")
                    elif name == "data":
                        data.append(value.lstrip(" "))
                    elif not line:
                        if event == "output":
                            count += bool("\n".join(data))
                        event, data = "", []
            return count

        return work

    def file_read(self, size):
        def work():
            return len(self.client.get(f"{self.base}/file/{size}").raise_for_status().content)

        return work

    def file_iterate(self, size):
        def work():
            with self.client.stream("GET", f"{self.base}/file/{size}") as response:
                return sum(map(len, response.raise_for_status().iter_bytes()))

        return work

    def upload(self, kind, size):
        path = file_of(size)

        def work():
            if kind == "bytes":
                with open(path, "rb") as file:
                    content = file.read()
                return self.send(content)
            with open(path, "rb") as file:
                return self.send(file)

        return work

    def send(self, content):
        part = ("bench.bin", content, "application/octet-stream")
        answer = self.client.post("/files", files={"content": part})
        return answer.raise_for_status().json()["id"]

    def concurrent(self, size):
        async def run(client):
            body = json.dumps({"input": INPUT})
            headers = {"Prefer": "wait", "Content-Type": "application/json"}
            path = "/models/bench/hold-200/predictions"
            answer = await client.post(path, content=body, headers=headers)
            return answer.raise_for_status().json()["output"]

        async def work():
            timeout = httpx.Timeout(60.0, pool=None)
            options = {"base_url": f"{self.base}/v1", "headers": HEADERS, "timeout": timeout}
            async with httpx.AsyncClient(**options) as client:
                return len(await asyncio.gather(*(run(client) for _ in range(size))))

        return lambda: asyncio.run(work())
