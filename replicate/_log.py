"""The logger of this package, and the handler that the variable `REPLICATE_LOG` asks for.

`INFO` is for runs (what they are, where to look at them, each change of their status) and for
what is repeated; `DEBUG` is for each request too. No token is in it, and no query of an address,
which may be signed.
"""

from __future__ import annotations

import logging
import os

VARIABLE = "REPLICATE_LOG"

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

logger = logging.getLogger("replicate")


def _show(level: str) -> None:
    """Write the log to the standard error stream, once, if the program has no log of its own."""
    if level not in LEVELS:
        logger.warning("ignoring %s=%r: it is none of %s", VARIABLE, level, ", ".join(LEVELS))
        return
    from ._console import safe

    class Formatter(logging.Formatter):
        """Leaves one line a record, whatever a server has put into it."""

        def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - of `logging`
            return super().formatMessage(record).replace("\n", "\\n")

        def format(self, record: logging.LogRecord) -> str:
            return safe(super().format(record))

    handler = logging.StreamHandler()
    handler.setFormatter(Formatter(FORMAT))
    handler.addFilter(lambda record: record.name == logger.name and not logging.root.handlers)
    logger.addHandler(handler)
    logger.setLevel(level)


if os.environ.get(VARIABLE, "").strip():
    _show(os.environ[VARIABLE].strip().upper())
