"""Waiting for a run: looking at it again and again, with pauses in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Awaitable, Callable, Iterator, Optional, Protocol, TypeVar

from .._blocking import called, monotonic
from .._http.deadline import pause
from .._http.retry import TRANSIENT_STATUS_CODES
from .._log import logger
from ..exceptions import (
    APIConnectionError,
    AuthenticationError,
    InternalServerError,
    InvalidResponseError,
    NotFoundError,
    ReplicateError,
    ReplicateException,
)

if TYPE_CHECKING:
    from .._http.session import Session

T = TypeVar("T")


TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})
"""Statuses after which a run does not change. An unknown status counts as running."""

FIRST_PAUSES = (0.06, 0.09)
SHORTEST_PAUSE = 0.13
"""Seconds between two looks, after the first ones."""

SHARE_OF_TIME = 0.1
"""A pause takes at most this share of the time since the waiting began: 0.1 s after a second."""

FAILED_LOOKS = 5
"""How many looks in a row may fail, each after its own retries, before waiting gives up."""

LAG = 10.0
"""Seconds after a create in which some servers of the API may not know the run yet."""


class Run(Protocol):
    """A run to wait for: a prediction or training."""

    id: str

    @property
    def _client(self) -> Session: ...
    @property
    def _has_ended(self) -> bool: ...
    @property
    def _is_complete(self) -> bool: ...
    @property
    def _created_at(self) -> Optional[float]: ...


async def until_end(
    run: Run,
    *,
    is_fresh: bool = False,
    shortest: float = 0.0,
    updates: Optional[Callable[[Any], Awaitable[None]]] = None,
) -> None:
    """Look at a run until it has ended.

    Args:
        run: The run.
        is_fresh: Whether the state of the run has just come, so that a pause goes before the
            first look.
        shortest: Least seconds between two looks, unless the user has set `poll_interval`.
        updates: Called with the run after each look.
    """
    pauses = pauses_of(run._client, shortest)
    while not run._has_ended:
        if is_fresh:
            await pause(next(pauses))
        await look(run)
        if updates is not None:
            await updates(run)
        is_fresh = True


async def look(run: Run) -> None:
    """Reload a run. A failure that may pass is logged, and the look is made again."""
    pauses = pauses_of(run._client)
    for left in reversed(range(FAILED_LOOKS)):
        try:
            await called(run, "reload")
        except ReplicateException as error:  # noqa: PERF203 - each round is a request
            if not (left and may_pass(error)):
                error.prediction = run  # type: ignore[assignment]
                raise
            logger.warning("%s %s: a look at it failed: %s", type(run).__name__, run.id, error)
            advised = error.retry_after if isinstance(error, ReplicateError) else None
            await pause(max(next(pauses), advised or 0.0))
        else:
            return


async def until_known(run: Run, ask: Callable[[], Awaitable[T]]) -> T:
    """Send a request about a run, again after a 404 if the run was created a few seconds ago.

    Some servers of the API may not know the run yet.
    """
    pauses = pauses_of(run._client)
    while True:
        try:
            return await ask()
        except NotFoundError:
            if run._created_at is None or monotonic() - run._created_at >= LAG:
                raise
        await pause(max(next(pauses), SHORTEST_PAUSE))


def pauses_of(session: Session, shortest: float = 0.0) -> Iterator[float]:
    """Return the pauses between looks, in seconds.

    The end of a run is seen with a delay of at most a tenth of the time that the run took, and
    of at most the poll interval. If the user has set the poll interval, all pauses are as long.
    """
    fixed = session._fixed_poll_interval()
    if fixed is not None:
        while True:
            yield fixed
    began = monotonic()
    for seconds in FIRST_PAUSES:
        yield max(shortest, seconds)
    while True:
        share = max(SHORTEST_PAUSE, SHARE_OF_TIME * (monotonic() - began))
        yield max(shortest, min(share, session.poll_interval))


def may_pass(error: Exception) -> bool:
    """Say whether the next attempt may succeed after a failure. Pure."""
    from .._http.errors import asks_for_too_long  # needs httpx, which is loaded by now

    if isinstance(error, ReplicateError) and asks_for_too_long(error):
        return False
    if isinstance(error, AuthenticationError):
        # Without a response, the function that returns the token has failed.
        return error.response is None
    if isinstance(error, (APIConnectionError, InternalServerError, InvalidResponseError)):
        return True
    return isinstance(error, ReplicateError) and error.status_code in TRANSIENT_STATUS_CODES


def with_id(run: Any) -> Any:
    """Check that a run has an id, without which nothing can be asked about it, and return the run.

    Raises:
        InvalidResponseError: There is no id, or it cannot be part of a URL.
    """
    id = run.__dict__.get("id")
    if id is not None and str(id).isprintable() and str(id) not in {"", ".", ".."}:
        return run
    raise InvalidResponseError(title="Unreadable answer", detail=f"the answer has the id {id!r}")
