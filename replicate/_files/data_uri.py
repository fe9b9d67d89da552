"""Data URIs (RFC 2397). Pure, no I/O."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

_HEAD = re.compile(
    r"data:(?P<type>[^,;]*)(?P<parameters>(?:;[^,;]*)*?)(?P<base64>;base64)?,", re.IGNORECASE
)


def is_data_uri(text: str) -> bool:
    """Say whether a text is a data URI."""
    return _HEAD.match(text) is not None


def content_type(uri: str) -> str | None:
    """Return the media type that a data URI states."""
    match = _HEAD.match(uri)
    return match["type"] or None if match else None


def decode(uri: str) -> bytes:
    """Return the content of a data URI, base64 of either alphabet or percent-encoded.

    Raises:
        ValueError: It is not a data URI, or its base64 is broken.
    """
    match = _HEAD.match(uri)
    if not match:
        raise ValueError("not a data URI")
    content = unquote_to_bytes(uri[match.end() :])
    if not match["base64"]:
        return content
    content = b"".join(content.split()).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return base64.b64decode(content + b"=" * (-len(content) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"a data URI with broken base64: {error}") from None
