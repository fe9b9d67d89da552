"""An app: postcards, with a picture and a text from models on Replicate.

python postcards.py "Lake Como" Bergen
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import replicate
from replicate.exceptions import ModelError

PAINTER = "black-forest-labs/flux-schnell"
WRITER = "meta/meta-llama-3-70b-instruct"
PATIENCE = 120  # seconds for a picture


class NoPostcard(Exception):  # noqa: N818 - what the user sees it as
    """The models would not or could not; the message is for the user."""


async def make_postcard(place: str, folder: Path) -> Path:
    """Paint a place, write a few words from there, and save both."""
    try:
        pictures, words = await asyncio.gather(paint(place), write(place))
    except ModelError as error:
        raise NoPostcard(f"no postcard of {place}: {error.prediction.error}") from error
    except TimeoutError as error:
        raise NoPostcard(f"the painter takes too long with {place}") from error
    path = await pictures[0].async_save(folder / f"{place}.png")
    path.with_suffix(".txt").write_text(words, encoding="utf-8")
    return path


async def paint(place: str):
    prompt = {"prompt": f"a postcard of {place}", "aspect_ratio": "3:2", "output_format": "png"}
    return await replicate.async_run(PAINTER, input=prompt, timeout=PATIENCE)


async def write(place: str) -> str:
    pieces = replicate.async_stream(WRITER, input={"prompt": f"Greet from {place}, warmly."})
    return "".join([str(piece) async for piece in pieces])


def teach_style(pictures: Path, name: str) -> str:
    """Train a painter of its own, which takes a while, and return its version."""
    trainer = replicate.models.get("ostris/flux-dev-lora-trainer")
    training = replicate.trainings.create(
        model=trainer.id,
        version=trainer.latest_version,
        input={"input_images": pictures, "steps": 1000},
        destination=name,
    )
    training.wait()
    if training.status != "succeeded":
        raise NoPostcard(f"the training has {training.status}: {training.error}")
    return training.output["version"]


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(asyncio.run(make_postcard(each, Path())))
