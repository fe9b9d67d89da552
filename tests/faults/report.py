"""Run the whole matrix and write what comes of it into docs/reliability-matrix.md.

    python -m tests.faults.report

What a kind of operations does is one line of the page: it is an error if some of them do it
differently. `test_matrix.py` holds every cell against the page.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Dict, Iterator, List, Tuple
from unittest import mock

from replicate._http import retry as _retry
from replicate._runs import lost as _lost
from replicate.sandbox import Sandbox
from tests.conftest import Call
from tests.faults import world
from tests.faults.faults import FAULTS, Fault
from tests.faults.matrix import RESULT, Outcome, happen
from tests.faults.operation import Kind, Operation
from tests.faults.operations import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "reliability-matrix.md"
START, END = "<!-- matrix: written by `make reliability` -->", "<!-- end of the matrix -->"

Row = Tuple[str, ...]
"""Fault, outcome of once, outcome of every time."""


def cells(kind: Kind) -> Iterator[Tuple[Operation, Fault]]:
    for fault in FAULTS:
        if not (kind.takes_anything and fault.forged):
            for operation in kind.operations:
                yield operation, fault


def shown(outcome: Outcome) -> str:
    """Write an outcome as the page does."""
    got = outcome.got if outcome.got == RESULT else f"`{outcome.got}`"
    return got if outcome.paid is None else f"{got}, {outcome.paid} paid"


def same(outcomes: List[Outcome], where: str) -> Outcome:
    """Return the one outcome that several have in common; those that do not pay say less."""
    paying = {outcome for outcome in outcomes if outcome.paid is not None}
    found = paying or set(outcomes)
    if len(found) > 1 or len({outcome.got for outcome in outcomes}) > 1:
        raise SystemExit(f"{where}: {sorted(set(outcomes), key=str)}")
    return found.pop()


def run(count: Counter[str]) -> Iterator[Tuple[Kind, List[Row]]]:
    with Sandbox(username="me") as sandbox:
        world.install(sandbox)
        for kind in KINDS:
            outcomes: Dict[Tuple[str, bool], List[Outcome]] = {}
            for operation, fault in cells(kind):
                for for_good in (False, True):
                    for twin in ("blocking", "async"):
                        call = Call(twin)
                        outcome = happen(sandbox, operation, fault, call, for_good=for_good)
                        outcomes.setdefault((fault.name, for_good), []).append(outcome)
                        count["calls"] += 1
                        count["paid"] += outcome.paid or 0
                        count["results"] += outcome.got == RESULT
            rows: Dict[str, List[str]] = {}
            for (name, _), found in outcomes.items():
                rows.setdefault(name, [name]).append(shown(same(found, f"{kind.name}, {name}")))
            yield kind, [tuple(row) for row in rows.values()]


def page(kinds: List[Tuple[Kind, List[Row]]], count: Counter[str], seconds: float) -> str:
    calls, results, paid = count["calls"], count["results"], count["paid"]
    summary = (
        f"{calls:,} calls in {seconds:.0f} s: {results:,} got their result, {calls - results:,} an "
        f"error of this package. {paid:,} runs were paid for, none of them twice, and none without "
        "its result or an error that has it."
    )
    lines = [summary]
    for kind, rows in kinds:
        operations = ", ".join(f"`{operation.name}`" for operation in kind.operations)
        lines += ["", f"## {kind.name}", "", kind.about, "", f"{operations}.", ""]
        lines += ["| Fault | Once | Every time |", "| --- | --- | --- |"]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def committed() -> Dict[Tuple[str, str], Tuple[str, str]]:
    """Read from the page what it says of each kind and fault, once and every time."""
    matrix = _between(PAGE.read_text("utf-8"))
    found: Dict[Tuple[str, str], Tuple[str, str]] = {}
    for section in re.split(r"(?m)^## ", matrix)[1:]:
        name = section.partition("\n")[0]
        for row in re.findall(r"(?m)^\| (.+?) \| (.+?) \| (.+?) \|$", section)[2:]:
            found[name, row[0]] = row[1:]
    return found


def _between(text: str) -> str:
    return text.partition(START)[2].partition(END)[0]


def main() -> None:
    logging.disable(logging.WARNING)
    count: Counter[str] = Counter()
    started = time.monotonic()
    with mock.patch.object(_retry, "wait_before", lambda *_: 0), mock.patch.object(
        _lost, "PAUSES", ()
    ):
        kinds = []
        for kind, rows in run(count):
            kinds.append((kind, rows))
            print(f"{kind.name}: {len(rows)} faults, {len(kind.operations)} operations")
    matrix = page(kinds, count, time.monotonic() - started)
    before, start, rest = PAGE.read_text("utf-8").partition(START)
    _, end, after = rest.partition(END)
    PAGE.write_text(f"{before}{start}\n\n{matrix}\n\n{end}{after}", "utf-8")
    print(matrix.partition("\n")[0])


if __name__ == "__main__":
    sys.exit(main())
