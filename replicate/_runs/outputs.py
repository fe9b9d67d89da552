"""The items of an output, as a run makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Awaitable, Callable, List, Optional

from .._guards import is_array
from .._http.deadline import pause, until
from .._steps import AsAsyncGenerator, AsGenerator
from .waiting import look, pauses_of

if TYPE_CHECKING:
    from .guard import RunGuard
    from .updates import Updates


class OutputIterator(AsGenerator[Any]):
    """The items of a list output as they appear: for `for`, for `async for`, and for `with`."""

    def __init__(
        self,
        guard: RunGuard[Any],
        transform: Callable[[List[Any]], List[Any]],
        *,
        start: Optional[Callable[[], Awaitable[Any]]] = None,
        end: Optional[float] = None,
        cancels: bool = False,
        updates: Optional[Updates] = None,
    ) -> None:
        """Create an iterator.

        Args:
            guard: The guard of the run.
            transform: Turns items of the output into what the user gets: URLs into files.
            start: Creates the run, if there is none yet.
            end: The deadline, on the monotonic clock.
            cancels: Whether closing the iterator cancels the run.
            updates: What tells of the run's changes.
        """
        super().__init__()
        self._guard = guard
        guard.outlives_call = True
        self._transform = transform
        self._start = start
        self._end = end
        self._cancels = cancels
        self._updates = updates
        self._given = 0
        self._pauses = pauses_of(guard.session)

    async def _more(self) -> Optional[List[Any]]:
        with until(self._end):
            try:
                if self._guard.run is None and self._start is not None:
                    await self._start()
                items = await self._next_items()
            except BaseException as error:
                await self._guard.failed(error)
                if not await self._guard.has_succeeded(error):
                    self._guard.end(error)
                    raise
                items = await self._next_items()
            if items is None:
                self._guard.end()
            return items

    async def _next_items(self) -> Optional[List[Any]]:
        run: Any = self._guard.run
        while True:
            output = run._output_so_far
            items = output if is_array(output) else []
            if run._is_complete and output is not None and not is_array(output):
                items = [output]
            fresh = items[self._given :]
            if fresh:
                self._given += len(fresh)
                return self._transform(fresh)
            if run._is_complete:
                run._raise_for_status()
                return None
            if self._given or run._is_fresh:
                await pause(next(self._pauses))
            run._is_fresh = False
            await look(run)
            if self._updates is not None:
                await self._updates(run)
            if not run._output_so_far and not run._is_complete:
                run._is_fresh = True

    async def _release(self) -> None:
        if self._updates is not None:
            self._updates.close()

    async def _interrupt(self) -> None:
        try:
            if self._cancels:
                await self._guard.interrupt()
        finally:
            self._guard.end()


class AsyncOutputIterator(AsAsyncGenerator[Any], OutputIterator):
    """The items of a list output as they appear: for `async for`, and for `async with`."""
