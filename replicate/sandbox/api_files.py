"""Operations on uploaded files."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any, Dict, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from . import wire
from .operations import operation
from .wire import Answer, Problem

if TYPE_CHECKING:
    from starlette.requests import Request

    from .files import StoredFile
    from .state import State

LIMIT = 100 << 20
DEFAULT_TYPE = "application/octet-stream"


@operation("files.create", "POST", "/files")
async def create(state: State, request: Request) -> Response:
    """Take in a file as multipart/form-data."""
    if request.headers.get("content-type", "").split(";")[0].lower() != "multipart/form-data":
        raise Problem(400, "Expected multipart/form-data", with_status=False)
    async with request.form() as form:
        content = form.get("content")
        if not isinstance(content, UploadFile):
            raise Problem(400, "Missing content", with_status=False)
        if (content.size or 0) > LIMIT:
            raise Problem(413, "Files must be less than 100MB in size", with_status=False)
        # The part's own headers come first: clients send the form fields of the
        # specification rarely, and their metadata as text or as a file.
        name = form.get("filename") or content.filename or "file"
        kind = content.content_type or form.get("type") or DEFAULT_TYPE
        metadata = form.get("metadata")
        if isinstance(metadata, UploadFile):
            metadata = (await metadata.read()).decode("utf-8", "replace")
        stored = await run_in_threadpool(
            state.files.upload, content.file, str(name), str(kind), _metadata(metadata)
        )
    return Answer(stored.to_wire(state.api_url), 201)


@operation("files.list", "GET", "/files")
async def list_(state: State, request: Request) -> Response:
    """List the uploaded files, the newest first."""
    return wire.page(
        list(state.files.uploads.values())[::-1],
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
    if not expiry.isdigit() or int(expiry) * wire.NANOSECONDS < wire.now():
        raise _unknown()
    expected = state.files.signature(owner, file_id, int(expiry))
    given = request.query_params.get("signature", "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise _unknown()
    return stored.serve()


def _find(state: State, file_id: str) -> StoredFile:
    try:
        return state.files.uploads[file_id]
    except KeyError:
        raise _unknown() from None


def _unknown() -> Problem:
    return Problem(404, "File not found", with_status=False)


def _metadata(text: Any) -> Dict[str, Any]:
    if not text:
        return {}
    try:
        metadata = json.loads(text)
    except ValueError:
        metadata = None
    if not isinstance(metadata, dict):
        raise Problem(400, "Metadata must be a JSON object", with_status=False)
    return cast("Dict[str, Any]", metadata)
