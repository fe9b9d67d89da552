"""The guard of a run: from the moment its create is sent until its caller has the result.

An error that ends the caller cancels the run: Ctrl-C, a canceled task, the time limit of a job
queue, the deadline. A request that fails does not cancel the run. Every error that reaches the
caller has the run as `error.prediction`.
"""

from __future__ import annotations

import contextlib
import json
import logging
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Callable, Generic, List, Optional, Protocol, Type, TypeVar

from replicate_api.errors import UnexpectedResponse

from .._blocking import called, monotonic
from .._guards import is_object
from .._http.deadline import finish, own_time
from .._http.rooms import cleaning_up
from .._interruptions import comes_from_outside
from .._log import logger
from .._observers import logging_failures
from ..exceptions import (
    DeadlineExceededError,
    InvalidResponseError,
    ReplicateError,
    ReplicateException,
)
from . import lost
from .refusals import explain
from .waiting import with_id

if TYPE_CHECKING:
    from .._http.session import Session

R = TypeVar("R", bound=Any)


CANCEL_TIME = 5.0
FIND_TIME = 8.0
"""Seconds that it may take to cancel a run, or to find and cancel it, while the caller ends."""


class Watch(Protocol):
    """An observer of a run, such as telemetry. It is told what happens while there is a guard."""

    def enter(self) -> None:
        """Note that the calls from now on are made for the run."""
        ...

    def leave(self) -> None:
        """Note that calls are no longer made for the run. The caller of `enter` calls this too."""
        ...

    def end(self, error: Optional[BaseException]) -> None:
        """Note that the caller has the result, or an error."""
        ...


watchers: List[Callable[[RunGuard[Any], Optional[lost.Description]], Watch]] = []
"""Called with a guard when it begins to look after a run. The description is that of the run to be
created, None for a run that there is already."""


class RunGuard(Generic[R]):
    """Looks after one run. Use it as `async with RunGuard(...) as guard:`."""

    outlives_call = False
    """Whether an iterator needs the run after `async with`. The iterator then calls `end`."""

    _retries: Optional[int] = None
    """How often a create that has started nothing is repeated; None: `max_retries` times."""

    def __init__(
        self, session: Session, kind: Type[R], run: Optional[R] = None, *, cancels: bool = True
    ) -> None:
        """Create a guard.

        Args:
            session: The client.
            kind: The class of the run: `Prediction` or `Training`.
            run: The run, if there is one already.
            cancels: Whether every error that ends the caller cancels the run. If False, only the
                deadline does: a run that the user has created goes on after Ctrl-C in `wait`.
        """
        self.run = run
        self.session = session
        self._kind = kind
        self._cancels = cancels
        self._create: Optional[lost.Create] = None
        self._is_entered = False
        self._watches: List[Watch] = []

    async def create(
        self, operation: Any, build: Callable[[], Any], description: lost.Description
    ) -> tuple[R, Any]:
        """Send a create. If its answer is lost, find the run that it has started.

        Args:
            operation: The generated module of the create.
            build: Returns the request. It is called when there is a connection to send it on.
            description: What the run will look like.

        Returns:
            The run, and the answer; the answer is None if it was lost.
        """
        if watchers:
            self._begin(description)
        create = self._create = lost.Create(
            lost.Creates.of(self.session), self._kind.__name__, description
        )
        try:
            answer = await self.session._transport.send(
                build, on_send=create.mark_sent, retries=self._retries
            )
            self.run = self._read(operation, answer)
        except ReplicateException as error:
            if isinstance(error, ReplicateError):
                explain(self.session, error, self._kind.__name__, description)
            if not create.sent or isinstance(error, DeadlineExceededError):
                raise
            found = self.run = await self._find(create, error)
            _log_created(found)
            return found, None
        finally:
            if not create.sent:
                create.forget()
        run: R = self.run
        create.answered(run.id)
        create.forget()
        _log_created(run)
        return run, answer

    def _read(self, operation: Any, answer: Any) -> R:
        try:
            return self._taken_up(with_id(operation.parse(answer)))
        except InvalidResponseError as error:
            error.prediction = self._readable_part(operation, answer)
            raise

    def _taken_up(self, data: Any) -> R:
        run: R = self._kind._of(data, self.session)
        run._created_at = monotonic()
        return run

    def _readable_part(self, operation: Any, answer: Any) -> Any:
        """Return the run in an answer that Python refuses to read, with long numbers as text."""
        try:
            data = json.loads(answer.content, parse_int=_number_or_text)
            readable = SimpleNamespace(
                status_code=answer.status_code,
                content=json.dumps(data).encode(),
                headers={},
                extensions={},
            )
            run: R = self._kind._of(with_id(operation.parse(readable)), self.session)
        except (ValueError, RecursionError, ReplicateException, UnexpectedResponse):
            return None
        if self._create is not None:
            self._create.answered(run.id)
        return run

    async def _find(self, create: lost.Create, error: ReplicateException) -> R:
        """Return the run that a create has started, whose answer was lost.

        Raises:
            ReplicateException: The run was not found. It is the error that came in place of the
                answer, with the outcome of the search in its text.
        """
        kind = self._kind.__name__.lower()
        found = lost.Found()
        try:
            found = await lost.find(self.session, self._kind._operations().list, create)
        except ReplicateException as failure:
            outcome = f"The list of {kind}s could not be looked at: {_summary(failure)}"
            if isinstance(failure, DeadlineExceededError):
                raise failure from error
        else:
            outcome = f"No {kind} of this request was found."
            create.sent = False  # the search is over: `failed` must not search again
        if found.run is not None:
            run = self._taken_up(found.run)
            logger.warning(
                "the answer to a create was lost (%s); it has started %s %s",
                _summary(error),
                kind,
                run.id,
            )
            return run
        if found.candidates:
            outcome = self._name_candidates(error, found)
        if isinstance(error, ReplicateError):
            error.detail = f"{error.detail or error.title} {outcome}"
        raise error

    @property
    def is_in_doubt(self) -> bool:
        """Whether a create may have started a run, and the search for it has come to no end."""
        return self.run is None and self._create is not None and self._create.sent

    # The end.

    async def __aenter__(self) -> RunGuard[R]:
        self._is_entered = True
        if watchers and self.run is not None:
            self._begin(None)
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], _: object
    ) -> None:
        try:
            if error is not None:
                await self.failed(error)
        finally:
            if self._watches:
                for watch in self._watches:
                    with _watching():
                        watch.leave()
                if error is not None or not self.outlives_call:
                    self.end(error)

    def _begin(self, description: Optional[lost.Description]) -> None:
        if self._watches:
            return  # a second create, after the first one was refused
        for watcher in watchers:
            with _watching():
                self._watches.append(watcher(self, description))
        if self._is_entered:
            for watch in self._watches:
                with _watching():
                    watch.enter()

    def end(self, error: Optional[BaseException] = None) -> None:
        """Tell the watches that the caller has the result, or an error."""
        watches, self._watches = self._watches, []
        for watch in watches:
            with _watching():
                watch.end(error)

    async def failed(self, error: BaseException) -> None:
        """Put the run into the error that ends a call, and cancel the run if the error says so.

        The caller of this method raises the error afterwards.
        """
        run, create = self.run, self._create
        try:
            if run is not None:
                _put_run_into(error, run)
            if self._ends_run(error) and not (run is not None and run._is_complete):
                if run is not None:
                    _add_sentence(error, await self._cancel(run))
                elif create is not None and create.sent:
                    await self._find_and_cancel(create, error)
        finally:
            if create is not None:
                create.forget()

    def _ends_run(self, error: BaseException) -> bool:
        if isinstance(error, DeadlineExceededError):
            return True
        return self._cancels and comes_from_outside(error)

    async def has_succeeded(self, error: BaseException) -> bool:
        """Say whether a run has succeeded though a deadline came: only its reader was slow."""
        if not isinstance(error, DeadlineExceededError) or self.run is None:
            return False
        if self.run.status != "succeeded":
            return False
        try:
            with own_time(CANCEL_TIME):
                await called(self.run, "reload")
        except ReplicateException:  # the caller gets the deadline's error
            return False
        return True

    async def interrupt(self) -> None:
        """Cancel the run: its caller does not want the result any more."""
        if self.run is not None and not self.run._is_complete:
            await self._cancel(self.run)

    async def _cancel(self, run: R) -> str:
        """Cancel a run, and return a sentence about the outcome for the error's text."""
        with cleaning_up():
            canceled = await finish(lambda: called(run, "cancel"), CANCEL_TIME)
        outcome = "was canceled" if canceled else "could not be canceled"
        if not canceled:
            logger.warning("%s %s %s", type(run).__name__, run.id, outcome)
        elif run.status in ("succeeded", "failed"):
            outcome = f"had just {run.status}"
        return f"{type(run).__name__} {run.id} {outcome}."

    async def _find_and_cancel(self, create: lost.Create, error: BaseException) -> None:
        found = lost.Found()

        async def search() -> None:
            nonlocal found
            if found.run is None:
                found = await lost.find(self.session, self._kind._operations().list, create)
            if found.run is not None:
                self.run = self.run or self._taken_up(found.run)
                await called(self.run, "cancel")

        with cleaning_up():
            done = await finish(search, FIND_TIME)
        kind = self._kind.__name__
        if self.run is not None:
            _put_run_into(error, self.run)
            outcome = "was canceled" if done else "could not be canceled"
            _add_sentence(error, f"{kind} {self.run.id} {outcome}.")
        elif found.candidates:
            _add_sentence(error, self._name_candidates(error, found))
        create.sent = create.sent and not done

    def _name_candidates(self, error: BaseException, found: lost.Found) -> str:
        candidates = [self._kind._of(each, self.session) for each in found.candidates]
        with contextlib.suppress(Exception):  # it may be anybody's, without room for more
            error.candidates = candidates  # type: ignore[attr-defined]
        ids = ", ".join(each.id for each in candidates)
        return f"The request may have started one of these {self._kind.__name__.lower()}s: {ids}."


def _watching() -> logging_failures:
    text = "what observes runs, such as telemetry, has failed"
    return logging_failures(text, level=logging.ERROR)


def _log_created(run: Any) -> None:
    """Log a run that was created, with the address of its web page."""
    if not logger.isEnabledFor(logging.INFO):
        return
    urls: Any = run.urls
    logger.info(
        "%s %s of %s: %s, see %s",
        *(type(run).__name__, run.id, run.model, run.status),
        urls.get("web") if is_object(urls) else None,
    )


def _put_run_into(error: BaseException, run: Any) -> None:
    with contextlib.suppress(Exception):  # some classes take no new attributes
        if getattr(error, "prediction", None) is None:
            error.prediction = run  # type: ignore[attr-defined]


def _add_sentence(error: BaseException, sentence: str) -> None:
    if isinstance(error, ReplicateError):
        error.detail = f"{error.detail} {sentence}"
    elif hasattr(error, "add_note"):
        with contextlib.suppress(Exception):  # as above
            error.add_note(sentence)


def _summary(error: BaseException) -> str:
    text = str(getattr(error, "detail", None) or error) or type(error).__name__
    return " ".join(text.split())


def _number_or_text(digits: str) -> Any:
    try:
        return int(digits)
    except ValueError:
        return digits
