# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Give points in time as the text that the API writes, which knows what time it means."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Any

__all__ = ("Timestamp", "parse_datetime")


class Timestamp(str):
    """A point in time, as the text that the API has for it: `2024-10-01T12:00:00.123456789Z`.

    It is that text in every respect, to the last digit: it compares, sorts, hashes, slices and
    serializes as text.
    """

    __slots__ = ()

    @property
    def datetime(self) -> datetime:
        """The time that the text means: in the time zone that it names, else in UTC.

        A `datetime` has six digits of a second; further ones are cut off.

        Raises:
            ValueError: The text is no timestamp.
        """
        return parse_datetime(self)


def parse_datetime(text: str) -> datetime:
    """Return the time that a timestamp means: in the time zone that it names, else in UTC.

    Raises:
        ValueError: The text is no timestamp.
    """
    try:
        if sys.version_info >= (3, 11):
            parsed = datetime.fromisoformat(text)
        else:
            from dateutil.parser import isoparse

            parsed = isoparse(text)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{str(text)!r:.100} is no timestamp, such as '2024-10-01T12:00:00Z'"
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def read_datetime(value: Any) -> Any:
    """Return the time that a text means; what is no timestamp is handed on."""
    if not isinstance(value, str):
        return value
    try:
        return parse_datetime(value)
    except ValueError:
        return value


def read_timestamp(value: Any) -> Any:
    """Return a timestamp; what is neither text nor a time is handed on."""
    if type(value) is str:
        return Timestamp(value)
    return Timestamp(value.isoformat()) if isinstance(value, datetime) else value
