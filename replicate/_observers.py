"""Observers of runs and transfers: functions of the user's, bars, telemetry."""

from __future__ import annotations

from typing import Optional

from ._interruptions import comes_from_outside
from ._log import logger


class logging_failures:  # noqa: N801 - reads as a phrase: `with logging_failures("..."):`
    """Log what an observer raises inside `with`, and go on: the run is paid for.

    What ends the caller, such as Ctrl-C, is raised. An example:

        with logging_failures("on_update failed for run %s", run.id, level=logging.ERROR):
            on_update(run)
    """

    def __init__(self, text: str, *facts: object, level: int) -> None:
        self._text = text
        self._facts = facts
        self._level = level

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: Optional[BaseException], traceback: object) -> bool:
        if not isinstance(error, Exception) or comes_from_outside(error):
            return False
        logger.log(self._level, self._text, *self._facts, exc_info=error)
        return True
