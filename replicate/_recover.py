"""Finding a prediction that was created, though the answer to its create never came.

A create that is held for its result can take a minute. If its caller is interrupted
meanwhile, or the connection breaks, the prediction runs on and is charged under an id that
nobody knows. Creating it again would be a second paid run, so it is looked for instead,
among the account's latest: by its input, and by the time at which it was created.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Collection, Iterable, Optional

from ._connection_errors import APIConnectionError
from ._http import NOT_SENT
from ._running import in_passing, is_interruption
from .exceptions import DeadlineExceededError, InvalidResponseError

if TYPE_CHECKING:
    from replicate_api import models

    from .client import Client

logger = logging.getLogger("replicate")

CLOCK_RESOLUTION = timedelta(seconds=2)
"""How much a `Date` header, in whole seconds, may be off."""


def may_have_started(error: BaseException) -> bool:
    """Say whether a create that ended with an error may have created something. Pure."""
    if isinstance(error, APIConnectionError):
        return not isinstance(error, NOT_SENT)
    if isinstance(error, DeadlineExceededError):
        return error.__cause__ is None or may_have_started(error.__cause__)
    return isinstance(error, InvalidResponseError) or is_interruption(error)


async def find(
    client: Client, input: Any, started: float, error: BaseException
) -> Optional[models.Prediction]:
    """Return the prediction that a create has made; None if it is not clear which one that is.

    Args:
        client: The client that sent the create.
        input: The input as it was sent.
        started: `time.monotonic()` from just before.
        error: What came in place of the answer.
    """
    found: Optional[models.Prediction] = None

    async def look() -> None:
        nonlocal found
        from replicate_api.api.predictions import list

        request = list.build()
        response = await client._transport.request(**request, retries=0)
        now = _date(response.headers.get("date"))
        since = now - timedelta(seconds=time.monotonic() - started) - CLOCK_RESOLUTION
        page = list.parse(response)
        found = the_one(page.results or (), input, since, client._created)

    if not await in_passing(look):
        return None
    if found is not None:
        logger.warning(
            "the answer to a create was lost (%r); it made prediction %s", error, found.id
        )
    return found


def the_one(
    predictions: Iterable[models.Prediction], input: Any, since: datetime, others: Collection[str]
) -> Optional[models.Prediction]:
    """Return the only prediction of this input since then that is not one of the others. Pure."""
    matches = [
        prediction
        for prediction in predictions
        if prediction.id not in others
        and prediction.input == input
        and isinstance(prediction.created_at, datetime)
        and prediction.created_at >= since
    ]
    return matches[0] if len(matches) == 1 else None


def _date(header: Optional[str]) -> datetime:
    """Return the server's time, by which it also dates predictions."""
    try:
        return parsedate_to_datetime(header or "").astimezone(timezone.utc)
    except (TypeError, ValueError):
        return datetime.now(timezone.utc)
