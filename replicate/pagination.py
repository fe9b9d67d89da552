"""Lists that come in pages."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    AsyncGenerator,
    Awaitable,
    Callable,
    Dict,
    Generator,
    Generic,
    Iterator,
    List,
    Optional,
    Protocol,
    Set,
    TypeVar,
    Union,
    overload,
)

from ._arguments import check_params
from ._guards import is_array, is_object, names_of
from ._http.address import rebase
from ._manners import Manners, short
from ._steps import Steps
from .exceptions import InvalidResponseError

T = TypeVar("T")

if TYPE_CHECKING:
    from types import EllipsisType, ModuleType

    from replicate_api.types import AsyncTransport

    from ._http.session import Session
    from .resource import Resource

    Cursor = Union[str, EllipsisType, None]
    Fetch = Callable[[str], Awaitable["Page[T]"]]
    """Fetches the page of a cursor. Only what a client has listed has one."""
    R = TypeVar("R", bound=Resource)

__all__ = ["Items", "Page", "async_paginate", "paginate"]


class Page(Manners, Generic[T]):
    """One page of a list, with a length, items and slices like the list of its results.

    A page is false if it is empty and has no next page. So `while page:` goes through all pages,
    and `if model.versions.list():` says whether there are versions.
    """

    previous: Optional[str]
    """Cursor of the previous page, None on the first page."""

    next: Optional[str]
    """Cursor of the next page, None on the last page. Pass the cursor to the same `list` method."""

    results: List[T]
    """The results on this page."""

    # Beside the fields: `vars(page)` has those and nothing else.
    __slots__ = ("__dict__", "__weakref__", "_fetch")
    _fetch: Fetch[T]

    # `Page[Model](...)` would set it on the page, where it would look like a field.
    __orig_class__: Any = property()

    def __init__(
        self,
        *,
        results: Optional[List[T]] = None,
        previous: Optional[str] = None,
        next: Optional[str] = None,
        **unknown: Any,
    ) -> None:
        self.previous = _cursor(previous)
        self.next = _cursor(next)
        self.results = [] if results is None else results
        # A new field must not take the place of a method.
        vars(self).update({k: v for k, v in unknown.items() if not hasattr(type(self), k)})

    def __iter__(self) -> Iterator[T]:
        return iter(self.results)

    @overload
    def __getitem__(self, key: int) -> T: ...
    @overload
    def __getitem__(self, key: slice) -> List[T]: ...
    @overload
    def __getitem__(self, key: str) -> Any: ...
    def __getitem__(self, key: Union[int, slice, str]) -> Any:
        if isinstance(key, str):
            return self._fields()[key]
        return self.results[key]

    def __len__(self) -> int:
        return len(self.results)

    def __bool__(self) -> bool:
        return bool(self.results) or self.next is not None

    def rows(self) -> List[Dict[str, Any]]:
        """Return the results as rows of a table: `pandas.DataFrame(page.rows())`, or polars'.

        All rows have the same columns. A time is a `datetime`. Each field of an object is a
        column, such as `metrics.predict_time`. Objects inside of objects, and lists, are JSON.
        """
        rows = [_row(result) for result in self.results]
        columns = dict.fromkeys(name for row in rows for name in row)
        return [{name: row.get(name) for name in columns} for row in rows]

    def _repr_html_(self) -> str:
        from ._files.display import page_html

        size = len(self.results)
        about = f"{size:,} result{'' if size == 1 else 's'}"
        about += ", more on the next page" if self.next else ""
        return page_html(self.rows(), about)

    def keys(self) -> List[str]:
        """Return the names of the fields, which makes `dict(page)` work."""
        return list(self._fields())

    def items(self) -> Items[T]:
        """Return the results of this page and of all further pages, for `for` and `async for`.

        A page is fetched when the loop comes to its first item.

        Raises:
            InvalidResponseError: The cursors lead back to a page that was there before.
        """
        return Items(self)

    def _fields(self) -> Dict[str, Any]:
        return {**vars(self)}

    def __getstate__(self) -> Dict[str, Any]:
        return {**vars(self)}  # without the client

    def _pairs(self) -> List[str]:
        fields = {name: short(value) for name, value in self._fields().items()}
        if is_array(self.results):
            first, more = [repr(result) for result in self.results[:1]], len(self.results) - 1
            rest = [f"... {more:,} more"] if more > 0 else []
            fields["results"] = f"[{', '.join(first + rest)}]"
        return [f"{name}={value}" for name, value in fields.items()]


class Items(Steps[T]):
    """The items of a page and of all that follow it."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self._ready = iter(page.results)
        self._cursor: Optional[str] = page.next
        self._cursors: Set[Any] = set()
        self._fetch: Optional[Fetch[T]] = getattr(page, "_fetch", None)

    async def _more(self) -> Optional[List[T]]:
        if self._cursor is None:
            return None
        if self._fetch is None:
            raise ValueError("this page has no client: list the page again")
        page = await self._fetch(_fresh(self._cursor, self._cursors))
        self._cursor = page.next
        return page.results


def _row(result: Any) -> Dict[str, Any]:
    """Return what is known of a result, objects in it by their parts."""
    if not isinstance(result, Manners):  # the list had something that is no object
        return {"value": _cell(result)}
    from replicate_api.timestamp import Timestamp, read_datetime

    row: Dict[str, Any] = {}
    for name, value in result.dict(exclude_none=True).items():
        if is_object(value):
            row.update({f"{name}.{part}": _cell(inner) for part, inner in value.items()})
        elif isinstance(value, str) and isinstance(getattr(result, name, None), Timestamp):
            row[name] = read_datetime(value)
        else:
            row[name] = _cell(value)
    return row


def _cell(value: Any) -> Any:
    import json

    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _cursor(cursor: Optional[str]) -> Optional[str]:
    # The API has been seen to spell "no page" as the string "null". What cannot be hashed may come.
    return None if cursor in ("", "null") else cursor


def _leads_on(cursor: Any) -> bool:
    """Say whether a cursor is one that can be asked for, or says that there is none.

    Any other would end in an error far from its cause, or in the first page again and again.
    """
    return cursor is None or (isinstance(cursor, str) and cursor.isprintable())


async def fetch_page(
    client: Session, operation: ModuleType, into: type[R], cursor: Cursor, *args: Any, **params: Any
) -> Page[R]:
    """Fetch a page of a generated list operation, the first one where the cursor is `...`.

    Raises:
        ValueError: The cursor is None, which is what the last page's `next` is.
        InvalidResponseError: The answer is not a page.
    """
    if cursor is None:
        raise ValueError("cursor cannot be None")
    check_params(operation.build, params, operation.__name__.rpartition(".")[2].split("_")[-1])

    async def fetch(transport: AsyncTransport) -> Any:
        request: Dict[str, Any] = operation.build(*args, **params)
        if isinstance(cursor, str):
            if cursor.startswith("?"):
                request = {**request, "url": request["url"] + cursor, "params": None}
            elif "/" in cursor:
                request = {**request, "url": rebase(cursor), "params": None}
            else:
                request = {**request, "params": {**(request.get("params") or {}), "cursor": cursor}}
        return operation.parse(await transport.request(**request))

    page = await client._call(fetch)
    return page_of(
        page,
        lambda item: into._of(item, client),
        lambda cursor: fetch_page(client, operation, into, cursor, *args, **params),
    )


def page_of(page: Any, read: Callable[[Any], T], fetch: Fetch[T]) -> Page[T]:
    """Make a page of one that a generated operation returned.

    Args:
        page: The page.
        read: Makes an item of what is in it.
        fetch: Fetches the page of a cursor.

    Raises:
        InvalidResponseError: It is none.
    """
    results: Any = page.__dict__.get("results") or []  # as they came: to read them twice takes time
    if not (is_array(results) and _leads_on(page.next) and _leads_on(page.previous)):
        raise InvalidResponseError(
            title="Unreadable answer", detail=f"the answer is not a page of a list: {page!r}"
        )
    made = Page(previous=page.previous, next=page.next, results=[read(item) for item in results])
    made._fetch = fetch
    return made


class _Paged(Protocol):
    next: Optional[str]


P = TypeVar("P", bound=_Paged)


def paginate(list_method: Callable[[Any], P]) -> Generator[P, None, None]:
    """Yield every page of a list. Each page is fetched when the loop comes to it.

    Args:
        list_method: A method that takes a cursor, such as `replicate.models.list`.

    Raises:
        InvalidResponseError: The cursors lead back to a page that was there before.
    """
    page = list_method(...)
    yield page
    seen: Set[Any] = set()
    while page.next is not None:
        page = list_method(_fresh(page.next, seen))
        yield page


async def async_paginate(list_method: Callable[[Any], Awaitable[P]]) -> AsyncGenerator[P, None]:
    """Yield every page of a list. Each page is fetched when the loop comes to it.

    Args:
        list_method: A coroutine function that takes a cursor, such as
            `replicate.models.async_list`.

    Raises:
        InvalidResponseError: The cursors lead back to a page that was there before.
    """
    page = await list_method(...)
    yield page
    seen: Set[Any] = set()
    while page.next is not None:
        page = await list_method(_fresh(page.next, seen))
        yield page


def _fresh(cursor: str, seen: Set[Any]) -> str:
    if cursor in seen:
        raise InvalidResponseError(
            title="Endless list", detail=f"the cursor {cursor!r:.200} leads back to its own page"
        )
    seen.add(cursor)
    return cursor


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
