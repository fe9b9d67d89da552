"""Operations on uploaded files."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any, Dict, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from . import forms, wire
from .operations import operation
from .wire import Answer, Problem

if TYPE_CHECKING:
    from starlette.requests import Request

    from .files import StoredFile
    from .state import State

LIMIT = 100 << 20
NAME_LIMIT = 255
DEFAULT_TYPE = "application/octet-stream"


@operation("files.create", "POST", "/files")
async def create(state: State, request: Request) -> Response:
    """Take in a file as multipart/form-data."""
    async with forms.read_form(request) as form:
        content = form.get("content")
        if not isinstance(content, UploadFile):
            raise Problem(400, "Missing content", with_status=False)
        if (content.size or 0) > LIMIT:
            raise Problem(413, "Files must be less than 100MB in size", with_status=False)
        # What the fields of the form say is said on purpose; a client fills the headers of the
        # part `content` for every file.
        name = str(form.get("filename") or content.filename or "file")
        kind = str(form.get("type") or content.content_type or DEFAULT_TYPE)
        if len(name.encode("utf-8", "replace")) > NAME_LIMIT:
            text = f"filename must have at most {NAME_LIMIT} bytes"
            raise Problem(400, text, with_status=False)
        # As text in JSON, as a file of JSON, or as one field for each value: each is what one of
        # the official clients sends.
        metadata = form.get("metadata")
        if isinstance(metadata, UploadFile):
            metadata = (await metadata.read()).decode("utf-8", "replace")
        facts = _metadata(metadata) if metadata else forms.nested(form, "metadata")
        stored = await run_in_threadpool(state.files.upload, content.file, name, kind, facts)
    return Answer(stored.to_wire(state.api_url), 201)


@operation("files.list", "GET", "/files")
async def list_(state: State, request: Request) -> Response:
    """List the uploaded files, the newest first."""
    there = [stored for stored in state.files.uploads.values() if state.files.uploaded(stored.id)]
    return wire.page(
        there[::-1],
        request,
        size=state.settings.page_size,
        key=lambda stored: stored.id,
        render=lambda stored: stored.to_wire(state.api_url),
    )


@operation("files.get", "GET", "/files/{file_id}")
async def get(state: State, request: Request, file_id: str) -> Response:
    """Get what is known about a file."""
    return Answer(_find(state, file_id).to_wire(state.api_url))


@operation("files.delete", "DELETE", "/files/{file_id}")
async def delete(state: State, request: Request, file_id: str) -> Response:
    """Delete a file."""
    _find(state, file_id)
    state.files.remove_upload(file_id)
    return Response(status_code=204, media_type="text/plain")


@operation("files.download", "GET", "/files/{file_id}/download", authenticated=False)
async def download(state: State, request: Request, file_id: str) -> Response:
    """Get a file's content; the address is signed, and that is all the permission it needs."""
    stored = _find(state, file_id)
    owner = request.query_params.get("owner", "")
    expiry = request.query_params.get("expiry", "")
    now = state.clock.nanoseconds()
    if not re.fullmatch("[0-9]{1,19}", expiry) or int(expiry) * wire.NANOSECONDS < now:
        raise _unknown()
    expected = state.files.signature(owner, file_id, int(expiry))
    given = request.query_params.get("signature", "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise _unknown()
    return stored.serve()


def _find(state: State, file_id: str) -> StoredFile:
    stored = state.files.uploaded(file_id)
    if stored is None:
        raise _unknown()
    return stored


def _unknown() -> Problem:
    return Problem(404, "File not found", with_status=False)


def _metadata(text: Any) -> Dict[str, Any]:
    try:
        metadata = wire.parse_json(text)
    except ValueError:
        metadata = None
    if not isinstance(metadata, dict):
        raise Problem(400, "Metadata must be a JSON object", with_status=False)
    return cast("Dict[str, Any]", metadata)
