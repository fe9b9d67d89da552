"""Data URIs (RFC 2397). Pure, no I/O."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple, Optional
from urllib.parse import unquote_to_bytes


class _Parts(NamedTuple):
    content_type: str
    is_base64: bool
    content: str


def _parts_of(text: str) -> Optional[_Parts]:
    """Split a data URI, with the white space that browsers allow; None if a text is none."""
    head, comma, content = text.partition(",")
    if not comma or head[:5].lower() != "data:":
        return None
    media_type, *parameters = head[5:].split(";")
    is_base64 = bool(parameters) and parameters[-1].strip().lower() == "base64"
    return _Parts(media_type.strip(), is_base64, content)


def is_data_uri(text: str) -> bool:
    """Say whether a text is a data URI."""
    return _parts_of(text) is not None


def content_type(uri: str) -> str | None:
    """Return the media type that a data URI states."""
    parts = _parts_of(uri)
    return parts.content_type or None if parts else None


def decode(uri: str) -> bytes:
    """Return the content of a data URI, base64 of either alphabet or percent-encoded.

    Raises:
        ValueError: It is not a data URI, or its base64 is broken.
    """
    parts = _parts_of(uri)
    if parts is None:
        raise ValueError("not a data URI")
    content = unquote_to_bytes(parts.content)
    if not parts.is_base64:
        return content
    content = b"".join(content.split()).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return base64.b64decode(content + b"=" * (-len(content) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"a data URI with broken base64: {error}") from None
