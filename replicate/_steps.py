"""Iterators that serve `for` and `async for`, and are no generators.

asyncio registers every asynchronous generator that it sees, also one that a blocking caller
steps, and closes all of them when its loop ends. The garbage collector closes generators in
the middle of whatever runs. Only its reader ends an iterator of this kind.

To other people's code they pass for the generators that 1.0.7 gave: FastAPI makes a list of a
generator, Quart reads one in a thread, and programs ask `inspect.isgenerator(output)`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from types import AsyncGeneratorType, GeneratorType
from typing import TYPE_CHECKING, Any, Generic, Iterable, Iterator, Optional, TypeVar

from ._blocking import block, block_on, is_blocking
from .exceptions import ClosedError

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")

_NOTHING: Iterator[Any] = iter(())

_GENERATOR: Any = Generator
_ASYNC_GENERATOR: Any = AsyncGenerator

OPEN: str = "open"
ENDED: str = "at its end"
FAILED: str = "ended by an error"
CLOSED: str = "closed before its end"


class Steps(Generic[T]):
    """An iterator whose items come from somewhere slow, several at a time.

    A subclass writes `_more`, and `_release` if it holds something. Like every iterator, one
    that is at its end stays there. One that was closed, or that has failed, says so when it is
    asked for more: what it has given out is not everything.
    """

    def __init__(self) -> None:
        self._ready: Iterator[T] = _NOTHING
        self._state = OPEN
        self._is_busy = False
        self._blocks: Optional[bool] = None

    async def _more(self) -> Optional[Iterable[T]]:
        """Return the next items, which may be none yet; None at the end."""
        raise AssertionError("a subclass says how")

    async def _release(self) -> None:
        """Give back what is held: at the end, after an error, or when closed."""

    async def _interrupt(self) -> None:
        """Do what closing before the end stands for, after `_release`."""

    # Reading.

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._ready:
                return item
            if self._state is ENDED:
                raise StopIteration
            if self._blocks:
                block_on(self._fill())
            else:
                block(self._fill())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._ready:
                return item
            if self._state is ENDED:
                raise StopAsyncIteration
            await self._fill()

    async def _fill(self) -> None:
        if self._state is not OPEN:
            raise ClosedError(f"this {type(self).__name__} is {self._state}")
        if self._is_busy:
            raise RuntimeError(f"another thread or task is reading this {type(self).__name__}")
        if self._blocks is not is_blocking():
            self._check_mode()
        self._is_busy = True
        try:
            items = await self._more()
            if items is not None and self._state is OPEN:
                self._ready = iter(items)
            elif self._state is OPEN:  # and was not closed meanwhile, by another thread or task
                self._state = ENDED
        except BaseException:
            self._state = FAILED
            raise
        finally:
            self._is_busy = False
            if self._state is not OPEN:
                await self._release()
        if self._state is CLOSED:
            await self._interrupt()  # what was to be interrupted may have begun only now

    def _check_mode(self) -> None:
        if self._blocks is None:
            self._blocks = is_blocking()
            return
        begun, other = ("for", "async for") if self._blocks else ("async for", "for")
        name = type(self).__name__
        raise RuntimeError(f"this {name} was begun with `{begun}`: do not continue with `{other}`")

    # Closing.

    def close(self) -> None:
        """Stop reading before the end; to ask for more is an error from then on."""
        block(self.aclose())

    async def aclose(self) -> None:
        """Stop reading before the end; to ask for more is an error from then on."""
        if self._state is not OPEN:
            return
        self._state = CLOSED
        self._ready = _NOTHING
        try:
            if not self._is_busy:  # whoever is reading releases it, when that returns
                await self._release()
        finally:
            await self._interrupt()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class AsGenerator(Steps[T]):
    """An iterator that has the methods of a generator, and names its class as its own.

    Nothing can be derived from that class; proxies and mocks name the class of another object
    in the same way. The attributes are those that `inspect` reads of a generator.
    """

    gi_code: Any = block_on.__code__
    gi_frame: Any = None
    gi_yieldfrom: Any = None

    if not TYPE_CHECKING:

        @property
        def __class__(self) -> type:
            return GeneratorType

    @property
    def gi_running(self) -> bool:
        """Whether an item is being waited for."""
        return self._is_busy

    @property
    def gi_suspended(self) -> bool:
        """Whether there may be more items."""
        return self._state is OPEN and not self._is_busy

    def send(self, value: object, /) -> T:
        """Return the next item; no value that is sent means anything."""
        del value
        return next(self)

    def throw(self, *error: Any) -> T:
        """Close the iterator and raise an error."""
        self.close()
        result: T = _GENERATOR.throw(self, *error)  # knows the ways in which one is given
        return result


class AsAsyncGenerator(Steps[T]):
    """The same for an asynchronous generator, over which no `for` can iterate.

    Code that takes both tries `iter` first, as Django's responses do.
    """

    ag_code: Any = block_on.__code__
    ag_frame: Any = None
    ag_await: Any = None

    if not TYPE_CHECKING:
        __iter__ = None
        __next__ = None
        send = None
        throw = None

        @property
        def __class__(self) -> type:
            return AsyncGeneratorType

    @property
    def ag_running(self) -> bool:
        """Whether an item is being waited for."""
        return self._is_busy

    @property
    def ag_suspended(self) -> bool:
        """Whether there may be more items."""
        return self._state is OPEN and not self._is_busy

    async def asend(self, value: object, /) -> T:
        """Return the next item; no value that is sent means anything."""
        del value
        return await self.__anext__()

    async def athrow(self, *error: Any) -> T:
        """Close the iterator and raise an error."""
        await self.aclose()
        result: T = await _ASYNC_GENERATOR.athrow(self, *error)
        return result
