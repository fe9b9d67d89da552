"""Reporting the changes of a run: to the user's `on_update` function, and in a progress bar."""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Optional

from .._blocking import is_blocking
from .._observers import logging_failures
from .._progress import RunBar, showing
from ..exceptions import InvalidArgumentTypeError

if TYPE_CHECKING:
    from typing_extensions import Self


class Updates:
    """Reports the changes of one run. Use it as `with updates:`, and call it after each look."""

    def __init__(self, on_update: Optional[Callable[[Any], Any]], bar: Optional[RunBar]) -> None:
        self._on_update = on_update
        self._bar = bar
        self._showing = showing(bar is not None)
        self._seen: Any = None
        self._is_handed_over = False

    @classmethod
    def of(
        cls, on_update: Optional[Callable[[Any], Any]], progress: bool, name: str
    ) -> Optional[Updates]:
        """Return an object that reports changes; None if nobody wants to know of them.

        Args:
            on_update: The function to call with the run.
            progress: Whether to show a bar.
            name: The title of the bar.

        Raises:
            InvalidArgumentTypeError: `on_update` is no function, or a coroutine function in a
                blocking call.
            ModuleNotFoundError: The library for bars is not installed.
        """
        if on_update is not None and not callable(on_update):
            raise InvalidArgumentTypeError(f"on_update must be a function, not {on_update!r}")
        if inspect.iscoroutinefunction(on_update) and is_blocking():
            raise InvalidArgumentTypeError(
                "on_update is a coroutine function, which only the asynchronous twin can call"
            )
        bar = RunBar(name) if progress else None
        if bar is not None and not bar.is_seen:
            bar = None
        return None if on_update is None and bar is None else cls(on_update, bar)

    def __enter__(self) -> Self:
        self._showing.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._showing.__exit__(*error)
        if not self._is_handed_over:
            self.close()

    def hand_over(self) -> Updates:
        """Leave the bar open at the end of the `with` block: an iterator closes it later."""
        self._is_handed_over = True
        return self

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()

    async def __call__(self, run: Any) -> None:
        """Report a run, if it has changed since the last report.

        An exception that the user's function raises is logged, and the run goes on: it is paid for.
        """
        if run._wire == self._seen:
            return
        self._seen = run._wire
        if self._bar is not None:
            self._bar.show(run)
        text = "on_update failed for %s %s"
        with logging_failures(text, type(run).__name__, run.id, level=logging.ERROR):
            told = None if self._on_update is None else self._on_update(run)
            if isinstance(told, Awaitable) and not is_blocking():
                await told
