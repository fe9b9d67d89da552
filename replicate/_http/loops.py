"""Event loops, asyncio's and trio's: which one runs, and what is to be done when it ends."""

from __future__ import annotations

import atexit
import contextlib
import sys
from contextvars import Context
from typing import TYPE_CHECKING, Any, Optional, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine

T = TypeVar("T")


def running() -> Any:
    """Return what identifies the running event loop."""
    token = _trio_token()
    if token is not None:
        return token
    import asyncio

    return asyncio.get_running_loop()


def in_trio() -> bool:
    """Say whether the running event loop is trio's."""
    return _trio_token() is not None


def _trio_token() -> Any:
    # Another thread may be at importing it: then it is there, but empty.
    lowlevel = getattr(sys.modules.get("trio"), "lowlevel", None)
    current = getattr(lowlevel, "current_trio_token", None)
    if current is not None:
        with contextlib.suppress(RuntimeError):
            return current()
    return None


def is_closed(loop: Any) -> bool:
    """Say whether an event loop has ended, as far as it tells."""
    is_closed = getattr(loop, "is_closed", None)
    return bool(is_closed is not None and is_closed())


def call_soon(loop: Any, function: Callable[[], None]) -> None:
    """Call a function in a loop, from anywhere, also from a finalizer; never, if it has ended.

    A finalizer may run inside a blocking call, whose mode and deadline are not those of the loop.
    """
    soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
    with contextlib.suppress(RuntimeError):
        Context().run(soon, function)


def start(loop: Any, function: Callable[[], Coroutine[Any, Any, None]], tasks: set[Any]) -> None:
    """Start a task in the running loop; in asyncio it is in the set until it has ended."""
    if not hasattr(loop, "create_task"):
        sys.modules["trio"].lowlevel.spawn_system_task(function)
        return
    task = loop.create_task(function())
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def cancelable(
    action: Callable[[], Coroutine[Any, Any, T]], take: Callable[[Callable[[], Any]], None]
) -> Optional[T]:
    """Do something that can be canceled from outside, in a task of its own.

    Args:
        action: What to do.
        take: Called with the function that cancels it.

    Returns:
        What it returns; None if it was canceled.
    """
    if in_trio():
        import anyio

        with anyio.CancelScope() as scope:
            take(scope.cancel)
            return await action()
        return None
    import asyncio

    task = asyncio.current_task()
    assert task is not None
    take(task.cancel)
    try:
        return await action()
    except asyncio.CancelledError:
        return None  # the task ends with this


async def finished(tasks: set[Any]) -> None:
    """Wait until the tasks of a set have ended."""
    if tasks:
        import asyncio  # only its tasks are there

        await asyncio.wait(tasks)


_guards: set[AsyncGenerator[None, None]] = set()
_at_exit = False


async def at_end(function: Callable[[Any], Coroutine[Any, Any, None]], argument: Any) -> Any:
    """Call a coroutine function when the running loop ends.

    A loop that ends closes the asynchronous generators that it has seen, which is the one
    moment at which its connections can be closed properly.

    Returns:
        The generator: its `aclose()` calls the function now.
    """

    async def guard() -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            _guards.discard(generator)
            if not _at_exit:
                await function(argument)

    generator = guard()
    # The generator does not suspend here: no other task can come in between.
    await generator.__anext__()
    _guards.add(generator)
    return generator


def _end_quietly() -> None:
    """End what waits for loops that were never closed; Python would complain of each."""
    global _at_exit  # noqa: PLW0603 - there is one exit
    _at_exit = True
    for generator in list(_guards):
        with contextlib.suppress(BaseException):
            generator.aclose().send(None)


atexit.register(_end_quietly)
