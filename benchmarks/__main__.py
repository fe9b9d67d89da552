"""Measure this package beside others in one run: `make bench`, `make bench-quick`.

Every sample is a process of its own in the environment of its contestant. A round takes one
sample of each, in an order that changes; what is compared are samples of the same round, so
that other work on the machine falls on all of them alike.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from . import report
from .workloads import BY_NAME, CONTESTANTS, FILE, NOT_DONE, QUICK, UPLOAD, WORKLOADS

HERE = Path(__file__).parent
ROOT = HERE.parent
ENVIRONMENTS = ROOT / ".venv-bench"
RESULTS = ROOT / "build" / "benchmarks.json"
LIMIT = 300
"""Seconds after which a sample is given up."""

SIZES = {
    "events_small": 20_000,
    "events_joined": 20_000,
    "events_large": 2_000,
    "file_read": FILE,
    "file_iterate": FILE,
    "upload_path": UPLOAD,
    "upload_handle": UPLOAD,
    "upload_bytes": UPLOAD,
    "concurrent_500": 500,
    "concurrent_5000": 5_000,
    "pages": 5_000,
}

GROWTH = {
    "pages": ("predictions in pages of 100", [1, 10, 100, 1_000, 10_000]),
    "events_small": ("events", [1, 10, 100, 1_000, 10_000]),
    "file_iterate": ("MB downloaded", [1, 10, 100, 1_000, 10_000]),
    "concurrent": ("concurrent runs of 0.2 s", [1, 10, 100, 1_000, 10_000]),
}
SLOW = {
    ("httpx", "concurrent", 10_000),
    ("1.0.7", "concurrent", 10_000),
    ("1.0.7", "concurrent", 1_000),  # a minute until it fails, as it does with 500
}
"""What takes minutes."""


def python_of(contestant):
    folder = {"limit": "httpx", "replicate": "ours"}.get(contestant, contestant)
    return str(ENVIRONMENTS / folder / "bin" / "python")


def processors():
    """Return the processors for the client and for the server; different ones, if there are."""
    available = sorted(os.sched_getaffinity(0))
    return {available[0]}, {available[-1]}


@contextmanager
def serving(processor):
    command = [sys.executable, str(HERE / "server.py")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(server.pid, processor)
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def command_of(contestant, workload, base, count, size):
    python = python_of(contestant)
    if workload == "import":
        module = {"limit": "http.client", "httpx": "httpx"}.get(contestant, "replicate")
        return [python, "-c", f"import {module}"]
    worker = [contestant, workload, base, str(count), str(size)]
    return [python, str(HERE / "worker.py"), *worker]


def profile(base, name):
    """Return the seconds of each package that bare httpx and this package take."""
    workload = BY_NAME[name]
    found = {}
    for contestant in ("httpx", "replicate"):
        command = command_of(contestant, name, base, workload.count, SIZES.get(name, 0))
        printed = subprocess.check_output([*command, "profiled"], cwd=ENVIRONMENTS, text=True)
        found[contestant] = json.loads(printed)
    return found


def sample(contestant, workload, base, count=1, size=0):
    """Return what one process has used, in seconds and bytes, or the error that ended it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("REPLICATE", "PYTHON"))}
    command = command_of(contestant, workload, base, count, size)
    began = time.perf_counter()
    # Not from here: `python -c` imports what is in the folder that it is called in.
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as errors:
        environment["TMPDIR"] = folder
        options = {"env": environment, "cwd": ENVIRONMENTS, "text": True, "stderr": errors}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
        too_long = threading.Timer(LIMIT, process.kill)
        too_long.start()
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        too_long.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        errors.seek(0)
        said = errors.read().strip()
    if process.returncode:  # 500 requests at once are too many for some
        *_, last = said.splitlines() or [f"exit code {process.returncode}"]
        if contestant == "replicate":
            print(said, file=sys.stderr)
        # The class of an exception, without its module and message.
        return {"failed": re.sub(r"(?:\w+\.)*(\w+)(?::.*)?", r"\1", last)}
    if workload in ("import", "first"):
        return {"cpu": used.ru_utime + used.ru_stime, "wall": wall}
    return json.loads(printed)


def measure(base, names, contestants, rounds, share):
    """Return the samples: one dict of contestants for each round of each workload."""
    found = {name: [] for name in names}
    for number in range(rounds):
        for name in names:
            taking_part = [each for each in contestants if (each, name) not in NOT_DONE]
            random.shuffle(taking_part)
            count = max(1, round(BY_NAME[name].count * share))
            size = SIZES.get(name, 0)
            samples = {each: sample(each, name, base, count, size) for each in taking_part}
            found[name].append(samples)
            seen = " ".join(
                f"{each} {figures.get('failed') or format(figures['cpu'], '.4f')}"
                for each, figures in sorted(samples.items())
            )
            print(f"{name}: {seen}", file=sys.stderr, flush=True)
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return found


def grow(base, contestants, rounds, found, keep):
    """Collect the samples by workload, contestant and size; of what takes long, one sample.

    Args:
        base: The address of the server.
        contestants: Who takes part.
        rounds: How many samples of what is short.
        found: Where to put them.
        keep: Called after each workload.
    """
    for name, (_, sizes) in GROWTH.items():
        for size in sizes:
            for each in contestants:
                if (each, name, size) in SLOW:
                    continue
                unit = 1_000_000 if name == "file_iterate" else 1
                count = 1 if name == "concurrent" else max(1, 100 // size)
                samples = [
                    sample(each, name, base, count, size * unit)
                    for _ in range(rounds if size < 1_000 else 1)
                ]
                samples = [figures for figures in samples if "failed" not in figures]
                if samples:
                    found.setdefault(name, {}).setdefault(each, {})[str(size)] = samples
        print(f"growth of {name}", file=sys.stderr, flush=True)
        keep()


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="a short round, nothing is written")
    parser.add_argument("--only", nargs="*", choices=list(BY_NAME), help="these workloads")
    parser.add_argument("--contestants", nargs="*", choices=list(CONTESTANTS))
    parser.add_argument("--report", action="store_true", help="only write the last figures anew")
    options = parser.parse_args()
    if options.report:
        report.write(json.loads(RESULTS.read_text()))
        return
    names = options.only or [workload.name for workload in WORKLOADS]
    contestants = options.contestants or (QUICK if options.quick else list(CONTESTANTS))
    for_client, for_server = processors()
    os.sched_setaffinity(0, for_client)
    began = time.time()
    with serving(for_server) as base:
        if options.quick:
            names = options.only or [each for each in names if each != "concurrent_5000"]
            print(report.table(measure(base, names, contestants, 1, 0.5)))
            return
        samples = measure(base, names, contestants, options.rounds, 1.0)
        print(report.table(samples))
        if options.only or options.contestants:
            return
        result = {
            "samples": samples,
            "rounds": options.rounds,
            "began": began,
            "growth": {},
            "growth_of": {name: title for name, (title, _) in GROWTH.items()},
            "profiles": {},
            "machine": report.machine(),
            "versions": {each: report.versions(python_of(each)) for each in CONTESTANTS},
        }
        save(result, began)
        grow(base, QUICK, 3, result["growth"], lambda: save(result, began))
        result["profiles"] = {
            name: profile(base, name)
            for name in report.missed(samples)
            if BY_NAME[name].measure == "cpu" and name != "import"
        }
    save(result, began)
    report.write(json.loads(RESULTS.read_text()))


def save(result, began):
    """Keep what there is so far, for `--report`."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**result, "seconds": time.time() - began}))


if __name__ == "__main__":
    main()
