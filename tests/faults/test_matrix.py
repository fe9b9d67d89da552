"""Every operation, hit by every fault, does what docs/reliability-matrix.md says.

`make test` has some of those that happen once, `make test-faults` all, also those that happen every
time.
"""

from __future__ import annotations

import pytest

from replicate.sandbox import Sandbox
from replicate.sandbox.operations import OPERATIONS
from tests.faults import report, world
from tests.faults.faults import FAULTS
from tests.faults.matrix import happen
from tests.faults.operations import KINDS
from tests.sampling import sampled

CELLS = [
    pytest.param(kind, operation, fault, id=f"{operation.name}-{fault.name}")
    for kind in KINDS
    for operation, fault in report.cells(kind)
]


@pytest.fixture(scope="module")
def stage():
    with Sandbox(username="me") as sandbox:
        world.install(sandbox)
        yield sandbox


@pytest.fixture(scope="module")
def promised():
    return report.committed()


@pytest.fixture
def check(call, stage, promised, waits):
    def check(kind, operation, fault, *, for_good):
        outcome = happen(stage, operation, fault, call, for_good=for_good)
        promise = promised[kind.name, fault.name][for_good]
        # A call that creates nothing says nothing of what is paid.
        assert report.shown(outcome) in (promise, promise.partition(",")[0])

    return check


@pytest.mark.parametrize(("kind", "operation", "fault"), sampled(CELLS, 17))
def test_fault_that_happens_once(check, kind, operation, fault):
    check(kind, operation, fault, for_good=False)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "operation", "fault"), CELLS)
def test_fault_that_happens_every_time(check, kind, operation, fault):
    check(kind, operation, fault, for_good=True)


def test_no_operation_is_left_out():
    hit = {operation.target for kind in KINDS for operation in kind.operations}
    assert hit - {"stream", "output"} == set(OPERATIONS)


def test_page_has_every_fault(promised):
    assert {fault for _, fault in promised} == {fault.name for fault in FAULTS}
    assert {kind for kind, _ in promised} == {kind.name for kind in KINDS}
