"""Deadlines: how much time is left, and what happens at its end."""

from __future__ import annotations

import asyncio
import logging
import math

import anyio
import pytest

from replicate._blocking import block
from replicate._http.deadline import (
    check_deadline,
    deadline,
    deadline_exceeded,
    deadline_or_none,
    end_of,
    finish,
    own_time,
    pause,
    remaining,
    until,
    within_deadline,
)
from replicate.exceptions import DeadlineExceededError


def test_error():
    error = deadline_exceeded()
    assert type(error) is DeadlineExceededError
    assert error.title == "Deadline exceeded"
    assert error.detail == "The time given as timeout= ran out."


def test_time_left(clock):
    assert remaining() is None
    assert deadline_or_none() is None
    with deadline(10):
        assert remaining() == 10.0
        assert deadline_or_none() == 1010.0
        clock.now += 9.5
        assert remaining() == 0.5
        clock.now += 9.5
        assert remaining() == 0.0
    assert remaining() is None


@pytest.mark.parametrize(
    ("outer", "inner", "left"),
    [
        (10, 5, 5.0),
        (5, 10, 5.0),
        (5, None, 5.0),
        (None, 5, 5.0),
        (None, None, None),
        (5, math.inf, 5.0),
        (math.inf, math.inf, None),
        (-5, 5, 0.0),
        (5, -5, 0.0),
    ],
)
def test_outer_deadline_still_holds(clock, outer, inner, left):
    with deadline(outer):
        before = remaining()
        with deadline(inner):
            assert remaining() == left
        assert remaining() == before


def test_end_of_a_time(clock):
    assert end_of(None) is None
    assert end_of(math.inf) is None
    assert end_of(7) == 1007.0
    assert end_of(-7) == 993.0
    with until(1003.0):
        assert remaining() == 3.0


def test_times_that_are_none():
    message = "timeout must be a number of seconds or None, not "
    with pytest.raises(ValueError) as caught:
        end_of(math.nan)
    assert str(caught.value) == message + "nan"
    with pytest.raises(TypeError) as caught:
        end_of("7")
    assert str(caught.value) == message + "'7'"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("left", "is_over"), [(1, False), (0.01, False), (0.0099, True), (0, True)]
)
def test_check(clock, left, is_over):
    clock.now = 0.0  # where floats are exact enough
    check_deadline()
    with deadline(left):
        if is_over:
            with pytest.raises(DeadlineExceededError):
                check_deadline()
        else:
            check_deadline()


@pytest.mark.parametrize(
    ("left", "seconds", "slept", "is_over"),
    [
        (None, 7, 7, False),
        (10, 7, 7, False),
        (7, 7, 7, True),
        (7.005, 7, 7.005, True),
        (0.01, 0, 0.01, True),
        (7.02, 7, 7, False),
        (5, 7, 5, True),
        (-1, 7, 0.0, True),
    ],
)
def test_pause(clock, left, seconds, slept, is_over):
    async def main():
        with deadline(left):
            await pause(seconds)

    clock.now = 0.0
    if is_over:
        with pytest.raises(DeadlineExceededError):
            block(main())
    else:
        block(main())
    assert clock.pauses == [slept]


async def value():
    return "value"


def test_step_that_is_in_time():
    async def main(seconds):
        with deadline(seconds):
            return await within_deadline(value())

    for seconds in (None, 30, math.inf):
        assert anyio.run(main, seconds) == "value"
        assert block(main(seconds)) == "value"
    assert block(main(-1)) == "value"  # a blocking call looks at the time itself


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_step_that_takes_for_ever(backend):
    async def main():
        with deadline(0.01):
            await within_deadline(anyio.sleep_forever())

    with pytest.raises(DeadlineExceededError):
        anyio.run(main, backend=backend)


def test_own_time(clock):
    with deadline(1):
        with own_time(5):
            assert remaining() == 5.0
        assert remaining() == 1.0
        with pytest.raises(KeyError), own_time(5):
            raise KeyError
        assert remaining() == 1.0


# Finishing although the caller is being ended.


class Action:
    """What is to be finished."""

    def __init__(self, *errors, seconds=0.0):
        self.errors, self.seconds = list(errors), seconds
        self.left = []
        self.done = False

    async def __call__(self):
        self.left.append(remaining())
        if self.seconds:
            await anyio.sleep(self.seconds)
        if self.errors:
            raise self.errors.pop(0)
        self.done = True


@pytest.fixture(params=["blocking", "asyncio", "trio"])
def finishing(request):
    def run(action, seconds=30.0):
        async def main():
            with deadline(-1):  # the caller's time is over
                return await finish(action, seconds)

        if request.param == "blocking":
            return block(main())
        return anyio.run(main, backend=request.param)

    return run


def test_finish(finishing):
    action = Action()
    assert finishing(action) is True
    assert action.done
    [left] = action.left
    assert 1 < left <= 30


def test_failure_is_logged(finishing, caplog):
    caplog.set_level(logging.INFO, "replicate")
    assert finishing(Action(LookupError("no room"))) is False
    assert [record.getMessage() for record in caplog.records] == ["clean-up failed: no room"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_finish_takes_no_longer_than_it_may(backend):
    async def main():
        return await finish(action, 0.01)

    action = Action(seconds=3600.0)
    assert anyio.run(main, backend=backend) is False
    assert not action.done


def test_finish_in_trio_is_shielded():
    async def main():
        with anyio.CancelScope() as scope:
            scope.cancel()
            results.append(await finish(action, 30))

    results = []
    action = Action(seconds=0.001)
    anyio.run(main, backend="trio")
    assert action.done
    assert results == [True]


def test_cancellation_counts_after_what_is_finished():
    async def main():
        task = asyncio.ensure_future(finish(action, 30))
        await asyncio.sleep(0)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert action.done

    action = Action(seconds=0.01)
    asyncio.run(main())


def test_cancellation_goes_before_a_failure(caplog):
    async def main():
        task = asyncio.ensure_future(finish(action, 30))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    action = Action(LookupError("no room"), seconds=0.01)
    asyncio.run(main())
    assert not action.done
    assert caplog.records == []  # nor has asyncio anything to say


def test_action_that_is_cancelled_itself_is_started_anew():
    async def main():
        return await finish(action, 30)

    action = Action(asyncio.CancelledError(), asyncio.CancelledError())
    assert asyncio.run(main()) is True
    assert action.done
    assert len(action.left) == 3


def test_action_that_is_cancelled_is_not_started_after_its_time():
    async def main():
        return await finish(action, 0.005)

    action = Action(asyncio.CancelledError(), asyncio.CancelledError())
    assert asyncio.run(main()) is False
    assert not action.done
    assert len(action.left) == 1


def test_loop_that_ends_does_not_end_what_is_finished():
    """`asyncio.run` cancels all tasks when its main task has ended."""

    async def main():
        tasks.append(asyncio.ensure_future(finish(action, 30)))
        await asyncio.sleep(0.001)

    tasks, action = [], Action(seconds=0.01)
    asyncio.run(main())
    assert action.done
