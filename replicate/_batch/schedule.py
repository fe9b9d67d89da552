"""Deciding what a batch does next: read, start a run, yield a result, or wait. Pure, no I/O."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Union

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._files.inputs import Tree
    from .pace import Pace

AHEAD = 2
"""Inputs that may be read, running, or waiting for their reader, as a multiple of `concurrency`."""


class Job:
    """One input of a batch, on its way to a result."""

    def __init__(self, index: int, input: Any) -> None:
        self.index = index
        self.input = input
        self.sent_at: float = 0.0
        """When its run was started, on the monotonic clock."""
        self.key: str = ""
        """The digest of model and input, by which the journal finds the job."""
        self.tree: Optional[Tree] = None
        """The input as JSON, with a `FileIn` for each file."""
        self.encoded: Any = None
        """The input as JSON, with the URLs of its files, once they are uploaded."""


# News of a job that was started.


class Created(NamedTuple):
    """The API has accepted the create; the run goes on."""

    headers: Mapping[str, str]


class Done(NamedTuple):
    """The run has succeeded."""

    job: Job
    output: Any


class Failed(NamedTuple):
    """The run has failed, or could not be started."""

    job: Job
    error: Exception


class TurnedAway(NamedTuple):
    """The API has refused the create, but may accept it later: nothing was created."""

    job: Job
    error: Exception
    advised: Optional[float]


class Elsewhere(NamedTuple):
    """Another process looks after the run."""

    job: Job


Ended = Union[Done, Failed, TurnedAway, Elsewhere]


class Do(enum.Enum):
    """What to do next."""

    READ = enum.auto()
    START = enum.auto()
    GIVE = enum.auto()
    WAIT = enum.auto()
    """For news."""
    PAUSE = enum.auto()
    """Only time can bring something new: nothing runs, and no input is waited for."""
    END = enum.auto()


class Step(NamedTuple):
    """What to do next, and with what."""

    do: Do
    job: Optional[Job] = None
    """The job to start."""
    result: Union[Done, Failed, None] = None
    """The result to yield."""
    seconds: Optional[float] = None
    """For how long to wait or pause at most; None: until there is news."""


class Schedule:
    """The jobs of a batch, each in one place from its input to its result."""

    def __init__(self, pace: Pace, concurrency: int, *, ordered: bool, keeps_errors: bool) -> None:
        """Create a schedule.

        Args:
            pace: What is known of the rate limit.
            concurrency: How many runs may be under way at most.
            ordered: Whether results are yielded in the order of their inputs.
            keeps_errors: Whether the batch goes on after an error.
        """
        self._pace = pace
        self._room = AHEAD * concurrency
        self._ordered = ordered
        self._keeps_errors = keeps_errors
        self._read = 0
        self._given = 0
        self._running = 0
        self._to_start: List[Job] = []
        self.elsewhere: List[Job] = []
        """Jobs that other processes look after. The journal is asked about them now and then."""
        self._results: Dict[int, Union[Done, Failed]] = {}
        self._first_error: Optional[int] = None
        self.is_reading = False
        """Whether the next input is being waited for."""
        self.is_exhausted = False
        """Whether there are no more inputs."""

    def next(self, now: float) -> Step:
        """Return what to do next."""
        job = self._next_job()
        may_start = job is not None or self._may_read()
        seconds = self._pace.wait(self._running, now) if may_start else None
        if seconds == 0.0:
            return Step(Do.READ) if job is None else Step(Do.START, job=job)
        result = self._next_result()
        if result is not None:
            return Step(Do.GIVE, result=result)
        if self.is_exhausted and not (self._running or self._to_start or self.elsewhere):
            return Step(Do.END)
        do = Do.WAIT if self._running or self.is_reading else Do.PAUSE
        return Step(do, seconds=seconds)

    def _next_job(self) -> Optional[Job]:
        job = min(self._to_start, key=lambda job: job.index, default=None)
        if job is None or self._first_error is None:
            return job
        # Results of earlier inputs are still yielded before the error.
        return job if self._ordered and job.index < self._first_error else None

    def _may_read(self) -> bool:
        # Results that nobody has fetched yet take memory.
        held = self._running + len(self._results) + len(self._to_start)
        return (
            not (self.is_exhausted or self.is_reading)
            and self._first_error is None
            and held < self._room
        )

    def _next_result(self) -> Union[Done, Failed, None]:
        if not self._ordered:
            return next(iter(self._results.values()), None)
        return self._results.get(self._given)

    def read(self, input: Any) -> None:
        """Add an input."""
        self._to_start.append(Job(self._read, input))
        self._read += 1

    def started(self, job: Job, now: float) -> None:
        """Note that a job was started."""
        self._to_start.remove(job)
        job.sent_at = now
        self._running += 1
        self._pace.sent()

    def given(self, result: Union[Done, Failed]) -> None:
        """Note that a result was yielded."""
        del self._results[result.job.index]
        self._given += 1

    def heard(self, news: Union[Created, Ended], now: float) -> None:
        """Take in news of a job that was started."""
        if isinstance(news, Created):
            self._pace.accepted(news.headers, now)
            return
        self._running -= 1
        if isinstance(news, Elsewhere):
            self.elsewhere.append(news.job)
        elif isinstance(news, TurnedAway):
            if self._pace.refused(news.job.sent_at, news.advised, now):
                self._to_start.append(news.job)
            else:
                self._keep(Failed(news.job, news.error))
        else:
            self._keep(news)

    def _keep(self, result: Union[Done, Failed]) -> None:
        index = result.job.index
        self._results[index] = result
        if isinstance(result, Failed) and not self._keeps_errors:
            known = self._first_error
            self._first_error = index if known is None else min(index, known)

    def come_back(self, jobs: List[Job]) -> None:
        """Start jobs that another process has finished or given up: see the journal."""
        self._to_start += jobs
        self.elsewhere = [job for job in self.elsewhere if job not in jobs]
