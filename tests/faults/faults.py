"""What can go wrong with a request: the rows of the matrix."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple


class Fault(NamedTuple):
    """A fault, in the words of `Sandbox.fault`."""

    name: str
    options: Mapping[str, Any]
    read_timeout: float = 20.0
    """Seconds; the client of the matrix waits so long for an answer."""

    @property
    def forged(self) -> bool:
        """Whether it is a success that has wrong content."""
        return self.options.get("status") == 200


REFUSED = Fault("connection refused", {})
"""The server is not there, which `Sandbox.fault` has no word for; once: it is back in a moment."""

HTML = "<html><body>An error page of a gateway</body></html>"

FAULTS = [
    Fault("401", {"status": 401}),
    Fault("402, insufficient credit", {"status": 402}),
    Fault("403", {"status": 403}),
    Fault("422 with fields", {"status": 422, "body": {"invalid_fields": [], "status": 422}}),
    Fault("429 with `Retry-After`", {"status": 429, "headers": {"Retry-After": "1"}, "body": ""}),
    Fault("429 with `retry_after`", {"status": 429}),
    Fault("500", {"status": 500}),
    Fault("502 of a gateway, after the work", {"status": 502, "body": HTML, "work": True}),
    Fault("503, HTML", {"status": 503, "body": HTML}),
    Fault("504, empty", {"status": 504, "body": ""}),
    REFUSED,
    Fault("reset before the work", {"drop": "before"}),
    Fault("reset after the work", {"drop": "after"}),
    Fault("reset during the answer", {"drop": "during"}),
    Fault("answer cut short", {"truncate": 5}),
    Fault("answer cut short, of unknown length", {"truncate": 5, "content_length": False}),
    Fault("answer later than the read timeout", {"delay": 0.9}, read_timeout=0.4),
    Fault("answer that trickles in", {"trickle": 0.0005}),
    Fault("HTML in place of the answer", {"status": 200, "body": HTML, "work": True}),
    Fault("empty answer", {"status": 200, "body": "", "work": True}),
    Fault("a number in place of the answer", {"status": 200, "body": 1, "work": True}),
    Fault("wrong content type", {"content_type": "text/plain"}),
    Fault("unknown length", {"content_length": False}),
]
