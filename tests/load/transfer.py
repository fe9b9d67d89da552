"""One transfer in a process of its own: `python -m tests.load.transfer JSON` measures it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from pathlib import Path

import replicate
from replicate._files import uploads as _upload
from replicate.helpers import FileOutput
from tests.load import figures

WARM_UP = 4 << 20
"""Bytes that are sent and received first, so that all code and buffers are there."""


def save(client, file, path):
    file.save(path)


async def async_save(client, file, path):
    await file.async_save(path)


def iterate(client, file, path):
    checksum = hashlib.sha256()
    for chunk in file:
        checksum.update(chunk)
    return checksum.hexdigest()


async def async_iterate(client, file, path):
    checksum = hashlib.sha256()
    async for chunk in file:
        checksum.update(chunk)
    return checksum.hexdigest()


def upload_path(client, file, path):
    return client.files.create(Path(path)).checksums["sha256"]


async def async_upload_path(client, file, path):
    return (await client.files.async_create(Path(path))).checksums["sha256"]


def upload_handle(client, file, path):
    with open(path, "rb") as handle:
        return client.files.create(handle).checksums["sha256"]


async def async_upload_handle(client, file, path):
    with open(path, "rb") as handle:
        return (await client.files.async_create(handle)).checksums["sha256"]


def main(how, url, size, path, times=1, limit=None):
    if limit is not None:
        _upload.MAX_UPLOAD = limit
    function = globals()[how]
    with replicate.Client("test-token", base_url=url, verify=False) as client:

        def transfer(size, path):
            file = FileOutput(f"{url}/{size}", client)
            result = function(client, file, path)
            return asyncio.run(result) if asyncio.iscoroutine(result) else result

        small = Path(f"{path}.small")
        small.write_bytes(bytes(WARM_UP))
        transfer(WARM_UP, small)
        small.unlink()
        idle = figures.memory()
        results = [transfer(size, path) for _ in range(times)]
        return {"results": results, "growth": figures.memory("VmHWM") - idle}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
