"""Event loops of asyncio and trio: which one runs, and calls of functions when it ends."""

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
    # While another thread imports trio, the module is there, but empty.
    lowlevel = getattr(sys.modules.get("trio"), "lowlevel", None)
    current = getattr(lowlevel, "current_trio_token", None)
    if current is not None:
        with contextlib.suppress(RuntimeError):
            return current()
    return None


def is_closed(loop: Any) -> bool:
    """Say whether an event loop of asyncio is closed. One of trio does not tell."""
    is_closed = getattr(loop, "is_closed", None)
    return bool(is_closed is not None and is_closed())


def call_soon(loop: Any, function: Callable[[], None]) -> None:
    """Call a function in a loop, from any thread or finalizer; do nothing if the loop has ended.

    A finalizer may run inside a blocking call. The function gets a fresh context, without the
    mode and the deadline of that call.
    """
    soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
    with contextlib.suppress(RuntimeError):
        Context().run(soon, function)


def start(loop: Any, function: Callable[[], Coroutine[Any, Any, None]], tasks: set[Any]) -> None:
    """Start a task in the running loop. In asyncio, the set has the task until it has ended."""
    if not hasattr(loop, "create_task"):
        sys.modules["trio"].lowlevel.spawn_system_task(function)
        return
    task = loop.create_task(function())
    tasks.add(task)
    task.add_done_callback(tasks.discard)


async def cancelable(
    action: Callable[[], Coroutine[Any, Any, T]], take: Callable[[Callable[[], Any]], None]
) -> Optional[T]:
    """Await an action that can be canceled from outside. The running task does nothing else.

    Args:
        action: What to do.
        take: Called with the function that cancels the action.

    Returns:
        The result of the action. In Trio None if it was canceled; asyncio raises an error then.
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
    return await action()


def ends(error: BaseException) -> bool:
    """Say whether a task has to raise an error, though somebody else hears of it too.

    Trio wants its cancellations back. asyncio ends with the two errors that end a program.
    """
    if in_trio():
        return isinstance(error, sys.modules["trio"].Cancelled)
    return isinstance(error, (KeyboardInterrupt, SystemExit))


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
    """End the generators of loops that were never closed: Python would warn of each one."""
    global _at_exit  # noqa: PLW0603 - there is one exit
    _at_exit = True
    for generator in list(_guards):
        with contextlib.suppress(BaseException):
            generator.aclose().send(None)


atexit.register(_end_quietly)
