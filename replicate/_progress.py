"""Bars of tqdm, in a terminal or a notebook, for runs and for bytes on their way."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from contextvars import ContextVar
from functools import partial
from importlib import import_module
from typing import IO, Any, Callable, Optional, cast

from ._blocking import set_back
from ._console import safe
from ._observers import logging_failures

_tqdm: ContextVar[Any] = ContextVar("replicate_tqdm", default=None)
"""The class of the bars that are shown where this is called from; None for no bars."""

PERCENT = "{l_bar}{bar}| [{elapsed}<{remaining}]"
"""The look of a bar that shows a percentage: there are no counts and rates of it."""

_PERCENTAGE = re.compile(r"(\d{1,3})%\s*\|")


def load_tqdm() -> Any:
    """Return the class of bars that fits the terminal or notebook.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    try:
        return import_module("tqdm.auto").tqdm
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "progress=True needs tqdm: pip install 'replicate[progress]'", name="tqdm"
        ) from None


class showing:  # noqa: N801 - reads as a phrase: `with showing(progress):`
    """Let uploads and downloads inside show bars; if not, it stays as it is outside."""

    def __init__(self, progress: bool) -> None:
        self._bars = load_tqdm() if progress else _tqdm.get()

    def __enter__(self) -> None:
        self._token = _tqdm.set(self._bars)

    def __exit__(self, *_: object) -> None:
        set_back(_tqdm, self._token)


def percentage_of(logs: Any) -> Optional[int]:
    """Return how far a model has come by the last bar in its logs, such as ` 45%|███`. Pure."""
    found = _PERCENTAGE.findall(logs) if isinstance(logs, str) else ()
    return min(int(found[-1]), 100) if found else None


class _Bar:
    """A bar, up to its first failure: a terminal that has gone ends no run and no transfer."""

    def __init__(self, tqdm: Any, name: str, **look: Any) -> None:
        self._bar = tqdm(disable=True)  # shows nothing
        self._try(self._begin, partial(tqdm, desc=name, disable=None, **look))

    def _begin(self, new: Callable[[], Any]) -> None:
        self._bar = new()

    def _try(self, action: Callable[..., object], *args: object) -> None:
        with logging_failures("a progress bar failed", level=logging.INFO):
            action(*args)
            return
        self._bar.disable = True
        with contextlib.suppress(Exception):  # `refresh` of tqdm keeps its lock when it fails
            self._bar._lock.release()

    def close(self) -> None:
        """End it: the bar of a transfer goes, others stay as they are."""
        self._try(self._bar.close)


class RunBar(_Bar):
    """The bar of a run: its status and time, and how far it has come, where its logs tell."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__(load_tqdm(), name, bar_format="{desc} [{elapsed}]")
        self.is_seen: bool = not self._bar.disable
        """Whether there is somebody to see it: a terminal or a notebook."""

    def show(self, run: Any) -> None:
        """Show the present state of a run."""
        self._try(self._show, run)

    def _show(self, run: Any) -> None:
        bar = self._bar
        bar.set_description_str(safe(f"{self._name}: {run.status}"), refresh=False)
        percentage = percentage_of(run.logs)
        if percentage is not None and bar.total is None:
            bar.bar_format = PERCENT
            bar.reset(100)
        if percentage is not None:
            bar.n = 100 if run.status == "succeeded" else percentage
        bar.refresh()


class BatchBar(_Bar):
    """The bar of a batch."""

    def __init__(self, name: str, size: Optional[int]) -> None:
        super().__init__(load_tqdm(), name, total=size, unit="run")

    def add(self) -> None:
        """Count a run that has ended."""
        self._try(self._bar.update, 1)


class Transfer(_Bar):
    """The bar of bytes on their way."""

    @classmethod
    def of(cls, name: str) -> Optional[Transfer]:
        """Return a new bar, if bars are shown here."""
        tqdm = _tqdm.get()
        if tqdm is None:
            return None
        return cls(tqdm, name, unit="B", unit_scale=True, miniters=1, leave=False)

    def begin(self, size: Optional[int]) -> None:
        """Start from nothing, on the way to a number of bytes."""
        self._try(self._bar.reset, size)

    def add(self, count: int) -> None:
        """Count bytes."""
        self._try(self._bar.update, count)


def measured(handle: IO[bytes], name: str, size: int) -> IO[bytes]:
    """Return a handle that shows a bar as it is read, if bars are shown here."""
    bar = Transfer.of(name)
    return handle if bar is None else cast("IO[bytes]", _Measured(handle, bar, size))


class _Measured(io.RawIOBase):
    def __init__(self, handle: IO[bytes], bar: Transfer, size: int) -> None:
        self._handle = handle
        self._bar = bar
        self._size = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._handle.read(size)
        self._bar.add(len(piece))
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset == 0 and whence == io.SEEK_SET:  # also for another attempt
            self._bar.begin(self._size)
        return self._handle.seek(offset, whence)

    def tell(self) -> int:
        return self._handle.tell()

    def close(self) -> None:
        if not self.closed:
            self._handle.close()
            self._bar.close()
        super().close()
