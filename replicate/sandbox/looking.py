"""What tests see of a sandbox: its requests, runs and webhooks, and how they wait for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Iterator, List, Optional, Sequence, Union, overload

from .client_time import across, running_loop
from .history import urls_in

if TYPE_CHECKING:
    from .history import RequestLog
    from .middleware import RecordedRequest
    from .runs import Run
    from .server import LoopThread
    from .state import State
    from .webhooks import Delivery


class Runs(Sequence["Run"]):
    """Predictions or trainings in their order, which can also be looked up by their id.

    ```python
    sandbox.predictions[0], sandbox.predictions[-1], sandbox.predictions[prediction.id]
    assert prediction.id in sandbox.predictions
    ```
    """

    def __init__(self, runs: List[Run]) -> None:
        self._runs = runs

    @overload
    def __getitem__(self, key: Union[int, str]) -> Run: ...
    @overload
    def __getitem__(self, key: slice) -> Runs: ...
    def __getitem__(self, key: Union[int, slice, str]) -> Union[Run, Runs]:
        """Return a run by its position or id, or several by a slice."""
        if isinstance(key, slice):
            return Runs(self._runs[key])
        if isinstance(key, int):
            return self._runs[key]
        found = self.get(key)
        if found is None:
            raise KeyError(f"there is no run {key!r} among {len(self)}")
        return found

    def get(self, run_id: str) -> Optional[Run]:
        """Return the run with this id, if there is one."""
        return next((run for run in self._runs if run.id == run_id), None)

    def values(self) -> Iterator[Run]:
        """Iterate over the runs, as over those of a dict."""
        return iter(self)

    def __len__(self) -> int:
        return len(self._runs)

    def __contains__(self, item: object) -> bool:
        return any(run is item or run.id == item for run in self._runs)

    def __eq__(self, other: object) -> bool:
        """Compare with another list of runs."""
        runs: Any = other
        return isinstance(other, (Runs, list)) and self._runs == list(runs)

    __hash__: None = None  # type: ignore[assignment]  # as with lists

    def __repr__(self) -> str:
        return repr(self._runs)


class Looking:
    """What tests can see of a sandbox, and wait for."""

    _state: State
    _requests: RequestLog
    _loop: Optional[LoopThread]

    @property
    def requests(self) -> List[RecordedRequest]:
        """The requests of clients, in order."""
        return self._requests

    @property
    def predictions(self) -> Runs:
        """The predictions, also those whose create got no answer."""
        return Runs(self._state.newest(trainings=False)[::-1])

    @property
    def trainings(self) -> Runs:
        """The trainings, also those whose create got no answer."""
        return Runs(self._state.newest(trainings=True)[::-1])

    @property
    def created(self) -> Runs:
        """Predictions and trainings in order: all that Replicate would have billed."""
        return Runs(list(self._state.runs.values()))

    @property
    def webhooks(self) -> List[Delivery]:
        """The attempts to deliver webhooks, in order."""
        return self._state.webhooks.deliveries

    @property
    def webhook_secret(self) -> str:
        """The secret that signs webhooks, `whsec_...`."""
        return self._state.webhook_secret

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until all predictions have ended and all webhooks are delivered.

        In a coroutine use `asettle`: while `settle` waits, an app in the same event loop could
        not receive webhooks.

        Raises:
            RuntimeError: The sandbox is not running, or an event loop runs in this thread.
            TimeoutError: The wait takes longer than `timeout` seconds.
        """
        if running_loop() is not None:
            raise RuntimeError("an event loop runs in this thread: use `await sandbox.asettle()`")
        self._thread().call(self._state.settle(), timeout)

    async def asettle(self, timeout: float = 30.0) -> None:
        """Wait until all predictions have ended and all webhooks are delivered.

        Raises:
            RuntimeError: The sandbox is not running.
            TimeoutError: The wait takes longer than `timeout` seconds.
        """
        thread = self._thread()
        try:
            await across(thread.submit(asyncio.wait_for(self._state.settle(), timeout)))
        except asyncio.TimeoutError:
            raise TimeoutError(f"not done within {timeout} seconds") from None

    def expire(self, run_id: str) -> None:
        """Remove a finished prediction's data, as the API does after an hour.

        Raises:
            KeyError: There is no such prediction.
            ValueError: The prediction has not finished.
        """
        run = self.predictions[run_id]
        if not run.finished:
            raise ValueError(f"the prediction has not ended: its status is {run.status}")
        run.data_removed = True
        for url in urls_in(run.output):
            self._state.files.remove_output(url)

    def _thread(self) -> LoopThread:
        if self._loop is None:
            raise RuntimeError("the sandbox is not running: use it inside `with sandbox:`")
        return self._loop
