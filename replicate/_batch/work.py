"""One run of a batch: from an input to an output. With a journal, earlier work is taken up."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Union

from .._blocking import in_thread, monotonic
from .._files.inputs import Tree, tree_of, with_digests, with_urls
from .._files.keeping import files_in
from .._http import errors
from .._http.deadline import end_of, until
from .._log import logger
from .._runs import lost
from .._runs.create import check_input, create
from .._runs.guard import RunGuard
from .._runs.updates import Updates
from .._runs.waiting import look, until_end
from ..exceptions import ConflictError, DeadlineExceededError, NotFoundError, ReplicateError
from ..identifier import resolve
from ..prediction import Prediction
from ..run import Output, name_of, version_of
from .journal import Row, State
from .schedule import Created, Done, Elsewhere, Failed, TurnedAway

if TYPE_CHECKING:
    import os

    from typing_extensions import TypeGuard

    from .._http.session import Session
    from ..identifier import Reference, Target
    from .journal import Journal
    from .schedule import Ended, Job


LOOKS = 40
"""Looks at runs that a batch makes in a second, all its runs together.

The API allows 3,000 requests a minute (https://replicate.com/docs/topics/predictions/rate-limits),
and a user may run other things.
"""


class Work:
    """What a batch does with each input."""

    def __init__(
        self,
        client: Session,
        ref: Reference,
        *,
        concurrency: int,
        timeout: Optional[float],
        use_file_output: bool,
        download_to: Union[str, os.PathLike[str], None],
        on_update: Optional[Callable[[Prediction], object]],
        file_encoding_strategy: Optional[str],
        **params: Any,
    ) -> None:
        end_of(timeout)  # raises if it is no number
        self.client = client
        self.target: Target = resolve(ref)
        self.name: str = name_of(self.target)
        """A short name of the model, for the bar."""
        self.journal: Optional[Journal] = None
        self.leaves_runs = False
        """Whether runs that are under way at the end of the batch go on, for the next call."""
        self.tell: Callable[[Created], None]
        """The function that takes news of a run that goes on."""
        self._ref = ref
        self._timeout = timeout
        self._use_file_output = use_file_output
        self._folder = download_to
        self._on_update = on_update
        self._has_warned = False
        self._strategy = file_encoding_strategy
        self._params = params
        self._shortest_pause = concurrency / LOOKS

    async def __call__(self, job: Job) -> Ended:
        """Do a job and return its result, or another reason why it is out of hand."""
        try:
            with ExitStack() as held:
                row = await self._take(job, held)
                if row.state is State.ELSEWHERE:
                    return Elsewhere(job)
                if row.state is State.DONE:
                    return Done(job, await self._given_out_late(row))
                if row.state is State.FAILED:
                    Prediction._of(row.prediction, self.client)._raise_for_status()
                return await self._run(job, row)
        except _TakenOverError:
            return Elsewhere(job)
        except Exception as error:  # noqa: BLE001 - for the reader of the results
            return Failed(job, error)

    async def _take(self, job: Job, held: ExitStack) -> Row:
        tree = _tree_of(job)
        if self.journal is None:
            return Row(State.CLAIMED)
        if not job.key:
            run = [self.target, await with_digests(tree, held)]
            canonical = json.dumps(run, sort_keys=True, separators=(",", ":"))
            job.key = hashlib.sha256(canonical.encode()).hexdigest()
        return await in_thread(self.journal.take, job)

    async def _run(self, job: Job, row: Row) -> Union[Done, TurnedAway]:
        updates = Updates.of(self._on_update, progress=False, name="")
        with until(end_of(self._timeout)):
            guard = _Guard(self, job, await self._taken_up(job, row))
            try:
                async with guard:
                    prediction = guard.run or await self._create(guard, job)
                    if updates is not None:
                        await updates(prediction)
                    await until_end(
                        prediction,
                        is_fresh=prediction._is_fresh,
                        shortest=self._shortest_pause,
                        updates=updates,
                    )
                    prediction._raise_for_status()
                    if self.journal is not None:
                        await in_thread(self.journal.ended, job, prediction.id, prediction._wire)
                    return Done(job, await self._given_out(prediction))
            except BaseException as error:
                self._note(job, guard, error)
                if guard.run is None and _was_turned_away(error):
                    return TurnedAway(job, error, error.retry_after)
                raise

    async def _create(self, guard: _Guard, job: Job) -> Prediction:
        if job.encoded is None:
            job.encoded = await with_urls(_tree_of(job), self.client, self._strategy)
        prediction: Prediction = await create(guard, self.target, job.encoded, **self._params)
        return prediction

    def _note(self, job: Job, guard: _Guard, error: BaseException) -> None:
        """Note in the journal that a run gave no output, and why.

        The file is written here and not in a thread: a canceled task must not wait for one.
        """
        journal, run = self.journal, guard.run
        if journal is None:
            return
        ends_batch = not isinstance(error, Exception)
        if run is None and not (ends_batch or guard.is_in_doubt):
            journal.release(job)
        elif run is None or not run._has_ended:
            journal.leave(job)
        elif ends_batch and run.status != "succeeded":  # else it came before it could be canceled
            journal.release(job)
        else:
            journal.ended(job, run.id, run._wire)

    async def _given_out(self, prediction: Prediction) -> Any:
        version = await version_of(self.client, self._ref, self.target)
        output = Output(self.client, version, self._use_file_output, self._folder)
        return await output.of(prediction)

    async def _given_out_late(self, row: Row) -> Any:
        """Return the output of a prediction that an earlier call has waited for."""
        prediction = Prediction._of(row.prediction, self.client)
        if self._folder is None and not self._has_warned and _has_expired_files(prediction):
            self._has_warned = True
            logger.warning(
                "the journal has predictions whose files Replicate has removed, %s for one; "
                "download_to= saves files as they come",
                prediction.id,
            )
        with until(end_of(self._timeout)):
            async with RunGuard(self.client, Prediction, prediction):
                return await self._given_out(prediction)

    # Taking up the work of an earlier call.

    async def _taken_up(self, job: Job, row: Row) -> Optional[Prediction]:
        """Return the run that an earlier call has started, unless it failed or was canceled.

        If the API cannot be asked now, the row stays as it is, for the next call.
        """
        if row.state is State.CLAIMED:
            return None
        assert self.journal is not None
        try:
            if row.state is State.SENT:
                return await self._found(job, row)
            return await self._known(row)
        except BaseException:
            self.journal.leave(job)
            raise

    async def _known(self, row: Row) -> Optional[Prediction]:
        prediction = Prediction._of({"id": row.id}, self.client)
        prediction._created_at = monotonic() - (time.time() - row.changed)
        try:
            await look(prediction)
        except NotFoundError:
            return None
        if prediction._has_ended and prediction.status != "succeeded":
            return None
        if prediction.data_removed:
            logger.warning("prediction %s is run anew: its output is removed", row.id)
            return None
        return prediction

    async def _found(self, job: Job, row: Row) -> Optional[Prediction]:
        """Return the run of a create whose answer the earlier call has not read.

        Raises:
            ConflictError: The create may have started any of several runs.
        """
        assert self.journal is not None
        target = self.target
        model = f"{target.owner}/{target.name}" if target.owner and target.name else None
        deployment = "/".join(target.deployment) if target.deployment else None
        description = lost.Description(_tree_of(job).json, model, target.version, deployment)
        sent = lost.Create(lost.Creates.of(self.client), Prediction.__name__, description)
        try:
            sent.started -= time.time() - row.changed
            sent.creates.known.extend(await in_thread(self.journal.ids, row.changed))
            found = await lost.find(self.client, Prediction._operations().list, sent)
        finally:
            sent.forget()
        if found.run is not None:
            await in_thread(self.journal.created, job, found.run.id)
            return Prediction._of(found.run, self.client)
        if not found.candidates:
            return None
        error = ConflictError(
            title="Several candidates",
            detail="An earlier call ended before the API had answered it. One of these "
            f"predictions may be its own: {', '.join(each.id for each in found.candidates)}. "
            "The next call runs the input anew.",
        )
        error.candidates = [Prediction._of(each, self.client) for each in found.candidates]
        await in_thread(self.journal.release, job)
        raise error


class _Guard(RunGuard[Prediction]):
    """The guard of a run in a batch. It notes the create in the journal, and does not repeat it."""

    _retries = 0

    def __init__(self, work: Work, job: Job, run: Optional[Prediction]) -> None:
        super().__init__(work.client, Prediction, run)
        self._work = work
        self._job = job

    async def create(
        self, operation: Any, build: Callable[[], Any], description: lost.Description
    ) -> tuple[Prediction, Any]:
        journal = self._work.journal
        if journal is not None and not await in_thread(journal.sending, self._job):
            raise _TakenOverError
        run, answer = await super().create(operation, build, description)
        if journal is not None:
            await in_thread(journal.created, self._job, run.id)
        headers: Mapping[str, str] = {} if answer is None else answer.headers
        self._work.tell(Created(headers))
        return run, answer

    def _ends_run(self, error: BaseException) -> bool:
        if self._work.leaves_runs and not isinstance(error, DeadlineExceededError):
            return False
        return super()._ends_run(error)


class _TakenOverError(Exception):
    """Another process has taken over the row, since this one stood still for so long."""


def _has_expired_files(prediction: Prediction) -> bool:
    expires_at = prediction.expires_at
    return (
        expires_at is not None
        and expires_at < datetime.now(timezone.utc)
        and next(files_in(prediction.output), None) is not None
    )


def _tree_of(job: Job) -> Tree:
    """Return a job's input as JSON. The input is read once: there may be iterators in it."""
    if job.tree is None:
        check_input(job.input)
        job.tree = tree_of(job.input or {}, "input")
    return job.tree


def _was_turned_away(error: BaseException) -> TypeGuard[ReplicateError]:
    return isinstance(error, ReplicateError) and errors.may_repeat(error, safe=False)
