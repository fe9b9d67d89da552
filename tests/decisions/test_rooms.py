"""Rooms in which requests wait."""

from __future__ import annotations

import time

import anyio
import httpx
import pytest

from replicate._blocking import block
from replicate._http.connections import _enter
from replicate._http.deadline import deadline
from replicate._http.rooms import (
    Places,
    TaskRoom,
    ThreadRoom,
    cleaning_up,
    is_cleaning_up,
    places_of,
)


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({}, Places(110, 100, 10)),
        ({"http2": False, "transport": None, "limits": None}, Places(110, 100, 10)),
        ({"http2": True}, None),
        ({"transport": httpx.BaseTransport()}, None),
        ({"limits": httpx.Limits()}, None),
        ({"limits": httpx.Limits(max_connections=1)}, Places(1, 1, 0)),
        ({"limits": httpx.Limits(max_connections=2)}, Places(2, 1, 0)),
        ({"limits": httpx.Limits(max_connections=3)}, Places(3, 2, 0)),
        ({"limits": httpx.Limits(max_connections=9)}, Places(9, 8, 0)),
        ({"limits": httpx.Limits(max_connections=10)}, Places(9, 8, 1)),
        ({"limits": httpx.Limits(max_connections=25)}, Places(23, 21, 2)),
        ({"limits": httpx.Limits(max_connections=1000)}, Places(900, 810, 100)),
    ],
)
def test_places(options, places):
    assert places_of(options) == places


def test_cleaning_up():
    assert is_cleaning_up() is False
    with cleaning_up():
        assert is_cleaning_up() is True
        with cleaning_up():
            pass
        assert is_cleaning_up() is True
    assert is_cleaning_up() is False


@pytest.mark.parametrize("kind", [ThreadRoom, TaskRoom])
def test_room_has_a_number_of_places(kind):
    room = kind(2)
    assert [room.enter_at_once() for _ in range(3)] == [True, True, False]
    room.leave()
    assert [room.enter_at_once() for _ in range(2)] == [True, False]
    room.leave()
    room.leave()
    assert [room.enter_at_once() for _ in range(3)] == [True, True, False]
    assert kind(0).enter_at_once() is False


def test_wait_in_a_thread():
    room = ThreadRoom(1)
    assert block(room.enter(None)) is True
    began = time.monotonic()
    assert block(room.enter(0.02)) is False
    assert time.monotonic() - began < 5
    room.leave()
    assert block(room.enter(0.02)) is True


def test_wait_in_an_event_loop():
    async def main():
        room = TaskRoom(0)
        order = []

        async def visitor(number):
            assert await room.enter(None) is True
            order.append(number)

        assert await room.enter(0.001) is False
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(visitor, number)
            await anyio.wait_all_tasks_blocked()
            for _ in range(3):
                room.leave()
        assert order == [0, 1, 2]
        assert room.enter_at_once() is False  # each place has gone to somebody who waited
        room.leave()
        assert room.enter_at_once() is True

    anyio.run(main)


def test_task_that_is_cancelled_leaves_the_queue():
    async def main():
        room = TaskRoom(0)
        async with anyio.create_task_group() as group:
            group.start_soon(room.enter, None)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        room.leave()
        assert room.enter_at_once() is True
        assert room.enter_at_once() is False

    anyio.run(main)


def test_place_that_comes_with_the_cancellation_is_given_back():
    async def main():
        room = TaskRoom(0)
        async with anyio.create_task_group() as group:
            group.start_soon(room.enter, None)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
            room.leave()
        assert room.enter_at_once() is True
        assert room.enter_at_once() is False

    anyio.run(main)


def test_place_that_is_there_when_the_time_is_over_is_taken():
    async def main():
        room = TaskRoom(0)
        results = []

        async def visitor():
            results.append(await room.enter(0.0))

        async with anyio.create_task_group() as group:
            group.start_soon(visitor)
        assert results == [False]
        room.leave()
        assert room.enter_at_once() is True

    anyio.run(main)


class Slow(ThreadRoom):
    """A room whose places come free after so many seconds."""

    def __init__(self, clock, seconds):
        super().__init__(0)
        self.clock, self.seconds, self.given = clock, seconds, []

    async def enter(self, seconds):
        self.given.append(seconds)
        self.clock.now += self.seconds
        return seconds is None or self.seconds <= seconds


@pytest.mark.parametrize(
    ("patience", "given"), [(5.0, [5.0, 2.0]), (60.0, [9.0, 6.0]), (None, [9.0, 6.0])]
)
def test_patience_is_for_all_rooms_together(clock, patience, given):
    rooms = Slow(clock, 3.0), Slow(clock, 1.0)
    with deadline(9.0):
        block(_enter(rooms, patience))
    assert [each for room in rooms for each in room.given] == given


def test_room_that_is_left_when_another_is_full(clock):
    first, second = ThreadRoom(1), Slow(clock, 6.0)
    with pytest.raises(httpx.PoolTimeout):
        block(_enter((first, second), 5.0))
    assert first.enter_at_once()
