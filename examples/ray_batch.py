"""Run one model on each line of a file, on a cluster of Ray.

    pip install ray
    python examples/ray_batch.py prompts.txt                # on a cluster of its own, here
    RAY_ADDRESS=... python examples/ray_batch.py prompts.txt

Each worker takes the token from its own environment (`REPLICATE_API_TOKEN`): none is sent to it.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import ray

import replicate
from replicate.exceptions import ReplicateException

MODEL = "meta/meta-llama-3-70b-instruct"


# A run whose worker dies may go on, and is paid for: Ray is not to repeat it by itself.
@ray.remote(max_retries=0)
def answer(prompt):
    return "".join(replicate.run(MODEL, input={"prompt": prompt}, timeout=300))


def main(prompts, at_once):
    if "RAY_ADDRESS" in os.environ:
        ray.init()
    else:  # runs wait for most of their time: one machine has room for more than it has cores
        ray.init(num_cpus=at_once, include_dashboard=False)
    failed = 0
    for prompt, future in zip(prompts, [answer.remote(prompt) for prompt in prompts]):
        try:
            print(f"{prompt}: {ray.get(future)}")
        except ReplicateException as error:  # noqa: PERF203 - of the class that the worker raised
            failed += 1
            print(f"{prompt}: {error.cause!r}", file=sys.stderr)
    ray.shutdown()
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prompts", type=Path, help="a file with one prompt a line")
    parser.add_argument("--at-once", type=int, default=8, help="how many to run at a time")
    options = parser.parse_args()
    lines = [line for line in options.prompts.read_text(encoding="utf-8").splitlines() if line]
    sys.exit(bool(main(lines, options.at_once)))
