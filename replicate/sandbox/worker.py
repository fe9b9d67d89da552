"""Run a model's function: its inputs, prints, outputs, failure and cancellation."""

from __future__ import annotations

import asyncio
import collections.abc
import contextlib
import sys
import tempfile
import threading
import time
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, AsyncGenerator, Callable, Dict, Generator, Optional, cast

from starlette.concurrency import run_in_threadpool

from .callables import is_async, iterates_async
from .capture import captured
from .files import remove
from .nap import Nap
from .values import decode_input, encode_output

if TYPE_CHECKING:
    from .files import FileStore
    from .runs import Run


class Canceled(BaseException):
    """Raised in a model whose prediction was canceled.

    Not an `Exception`, so that a model that catches its own errors does not catch this.
    """


class CurrentPrediction:
    """The prediction that a model is running: its data, and what the model can report.

    Attributes:
        directory: A folder for files, which is removed when the prediction ends.
    """

    def __init__(
        self, run: Run, loop: asyncio.AbstractEventLoop, directory: Path, *, stream_logs: bool
    ) -> None:
        self.directory = directory
        self._run = run
        self._loop = loop
        self._thread = threading.get_ident()
        self._stream_logs = stream_logs
        self._canceled = threading.Event()
        self._nap: Optional[Nap] = None

    @property
    def id(self) -> str:
        """The prediction's id."""
        return self._run.id

    @property
    def input(self) -> Dict[str, Any]:
        """The input as it was sent."""
        return self._run.input

    @property
    def canceled(self) -> bool:
        """Whether the prediction was canceled."""
        return self._canceled.is_set()

    def check(self) -> None:
        """Stop the model if the prediction was canceled.

        Raises:
            Canceled: The prediction was canceled.
        """
        if self.canceled:
            raise Canceled

    def sleep(self, seconds: float) -> None:
        """Sleep on the sandbox's clock, until the prediction is canceled at the latest.

        In an async model use `asleep`.

        Raises:
            Canceled: The prediction was canceled meanwhile.
        """
        if threading.get_ident() == self._thread:
            raise RuntimeError("this model is async, and so is its sleep: await asleep()")
        self.check()
        nap = self._nap = Nap(self._run.clock, seconds)
        self._post(self._begin, nap)
        nap.wait()
        self.check()

    async def asleep(self, seconds: float) -> None:
        """Sleep on the sandbox's clock, in an async model."""
        await self._run.clock.wait(seconds)

    def _begin(self, nap: Nap) -> None:
        nap.begin()
        if self.canceled:
            nap.end()

    def _cancel(self) -> None:
        self._canceled.set()
        if self._nap is not None:
            self._nap.end()

    def metric(self, name: str, value: Any) -> None:
        """Record a metric of the prediction."""
        self._post(self._run.metrics.__setitem__, name, value)

    def progress(self, done: int, total: int) -> None:
        """Print one line of progress, in the form that clients parse."""
        part = done / total if total else 1.0
        bar = ("█" * int(part * 10)).ljust(10)
        self.log(f"{part:4.0%}|{bar}| {done}/{total}\n")

    def log(self, text: str) -> None:
        """Write to the prediction's logs, like `print` in a model."""
        self.check()
        if not text:  # print(..., end="") writes that too
            return
        # Progress bars go back to the start of their line; logs only know lines.
        self._post(self._write, text.replace("\r\n", "\n").replace("\r", "\n"))

    def _write(self, text: str) -> None:
        self._run.log(text, stream=self._stream_logs)

    def _put(self, value: Any, *, piece: bool) -> None:
        self.check()
        self._post(lambda: self._run.put(value, piece=piece))

    def _post(self, change: Callable[..., object], *arguments: Any) -> None:
        if threading.get_ident() == self._thread:
            change(*arguments)
            return
        try:
            self._loop.call_soon_threadsafe(change, *arguments)
        except RuntimeError:  # the sandbox is gone
            raise Canceled from None


_current: ContextVar[CurrentPrediction] = ContextVar("replicate_sandbox_current_prediction")


def current_prediction() -> CurrentPrediction:
    """Return the prediction that the calling model is running.

    Raises:
        RuntimeError: The call is not in a model.
    """
    try:
        return _current.get()
    except LookupError:
        raise RuntimeError("current_prediction() works only inside a running model") from None


class Worker:
    """Runs functions: async ones on the loop, others each in a thread of its own."""

    def __init__(self, files: FileStore, *, stream_logs: bool = False) -> None:
        self._files = files
        self._stream_logs = stream_logs
        self._threads: Dict[threading.Thread, None] = {}

    async def run(self, run: Run) -> None:
        """Run a prediction to its end."""
        function = run.version.function
        directory = tempfile.TemporaryDirectory(prefix="replicate-sandbox-")
        try:
            current = CurrentPrediction(
                run,
                asyncio.get_running_loop(),
                Path(directory.name),
                stream_logs=self._stream_logs,
            )
            if is_async(function):
                await self._run_async(run, current)
            else:
                run.stop = current._cancel
                await self._run_in_thread(run, current)
        finally:
            remove(directory)

    def join(self, seconds: float) -> None:
        """Wait for the threads of cancelled runs; one that does not listen is left behind."""
        deadline = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    async def _run_async(self, run: Run, current: CurrentPrediction) -> None:
        task = asyncio.current_task()
        assert task is not None
        run.stop = task.cancel
        _current.set(current)
        try:
            with captured(current.log):
                arguments = await run_in_threadpool(self._decode, run, current)
                await self._call_async(run, current, arguments)
            outcome: Callable[[Run], None] = _success
        except (Canceled, asyncio.CancelledError):
            outcome = _cancel
        except Exception as error:  # noqa: BLE001 - whatever a model raises is its failure
            outcome = _failure(error)
        run.stop = _nothing
        outcome(run)

    async def _call_async(self, run: Run, current: CurrentPrediction, arguments: Any) -> None:
        result: Any = run.version.function(**arguments)
        if iterates_async(run.version.function):
            async with _aclosing(result):
                async for item in result:
                    current._put(await run_in_threadpool(self._encode, item), piece=True)
            return
        value = await result
        current._put(await run_in_threadpool(self._encode, value), piece=False)

    async def _run_in_thread(self, run: Run, current: CurrentPrediction) -> None:
        done = asyncio.get_running_loop().create_future()

        def settle(outcome: Callable[[Run], None]) -> None:
            outcome(run)
            if not done.done():
                done.set_result(None)

        def work() -> None:
            outcome = self._call(run, current)
            with contextlib.suppress(RuntimeError):  # the sandbox is gone
                current._loop.call_soon_threadsafe(settle, outcome)
            self._threads.pop(threading.current_thread(), None)

        thread = threading.Thread(target=work, name=f"replicate-sandbox-{run.id}", daemon=True)
        self._threads[thread] = None
        thread.start()
        await done

    def _call(self, run: Run, current: CurrentPrediction) -> Callable[[Run], None]:
        _current.set(current)
        try:
            with captured(current.log):
                result = run.version.function(**self._decode(run, current))
                if _iterates(result):
                    with _closing(result):
                        for item in result:
                            current._put(self._encode(item), piece=True)
                else:
                    current._put(self._encode(result), piece=False)
        except Canceled:
            return _cancel
        except BaseException as error:  # noqa: BLE001 - whatever a model raises is its failure
            return _failure(error)
        return _success

    def _decode(self, run: Run, current: CurrentPrediction) -> Dict[str, Any]:
        return decode_input(run.version, run.input, self._files, current.directory)

    def _encode(self, value: Any) -> Any:
        return encode_output(value, self._files)


def _nothing() -> None:
    """Stop nothing: there is nothing left to stop."""


def _success(run: Run) -> None:
    run.finish("succeeded")


def _cancel(run: Run) -> None:
    run.cancel()


def _failure(error: BaseException) -> Callable[[Run], None]:
    # The first frame is the sandbox's own.
    trace = error.__traceback__ and error.__traceback__.tb_next
    report = traceback.TracebackException(type(error), error, trace)
    part: Optional[traceback.TracebackException] = report
    while part is not None:
        if sys.version_info >= (3, 11):
            # Without the columns, logs read the same on every Python; and to underline them
            # Python 3.11 parses code, which fails at random while other threads do so too.
            for frame in part.stack:
                frame.colno = None
        part = part.__cause__ or part.__context__
    lines = list(report.format())

    def settle(run: Run) -> None:
        if run.logs and not run.logs.endswith("\n"):
            run.log("\n")
        run.log("".join(lines))
        run.finish("failed", str(error) or type(error).__name__)

    return settle


def _iterates(result: Any) -> bool:
    # A file is an iterator too, but is put out as a whole.
    return isinstance(result, collections.abc.Iterator) and not hasattr(
        cast("object", result), "read"
    )


@contextlib.contextmanager
def _closing(items: Any) -> Generator[None, None, None]:
    # Generators clean up after themselves, if they are told that nobody will go on.
    try:
        yield
    finally:
        if hasattr(items, "close"):
            items.close()


@contextlib.asynccontextmanager
async def _aclosing(items: Any) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        if hasattr(items, "aclose"):
            await items.aclose()
