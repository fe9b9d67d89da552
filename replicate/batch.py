"""Batches: one model run on many inputs, some of them at a time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterable, Mapping, Sized
from functools import partial
from typing import TYPE_CHECKING, Any, List, Optional, Union

from ._arguments import check_names
from ._batch.crews import Broken, Crew, Tasks, Threads
from ._batch.journal import Journal
from ._batch.pace import Pace
from ._batch.schedule import Do, Done, Failed, Schedule
from ._batch.source import Read, Source
from ._batch.work import Work
from ._blocking import has_clock, in_thread, is_blocking, monotonic, sleep
from ._guards import is_iterable
from ._http.deadline import CLOCK_MARGIN
from ._progress import BatchBar
from ._steps import OPEN, Steps
from .exceptions import ClosedError, InvalidArgumentError, InvalidArgumentTypeError
from .prediction import RunParams

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator

    from typing_extensions import Self

    from ._batch.source import Inputs
    from ._http.session import Session
    from .identifier import Reference

__all__ = ["AsyncBatch", "Batch"]

ARGUMENTS = (
    "ref",
    "inputs",
    "concurrency",
    "ordered",
    "return_errors",
    "journal",
    "use_file_output",
    "download_to",
    "on_update",
    "progress",
)
"""The parameters of `map` that `run` does not have, or that can be given by position."""

TICK = 0.5
"""Seconds between two looks at the jobs of other processes. On Windows, Ctrl-C comes then."""


class Batch(Steps[Any]):
    """The results of a batch, for `for` and `with`. The end of `with` cancels all runs.

    Runs are started when a result is asked for, and continue between two results.
    """

    def __init__(
        self,
        work: Work,
        inputs: Inputs,
        schedule: Schedule,
        *,
        return_errors: bool,
        journal: Union[str, os.PathLike[str], None],
        bar: Optional[BatchBar],
    ) -> None:
        super().__init__()
        self._bar = bar
        self._work = work
        self._source = Source(inputs)
        self._schedule = schedule
        self._returns_errors = return_errors
        self._journal = journal
        self._crew: Optional[Crew] = None
        self._looked_at = 0.0

    async def _more(self) -> Optional[List[Any]]:
        crew = self._crew or await self._begin()
        schedule = self._schedule
        while self._state is OPEN:
            if crew.is_let_go:
                raise ClosedError("the program has ended, and its batches with it")
            await self._listen(crew, 0)
            step = schedule.next(monotonic())
            if step.job is not None:
                schedule.started(step.job, monotonic())
                crew.start(partial(self._work, step.job))
            elif step.do is Do.READ:
                self._source.read(crew, schedule)
            elif step.result is not None:
                return [self._given_out(step.result)]
            elif step.do in (Do.WAIT, Do.PAUSE):
                seconds = TICK if step.seconds is None else step.seconds
                if step.do is Do.PAUSE and has_clock():
                    # Who waits for news does not move such a clock on, nor does no time at all.
                    await sleep(max(seconds, CLOCK_MARGIN))
                else:
                    await self._listen(crew, min(seconds, TICK))
                await self._ask_journal()
            elif self._source.error is not None:
                raise self._source.error
            else:
                return None
        return []  # it was closed meanwhile

    async def _begin(self) -> Crew:
        work = self._work
        if self._journal is not None:
            work.journal = await in_thread(Journal, self._journal)
        when_gone: Callable[[], None] = work.journal.let_go if work.journal else _nothing
        crew = self._crew = Threads(when_gone) if is_blocking() else Tasks(when_gone)
        work.tell = crew.tell
        return crew

    async def _listen(self, crew: Crew, seconds: float) -> None:
        news = await crew.hear(seconds)
        while news is not None:
            if isinstance(news, Broken):
                raise news.error
            if isinstance(news, Read):
                news.take(self._source, self._schedule)
            else:
                self._schedule.heard(news, monotonic())
                if self._bar is not None and isinstance(news, (Done, Failed)):
                    self._bar.add()
            news = await crew.hear(0)

    async def _ask_journal(self) -> None:
        jobs = self._schedule.elsewhere
        if jobs and self._work.journal and monotonic() - self._looked_at >= TICK:
            self._schedule.come_back(await in_thread(self._work.journal.movable, jobs))
            self._looked_at = monotonic()

    def _given_out(self, result: Union[Done, Failed]) -> Any:
        self._schedule.given(result)
        if isinstance(result, Done):
            return result.output
        error, job = result.error, result.job
        _put_input_into(error, job.index, job.input)
        if self._returns_errors:
            return error
        self._work.leaves_runs = self._work.journal is not None
        raise error

    async def _release(self) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._crew is not None:
            await self._crew.stop()
            if self._work.journal is not None:
                await in_thread(self._work.journal.join)

    async def _interrupt(self) -> None:
        if self._crew is not None:
            self._crew.let_go()

    def __del__(self) -> None:
        crew = getattr(self, "_crew", None)
        if crew is not None:
            crew.let_go()


class AsyncBatch(Batch):
    """The results of a batch, for `async for` and `async with`."""

    if not TYPE_CHECKING:
        __iter__ = None
        __next__ = None

    def __await__(self) -> Generator[Any, None, Self]:
        yield from ()
        return self


def _nothing() -> None:
    pass


def _put_input_into(error: Exception, index: int, input: Any) -> None:
    """Put the input into an error, with its place in the batch."""
    with contextlib.suppress(Exception):  # some classes take no new attributes
        error.index = index  # type: ignore[attr-defined]
        error.input = input  # type: ignore[attr-defined]
    if hasattr(error, "add_note"):
        with contextlib.suppress(Exception):
            error.add_note(f"This was input {index} of the batch, counted from 0.")


def start(
    kind: type[Batch],
    client: Session,
    ref: Reference,
    inputs: Inputs,
    *,
    concurrency: int,
    ordered: bool,
    return_errors: bool,
    journal: Union[str, os.PathLike[str], None],
    progress: bool,
    **params: Any,
) -> Any:
    """Prepare a batch; see `Client.map`."""
    name = "async_map" if kind is AsyncBatch else "map"
    check_names(name, params, RunParams.__annotations__, ARGUMENTS)
    # Not everybody uses a type checker.
    is_number = isinstance(concurrency, int)  # pyright: ignore[reportUnnecessaryIsInstance]
    if isinstance(concurrency, bool) or not is_number:
        raise InvalidArgumentTypeError(f"concurrency must be an integer, not {concurrency!r}")
    if concurrency < 1:
        raise InvalidArgumentError(f"concurrency must be at least 1, not {concurrency}")
    is_readable = is_iterable(inputs) or (kind is AsyncBatch and isinstance(inputs, AsyncIterable))
    if not is_readable or isinstance(inputs, (str, bytes, Mapping)):
        raise InvalidArgumentTypeError(
            f"inputs must be an iterable of mappings, one for each run, not {inputs!r:.100}"
        )
    client._need_token()
    work = Work(client, ref, concurrency=concurrency, **params)
    schedule = Schedule(
        Pace(concurrency, client.max_retries),
        concurrency,
        ordered=ordered,
        keeps_errors=return_errors,
    )
    size = len(inputs) if isinstance(inputs, Sized) else None
    bar = BatchBar(work.name, size) if progress else None
    return kind(work, inputs, schedule, return_errors=return_errors, journal=journal, bar=bar)
