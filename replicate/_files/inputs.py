"""What a user may put into a model's input, turned into JSON and uploaded files."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Callable, Iterator, List, NamedTuple, Optional, cast

from .._blocking import called, in_thread, together
from .._guards import is_array, is_object, is_path
from ..exceptions import InvalidResponseError
from .handles import CHUNK, opened
from .media import name_of
from .uploads import MAX_UPLOAD, async_base64_encode_file, check_readable
from .values import FileIn, plain

if TYPE_CHECKING:
    from contextlib import ExitStack

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
    return await with_urls(tree_of(value, place), client, strategy)


class Tree(NamedTuple):
    """A JSON value with `FileIn` where there is a file."""

    json: Any
    files: List[FileIn]


def tree_of(value: Any, place: Optional[str] = None) -> Tree:
    """Return any input as JSON, with its files in their places; see `encode`."""
    try:
        tree = plain(value, place)
    except RecursionError:
        raise ValueError(
            f"{place or 'the value'} is nested too deeply, or contains itself"
        ) from None
    found = list(_files_in(tree))
    for each in found:
        check_readable(each.file, each.place)
    return Tree(tree, found)


async def with_urls(tree: Tree, client: Session, strategy: Optional[str] = None) -> Any:
    """Upload the files of a tree, and return its JSON with their URLs; see `encode`."""
    if not tree.files:
        return tree.json

    async def send(file: Any) -> str:
        if strategy == "base64":
            return await async_base64_encode_file(file)
        files = cast("Any", client).files  # a namespace of the resources, which are above
        uploaded = await called(files, "create", file)
        urls: Any = uploaded.urls
        if not is_object(urls) or "get" not in urls:
            raise InvalidResponseError(
                title="Unreadable answer", detail=f"the uploaded file {uploaded.id} has no URL"
            )
        return str(urls["get"])

    files = {_key(each.file): each.file for each in tree.files}
    urls = await together(send, list(files.values()), limit=UPLOADS_AT_ONCE)
    url_of = dict(zip(files, urls))
    return filled(tree.json, lambda each: url_of[_key(each.file)])


async def with_digests(tree: Tree, held: ExitStack) -> Any:
    """Return the JSON of a tree with digests of the content of its files.

    Args:
        tree: The tree.
        held: What keeps the files open. Until it is closed, what can only be read once can
            still be uploaded.
    """

    def digest(file: Any) -> str:
        handle = held.enter_context(opened(file, name_of(file), MAX_UPLOAD))
        content = hashlib.sha256()
        for piece in iter(lambda: handle.read(CHUNK), b""):
            content.update(piece)
        return f"sha256:{content.hexdigest()}"

    files = {_key(each.file): each.file for each in tree.files}
    digests = {key: await in_thread(digest, file) for key, file in files.items()}
    return filled(tree.json, lambda each: digests[_key(each.file)])


_LEAVES = frozenset({str, int, float, bool, type(None)})
"""Classes of values that are no file and contain none, as most values in an input are."""


def _files_in(tree: Any) -> Iterator[FileIn]:
    if isinstance(tree, FileIn):
        yield tree
    elif is_object(tree) or is_array(tree):
        for item in tree.values() if is_object(tree) else tree:
            if type(item) not in _LEAVES:
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
