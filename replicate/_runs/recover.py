"""Finding what was created, though the answer to its create never came.

A create that is held for its result can take a minute. If its caller is interrupted
meanwhile, the connection breaks, or a gateway gives up, the prediction runs on and is charged
under an id that nobody knows. Creating it again would be a second paid run, so it is looked
for instead, among the account's latest: by its input, and by the time at which it was created.
Trainings likewise.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Iterable, List, Optional, Type, TypeVar, Union

from .._blocking import monotonic
from .._http.deadline import pause
from .._http.errors import may_have_happened
from ..exceptions import DeadlineExceededError, ReplicateError
from ..pagination import fetch_page
from .running import Running, in_passing, is_interruption

if TYPE_CHECKING:
    from replicate_api import models

    from ..client import Client
    from .creates import Create

    Data = TypeVar("Data", bound=Union[models.Prediction, models.Training])

R = TypeVar("R", bound=Running)

logger = logging.getLogger("replicate")

CLOCK_RESOLUTION = timedelta(seconds=2)
"""How much a `Date` header, in whole seconds, may be off."""

LOOKS = 3
"""How often the list is asked for, if that fails, before a look is given up."""

PAUSES = (0.2, 0.4, 0.8, 1.6)
"""Seconds between looks that find nothing: the server may still be at creating it."""

TWINS_TIME = 60.0
"""Seconds to wait for the answers to other creates of the same input: the longest hold."""

TWINS_PAUSE = 0.1


def may_have_started(error: BaseException) -> bool:
    """Say whether a create that ended with an error may have created something. Pure."""
    if isinstance(error, DeadlineExceededError):
        # Without a cause it was raised in place of sending.
        return error.__cause__ is not None and may_have_started(error.__cause__)
    if isinstance(error, ReplicateError):
        return may_have_happened(error)
    return is_interruption(error)


async def find(client: Client, kind: Type[R], create: Create, error: BaseException) -> Optional[R]:
    """Return what a create has made; None if it is not clear which one that is.

    Args:
        client: The client that sent the create.
        kind: What it creates: `Prediction` or `Training`.
        create: The create.
        error: What came in place of the answer.
    """
    found: Optional[R] = None

    async def look() -> None:
        nonlocal found
        await _twins_are_answered(client, create)
        for seconds in (*PAUSES, None):
            found = await look_once()
            if found is not None or seconds is None:
                return
            await pause(seconds)

    async def look_once() -> Optional[R]:
        listing = kind._listing()
        response = await client._transport.request(**listing.build(), retries=LOOKS - 1)
        now = _date(response.headers.get("date"))
        since = now - timedelta(seconds=monotonic() - create.started) - CLOCK_RESOLUTION
        page: Any = listing.parse(response)
        runs = [*(page.results or ())]
        # While a create is held, many others may be made.
        while page.next and runs and _is_since(runs[-1], since):
            page = await fetch_page(client, listing, kind, page.next)
            runs += page.results
        match = client._creates.claim(create, candidates(runs, create.input, since))
        return None if match is None else kind._of(match, client)

    if not is_interruption(error):
        with contextlib.suppress(DeadlineExceededError):  # there is time yet to find and cancel it
            await _twins_are_answered(client, create)
    if not await in_passing(look) or found is None:
        return None
    logger.warning(
        "the answer to a create was lost (%s); it made %s %s",
        str(error) or type(error).__name__,
        kind.__name__.lower(),
        found.id,
    )
    return found


async def _twins_are_answered(client: Client, create: Create) -> None:
    end = monotonic() + TWINS_TIME
    while client._creates.may_still_be_answered(create) and monotonic() < end:
        await pause(TWINS_PAUSE)


def candidates(runs: Iterable[Data], input: Any, since: datetime) -> List[Data]:
    """Return the runs that have this input and are no older. Pure."""
    return [run for run in runs if run.input == input and _is_since(run, since)]


def _is_since(run: Union[models.Prediction, models.Training], since: datetime) -> bool:
    try:
        return run.created_at is not None and run.created_at.datetime >= since
    except (AttributeError, ValueError):  # it is no timestamp
        return False


def _date(header: Optional[str]) -> datetime:
    """Return the server's time, by which it also dates predictions."""
    try:
        return parsedate_to_datetime(header or "").astimezone(timezone.utc)
    except (TypeError, ValueError):
        return datetime.now(timezone.utc)
