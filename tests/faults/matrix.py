"""One cell of the matrix: an operation, a fault, and what becomes of it."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple, Optional
from unittest import mock

import httpx

from replicate import exceptions
from replicate._http import retry as _retry
from replicate.sandbox import Sandbox
from tests.conftest import Call
from tests.faults.faults import REFUSED, Fault
from tests.faults.operation import Operation
from tests.faults.world import World

RESULT = "the result"


class Outcome(NamedTuple):
    """What the user got, and how many of the runs that the call creates they pay for."""

    got: str
    paid: Optional[int]
    """None if the call creates none."""


def happen(
    sandbox: Sandbox, operation: Operation, fault: Fault, call: Call, *, for_good: bool
) -> Outcome:
    """Let a fault hit an operation, once or every time, and check what must always hold.

    The sandbox must have the models of `world.install`, and pauses before retries must be off.
    """
    sandbox.reset()
    options = {"timeout": httpx.Timeout(20, read=fault.read_timeout), "verify": False}
    world = World(sandbox, sandbox.client(max_retries=2, **options), call)
    world.client.poll_interval = 0.001
    with contextlib.closing(world):
        prepared = operation.prepare(world)
        before = {run.id for run in sandbox.created}
        asked = len(sandbox.requests)
        error = None
        with _going_wrong(sandbox, operation, fault, for_good=for_good):
            try:
                value = operation.act(world, prepared)
            except Exception as caught:
                error = caught
        created = [run.id for run in sandbox.created if run.id not in before]
        sent = sandbox.requests[asked:]
    if error is None:
        assert value == operation.right, f"a wrong result: {value!r}"
        assert len(created) == operation.paid
    else:
        _check(error, sandbox.token)
        if created:
            # What was paid for can be found: the error has it.
            assert [error.prediction.id] == created
    assert len(created) <= operation.paid, "paid for twice"
    if operation.paid:
        _check_creates(sent, operation.paid)
    paid = len(created) if operation.paid else None
    return Outcome(RESULT if error is None else _kind(error), paid)


@contextlib.contextmanager
def _going_wrong(sandbox: Sandbox, operation: Operation, fault: Fault, *, for_good: bool) -> Any:
    if fault is REFUSED:
        with contextlib.ExitStack() as outage:
            outage.enter_context(sandbox.offline())
            if not for_good:  # it is over before the first repetition
                back = mock.patch.object(_retry, "wait_before", lambda *_: outage.close() or 0)
                outage.enter_context(back)
            yield
    else:
        planned = sandbox.fault(*operation.where, times=None if for_good else 1, **fault.options)
        yield
        assert planned.fired, "the fault has not happened"


def _check(error: Exception, token: str) -> None:
    """Check that an error is one of ours and says something, but no secret."""
    assert isinstance(error, exceptions.ReplicateException), repr(error)
    assert len(str(error)) > 10
    assert token not in f"{error} {error!r} {vars(error)}"


def _check_creates(sent: Any, paid: int) -> None:
    """Check that no create was repeated that may have started something."""
    creates = [request for request in sent if request.method == "POST" and _pays(request.path)]
    turned_away = [request for request in creates if request.status in (404, 429)]
    assert len(creates) - len(turned_away) <= paid


def _pays(path: str) -> bool:
    return path.endswith(("/predictions", "/trainings"))


def _kind(error: Exception) -> str:
    """Return the public name of an error's class."""
    names = [kind.__name__ for kind in type(error).__mro__]
    return next(name for name in names if name in exceptions.__all__)
