"""The journal of a batch: a file that says which runs were created, and how they ended.

A second call of the batch goes on from there. Several processes may use one journal at once. A row
is one input at one place of the batch. The process that works on a row is its owner. An owner
writes every second that it is alive; if it stops, another process takes its rows over. If the row
has the id of a prediction, the new owner waits for that. If the row has a create without an answer,
the new owner looks for its prediction in the account's list.
"""

from __future__ import annotations

import contextlib
import enum
import json
import os
import secrets
import sqlite3
import threading
import time
from math import isfinite
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, List, NamedTuple, Optional, Set, Union

from replicate_api.answer import loads

from .._guards import is_text
from ..exceptions import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from .schedule import Job

FORMAT = 1
"""The version of the tables, in the file's `user_version`."""

PULSE = 1.0
"""Seconds between two signs of an owner that it is alive."""

SILENCE = 10.0
"""Seconds without a sign after which an owner counts as dead."""

PATIENCE = 30.0
"""Seconds for which a process waits while another one writes to the file."""

TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    position INTEGER NOT NULL,  -- the input's place in the batch, from 0
    key TEXT NOT NULL,          -- a digest of model and input
    state TEXT NOT NULL,        -- claimed, sent, created, done or failed
    owner TEXT,                 -- the process that works on it
    id TEXT,                    -- of the prediction
    prediction TEXT,            -- JSON, as the API returned it at the end
    changed REAL NOT NULL,      -- when, in seconds since 1970
    PRIMARY KEY (position, key)
);
CREATE TABLE IF NOT EXISTS owners (owner TEXT PRIMARY KEY, alive REAL NOT NULL);
"""


class State(enum.Enum):
    """How far the run of a row has come."""

    CLAIMED = "claimed"
    """Its create was not sent yet."""
    SENT = "sent"
    """Its create may have arrived."""
    CREATED = "created"
    """Its id is known."""
    DONE = "done"
    FAILED = "failed"
    ELSEWHERE = "elsewhere"
    """Another owner works on it. This state is not in the file."""


class Row(NamedTuple):
    """What the journal knew of a job when it was asked."""

    state: State
    id: Optional[str] = None
    prediction: Any = None
    changed: float = 0.0


class Journal:
    """The journal, as one batch uses it: one owner of rows."""

    def __init__(self, path: Union[str, os.PathLike[str]]) -> None:
        """Open a journal. The file is made if it does not exist.

        Raises:
            InvalidArgumentError: The file is no journal.
            sqlite3.OperationalError: The file cannot be opened, or not be written to.
        """
        self._owner = secrets.token_hex(8)
        self._opened = time.time()
        self._lock = threading.Lock()
        self._end: SimpleQueue[None] = SimpleQueue()
        # Of an empty name, and of `:memory:`, SQLite would make a database that nothing is left of.
        self._path = os.fsdecode(os.path.abspath(path))  # noqa: PTH100 - `Path("")` is the folder, too
        self._file = sqlite3.connect(
            self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            with self._turn():
                self._set_up(self._path)
        except BaseException as error:
            self._file.close()
            if type(error) is sqlite3.DatabaseError:
                raise InvalidArgumentError(f"{self._path} is no journal: {error}") from None
            raise
        self._life = threading.Thread(target=self._live, name="replicate journal", daemon=True)
        self._life.start()

    def _set_up(self, path: str) -> None:
        (found,) = self._file.execute("PRAGMA user_version").fetchone()
        tables = {name for (name,) in self._file.execute("SELECT name FROM sqlite_master")}
        if tables and (found != FORMAT or "runs" not in tables):
            raise InvalidArgumentError(
                f"{path} is a database, but no journal that this version can read"
            )
        for statement in TABLES.split(";"):
            self._file.execute(statement)
        self._file.execute(f"PRAGMA user_version = {FORMAT}")
        self._show_alive()

    @contextlib.contextmanager
    def _turn(self) -> Generator[None, None, None]:
        """Keep all others from writing meanwhile, in this process or in another."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    # The owner, and the signs that it is alive.

    def _live(self) -> None:
        while True:
            with contextlib.suppress(Empty):
                self._end.get(timeout=PULSE)
                break
            with contextlib.suppress(sqlite3.Error), self._turn():
                self._show_alive()
        with contextlib.suppress(sqlite3.Error), self._turn():
            self._file.execute("UPDATE runs SET owner = NULL WHERE owner = ?", (self._owner,))
            self._file.execute("DELETE FROM owners WHERE owner = ?", (self._owner,))
        with self._lock:
            self._file.close()

    def _show_alive(self) -> None:
        self._file.execute("REPLACE INTO owners VALUES (?, ?)", (self._owner, time.time()))

    def let_go(self) -> None:
        """Give up all rows soon. It waits for nothing: a finalizer may call it."""
        self._end.put(None)

    def join(self) -> None:
        """Wait until all rows are given up, for a second at most."""
        self._life.join(PULSE)

    # Rows.

    def take(self, job: Job) -> Row:
        """Become the owner of a job's row, unless the job is done or has a living owner.

        Returns:
            The row as it was. Its state is CLAIMED if the input is to be run, or run again.

        Raises:
            InvalidArgumentError: The row is none that this class has written.
        """
        with self._turn():
            found = self._file.execute(
                "SELECT state, runs.owner, id, prediction, changed, alive FROM runs"
                " LEFT JOIN owners ON owners.owner = runs.owner WHERE position = ? AND key = ?",
                (job.index, job.key),
            ).fetchone()
            if found is None:
                self._set(job, State.CLAIMED)
                return Row(State.CLAIMED)
            state, owner, id, prediction, changed, alive = found
            row = self._read(job, state, id, prediction, changed)
            if row.state is State.DONE:
                return row
            if row.state is State.FAILED:
                if changed >= self._opened:
                    return row  # another process has failed with it since this call began
                row = Row(State.CLAIMED)
                self._set(job, row.state)
            elif owner not in {None, self._owner} and time.time() - (alive or 0.0) < SILENCE:
                return Row(State.ELSEWHERE)
            else:  # only the owner changes: `changed` must stay the time of the create
                self._own(job, self._owner)
            return row

    def _read(self, job: Job, state: Any, id: Any, prediction: Any, changed: Any) -> Row:
        with contextlib.suppress(ValueError, TypeError, KeyError, OverflowError):
            row = Row(State(state), id, loads(prediction or "null"), float(changed))
            if row.state in {State.DONE, State.FAILED}:
                has_succeeded = row.prediction["status"] == "succeeded"
                is_ours = has_succeeded is (row.state is State.DONE)
            else:
                is_ours = is_text(id) or row.state is not State.CREATED
            if is_ours and isfinite(row.changed):
                return row
        raise InvalidArgumentError(
            f"{self._path} has a row for input {job.index} that was written by something else"
        )

    def sending(self, job: Job) -> bool:
        """Note that the create is about to be sent. Return False if the row has another owner."""
        with self._turn():
            found = self._file.execute(
                "SELECT 1 FROM runs WHERE position = ? AND key = ? AND owner = ?",
                (job.index, job.key, self._owner),
            ).fetchone()
            if found is not None:
                self._set(job, State.SENT)
            return found is not None

    def created(self, job: Job, id: str) -> None:
        """Note the id of the prediction that a create has started."""
        with self._turn():
            self._set(job, State.CREATED, id=id)

    def ended(self, job: Job, id: str, prediction: Mapping[str, Any]) -> None:
        """Keep a prediction that has succeeded or failed, as the API returned it."""
        state = State.DONE if prediction["status"] == "succeeded" else State.FAILED
        with self._turn():
            self._set(job, state, id=id, prediction=json.dumps(prediction))

    def leave(self, job: Job) -> None:
        """Give up a row whose run goes on, so that others can take it over."""
        with self._turn():
            self._own(job, None)

    def release(self, job: Job) -> None:
        """Delete a row whose create started nothing, or whose run was canceled."""
        with self._turn():
            self._file.execute(
                "DELETE FROM runs WHERE position = ? AND key = ? AND owner = ?",
                (job.index, job.key, self._owner),
            )

    def _own(self, job: Job, owner: Optional[str]) -> None:
        self._file.execute(
            "UPDATE runs SET owner = ? WHERE position = ? AND key = ?", (owner, job.index, job.key)
        )

    def _set(
        self,
        job: Job,
        state: State,
        *,
        id: Optional[str] = None,
        prediction: Optional[str] = None,
    ) -> None:
        id = None if id is None else str(id)  # whatever the API has answered
        self._file.execute(
            "REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job.index, job.key, state.value, self._owner, id, prediction, time.time()),
        )

    def ids(self, since: float) -> Set[str]:
        """Return the ids of the predictions that became known since a time."""
        with self._turn():
            rows = self._file.execute(
                "SELECT id FROM runs WHERE id NOT NULL AND changed >= ?", (since,)
            )
            return {id for (id,) in rows}

    def movable(self, jobs: Iterable[Job]) -> List[Job]:
        """Return those of the given jobs that are done by now, or whose owner is dead."""
        with self._turn():
            rows = self._file.execute(
                "SELECT position, key FROM runs JOIN owners ON owners.owner = runs.owner"
                " WHERE state IN ('claimed', 'sent', 'created') AND alive > ?",
                (time.time() - SILENCE,),
            )
            theirs = set(rows)
        return [job for job in jobs if (job.index, job.key) not in theirs]
