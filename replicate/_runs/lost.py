"""Creates whose answer is lost: finding the runs that they started, without guessing.

The server may hold a create for a minute, until there is a result. If meanwhile the caller is
interrupted, the connection breaks, or a gateway gives up, the run goes on and is billed, but its
id never arrives. To send the create again would start a second run. So the run is looked for in
the account's list: among the runs created since then, without those whose id has arrived as the
answer to another create of this process.
"""

from __future__ import annotations

import math
import os
import re
from collections import deque
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Deque,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
)

from .._blocking import monotonic
from .._guards import is_array, is_object
from .._http.address import rebase
from .._http.deadline import pause
from .._recent import Recent

if TYPE_CHECKING:
    from types import ModuleType

    from .._http.session import Session

REMEMBERED = 10_000
"""How many ids of runs are remembered: the latest ones."""

CLOCK_RESOLUTION = timedelta(seconds=2)
"""How much a `Date` header may be off: it has whole seconds."""

PAUSES = (0.2, 0.4, 0.8, 1.6)
"""Seconds between looks that find nothing: the server may not have created the run yet."""

RETRIES = 2
"""How often one request for the list is repeated."""

_VERSION_ID = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^/:\s]+/[^/:\s]+")
_INTERNAL = re.compile(r"replicate(-internal)?/.+")
_ADDRESS = re.compile(r"\s*(https?:|data:)", re.IGNORECASE)
_MASK = re.compile(r"\*{2,}|<.*redacted.*>|\[.*(redacted|hidden).*\]", re.IGNORECASE)


class Description(NamedTuple):
    """What a run looks like, by the request that creates it."""

    input: Any = None
    model: Optional[str] = None
    version: Optional[str] = None
    deployment: Optional[str] = None


class Creates:
    """The creates of one account in this process.

    Each change of a collection is one step of Python, so there is no lock. A fork or a signal
    handler could come while a lock is held.
    """

    def __init__(self) -> None:
        self.under_way: Dict[int, Create] = {}
        self.known: Deque[str] = deque(maxlen=REMEMBERED)
        """Ids of the runs whose creates were answered."""

    @classmethod
    def of(cls, session: Session) -> Creates:
        """Return the creates of all clients with the same base URL.

        A client with a transport of its own, such as a mock, shares them with no other client.
        """
        if session._client_kwargs.get("transport") is not None:
            owner = session._http._owner  # the client with whose connections this one sends
            found: Creates = vars(owner).setdefault("_creates", cls())
            return found
        return _shared.setdefault(session._base(), cls())


_shared: Recent[str, Creates] = Recent()


def _forget() -> None:
    for creates in _shared.values():
        creates.under_way.clear()  # the parent process has sent them


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Create:
    """A create from before it is sent until its answer or error is dealt with."""

    def __init__(self, creates: Creates, kind: str, description: Description) -> None:
        self.creates = creates
        self.kind = kind
        self.description = description
        self.started = monotonic()
        self.sent = False
        """Whether the request may have arrived and started something."""
        creates.under_way[id(self)] = self

    def mark_sent(self, sent: bool) -> None:
        """Note that the request goes out now (True), or that it has started nothing (False)."""
        self.sent = sent

    def answered(self, id: str) -> None:
        """Note the id of the run that this create, and so no other one, has started."""
        self.sent = False
        self.creates.known.append(id)

    def forget(self) -> None:
        """Note that the create is dealt with."""
        self.creates.under_way.pop(id(self), None)


class Found(NamedTuple):
    """The outcome of a search."""

    run: Any = None
    """The run that the create has started, if there is no doubt."""

    candidates: Sequence[Any] = ()
    """Otherwise the runs that the create may have started."""


async def find(session: Session, listing: ModuleType, create: Create) -> Found:
    """Look for the run that a create has started.

    Args:
        session: The client that sent the create.
        listing: The generated operation that lists runs of its kind.
        create: The create.
    """
    found = Found()
    for seconds in (*PAUSES, None):
        found = decide(create, await _created_since(session, listing, create))
        if found.run is not None:
            create.answered(found.run.id)
            break
        if seconds is None or (found.candidates and not _has_similar(create)):
            break
        await pause(seconds)
    return found


async def _created_since(session: Session, listing: ModuleType, create: Create) -> List[Any]:
    """Return the account's runs since a create was sent, by the server's clock."""
    request = listing.build()
    response = await session._transport.request(**request, retries=RETRIES)
    since = _date(response.headers.get("date")) - CLOCK_RESOLUTION
    since -= timedelta(seconds=monotonic() - create.started)
    runs: List[Any] = []
    cursors: Set[str] = set()
    while True:
        page: Any = listing.parse(response)
        runs += page.results if is_array(page.results) else ()
        # While the server holds a create, the account may create more runs than a page has.
        cursor = page.next
        is_last = not isinstance(cursor, str) or not runs or not _is_since(runs[-1], since)
        if is_last or cursor in cursors:
            return [run for run in runs if _is_since(run, since)]
        cursors.add(cursor)
        response = await session._transport.request(
            request["method"], rebase(cursor), retries=RETRIES
        )


def _is_since(run: Any, since: datetime) -> bool:
    try:
        created = run.created_at.datetime
    except (AttributeError, ValueError):
        return False
    return bool(created >= since)


def _date(header: Optional[str]) -> datetime:
    """Return the time in a `Date` header. The server dates runs by the same clock."""
    try:
        return parsedate_to_datetime(header or "").astimezone(timezone.utc)
    except (TypeError, ValueError):
        return datetime.now(timezone.utc)


# Decisions, without I/O.


def decide(create: Create, runs: Iterable[Any]) -> Found:
    """Say which of the runs a create has started.

    A run is a candidate if its id did not arrive as the answer to another create, and if it does
    not contradict the request. A single candidate is the run, unless another create is under way
    that looks the same: then either of the two may have started it.
    """
    known = create.creates.known
    candidates = [
        run for run in runs if run.id not in known and not contradicts(create.description, run)
    ]
    if len(candidates) == 1 and not _has_similar(create):
        return Found(candidates[0])
    return Found(None, candidates)


def _has_similar(create: Create) -> bool:
    """Say whether another create is under way that may start a run that looks the same."""
    return any(
        other is not create
        and other.sent
        and other.kind == create.kind
        and not contradicts(create.description, other.description)
        for other in list(create.creates.under_way.values())
    )


def contradicts(description: Description, run: Any) -> bool:
    """Say whether a run, or another create, cannot be what a request asked for.

    The API shows a run in another form than it was sent: secrets are masked, defaults are filled
    in, files have other URLs, official models an internal name. So there is a contradiction only
    where two plain values of one kind differ: `seed` is 1 in the request and 2 in the run.
    """
    return (
        _differ(description.version, getattr(run, "version", None), _VERSION_ID)
        or _models_differ(description.model, getattr(run, "model", None))
        or _differ(description.deployment, getattr(run, "deployment", None), _NAME)
        or _inputs_differ(description.input, getattr(run, "input", None))
    )


def _differ(asked: Any, shown: Any, form: re.Pattern[str]) -> bool:
    return bool(
        isinstance(asked, str)
        and isinstance(shown, str)
        and asked != shown
        and form.fullmatch(asked)
        and form.fullmatch(shown)
    )


def _models_differ(asked: Any, shown: Any) -> bool:
    internal = isinstance(shown, str) and _INTERNAL.fullmatch(shown)
    return not internal and _differ(asked, shown, _NAME)


def _inputs_differ(asked: Any, shown: Any) -> bool:
    if not (is_object(asked) and is_object(shown)):
        return False
    return any(_values_differ(asked[name], shown[name]) for name in asked.keys() & shown.keys())


def _values_differ(asked: Any, shown: Any) -> bool:
    kind = _kind(asked)
    if kind is None or kind != _kind(shown):
        return False
    if kind == "number":
        # The API may have rounded fractions. Whole numbers, such as seeds, it only rounds if they
        # are too long for JavaScript.
        are_whole = asked % 1 == shown % 1 == 0
        return not math.isclose(asked, shown, rel_tol=1e-15 if are_whole else 1e-6)
    return bool(asked != shown)


def _kind(value: Any) -> Optional[str]:
    """Return the kind of a plain value; None for a value that the API may show in another form."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str) and not _ADDRESS.match(value) and not _MASK.fullmatch(value):
        return "text"
    return None


def description_of(request: Mapping[str, Any]) -> Optional[Description]:
    """Return what the run of a request will look like; None if the request creates none. Pure.

    Every create of a run is a POST with an `input` in its body, and no other request is.
    """
    body: Any = request.get("json")
    if request.get("method") != "POST" or not is_object(body) or "input" not in body:
        return None
    version: Any = body.get("version")
    return Description(body["input"], version=version if isinstance(version, str) else None)
