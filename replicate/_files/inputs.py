"""What a user may put into a model's input, turned into JSON and uploaded files."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import os
import uuid
from typing import TYPE_CHECKING, Any, Iterator, Mapping, NamedTuple, Optional, cast

from replicate_api import models
from replicate_api.types import ApiModel

from .._blocking import in_thread, is_blocking, together
from .._guards import classes_of, is_array, is_iterable, is_mapping, is_object, is_path
from ..exceptions import InvalidResponseError
from .uploads import base64_encode_file, check_readable, is_file

if TYPE_CHECKING:
    from ..client import Client


LONGEST_INTEGER = 14_000
"""Bits, about 4,200 digits: Python writes no longer ones, for fear of the time that it takes."""

UPLOADS_AT_ONCE = 8
"""How many files of one input are on their way together, in asynchronous calls."""


class _File(NamedTuple):
    """A place in the input that waits for the URL of a file."""

    file: Any
    place: str

    @property
    def key(self) -> Any:
        """What is the same for the same file."""
        return os.fspath(self.file) if is_path(self.file) else id(self.file)


async def encode(
    value: Any, client: Client, strategy: Optional[str] = None, *, place: Optional[str] = None
) -> Any:
    """Return a JSON value for any input; files are uploaded, or inlined with `"base64"`.

    Values are looked at before anything is uploaded, and a file is uploaded once, however
    often it is there.

    Args:
        value: The input.
        client: The client to upload with.
        strategy: `"base64"`, or anything else to upload.
        place: What to call the value in an error; without a name what is not JSON passes.

    Raises:
        TypeError: The value, or one inside it, cannot be sent.
        OSError: A file is not there, or may not be read.
        ValueError: A number or a text has no JSON form, or a value contains itself.
    """

    async def send(file: Any) -> str:
        if strategy == "base64":
            return await in_thread(base64_encode_file, file)
        # The twin that the caller uses: a test double may stand in for either.
        files = client.files
        uploaded = files.create(file) if is_blocking() else await files.async_create(file)
        urls: Any = uploaded.urls
        if not is_object(urls) or "get" not in urls:
            raise InvalidResponseError(
                title="Unreadable answer", detail=f"the uploaded file {uploaded.id} has no URL"
            )
        return str(urls["get"])

    try:
        tree = plain(value, place)
    except RecursionError:
        raise ValueError(
            f"{place or 'the value'} is nested too deeply, or contains itself"
        ) from None
    found = list(_files_in(tree))
    for each in found:
        check_readable(each.file, each.place)
    files = {each.key: each.file for each in found}
    urls = await together(send, list(files.values()), limit=UPLOADS_AT_ONCE)
    return _filled(tree, dict(zip(files, urls)))


def _files_in(tree: Any) -> Iterator[_File]:
    if isinstance(tree, _File):
        yield tree
    elif is_object(tree) or is_array(tree):
        for item in tree.values() if is_object(tree) else tree:
            yield from _files_in(item)


def _filled(tree: Any, urls: Mapping[Any, str]) -> Any:
    if isinstance(tree, _File):
        return urls[tree.key]
    if is_object(tree):
        return {key: _filled(item, urls) for key, item in tree.items()}
    if is_array(tree):
        return [_filled(item, urls) for item in tree]
    return tree


def plain(value: Any, place: Optional[str] = None) -> Any:
    """Return a value as JSON, with `_File` where there is a file. Pure."""
    if isinstance(value, enum.Enum):
        return plain(value.value, place)
    if value is None or isinstance(value, (bool, int)):
        if place is not None and (value or 0).bit_length() > LONGEST_INTEGER:
            raise ValueError(f"{place} is an integer of more digits than can be sent")
        return value
    if isinstance(value, float):
        if place is not None and not math.isfinite(value):
            raise ValueError(f"{place} is {value}, for which JSON has no form")
        return value
    url = _url_of(value)
    if url is not None:
        return url
    if isinstance(value, str):
        if place is not None and not value.isascii():
            check_text(value, place)
        return value
    if is_file(value):
        return _File(value, place or "the file")
    if is_mapping(value):
        return _plain_mapping(value, place)
    if hasattr(value, "model_dump") and not isinstance(value, type):  # a model of pydantic
        return plain(value.model_dump(), place)
    numpy = classes_of("numpy", "ndarray", "generic")
    if isinstance(value, numpy):
        item: Any = cast("Any", value).tolist()
        # Some numbers of numpy have no counterpart, and give themselves.
        return plain(float(item) if isinstance(item, numpy) else item, place)
    if is_iterable(value) and not isinstance(value, ApiModel):
        return [plain(item, place and f"{place}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if place is not None:
        raise TypeError(
            f"{place} is a {type(value).__name__}, which cannot be sent: give text, numbers, "
            "booleans, lists, mappings, or files (a path, a handle, bytes, a model's output)"
        )
    return value


def _plain_mapping(value: Mapping[Any, Any], place: Optional[str]) -> Any:
    if place is None:
        return {key: plain(item) for key, item in value.items()}
    fields = {_key(key, place): plain(item, f"{place}[{key!r}]") for key, item in value.items()}
    if len(fields) < len(value):
        raise ValueError(f"{place} has keys that are the same in JSON: {list(value)!r:.200}")
    return fields


def _key(key: Any, place: str) -> str:
    """Return a key as JSON has it, where all of them are text."""
    if isinstance(key, enum.Enum):
        return _key(key.value, place)
    if isinstance(key, str):
        check_text(key, f"a key of {place}")
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(plain(key, f"a key of {place}"))
    raise TypeError(f"{place} has the key {key!r:.100}, a {type(key).__name__}: keys are text")


def check_text(text: str, place: str) -> None:
    """Raise ValueError for text that UTF-8 has no form for."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        lone = text[error.start]
        raise ValueError(
            f"{place} has the lone surrogate {lone!r}, which is half a character and cannot be sent"
        ) from None


def _url_of(value: Any) -> Optional[str]:
    """Return the URL of what is already on a server: a model's output, an uploaded file."""
    if isinstance(value, classes_of("replicate._files.output", "FileOutput")):
        return str(value.url)
    if isinstance(value, models.File):
        urls: Any = value.urls
        url = urls.get("get") if is_object(urls) else None
        return url if isinstance(url, str) else None
    return None
