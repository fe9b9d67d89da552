"""Creates whose answer is lost: finding what they started, without guessing.

A create that is held for its result can take a minute. If its caller is interrupted meanwhile,
the connection breaks, or a gateway gives up, the run goes on and is billed under an id that
nobody knows. To create it again would start a second run. So it is looked for in the account's
list, among what was created since then and is not known to any other create of this process.
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
"""How many ids of runs are kept, the latest ones."""

CLOCK_RESOLUTION = timedelta(seconds=2)
"""How much a `Date` header, in whole seconds, may be off."""

PAUSES = (0.2, 0.4, 0.8, 1.6)
"""Seconds between looks that find nothing: the server may still be at creating it."""

RETRIES = 2
"""How often one request for the list is repeated."""

_VERSION_ID = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^/:\s]+/[^/:\s]+")
_INTERNAL = re.compile(r"replicate(-internal)?/.+")
_ADDRESS = re.compile(r"\s*(https?:|data:)", re.IGNORECASE)
_MASK = re.compile(r"\*{2,}|<.*redacted.*>|\[.*(redacted|hidden).*\]", re.IGNORECASE)


class Description(NamedTuple):
    """What a run looks like, as far as the request for it says."""

    input: Any = None
    model: Optional[str] = None
    version: Optional[str] = None
    deployment: Optional[str] = None


class Creates:
    """The creates of one account in this process.

    Both collections change in one step and need no lock, which a fork or a signal handler could
    find held.
    """

    def __init__(self) -> None:
        self.under_way: Dict[int, Create] = {}
        self.known: Deque[str] = deque(maxlen=REMEMBERED)
        """Ids of what other creates were told of."""

    @classmethod
    def of(cls, session: Session) -> Creates:
        """Return the creates of all clients of a base URL; one with a transport has its own."""
        if session._client_kwargs.get("transport") is not None:
            found: Creates = vars(session).setdefault("_creates", cls())
            return found
        return _shared.setdefault(session._base(), cls())


_shared: Recent[str, Creates] = Recent()


def _forget() -> None:
    for creates in _shared.values():
        creates.under_way.clear()  # they are the parent's


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Create:
    """A create on its way."""

    def __init__(self, creates: Creates, kind: str, description: Description) -> None:
        self.creates = creates
        self.kind = kind
        self.description = description
        self.started = monotonic()
        self.sent = False
        """Whether the request may have arrived and started something."""
        creates.under_way[id(self)] = self

    def mark_sent(self, sent: bool) -> None:
        """Take note that the request goes out now, or that it has started nothing."""
        self.sent = sent

    def answered(self, id: str) -> None:
        """Take note of what it has made, which is nobody else's then."""
        self.sent = False
        self.creates.known.append(id)

    def forget(self) -> None:
        """Take note that it is over."""
        self.creates.under_way.pop(id(self), None)


class Found(NamedTuple):
    """What a search has found."""

    run: Any = None
    """The run of the create, where there is no doubt."""

    candidates: Sequence[Any] = ()
    """Otherwise the runs that may be it."""


async def find(session: Session, listing: ModuleType, create: Create) -> Found:
    """Look for what a create has started.

    Args:
        session: The client that sent the create.
        listing: The generated operation that lists runs of its kind.
        create: The create.
    """
    found = Found()
    for seconds in (*PAUSES, None):
        found = decide(create, await _made_since(session, listing, create))
        if found.run is not None:
            create.answered(found.run.id)
            break
        if seconds is None or (found.candidates and not _others(create)):
            break
        await pause(seconds)
    return found


async def _made_since(session: Session, listing: ModuleType, create: Create) -> List[Any]:
    """Return the runs of the account since a create was sent, by the server's clock."""
    request = listing.build()
    response = await session._transport.request(**request, retries=RETRIES)
    since = _date(response.headers.get("date")) - CLOCK_RESOLUTION
    since -= timedelta(seconds=monotonic() - create.started)
    runs: List[Any] = []
    cursors: Set[str] = set()
    while True:
        page: Any = listing.parse(response)
        runs += page.results if is_array(page.results) else ()
        # While a create is held, many others may be made.
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
    """Return the server's time, by which it also dates runs."""
    try:
        return parsedate_to_datetime(header or "").astimezone(timezone.utc)
    except (TypeError, ValueError):
        return datetime.now(timezone.utc)


# Decisions, without I/O.


def decide(create: Create, runs: Iterable[Any]) -> Found:
    """Say which of the runs since then a create has made.

    It is the only one that nobody knows and that does not contradict the request. While another
    create of the same looks is on its way, it may also be the other's.
    """
    known = create.creates.known
    candidates = [
        run for run in runs if run.id not in known and not contradicts(create.description, run)
    ]
    if len(candidates) == 1 and not _others(create):
        return Found(candidates[0])
    return Found(None, candidates)


def _others(create: Create) -> bool:
    """Say whether a create on its way may make a run that looks the same."""
    return any(
        other is not create
        and other.sent
        and other.kind == create.kind
        and not contradicts(create.description, other.description)
        for other in list(create.creates.under_way.values())
    )


def contradicts(description: Description, run: Any) -> bool:
    """Say whether a run, or another create, cannot be what a request asked for.

    The API shows a run with less, or more, than was sent: secrets are masked, defaults filled in,
    files have other addresses, official models an internal name. Only two plain values of one
    kind that differ are a contradiction.
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
        # A fraction may have been rounded. Of two whole numbers, such as seeds, only those may
        # be that are too long for JavaScript.
        are_whole = asked % 1 == shown % 1 == 0
        return not math.isclose(asked, shown, rel_tol=1e-15 if are_whole else 1e-6)
    return bool(asked != shown)


def _kind(value: Any) -> Optional[str]:
    """Return the kind of a plain value; None for what is shown in another form than it was sent."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str) and not _ADDRESS.match(value) and not _MASK.fullmatch(value):
        return "text"
    return None


def description_of(request: Mapping[str, Any]) -> Optional[Description]:
    """Return what a request makes a run of; None if it creates none. Pure.

    A body with an `input` is what the API's creates of runs have in common.
    """
    body: Any = request.get("json")
    if request.get("method") != "POST" or not is_object(body) or "input" not in body:
        return None
    version: Any = body.get("version")
    return Description(body["input"], version=version if isinstance(version, str) else None)
