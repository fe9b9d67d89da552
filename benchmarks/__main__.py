"""Compare this package with bare httpx, and with the official client: `make bench`.

    python -m benchmarks [--quick] [--no-official]

All take turns, each in a process of its own, against one server on loopback. The ratios are to
bare httpx, which does the same requests, reads the same bytes and parses the same JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
OFFICIAL = "replicate==1.0.7"
OFFICIAL_VENV = ROOT / "build" / "bench-official"
UPLOAD = 50 * 1024 * 1024


class Scenario(NamedTuple):
    name: str
    title: str
    count: int
    """How often in one measurement."""
    rounds: int


SCENARIOS = (
    Scenario("get", "predictions.get", 200, 15),
    Scenario("run", "run, one request", 100, 15),
    Scenario("batch", "100 runs at once, async", 1, 15),
    Scenario("stream", "stream of 10,000 events", 1, 9),
    Scenario("download", "download of 100 MB", 1, 7),
    Scenario("upload", "upload of 50 MB", 1, 7),
    Scenario("list", "page of 100 predictions", 20, 15),
)
IMPORT_ROUNDS = 21


class Contestant:
    """A worker process."""

    def __init__(self, title, python, kind, *arguments):
        self.title = title
        self.python = python
        self.module = "httpx" if kind == "bare" else "replicate"
        command = [python, str(ROOT / "benchmarks" / "worker.py"), kind, *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )

    def measure(self, name, count):
        """Return the seconds that one of `count` takes."""
        print(name, count, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.title} broke down at {name!r}")
        return float(answer) / count

    def measure_import(self):
        """Return the seconds that a process takes that imports it and ends."""
        start = time.perf_counter()
        subprocess.run(
            [self.python, "-c", f"import {self.module}"], check=True, env=environment(), cwd="/"
        )
        return time.perf_counter() - start

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def environment():
    """Return what a process needs, without proxies and the user's own settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("REPLICATE_") and not name.upper().endswith("_PROXY")
    }


@contextlib.contextmanager
def server():
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def official_python():
    """Return a Python that has the official client, None if that cannot be installed."""
    python = OFFICIAL_VENV / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(OFFICIAL_VENV)], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, OFFICIAL], check=True)
    except subprocess.CalledProcessError as error:
        print(f"without {OFFICIAL}: {error}", file=sys.stderr)
        return None
    return str(python)


def compare(contestants, measure, rounds):
    """Measure in turns; return each one's median, and its median ratio to the first."""
    for contestant in contestants:
        measure(contestant)  # caches, connections
    times = [[measure(contestant) for contestant in contestants] for _ in range(rounds)]
    first, *_ = columns = list(zip(*times))
    return [
        (median(column), median(own / its for own, its in zip(column, first)))
        for column in columns
    ]


def show(title, results):
    cells = [f"{duration(seconds):>9}" for seconds, _ in results[:1]]
    cells += [f"{duration(seconds):>9} {ratio:5.2f}x" for seconds, ratio in results[1:]]
    print(f"{title:<26}" + "   ".join(cells), flush=True)


def duration(seconds):
    return f"{seconds * 1000:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round: does it work at all?")
    parser.add_argument("--no-official", action="store_true", help=f"leave {OFFICIAL} out")
    options = parser.parse_args()

    with contextlib.ExitStack() as stack:
        base = stack.enter_context(server())
        upload = stack.enter_context(tempfile.NamedTemporaryFile())
        upload.write(os.urandom(1024) * (UPLOAD // 1024))
        upload.flush()
        columns = [("httpx", sys.executable, "bare"), ("replicate", sys.executable, "library")]
        official = None if options.no_official else official_python()
        if official:
            columns.append((OFFICIAL, official, "library"))
        contestants = [
            stack.enter_context(Contestant(*column, base, upload.name)) for column in columns
        ]

        titles = [f"{title:>9}" if title == "httpx" else f"{title:>16}" for title, *_ in columns]
        print(f"{'median':<26}" + "   ".join(titles))
        rounds = 1 if options.quick else IMPORT_ROUNDS
        show("import, whole process", compare(contestants, Contestant.measure_import, rounds))
        for name, title, count, rounds in SCENARIOS:

            def measure(contestant, name=name, count=1 if options.quick else count):
                return contestant.measure(name, count)

            show(title, compare(contestants, measure, 1 if options.quick else rounds))


if __name__ == "__main__":
    main()
