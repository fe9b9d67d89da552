"""Waiting for calls that cannot be interrupted: of pipes, remote storage, look-ups of hosts."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, List, Optional, TypeVar

from .._blocking import in_thread, is_blocking, taken_from
from . import loops
from .deadline import deadline_exceeded, remaining

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_time(
    function: Callable[[], T], discard: Callable[[T], None], *, may_wait: bool = True
) -> T:
    """Call a function that may block for long, for as long as the caller waits for it.

    A thread that reads from a pipe cannot be interrupted. So the function runs in a thread of its
    own. If the deadline comes or the task is canceled, the thread is left behind; it does not keep
    the interpreter from ending.

    Args:
        function: The function.
        discard: Called with its result, if nobody waits for that any more.
        may_wait: Whether the function may take long. Reading an ordinary file does not.

    Raises:
        DeadlineExceededError: The deadline came first.
    """
    left = remaining()
    if is_blocking() and (left is None or not may_wait):
        return function()
    handover = _Handover(discard)
    run: Callable[..., Any] = contextvars.copy_context().run
    try:
        if is_blocking():
            done: SimpleQueue[None] = SimpleQueue()
            _start(run, handover.call, function, partial(done.put, None))
            with contextlib.suppress(Empty):
                taken_from(done, left)
        elif not may_wait:
            await in_thread(handover.call, function, lambda: None)
        else:
            import anyio

            event = anyio.Event()
            done_there = partial(loops.call_soon, loops.running(), event.set)
            _start(run, handover.call, function, done_there)
            with anyio.move_on_after(float("inf") if left is None else left):
                await event.wait()
        return handover.take()
    finally:
        handover.abandon()


def _start(run: Callable[..., Any], *args: Any) -> None:
    threading.Thread(target=run, args=args, name="replicate waiting", daemon=True).start()


class _Handover(Generic[T]):
    """Hands the result of a function over to the caller, or discards it if the caller has gone."""

    def __init__(self, discard: Callable[[T], None]) -> None:
        self._discard = discard
        self._lock = threading.Lock()
        self._results: List[T] = []
        self._error: Optional[BaseException] = None
        self._abandoned = False

    def call(self, function: Callable[[], T], done: Callable[[], None]) -> None:
        try:
            result = function()
            with self._lock:
                if not self._abandoned:
                    self._results.append(result)
                    return
            self._discard(result)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            done()

    def take(self) -> T:
        with self._lock:
            if self._error is not None:
                raise self._error
            if not self._results:
                raise deadline_exceeded()
            return self._results.pop()

    def abandon(self) -> None:
        with self._lock:
            self._abandoned = True
            left, self._results = self._results, []
        for result in left:
            self._discard(result)
