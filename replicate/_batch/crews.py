"""Running several jobs of a batch at once: each in a thread, or in a task of the event loop."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Callable, Coroutine, Deque, Dict, NamedTuple, Optional, Set

from .._blocking import block_on, nap_by, taken_from
from .._http import loops
from .._http.deadline import finish, remaining

if TYPE_CHECKING:
    Action = Callable[[], Coroutine[Any, Any, Any]]
    """A coroutine function that does a job and returns news of it."""

STOP_TIME = 10.0
"""Seconds that it may take to cancel all runs, and to note in the journal how they ended."""


class Broken(NamedTuple):
    """News of an action that nobody has interrupted, and that has not returned."""

    error: BaseException


class Crew:
    """Does several things at once, and collects news of them.

    Each thing is done by a thread (`Threads`) or a task (`Tasks`).
    """

    def __init__(self, when_gone: Callable[[], None]) -> None:
        """Create a crew.

        Args:
            when_gone: Called when the crew was let go, and its last thread or task has ended.
        """
        self._when_gone = when_gone
        self._numbers = itertools.count()
        self._working: Set[int] = set()
        self._is_let_go = False

    @property
    def is_let_go(self) -> bool:
        """Whether all actions are interrupted."""
        return self._is_let_go

    def start(self, action: Action) -> None:  # noqa: ARG002
        """Start an action in a thread or task. Its result is news; None if it was interrupted."""
        raise AssertionError("a subclass says how")

    def tell(self, news: Any) -> None:  # noqa: ARG002
        """Add news."""
        raise AssertionError("a subclass says how")

    async def hear(self, seconds: Optional[float]) -> Any:  # noqa: ARG002
        """Wait so many seconds for news, and return the next; None if there is none."""
        raise AssertionError("a subclass says how")

    def _interrupt(self) -> None:
        raise AssertionError("a subclass says how")

    def let_go(self) -> None:
        """Interrupt all actions, without waiting and without a lock: a finalizer may call it."""
        if not self._is_let_go:
            self._is_let_go = True
            self._interrupt()
            self._call_if_gone()

    async def stop(self) -> None:
        """Interrupt all actions, and wait until all have cleaned up."""
        self.let_go()
        await finish(self._until_gone, STOP_TIME)

    async def _until_gone(self) -> None:
        while self._working and remaining():
            await self.hear(remaining())

    def _left(self, number: int, news: Any) -> None:
        self._working.discard(number)
        self.tell(None if self._is_let_go else news)
        self._call_if_gone()

    def _call_if_gone(self) -> None:
        if self._is_let_go and not self._working:
            self._when_gone()


class _StoppedError(BaseException):
    """The batch has ended. It is raised in the pauses of an action, and nowhere else."""


class Threads(Crew):
    """One thread for each action. Ctrl-C reaches the main thread, which stops them."""

    def __init__(self, when_gone: Callable[[], None]) -> None:
        super().__init__(when_gone)
        # A signal handler or finalizer may use a `SimpleQueue` while its thread is inside one.
        self._mail: SimpleQueue[Any] = SimpleQueue()
        self._bell: SimpleQueue[None] = SimpleQueue()
        """Empty until all actions are interrupted. A thread that takes the token puts it back."""
        self._reader = threading.current_thread()
        """The last thread that has waited for news."""
        # Python calls functions of `atexit` in a main thread that counts as ended.
        self._begins_at_exit = not self._reader.is_alive()

    def start(self, action: Action) -> None:
        number = next(self._numbers)
        run = copy_context().run
        name = f"replicate batch {number}"
        thread = _Thread(target=run, args=(self._do, number, action), name=name)
        self._working.add(number)
        try:
            thread.start()
        except BaseException:  # the system has no more threads, or Ctrl-C came
            self._working.discard(number)
            raise

    def _do(self, number: int, action: Action) -> None:
        nap_by(_Nap(self))
        news: Any = None
        try:
            if not self._is_let_go:
                news = block_on(action())
        except BaseException as error:  # noqa: BLE001 - raised where results are waited for
            news = Broken(error)
        finally:
            self._left(number, news)

    def tell(self, news: Any) -> None:
        self._mail.put(news)

    async def hear(self, seconds: Optional[float]) -> Any:
        self._reader = threading.current_thread()
        try:
            return self._mail.get_nowait() if seconds == 0 else taken_from(self._mail, seconds)
        except Empty:
            return None

    def _interrupt(self) -> None:
        self._bell.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait until the actions are interrupted, and return whether they are.

        Python waits for their threads when a program ends. If no other thread is left, such as
        after an exception, whose traceback keeps the batch alive, nobody will read their results.
        """
        if not (self._begins_at_exit or self._may_be_read()):
            self.let_go()
        try:
            self._bell.get(timeout=seconds)
        except Empty:
            return False
        self._bell.put(None)
        return True

    def _may_be_read(self) -> bool:
        # Python ends a program whose other threads are daemons. One that reads may be of an
        # executor: the executors of Python 3.8 have such threads, and Python waits for them.
        return threading.main_thread().is_alive() or any(
            each.is_alive() and (each is self._reader or not each.daemon)
            for each in threading.enumerate()
            if not isinstance(each, _Thread)
        )


class _Thread(threading.Thread):
    """A thread of a batch, which is no reason to go on with a batch."""


class _Nap:
    """The pauses of one action, which end when all actions are interrupted.

    After that, pauses last as long as they should: cleaning up is not interrupted.
    """

    def __init__(self, crew: Threads) -> None:
        self._crew = crew
        self._is_over = False

    def __call__(self, seconds: float) -> bool:
        """Pause. Return False if somebody else has to do it.

        Raises:
            _StoppedError: The actions are interrupted.
        """
        if self._is_over:
            return False
        if not self._crew.wait(seconds):
            return True
        self._is_over = True
        raise _StoppedError


class Tasks(Crew):
    """One task for each action."""

    def __init__(self, when_gone: Callable[[], None]) -> None:
        super().__init__(when_gone)
        self._loop = loops.running()
        self._tasks: Set[Any] = set()
        self._mail: Deque[Any] = deque()
        self._arrival: Any = None
        self._cancels: Dict[int, Callable[[], Any]] = {}

    def start(self, action: Action) -> None:
        number = next(self._numbers)
        self._working.add(number)
        loops.start(self._loop, partial(self._do, number, action), self._tasks)

    async def _do(self, number: int, action: Action) -> None:
        news: Any = None
        try:
            if not self._is_let_go:
                news = await loops.cancelable(action, partial(self._cancels.__setitem__, number))
        except BaseException as error:
            news = Broken(error)
            if loops.ends(error):
                raise
        finally:
            self._cancels.pop(number, None)
            self._left(number, news)

    def tell(self, news: Any) -> None:
        self._mail.append(news)
        if self._arrival is not None:
            self._arrival.set()

    async def hear(self, seconds: Optional[float]) -> Any:
        if not self._mail and seconds != 0:
            import anyio

            self._arrival = anyio.Event()
            with anyio.move_on_after(seconds):
                await self._arrival.wait()
        return self._mail.popleft() if self._mail else None

    def _interrupt(self) -> None:
        loops.call_soon(self._loop, self._cancel)

    def _cancel(self) -> None:
        for cancel in list(self._cancels.values()):
            cancel()
