"""What a file is called, and of which media type it is. Pure."""

from __future__ import annotations

import mimetypes
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

from .._guards import classes_of, is_path
from ..exceptions import InvalidArgumentError, InvalidArgumentTypeError
from .values import check_text

UNKNOWN = "application/octet-stream"
"""The media type of what nothing is known of."""

# RFC 9110, 8.3.1.
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(
    rf'{_WORD}/{_WORD}(?:[ \t]*;[ \t]*{_WORD}=(?:{_WORD}|"[ !#-\[\]-~]*"))*', re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"BM", 0, "image/bmp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"PK\x03\x04", 0, "application/zip"),
    (b"\x1f\x8b", 0, "application/gzip"),
    (b"WAVE", 8, "audio/wav"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"fLaC", 0, "audio/flac"),
    (b"OggS", 0, "audio/ogg"),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"),
)

SIGNATURE = 16
"""First bytes of a file that tell its media type."""


def name_of(value: Any) -> Optional[str]:
    """Return the name of a file without its folders, None where it has none.

    An upload of a web framework has a `filename`, and its `name` may be that of a form's field.
    """
    if is_path(value):
        return _last_part(value)
    for owner in (value, getattr(value, "file", None)):
        for attribute in ("filename", "name"):
            if attribute == "filename" and isinstance(owner, classes_of("gzip", "GzipFile")):
                continue  # it warns that one should look at `name`
            name: Any = getattr(owner, attribute, None)
            if attribute == "filename" and isinstance(name, str):
                name = name.replace("\\", "/")  # as browsers on Windows may send it
            # That of a temporary file is a number, or None.
            found = _last_part(name) if isinstance(name, str) or is_path(name) else None
            if found:
                return found
    return None


def _last_part(path: Any) -> Optional[str]:
    name = os.fsdecode(Path(path).name)
    # Names of files may have bytes that are no text.
    return _CONTROL.sub("_", name.encode("utf-8", "replace").decode()) or None


def type_of(value: Any) -> Optional[str]:
    """Return the media type that a handle itself states, None where it states none."""
    headers: Any = getattr(value, "headers", None)
    in_headers: Any = getattr(headers, "get", None)
    for stated in (
        getattr(value, "content_type", None),
        getattr(value, "mimetype", None),
        getattr(value, "type", None),
        in_headers("content-type") if callable(in_headers) else None,
    ):
        if isinstance(stated, str) and _MEDIA_TYPE.fullmatch(stated) and stated != UNKNOWN:
            return stated
    return None


def media_types() -> Any:
    """Return what knows media types by suffix: `mimetypes`, or on Windows Python's part of it.

    There the registry would come first, where programs have written what they open: a CSV file
    is an Excel sheet, for example.
    """
    return _own_types() if os.name == "nt" else mimetypes


@lru_cache(maxsize=1)
def _own_types() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()


def type_by_name(name: Optional[str]) -> Optional[str]:
    """Return the media type that the suffix of a name tells, None if it tells none."""
    found: Optional[str] = media_types().guess_type(f"/{name}")[0] if name else None
    return found


def type_by_start(start: bytes) -> str:
    """Return the media type that the first bytes of a file tell."""
    for signature, offset, media_type in _SIGNATURES:
        if start[offset : offset + len(signature)] == signature:
            return media_type
    return UNKNOWN


def check_name(name: Any) -> str:
    """Check a name that the caller gave for a file.

    Raises:
        InvalidArgumentTypeError: It is no text.
        InvalidArgumentError: It has characters that would end its line of the request.
    """
    return _checked(os.fspath(name) if is_path(name) else name, "filename")


def check_type(media_type: Any) -> str:
    """Check a media type that the caller gave for a file.

    Raises:
        InvalidArgumentTypeError: It is no text.
        InvalidArgumentError: It has characters that would end its line of the request.
    """
    return _checked(media_type, "content_type")


def _checked(text: Any, what: str) -> str:
    if not isinstance(text, str):
        raise InvalidArgumentTypeError(f"{what} must be text, not {type(text).__name__}")
    if _CONTROL.search(text):
        raise InvalidArgumentError(
            f"{what} must not have control characters such as line ends: {text!r:.100}"
        )
    check_text(text, what)
    return text
