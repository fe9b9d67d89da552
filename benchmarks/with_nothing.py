"""The same with nothing but the standard library: what Python itself costs."""

from __future__ import annotations

import asyncio
import http.client
import json
import os

from work import HEADERS, ID, INPUT, VERSION, fields_read, file_of

JSON = {**HEADERS, "Content-Type": "application/json", "Prefer": "wait"}
BOUNDARY = "b0undary"
PIECE = 1 << 16


class Contestant:
    def __init__(self, base):
        self.base = base
        self.port = int(base.rpartition(":")[2])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def ask(self, method, path, body=None, headers=HEADERS):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        if answer.status != 200:
            raise SystemExit(answer.status)
        return answer

    def json(self, *request):
        return json.loads(self.ask(*request).read())

    def get(self):
        return self.json("GET", f"/v1/predictions/{ID}")["output"]

    def run(self):
        body = json.dumps({"input": INPUT})
        return self.json("POST", "/v1/models/bench/text/predictions", body, JSON)["output"]

    def run_version(self):
        body = json.dumps({"version": VERSION, "input": INPUT})
        return self.json("POST", "/v1/predictions", body, JSON)["output"]

    def page(self):
        results = self.json("GET", "/v1/predictions")["results"]
        return sum(map(fields_read, results))

    def pages(self, size):
        def work():
            count, url = 0, f"/v1/predictions?cursor=0&size={size}"
            while url:
                page = self.json("GET", url)
                count += sum(map(fields_read, page["results"]))
                url = page["next"] and page["next"].removeprefix(self.base)
            return count

        return work

    def events(self, kind, size):
        def work():
            count, event, data = 0, "", []
            for line in self.ask("GET", f"/streams/{kind}/{size}"):
                name, _, value = line.decode().rstrip("\n").partition(":")
                if name == "event":
                    event = value.lstrip(" ")
                elif name == "data":
                    data.append(value.lstrip(" "))
                elif not name:
                    if event == "output":
                        count += bool("\n".join(data))
                    event, data = "", []
            return count

        return work

    def file_read(self, size):
        return lambda: len(self.ask("GET", f"/file/{size}").read())

    def file_iterate(self, size):
        def work():
            answer, count = self.ask("GET", f"/file/{size}"), 0
            while chunk := answer.read(PIECE):
                count += len(chunk)
            return count

        return work

    def upload(self, kind, size):
        path = file_of(size)
        start = (
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=content; filename=bench.bin\r\n"
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        end = f"\r\n--{BOUNDARY}--\r\n".encode()

        def body():
            yield start
            with open(path, "rb") as content:
                if kind == "bytes":
                    yield content.read()
                else:
                    while piece := content.read(PIECE):
                        yield piece
            yield end

        def work():
            headers = {
                **HEADERS,
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                "Content-Length": str(len(start) + os.path.getsize(path) + len(end)),
            }
            return self.json("POST", "/v1/files", body(), headers)["id"]

        return work

    def concurrent(self, size):
        text = json.dumps({"input": INPUT})
        request = (
            "POST /v1/models/bench/hold-200/predictions HTTP/1.1\r\nHost: bench\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in JSON.items())
            + f"Content-Length: {len(text)}\r\n\r\n{text}"
        ).encode()

        async def run(limit):
            async with limit:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                output = json.loads(await reader.readexactly(int(length)))["output"]
                writer.close()
                return output

        async def work():
            limit = asyncio.Semaphore(500)
            return len(await asyncio.gather(*(run(limit) for _ in range(size))))

        return lambda: asyncio.run(work())
