"""Fuzz every target for its part of the time: `python -m tests.fuzz --seconds 600 [target ...]`."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List, NamedTuple

from tests.fuzz.targets import TARGETS
from tests.fuzz.vocabulary import FIELDS, SCHEMA_WORDS, STATUSES

HERE = Path(__file__).resolve().parent
CRASHES = HERE / "crashes"

LONGEST_INPUT = 4096
SLOWEST_INPUT = 5
"""Seconds for one input; one that takes longer fails."""


class Result(NamedTuple):
    """What came of fuzzing a target."""

    runs: int
    crashes: List[Path]
    error: str
    """Why it stopped before its time, empty if it did not."""


def main() -> int:
    """Fuzz all targets, or the named ones, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("targets", nargs="*", metavar="target", help=", ".join(TARGETS))
    arguments = parser.parse_args()
    names: List[str] = arguments.targets or list(TARGETS)
    unknown = sorted(set(names) - set(TARGETS))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: python -m pip install -r tests/fuzz/requirements.txt")
        return 1
    CRASHES.mkdir(exist_ok=True)
    seconds = max(1, arguments.seconds // len(names))
    results = {name: fuzz(name, seconds) for name in names}
    failed = [name for name, result in results.items() if result.error]
    for name in failed:
        report(name, results[name])
    return 1 if failed else 0


def fuzz(name: str, seconds: int) -> Result:
    """Fuzz a target in a process of its own, as a fuzzer ends its process at a crash."""
    with tempfile.TemporaryDirectory() as scratch:
        words = Path(scratch, "words")
        words.write_text("".join(f'"{word}"\n' for word in vocabulary()))
        learned = Path(scratch, "learned")  # thrown away: the committed corpus stays small
        learned.mkdir()
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={SLOWEST_INPUT}",
            f"-artifact_prefix={CRASHES / name}-",
            f"-dict={words}",
            "-print_final_stats=1",
            str(learned),
            str(HERE / "corpus" / name),
        ]
        process = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.fuzzer", name, *options],
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    output = process.stdout + process.stderr
    crashes = [Path(path) for path in re.findall(r"Test unit written to (.+)", output)]
    executed = re.search(r"number_of_executed_units:\s*(\d+)", output)
    runs = int(executed[1]) if executed else 0
    failed = process.returncode != 0 or crashes
    result = Result(runs, crashes, excerpt(process) if failed else "")
    print(
        f"{name:12}{runs:10,} runs{runs // seconds:8,} per second{len(crashes):4} crashes"
        + (" (it stopped)" if result.error else ""),
        flush=True,
    )
    return result


def excerpt(process: subprocess.CompletedProcess[str]) -> str:
    """Return the traceback that a fuzzer printed, or the end of what it said."""
    traceback = process.stdout.partition("=== Uncaught Python exception: ===")[2]
    return (traceback or process.stderr[-3000:]).strip()


def report(name: str, result: Result) -> None:
    """Print why a target failed, and how to keep what it failed on."""
    print(f"\n{name}: {result.error}")
    for crash in result.crashes:
        place = HERE / "corpus" / name / "what-it-shows"
        print(f"\nOnce the fault is fixed, keep the input as a test:\n  mv {crash} {place}")


def vocabulary() -> List[str]:
    """Return words for the fuzzer's dictionary: it does not come by them on its own."""
    words = sorted({*FIELDS, *SCHEMA_WORDS, *STATUSES, "event", "data", "id", "retry", "base64"})
    return [word for word in words if re.fullmatch(r"[\w-]+", word, re.ASCII)]


if __name__ == "__main__":
    sys.exit(main())
