"""Run one model on each line of a file, on a cluster of Dask.

    pip install "dask[distributed]"
    python examples/dask_batch.py prompts.txt                # on a cluster of its own, here
    python examples/dask_batch.py prompts.txt --cluster tcp://scheduler:8786

Each worker takes the token from its own environment (`REPLICATE_API_TOKEN`): none is sent to it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dask.distributed import Client, LocalCluster

import replicate
from replicate.exceptions import ReplicateException

MODEL = "meta/meta-llama-3-70b-instruct"


def answer(prompt):
    return "".join(replicate.run(MODEL, input={"prompt": prompt}, timeout=300))


def main(prompts, cluster, at_once):
    # Runs wait for most of their time: one machine has room for more than it has cores.
    cluster = cluster or LocalCluster(n_workers=2, threads_per_worker=-(-at_once // 2))
    failed = 0
    with Client(cluster) as client:
        # `pure=False`: one prompt may be there twice. Dask itself repeats nothing that failed.
        futures = client.map(answer, prompts, pure=False, retries=0)
        for prompt, future in zip(prompts, futures):
            try:
                print(f"{prompt}: {future.result()}")
            except ReplicateException as error:  # noqa: PERF203 - as the worker raised it
                failed += 1
                print(f"{prompt}: {type(error).__name__}: {error}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prompts", type=Path, help="a file with one prompt a line")
    parser.add_argument("--cluster", help="the address of a scheduler")
    parser.add_argument("--at-once", type=int, default=8, help="how many to run at a time, here")
    options = parser.parse_args()
    lines = [line for line in options.prompts.read_text(encoding="utf-8").splitlines() if line]
    sys.exit(bool(main(lines, options.cluster, options.at_once)))
