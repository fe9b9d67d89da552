"""One coroutine serves both twins.

Every operation is written once, as its `async_` twin. The blocking twin runs that same
coroutine through `block()`. Inside it the few primitives that touch the network or the
clock (`_http.HTTP`, `sleep`, `in_thread`) see the blocking mode and do blocking I/O, so the
coroutine never suspends and finishes in a single step: no event loop, no thread.

    def wait(self) -> None:
        return block(self.async_wait())

The mode is a context variable that is set around each step, never across a `yield`, so
that blocking calls, generators and a running event loop mix freely in one thread.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator

T = TypeVar("T")

_blocking: ContextVar[bool] = ContextVar("replicate_blocking", default=False)


def is_blocking() -> bool:
    """Say whether the running coroutine is stepped by `block()`."""
    return _blocking.get()


def block(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to completion, blocking."""
    mode = _blocking.set(True)
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        _blocking.reset(mode)
        coroutine.close()
    raise RuntimeError("a blocking call tried to suspend: await only replicate's own primitives")


def block_iter(items: AsyncGenerator[T, None]) -> Generator[T, None, None]:
    """Iterate over an async generator, blocking; closing the iterator closes the generator."""
    try:
        while True:
            try:
                item = block(_next(items))
            except StopAsyncIteration:
                return
            yield item
    finally:
        block(items.aclose())


async def _next(items: AsyncGenerator[T, None]) -> T:
    return await items.__anext__()


@asynccontextmanager
async def closing(items: AsyncGenerator[T, None]) -> AsyncGenerator[AsyncGenerator[T, None], None]:
    """Close an async generator at the end of the block (`contextlib.aclosing` of 3.10)."""
    try:
        yield items
    finally:
        await items.aclose()


async def sleep(seconds: float) -> None:
    """Pause the caller, thread or task, for a number of seconds."""
    if is_blocking():
        time.sleep(seconds)  # noqa: ASYNC251 - nothing else runs here
    else:
        import anyio  # with httpx already loaded this costs async callers nothing more

        await anyio.sleep(seconds)


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Call a function that blocks on files, off the event loop if there is one."""
    if is_blocking():
        return function(*args)
    import anyio.to_thread

    return await anyio.to_thread.run_sync(function, *args)
