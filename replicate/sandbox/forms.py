"""Forms of uploads: `multipart/form-data` and the names that stand for nested metadata."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, AsyncGenerator, Dict, List

from python_multipart.exceptions import FormParserError
from starlette.formparsers import MultiPartException

from .wire import Problem

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request


@contextlib.asynccontextmanager
async def read_form(request: Request) -> AsyncGenerator[FormData, None]:
    """Read a request's form; its files are closed at the end of the block.

    Raises:
        Problem: 400, if the body is no such form.
    """
    if request.headers.get("content-type", "").split(";")[0].lower() != "multipart/form-data":
        raise Problem(400, "Expected multipart/form-data", with_status=False)
    try:
        form = await request.form()
    except (FormParserError, MultiPartException) as error:
        with contextlib.suppress(RuntimeError):  # it was read to its end already
            async for _ in request.stream():
                pass  # a client that can't send to the end sees another error
        raise Problem(400, f"The form can't be read: {error}", with_status=False) from None
    try:
        yield form
    finally:
        await form.close()


def nested(form: FormData, name: str) -> Dict[str, Any]:
    """Return the object that fields such as `name[a]`, `name[a][b]` and `name[list][]` spell."""
    root: Dict[str, Any] = {}
    for key, value in form.multi_items():
        if isinstance(value, str) and re.fullmatch(rf"{re.escape(name)}(\[[^\[\]]*\])+", key):
            _place(root, re.findall(r"\[([^\[\]]*)\]", key), value)
    return root


def _place(root: Dict[str, Any], path: List[str], value: str) -> None:
    target: Any = root
    listed = path[1:] and not path[-1]
    *parents, last = path[:-1] if listed else path
    for part in parents:
        target = _member(target, part, dict)
    if listed:
        _member(target, last, list).append(value)
    else:
        target[last] = value


def _member(target: Any, name: str, kind: type) -> Any:
    member: Any = target.setdefault(name, kind())
    if not isinstance(member, kind):
        raise Problem(400, f"Metadata has two values for {name}", with_status=False)
    return member
