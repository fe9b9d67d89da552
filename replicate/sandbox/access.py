"""A readable line for each request and each webhook: `logging`'s `replicate.sandbox.requests`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from .middleware import RecordedRequest
    from .webhooks import Delivery

logger: logging.Logger = logging.getLogger("replicate.sandbox.requests")

SHOWN = 2000
"""How many bytes of a body are shown where all is shown."""


def log_request(record: RecordedRequest) -> None:
    """Log a request that was answered, or not; at the level DEBUG with its body."""
    if not logger.isEnabledFor(logging.INFO):
        return
    host = "" if record.host == "api" else f" ({record.host})"
    query = f"?{record.query}" if record.query else ""
    logger.info(
        "%s %s %s%s%s %s%s",
        record.status or "---",
        record.method,
        record.path,
        query,
        host,
        _time(record.seconds),
        "" if record.fault is None else f", {record.fault!r}",
    )
    if record.body and logger.isEnabledFor(logging.DEBUG):
        logger.debug("    %s", _body(record.body))


def log_delivery(delivery: Delivery, pause: Optional[float]) -> None:
    """Log an attempt to deliver a webhook; `pause` is the time in seconds until the next one."""
    logger.info(
        "%s POST %s (webhook, %s)%s%s",
        delivery.status or "---",
        delivery.url,
        delivery.event,
        ", no answer" if delivery.status is None else "",
        "" if pause is None else f", again in {pause:g} s",
    )


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _body(body: bytes) -> str:
    text = body[:SHOWN].decode("utf-8", "replace")
    # What could change a terminal is shown as what it is.
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return text if len(body) <= SHOWN else f"{text}… ({len(body)} bytes)"
