"""Paint one picture for each line of a file, a few at a time; run it again to go on.

    python examples/batch.py prompts.txt pictures/

Pictures that are there already are not painted again, and a prompt that fails does not stop
the others. What was paid for stands in a journal beside the folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import replicate

MODEL = "black-forest-labs/flux-schnell"


def main(prompts, folder, at_once):
    folder.mkdir(parents=True, exist_ok=True)
    pictures = replicate.map(
        MODEL,
        [{"prompt": prompt, "output_format": "png"} for prompt in prompts],
        concurrency=at_once,
        timeout=300,
        return_errors=True,
        journal=folder.with_suffix(".journal"),
    )
    failed = 0
    for number, (prompt, picture) in enumerate(zip(prompts, pictures), 1):
        path = folder / f"{number:04}.png"
        if isinstance(picture, Exception):
            failed += 1
            print(f"{prompt}: {picture}", file=sys.stderr)
        elif not path.exists():
            print(picture[0].save(path))
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prompts", type=Path, help="a file with one prompt a line")
    parser.add_argument("folder", type=Path, help="where to put the pictures")
    parser.add_argument("--at-once", type=int, default=8, help="how many to paint at a time")
    options = parser.parse_args()
    lines = [line for line in options.prompts.read_text(encoding="utf-8").splitlines() if line]
    sys.exit(bool(main(lines, options.folder, options.at_once)))
