"""What predictions and trainings share while they run: looking, waiting, canceling."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Iterator, Optional, Type, TypeVar

from .._blocking import block, is_blocking, monotonic
from .._http.deadline import check_deadline, deadline, no_deadline, pause, within_deadline
from .._http.retry import TRANSIENT_STATUS_CODES
from ..exceptions import (
    APIConnectionError,
    DeadlineExceededError,
    InternalServerError,
    InvalidResponseError,
    ModelError,
    PredictionAbortedError,
    PredictionCanceledError,
    ReplicateError,
    ReplicateException,
)
from ..resource import Resource

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from replicate_api.types import ApiModel

T = TypeVar("T")
D = TypeVar("D", bound="ApiModel")

logger = logging.getLogger("replicate")

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})
"""Statuses after which nothing changes. One that is not known here counts as running."""

ENDED_BY_ITSELF = ("succeeded", "failed")

FIRST_PAUSE = 0.1
PAUSE_GROWTH = 1.5
FAILED_POLLS = 5
"""How many looks in a row may fail, each after its own retries, before waiting gives up."""

CANCEL_TIME = 5.0
"""Seconds that canceling may take when the caller is already on the way out."""


class Running(Resource):
    """A prediction or training, which may still be running."""

    if TYPE_CHECKING:
        id: str

    _errors: ClassVar[Dict[str, Type[ModelError]]] = {
        "failed": ModelError,
        "canceled": PredictionCanceledError,
        "aborted": PredictionAbortedError,
    }

    @staticmethod
    def _listing() -> Any:
        """Return the generated operation that lists runs of this kind, newest first."""
        raise AssertionError("a subclass says which")

    async def _fetch(self) -> ApiModel:
        raise AssertionError("a subclass says how")

    async def _stop(self) -> ApiModel:
        raise AssertionError("a subclass says how")

    @property
    def _finished(self) -> bool:
        status = vars(self).get("status")
        return isinstance(status, str) and status in TERMINAL

    def reload(self) -> None:
        """Fetch the present state."""
        block(self.async_reload())

    async def async_reload(self) -> None:
        """Fetch the present state."""
        self._update(identified(await self._fetch()))

    def cancel(self) -> None:
        """Stop it; what it has used so far is charged."""
        block(self.async_cancel())

    async def async_cancel(self) -> None:
        """Stop it; what it has used so far is charged."""
        self._update(identified(await self._stop()))

    def wait(self, timeout: Optional[float] = None) -> None:
        """Wait until it has succeeded, failed, been canceled or aborted.

        Args:
            timeout: Seconds to wait at most; when they are over, it is canceled.

        Raises:
            DeadlineExceededError: `timeout` ran out.
        """
        block(self.async_wait(timeout))

    async def async_wait(self, timeout: Optional[float] = None) -> None:
        """Wait until it has succeeded, failed, been canceled or aborted.

        Args:
            timeout: Seconds to wait at most; when they are over, it is canceled.

        Raises:
            DeadlineExceededError: `timeout` ran out.
        """
        with deadline(timeout):
            try:
                await self._poll()
            except DeadlineExceededError as error:
                await self._abandon(error)
                raise

    async def _poll(self) -> None:
        """Look until it has finished: at once, then after longer and longer pauses."""
        pauses = self._pauses()
        while not self._finished:
            await self._look()
            if not self._finished:
                await pause(next(pauses))

    async def _look(self) -> None:
        """Reload, taking no notice of trouble that passes: the run itself goes on."""
        pauses = self._pauses()
        for left in reversed(range(FAILED_POLLS)):
            try:
                await self.async_reload()
            except ReplicateException as error:  # noqa: PERF203 - each round is a request
                if not (left and passes(error)):
                    error.prediction = self  # type: ignore[assignment]
                    raise
                logger.warning(
                    "%s %s: a look at it failed: %s", type(self).__name__, self.id, error
                )
                advised = error.retry_after if isinstance(error, ReplicateError) else None
                await pause(max(next(pauses), advised or 0.0))
            else:
                return

    def _pauses(self) -> Iterator[float]:
        fixed = self._client._fixed_poll_interval()
        seconds = FIRST_PAUSE
        while True:
            yield min(seconds, self._client.poll_interval) if fixed is None else fixed
            seconds *= PAUSE_GROWTH

    def _raise_for_status(self) -> None:
        error = self._errors.get(vars(self)["status"]) if self._finished else None
        if error is not None:
            raise error(self)

    async def _abandon(self, error: BaseException) -> None:
        """Cancel it, as well as that goes in a few seconds, for an error that ends the call."""
        with contextlib.suppress(Exception):  # it may be anybody's, without room for more
            error.prediction = self  # type: ignore[attr-defined]
        outcome = "was canceled"
        if not await in_passing(self.async_cancel):
            outcome = "could not be canceled"
            logger.warning("%s %s %s", type(self).__name__, self.id, outcome)
        elif vars(self).get("status") in ENDED_BY_ITSELF:
            outcome = f"had just {vars(self)['status']}"
        sentence = f"{type(self).__name__} {self.id} {outcome}."
        if isinstance(error, ReplicateError):
            error.detail = f"{error.detail} {sentence}"
        elif hasattr(error, "add_note"):
            error.add_note(sentence)


def identified(run: D) -> D:
    """Return a run as it came, if it can be asked for again.

    Raises:
        InvalidResponseError: It has no id, or one that cannot be part of an address.
    """
    id = vars(run).get("id")
    if id is not None and str(id).isprintable() and str(id) not in {"", ".", ".."}:
        return run
    raise InvalidResponseError(title="Unreadable answer", detail=f"the answer has the id {id!r}")


def passes(error: Exception) -> bool:
    """Say whether a failure tells nothing about the next attempt."""
    from .._http.errors import asks_for_too_long

    if isinstance(error, ReplicateError) and asks_for_too_long(error):
        return False
    if isinstance(error, (APIConnectionError, InternalServerError, InvalidResponseError)):
        return True
    return isinstance(error, ReplicateError) and error.status_code in TRANSIENT_STATUS_CODES


async def in_time(
    prediction: Running, items: AsyncGenerator[T, None], seconds: Optional[float]
) -> AsyncGenerator[T, None]:
    """Yield items of a prediction until a deadline, at which, or on Ctrl-C, it is canceled."""
    end = None if seconds is None else monotonic() + seconds
    try:
        while True:
            # A context variable must not stay set across a yield.
            with deadline(None if end is None else max(0.0, end - monotonic())):
                check_deadline()
                try:
                    item = await within_deadline(items.__anext__())
                except StopAsyncIteration:
                    return
            yield item
    except BaseException as error:
        if is_interruption(error):
            await prediction._abandon(error)
        raise
    finally:
        await items.aclose()


async def in_passing(action: Callable[[], Awaitable[None]]) -> bool:
    """Do something though the caller is on the way out, in a few seconds or not at all.

    Returns:
        Whether it was done. What went wrong is logged: the error that ends the call counts.
    """
    done = False
    try:
        from .._http.queue import ahead_of_queue

        with ahead_of_queue(), no_deadline(), deadline(CANCEL_TIME):
            if is_blocking():
                await action()
                done = True
            else:
                import anyio

                with anyio.move_on_after(CANCEL_TIME, shield=True):
                    await action()
                    done = True
    except Exception as failure:  # noqa: BLE001 - see above
        logger.info("clean-up failed: %s", failure)
    return done


def is_interruption(error: BaseException) -> bool:
    """Say whether an error ends the caller, and not only the call.

    Ctrl-C and task cancellation do, and whatever else is not of this package: job queues raise
    an ordinary exception into a task whose time is over.
    """
    return isinstance(error, DeadlineExceededError) or not isinstance(
        error, (ReplicateException, GeneratorExit)
    )
