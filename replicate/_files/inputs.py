"""What a user may put into a model's input, turned into JSON and uploaded files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Iterator, Optional, cast

from .._blocking import is_blocking, together
from .._guards import is_array, is_object, is_path
from ..exceptions import InvalidResponseError
from .uploads import async_base64_encode_file, check_readable
from .values import FileIn, plain

if TYPE_CHECKING:
    from .._http.session import Session


UPLOADS_AT_ONCE = 8
"""How many files of one input are on their way together, in asynchronous calls."""


async def encode(
    value: Any, client: Session, strategy: Optional[str] = None, *, place: Optional[str] = None
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
            return await async_base64_encode_file(file)
        # In the form that the caller uses: a test double may stand in for either.
        files = cast("Any", client).files  # a namespace of the resources, which are above
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
    files = {_key(each.file): each.file for each in found}
    urls = await together(send, list(files.values()), limit=UPLOADS_AT_ONCE)
    url_of = dict(zip(files, urls))
    return filled(tree, lambda each: url_of[_key(each.file)])


def _files_in(tree: Any) -> Iterator[FileIn]:
    if isinstance(tree, FileIn):
        yield tree
    elif is_object(tree) or is_array(tree):
        for item in tree.values() if is_object(tree) else tree:
            yield from _files_in(item)


def filled(tree: Any, content: Callable[[FileIn], Any]) -> Any:
    """Return what `plain` has made of a value, with something in the place of each file."""
    if isinstance(tree, FileIn):
        return content(tree)
    if is_object(tree):
        return {key: filled(item, content) for key, item in tree.items()}
    if is_array(tree):
        return [filled(item, content) for item in tree]
    return tree


def _key(file: Any) -> Any:
    """Return what is the same for the same file."""
    return os.fspath(file) if is_path(file) else id(file)
