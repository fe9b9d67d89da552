"""Pages as 2.x has them: to iterate over one is to iterate over all that follow, too."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Generic,
    Iterator,
    List,
    Optional,
    TypeVar,
)

from .._blocking import block
from ..pagination import Items, Page, async_paginate, paginate

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class _PageOf2x(Page[T]):
    @classmethod
    def of(cls, page: Page[T]) -> Self:
        """Give a page of 1.x the manners of 2.x."""
        made = cls(results=page.results, previous=page.previous, next=page.next)
        made._fetch = page._fetch
        return made

    def has_next_page(self) -> bool:
        """Say whether there is a page after this one."""
        return self.next is not None

    async def _next_page(self) -> Self:
        if self.next is None:
            raise RuntimeError("there is no page after this one; has_next_page() says so")
        return await self._at(self.next)

    async def _at(self, cursor: Any) -> Self:
        """Return the page of a cursor, this one for the first."""
        return self if cursor is ... else self.of(await self._fetch(cursor))


class SyncPage(_PageOf2x[T]):
    """A page of a list; it iterates over the items of all pages from it on."""

    def __iter__(self) -> Iterator[T]:
        return self.items()

    def get_next_page(self) -> Self:
        """Return the page after this one.

        Raises:
            RuntimeError: There is none.
        """
        return block(self._next_page())

    def iter_pages(self) -> Iterator[Self]:
        """Yield this page and all that follow."""
        return paginate(lambda cursor: block(self._at(cursor)))


class AsyncPage(_PageOf2x[T]):
    """A page of a list; it iterates, with `async for`, over the items of all pages from it on."""

    def __aiter__(self) -> AsyncIterator[T]:
        return self.items()

    async def get_next_page(self) -> Self:
        """Return the page after this one.

        Raises:
            RuntimeError: There is none.
        """
        return await self._next_page()

    def iter_pages(self) -> AsyncIterator[Self]:
        """Yield this page and all that follow."""
        return async_paginate(self._at)


class AsyncList(Generic[T]):
    """A list that is asked for when it is awaited, or iterated over with `async for`."""

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._first().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        return _ItemsOfAll(self._first)


class _ItemsOfAll(Items[T]):
    def __init__(self, first: Callable[[], Awaitable[Page[T]]]) -> None:
        super().__init__(Page())
        self._first: Optional[Callable[[], Awaitable[Page[T]]]] = first

    async def _more(self) -> Optional[List[T]]:
        if self._first is None:
            return await super()._more()
        page = await self._first()
        self._first, self._cursor, self._fetch = None, page.next, page._fetch
        return page.results
