"""Waiting for a run: looks at it, and the pauses between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Awaitable, Callable, Iterator, Optional, Protocol, TypeVar

from .._blocking import monotonic
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
"""Statuses after which nothing changes. One that is not known here counts as running."""

FIRST_PAUSES = (0.06, 0.09)
SHORTEST_PAUSE = 0.13
"""Seconds between two looks, after the first ones."""

SHARE_OF_TIME = 0.1
"""A pause is no longer than this share of the time that the run was waited for."""

FAILED_LOOKS = 5
"""How many looks in a row may fail, each after its own retries, before waiting gives up."""

LAG = 10.0
"""Seconds after its create in which a run may not be known to every server of the API."""


class Run(Protocol):
    """What is waited for: a prediction or training."""

    id: str

    @property
    def _client(self) -> Session: ...
    @property
    def _has_ended(self) -> bool: ...
    @property
    def _is_complete(self) -> bool: ...
    @property
    def _created_at(self) -> Optional[float]: ...
    async def async_reload(self) -> None: ...
    async def async_cancel(self) -> None: ...


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
        is_fresh: Whether what is known of it has just come, so that the first look can wait.
        shortest: Seconds between two looks at least, unless the user has set them.
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
    """Reload a run, taking no notice of trouble that passes: the run itself goes on."""
    pauses = pauses_of(run._client)
    for left in reversed(range(FAILED_LOOKS)):
        try:
            await run.async_reload()
        except ReplicateException as error:  # noqa: PERF203 - each round is a request
            if not (left and may_pass(error)):
                error.prediction = run  # type: ignore[assignment]
                raise
            logger.warning("%s %s: a look at it failed: %s", type(run).__name__, run.id, error)
            advised = error.retry_after if isinstance(error, ReplicateError) else None
            await pause(max(next(pauses), advised or 0.0))
        else:
            return


async def known(run: Run, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask for a run that the client has just created: a server may not have heard of it yet."""
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

    The result is known late by a tenth of the time that the run took, and at most by the poll
    interval. One that the user has set is kept to from the first pause on.
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
    """Say whether a failure tells nothing about the next attempt. Pure."""
    from .._http.errors import asks_for_too_long  # needs httpx, which is loaded by now

    if isinstance(error, ReplicateError) and asks_for_too_long(error):
        return False
    if isinstance(error, AuthenticationError):
        return error.response is None  # what gives the token out has failed, not the API refused
    if isinstance(error, (APIConnectionError, InternalServerError, InvalidResponseError)):
        return True
    return isinstance(error, ReplicateError) and error.status_code in TRANSIENT_STATUS_CODES


def with_id(run: Any) -> Any:
    """Return a run as it came, if it can be asked for again.

    Raises:
        InvalidResponseError: It has no id, or one that cannot be part of an address.
    """
    id = run.__dict__.get("id")
    if id is not None and str(id).isprintable() and str(id) not in {"", ".", ".."}:
        return run
    raise InvalidResponseError(title="Unreadable answer", detail=f"the answer has the id {id!r}")
