"""The tests of the app. Nothing leaves the machine, no token is needed, and nobody waits.

pip install 'replicate[sandbox]>=1.1' pytest
pytest
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Iterator

import pytest
from postcards import PAINTER, WRITER, NoPostcard, make_postcard, teach_style

from replicate.sandbox import Failed, Log, current_prediction


def make(place, folder):
    return asyncio.run(make_postcard(place, folder))


def test_makes_a_postcard(replicate_sandbox, tmp_path):
    # The sandbox has stand-ins for well-known models, which draw and write something small.
    path = make("Bergen", tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert "Bergen" in path.with_suffix(".txt").read_text(encoding="utf-8")
    asked = {run.model.full_name: run.input for run in replicate_sandbox.predictions}
    assert asked[PAINTER]["aspect_ratio"] == "3:2"
    assert asked[WRITER]["prompt"] == "Greet from Bergen, warmly."


def test_keeps_all_of_the_text(replicate_sandbox, tmp_path):
    @replicate_sandbox.model(WRITER, official=True)
    def writer(prompt: str) -> Iterator[str]:
        for word in ("Wish ", "you ", "were ", "here"):
            current_prediction().sleep(0.01)
            yield word

    path = make("Bergen", tmp_path)
    assert path.with_suffix(".txt").read_text(encoding="utf-8") == "Wish you were here"


def test_says_why_there_is_no_postcard(replicate_sandbox, tmp_path):
    replicate_sandbox.script(PAINTER, ["processing", Log("checking"), Failed("NSFW content")])
    with pytest.raises(NoPostcard, match="no postcard of Bergen: NSFW content"):
        make("Bergen", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_gives_up_on_a_slow_painter(replicate_sandbox, tmp_path):
    replicate_sandbox.clock.drive()  # two minutes pass, and take no time
    replicate_sandbox.script(PAINTER, ["starting", 300, "processing", "https://x.test/late.png"])
    with pytest.raises(NoPostcard, match="too long"):
        make("Bergen", tmp_path)
    # Nobody pays for what nobody waits for.
    statuses = {run.model.full_name: run.status for run in replicate_sandbox.predictions}
    assert statuses[PAINTER] == "aborted"


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("predictions.create", {"status": 429, "headers": {"Retry-After": "0"}}),
        ("predictions.create", {"drop": "after"}),
        ("stream", {"truncate": 30}),
        ("output", {"truncate": 100}),
    ],
)
def test_survives_a_bad_day(replicate_sandbox, tmp_path, target, fault):
    # A fault that hits nothing fails the test: it would test nothing.
    replicate_sandbox.fault(target, **fault)
    assert make("Bergen", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert len(replicate_sandbox.predictions) == 2


def test_makes_many_at_once(replicate_sandbox, tmp_path):
    async def main():
        places = ["Bergen", "Lake Como", "Ghent"]
        return await asyncio.gather(*(make_postcard(place, tmp_path) for place in places))

    assert len({path.read_bytes() for path in asyncio.run(main())}) == 3


@pytest.mark.replicate_sandbox(drive_clock=True, username="me")
def test_teaches_a_style(replicate_sandbox, tmp_path):
    replicate_sandbox.model("me/style")(lambda prompt="": prompt)
    replicate_sandbox.script(
        "ostris/flux-dev-lora-trainer", [Log("epoch 1"), 600, "https://x.test/w.tar"], training=True
    )
    pictures = io.BytesIO()
    zipfile.ZipFile(pictures, "w").close()
    archive = tmp_path / "pictures.zip"
    archive.write_bytes(pictures.getvalue())

    assert teach_style(archive, "me/style").startswith("me/style:")
    (training,) = replicate_sandbox.trainings
    assert training.metrics["predict_time"] == 600
