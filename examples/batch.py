"""Paint one picture for each line of a file, a few at a time; run it again to go on.

    python examples/batch.py prompts.txt pictures/

Pictures that are there already are not painted again, and a prompt that fails does not stop
the others.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import replicate
from replicate.exceptions import ReplicateException

MODEL = "black-forest-labs/flux-schnell"


async def paint(prompt, path, places):
    async with places:
        try:
            output = await replicate.async_run(
                MODEL, input={"prompt": prompt, "output_format": "png"}, timeout=300
            )
            await output[0].async_save(path)
        except ReplicateException as error:
            print(f"{prompt}: {error}", file=sys.stderr)
            return False
    print(path)
    return True


async def main(prompts, folder, at_once):
    places = asyncio.Semaphore(at_once)
    todo = [
        (prompt, folder / f"{number:04}.png")
        for number, prompt in enumerate(prompts, 1)
        if not (folder / f"{number:04}.png").exists()
    ]
    done = await asyncio.gather(*(paint(prompt, path, places) for prompt, path in todo))
    return all(done)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prompts", type=Path, help="a file with one prompt a line")
    parser.add_argument("folder", type=Path, help="where to put the pictures")
    parser.add_argument("--at-once", type=int, default=10, help="how many to paint at a time")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    lines = [line for line in options.prompts.read_text(encoding="utf-8").splitlines() if line]
    sys.exit(not asyncio.run(main(lines, options.folder, options.at_once)))
