from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, List, Tuple

import pytest

if TYPE_CHECKING:
    from replicate.sandbox import Sandbox

    from .conftest import Api


def pixels(png: bytes) -> Tuple[int, int, List[bytes]]:
    """Read what our models write: RGB rows without filters."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    position, data = 8, b""
    width = height = 0
    while position < len(png):
        (size,) = struct.unpack(">I", png[position : position + 4])
        kind, body = png[position + 4 : position + 8], png[position + 8 : position + 8 + size]
        (checksum,) = struct.unpack(">I", png[position + 8 + size : position + 12 + size])
        assert checksum == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        data += body if kind == b"IDAT" else b""
        position += 12 + size
    assert kind == b"IEND"
    raw, stride = zlib.decompress(data), 3 * width + 1
    assert len(raw) == stride * height
    return width, height, [raw[y * stride + 1 : (y + 1) * stride] for y in range(height)]


def test_painter(sandbox: Sandbox, api: Api) -> None:
    def paint(prompt: str) -> bytes:
        url = api.finish(sandbox, "sandbox/painter", prompt=prompt, width=40, height=24)["output"]
        return api.get(url).content

    picture = paint("the sea")
    width, height, rows = pixels(picture)
    assert (width, height) == (40, 24)
    assert len({row[x : x + 3] for row in rows for x in range(0, 120, 3)}) > 10
    assert paint("the sea") == picture
    assert paint("the desert") != picture


def test_sprites(sandbox: Sandbox, api: Api) -> None:
    version = sandbox.models["sandbox/sprites"].latest_version
    done = api.finish(sandbox, version.id, prompt="x", count=3, size=16)
    pictures = [api.get(url).content for url in done["output"]]
    assert len(set(pictures)) == 3
    assert [url.rpartition("/")[2] for url in done["output"]] == [
        "out-0.png",
        "out-1.png",
        "out-2.png",
    ]
    _, _, rows = pixels(pictures[0])
    assert all(row[:3] == row[-3:] for row in rows)
    assert "100%" in done["logs"]


def test_storyteller(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/storyteller", prompt="a red dragon", sentences=3)
    story = "".join(done["output"])
    assert story.startswith("Once upon a time there was a red dragon.")
    assert "dragon" in story[41:]
    assert len(done["output"]) > 20
    assert done["metrics"]["input_token_count"] == 3
    assert done["metrics"]["output_token_count"] == len(done["output"])
    assert api.finish(sandbox, "sandbox/storyteller", prompt="")["status"] == "succeeded"
    slow = api.finish(sandbox, "sandbox/storyteller", prompt="x", sentences=1, delay=0.001)
    assert slow["status"] == "succeeded"


def test_primes(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/primes", limit=30, delay=0)
    assert done["output"] == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    lines = done["logs"].splitlines()
    assert len(lines) == 10
    assert lines[0] == " 10%|█         | 3/30"
    assert lines[-1] == "100%|██████████| 30/30"


def test_reader_of_text(sandbox: Sandbox, api: Api) -> None:
    document = "data:text/plain,b a%0Ab c%0Aa b"
    facts = api.finish(sandbox, "sandbox/reader", document=document, top=2)["output"]
    assert (facts["lines"], facts["words"], facts["frequent"]) == (3, 6, ["b", "a"])


def test_divider(sandbox: Sandbox, api: Api) -> None:
    assert api.finish(sandbox, "sandbox/divider", numerator=9, denominator=3)["output"] == 3


@pytest.mark.parametrize("prompt", ["the", "unheard", ""])
def test_markov(sandbox: Sandbox, api: Api, prompt: str) -> None:
    version = sandbox.models["sandbox/markov"].latest_version
    done = api.finish(sandbox, version.id, prompt=prompt, length=5)
    assert len("".join(done["output"]).split()) == 5 + len(prompt.split())


def test_markov_needs_words(sandbox: Sandbox, api: Api) -> None:
    version = sandbox.models["sandbox/markov"].latest_version
    path = f"/models/sandbox/markov/versions/{version.id}/trainings"
    body = {"destination": "sandbox/markov", "input": {"train_data": "data:,one"}}
    created = api.post(path, json=body).json()
    sandbox.settle()
    failed = api.get(f"/trainings/{created['id']}").json()
    assert (failed["status"], failed["output"]) == ("failed", None)
    assert "at least two words" in failed["error"]
