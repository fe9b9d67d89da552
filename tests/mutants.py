"""Say how many mutants of the decisions the tests kill: `make mutants`.

mutmut changes one thing at a time in the modules that `[tool.mutmut]` in pyproject.toml names
(a number, an operator, an argument, a text), and runs the tests of tests/decisions that reach the
function. A mutant that no test notices has survived. tests/mutants.md gives a reason for each
survivor; one without a reason is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

ROOT = Path(__file__).parent.parent
MUTANTS = ROOT / "mutants"
REASONS = Path(__file__).with_suffix(".md")

LEAST = 95.0
"""Per cent of the mutants that must be killed."""

KILLED = {1, 3}
"""Exit codes of pytest: a test failed, also by an error of pytest's own."""

TIMED_OUT = {-24, 24, 36, 152, 255}
"""A mutant that runs for ever is noticed too."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="mutants at the same time")
    parser.add_argument("--keep", action="store_true", help="report on the last run only")
    options = parser.parse_args()
    if not options.keep:
        # mutmut would keep the verdicts on functions that have not changed, though tests have.
        shutil.rmtree(MUTANTS, ignore_errors=True)
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.workers)]
        with (ROOT / "build" / "mutants.txt").open("w") as log:
            if subprocess.run(command, check=False, cwd=ROOT, stdout=log, stderr=log).returncode:
                sys.exit(f"mutmut failed: see {log.name}")
    sys.exit(report(dict(results())))


def results() -> Iterator[Tuple[Path, Dict[str, int]]]:
    """Yield each module with its mutants and their exit codes."""
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        codes = json.loads(path.read_text())["exit_code_by_key"]
        yield path.relative_to(MUTANTS).with_suffix(""), codes


def report(modules: Dict[Path, Dict[str, int]]) -> int:
    """Print the figures and the survivors without a reason; return 1 if there are too many."""
    known = reasons()
    killed = total = 0
    unexplained: List[str] = []
    survivors = set()
    print(f"{'module':32} {'mutants':>8} {'killed':>8} {'%':>7}")
    for path, codes in modules.items():
        lost = [name for name, code in codes.items() if code not in KILLED | TIMED_OUT]
        row(str(path), len(codes), len(codes) - len(lost))
        killed += len(codes) - len(lost)
        total += len(codes)
        for name in lost:
            survivor = change_of(path, name)
            survivors.add(survivor)
            if survivor not in known:
                unexplained.append(f"- {survivor}")
    row("all", total, killed)
    print("\nSurvivors without a reason in tests/mutants.md:", len(unexplained) or "none")
    print("\n".join(unexplained))
    gone = sorted(known - survivors)
    if gone:
        print("Killed, though they are in tests/mutants.md:", *gone, sep="\n- ")
    if not total or 100 * killed < LEAST * total:
        print(f"Less than {LEAST} % of the mutants are killed.")
        return 1
    return 0


def row(name: str, total: int, killed: int) -> None:
    print(f"{name:32} {total:8} {killed:8} {100 * killed / total if total else 0:7.1f}")


def change_of(path: Path, name: str) -> str:
    """Return where a mutant is and what it says, as tests/mutants.md writes it."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    with contextlib.chdir(ROOT):
        lines = get_diff_for_mutant(name).splitlines()
    added = [line[1:].strip() for line in lines if line[:1] == "+" and line[:3] != "+++"]
    removed = [line[1:].strip() for line in lines if line[:1] == "-" and line[:3] != "---"]
    text = " ".join(filter(None, added))
    change = f"`{text}`" if text else f"without `{' '.join(removed)}`"
    function = re.sub(r"__mutmut_\d+$", "", name).rpartition(".")[2]
    function = re.sub("^x_?\u01c1?", "", function).replace("\u01c1", ".")
    return f"`{path.as_posix()}`, `{function}`: {change}"


def reasons() -> set[str]:
    """Return the survivors that have a reason."""
    lines = REASONS.read_text(encoding="utf-8").splitlines()
    return {line[2:].strip() for line in lines if line.startswith("- `")}


if __name__ == "__main__":
    main()
