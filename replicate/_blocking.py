"""One coroutine serves both forms of a method.

Every operation is written once, as the `async_` form of its method. The blocking form runs the
same coroutine through `block()`. Inside it the few primitives that touch the network or the
clock (`_http.HTTP`, `sleep`, `in_thread`) see the blocking mode and do blocking I/O, so the
coroutine never suspends and finishes in a single step: no event loop, no thread.

    def wait(self) -> None:
        return block(self._ours.async_wait())

`_ours` has the asynchronous methods as this package wrote them: what a program has put in the
place of one, or has overridden, is for asynchronous calls.

The mode is a context variable, set in a copy of the caller's context, so that blocking calls,
threads and a running event loop mix freely.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from contextvars import Token
    from queue import SimpleQueue
    from typing import Protocol

    class Clock(Protocol):
        """What can take the place of the machine's clock."""

        def monotonic(self) -> float:
            """Return the time in seconds; it never goes back."""
            ...

        async def sleep(self, seconds: float) -> None:
            """Pause, in `block()` without suspending."""
            ...


A = TypeVar("A")
T = TypeVar("T")

GLANCE = 0.2
"""Seconds for which Ctrl-C may go unseen on Windows."""

_clock: Clock | None = None
_blocking: ContextVar[bool] = ContextVar("replicate_blocking", default=False)

_nap: ContextVar[Callable[[float], bool] | None] = ContextVar("replicate_nap", default=None)

_looks_for_loops = True
"""Whether a blocking call in an event loop would be the first one, of which there is a warning."""


# Not a function in Python: every step of an iterator asks.
is_blocking: Callable[[], bool] = _blocking.get
"""Say whether the running coroutine is stepped by `block()`."""


def block(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to completion, blocking."""
    if _looks_for_loops and _is_loop_running():
        _warn()
    return block_on(coroutine)


def block_on(coroutine: Coroutine[Any, Any, T]) -> T:
    """Do the same for a caller that has called `block` before, without a look at event loops."""
    # In a copy: Ctrl-C may come at any moment, and must not leave the mode behind.
    context = copy_context()
    try:
        context.run(_blocking.set, True)
        context.run(coroutine.send, None)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        coroutine.close()
    raise RuntimeError("a blocking call tried to suspend: await only replicate's own primitives")


async def called(of: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method in the form that the caller uses: a program may have replaced either.

    Args:
        of: The object.
        name: The name of the blocking form.
        args: The arguments.
        kwargs: The arguments by name.
    """
    if is_blocking():
        return getattr(of, name)(*args, **kwargs)
    return await getattr(of, f"async_{name}")(*args, **kwargs)


def step(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine that does not suspend, for whoever is in an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("the coroutine suspends")


def _is_loop_running() -> bool:
    """Say whether an event loop runs in this thread. Libraries that are not loaded run none."""
    # A library that another thread is importing is there, but may be empty.
    running = getattr(sys.modules.get("asyncio"), "_get_running_loop", None)
    if running is not None and running() is not None:
        return True
    token = getattr(getattr(sys.modules.get("trio"), "lowlevel", None), "current_trio_token", None)
    if token is None:
        return False
    try:
        token()
    except RuntimeError:
        return False
    return True


def _warn() -> None:
    global _looks_for_loops  # noqa: PLW0603 - once in a process
    _looks_for_loops = False
    from ._loop_warning import warn

    warn()


def set_back(variable: ContextVar[T], token: Token[T]) -> None:
    """Give a variable its earlier value; a coroutine that is collected ends in another context."""
    with contextlib.suppress(ValueError):
        variable.reset(token)


def monotonic() -> float:
    """Return the time by which the client measures how long something takes, in seconds."""
    return time.monotonic() if _clock is None else _clock.monotonic()


def set_clock(clock: Clock | None) -> None:
    """Let a test's clock take the place of the machine's, for all clients of the process.

    Nothing else in this package looks at the time or sleeps, so that pauses, deadlines and
    measured times agree with each other.
    """
    global _clock  # noqa: PLW0603 - time is as global as this
    _clock = clock


def has_clock() -> bool:
    """Say whether a test's clock is in the place of the machine's."""
    return _clock is not None


def nap_by(nap: Callable[[float], bool]) -> None:
    """Let blocking calls of this context, such as that of a thread, pause by a function.

    If the function returns False, it has not paused: `time.sleep` does, as for others.
    """
    _nap.set(nap)


def napped(seconds: float) -> bool:
    """Pause by the function of this context. Return False if there is none, or it has not."""
    nap = _nap.get()
    return nap is not None and nap(seconds)


def taken_from(queue: SimpleQueue[T], seconds: float | None = None) -> T:
    """Wait for something in a queue, so that Ctrl-C can come in between.

    Windows interrupts no thread that waits for a lock, as `get` does: there it looks up from time
    to time.

    Raises:
        queue.Empty: So many seconds have passed.
    """
    if os.name != "nt":
        return queue.get(timeout=seconds)
    from queue import Empty

    end = math.inf if seconds is None else time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        try:
            return queue.get(timeout=max(0.0, min(left, GLANCE)))
        except Empty:
            if left <= GLANCE:
                raise


async def sleep(seconds: float) -> None:
    """Pause the caller, thread or task, for a number of seconds."""
    if _clock is not None:
        await _clock.sleep(seconds)
    elif is_blocking():
        if not napped(seconds):
            time.sleep(seconds)  # noqa: ASYNC251 - the caller blocks
    else:
        import anyio  # with httpx already loaded this costs async callers nothing more

        await anyio.sleep(seconds)


async def together(
    function: Callable[[A], Coroutine[Any, Any, T]], arguments: Sequence[A], *, limit: int
) -> list[T]:
    """Call a coroutine function with each argument: at the same time if there is an event loop.

    Args:
        function: What to call.
        arguments: What to call it with, one after the other in a blocking call.
        limit: How many calls are under way at most.
    """
    if is_blocking() or len(arguments) < 2:
        return [await function(argument) for argument in arguments]
    import anyio

    results: dict[int, T] = {}
    failures: list[Exception] = []
    slots = anyio.Semaphore(limit)

    async def call(index: int, argument: A) -> None:
        async with slots:
            try:
                results[index] = await function(argument)
            except Exception as error:  # noqa: BLE001 - raised below, and not as a group
                failures.append(error)
                group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, argument in enumerate(arguments):
            group.start_soon(call, index, argument)
    if failures:
        raise failures[0]
    return [results[index] for index in range(len(arguments))]


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Call a function that blocks on files, off the event loop if there is one."""
    if is_blocking():
        return function(*args)
    import anyio.to_thread

    return await anyio.to_thread.run_sync(function, *args)
