"""The inputs of a batch. Each is read when it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterable
from functools import partial
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Union

    import anyio

    from .crews import Crew
    from .schedule import Schedule

    Inputs = Union[Iterable[Mapping[str, Any]], AsyncIterable[Mapping[str, Any]]]


class Source:
    """The inputs, read one by one."""

    def __init__(self, inputs: Inputs) -> None:
        self.error: Optional[Exception] = None
        """The exception that the user's iterable raised. It ends the inputs, and then the batch."""
        self._inputs = inputs
        self._iterator: Optional[Iterator[Any]] = None
        self._wanted: Optional[anyio.Semaphore] = None

    def read(self, crew: Crew, schedule: Schedule) -> None:
        """Read the next input. If it has to be awaited, it comes as news of the crew."""
        if isinstance(self._inputs, AsyncIterable):
            schedule.is_reading = True
            if self._wanted is not None:
                self._wanted.release()
                return
            import anyio

            self._wanted = anyio.Semaphore(0)
            crew.start(partial(_feed, self._inputs, self._wanted, crew.tell))
            return
        try:
            if self._iterator is None:
                self._iterator = iter(self._inputs)
            read = Read(next(self._iterator))
        except StopIteration:
            read = Read(is_last=True)
        except Exception as error:  # noqa: BLE001 - raised when the results before it are given out
            read = Read(is_last=True, error=error)
        read.take(self, schedule)


class Read(NamedTuple):
    """An input that was read, or the end of the inputs."""

    input: Any = None
    is_last: bool = False
    error: Optional[Exception] = None

    def take(self, source: Source, schedule: Schedule) -> None:
        """Put it into a schedule."""
        schedule.is_reading = False
        if self.is_last:
            schedule.is_exhausted = True
            source.error = self.error
        else:
            schedule.read(self.input)


async def _feed(
    inputs: AsyncIterable[Any], wanted: anyio.Semaphore, tell: Callable[[Read], None]
) -> Read:
    """Read inputs when they are wanted, in one task: generators with time limits need that."""
    try:
        async for input in inputs:
            tell(Read(input))
            await wanted.acquire()
    except Exception as error:  # noqa: BLE001 - raised when the results before it are given out
        return Read(is_last=True, error=error)
    return Read(is_last=True)
