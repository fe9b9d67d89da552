"""The operations below `/_sandbox`: what tests can ask of a sandbox from outside."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any, Dict

from starlette.responses import Response, StreamingResponse

from replicate.__about__ import __version__

from . import control as controls
from . import validation, wire
from .addresses import current_view
from .control import control, number
from .control_schemas import (
    ADVANCE,
    DRIVE,
    FLAG,
    SECRET,
    SETTLE,
    TEXT,
    WHOLE,
    Schema,
    list_of,
    object_of,
    ref,
)
from .feed import summary
from .wire import Problem, json_object, not_found

if TYPE_CHECKING:
    from starlette.requests import Request

    from .middleware import RecordedRequest
    from .sandbox import Sandbox

# --- the sandbox ---------------------------------------------------------------------------------


@control("info", "GET", "/", answer=ref("Info"))
async def info(sandbox: Sandbox, request: Request) -> Any:
    """Tell where the sandbox is and what it accepts."""
    view = current_view().asked
    return {
        "version": __version__,
        "url": view.api,
        "files_url": view.files,
        "token": sandbox.token,
        "username": sandbox._state.settings.username,
        "rate_limited": sandbox._state.rate_limit is not None,
    }


@control("document", "GET", "/openapi.json", answer={"type": "object"})
async def get_document(sandbox: Sandbox, request: Request) -> Any:
    """Get this document."""
    return controls.document("Sandbox control", __version__)


@control("session", "POST", "/session", body=SECRET, status=204, open=True)
async def open_session(sandbox: Sandbox, request: Request) -> Any:
    """Exchange the secret for a cookie, as the web page does."""
    guard = request.scope["sandbox.guard"]
    body = await json_object(request)
    validation.check(SECRET, body)
    if not guard.knows(body["secret"]):
        raise Problem(401, "That is not the secret.", title="Unauthenticated")
    response = Response(status_code=204)
    response.set_cookie(
        controls.cookie_name(request),
        guard.session,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@control("reset", "POST", "/reset", status=204)
async def reset(sandbox: Sandbox, request: Request) -> Any:
    """Forget everything that clients did. Models stay."""
    sandbox._requests.clear()
    await sandbox._clear()


@control("settle", "POST", "/settle", body=SETTLE, answer=object_of("settled", settled=FLAG))
async def settle(sandbox: Sandbox, request: Request) -> Any:
    """Wait until all runs have ended and all webhooks are delivered.

    The answer tells whether that was so within `timeout` seconds, 30 if it is left out.
    """
    body = await json_object(request)
    validation.check(SETTLE, body)
    try:
        await asyncio.wait_for(sandbox._state.settle(), body.get("timeout", 30.0))
    except asyncio.TimeoutError:
        return {"settled": False}
    return {"settled": True}


@control(
    "events",
    "GET",
    "/events",
    query={"run": {**TEXT, "description": "The id of a run to tell everything of."}},
    answer={"type": "string", "contentMediaType": "text/event-stream"},
)
async def events(sandbox: Sandbox, request: Request) -> Any:
    """Follow what happens, as server-sent events.

    `runs` comes first, with the newest runs; then `run` for each change of one, `models` and
    `reset`. Of the run in the query `detail`, `logs`, `items` and `output` come too.
    """
    state = sandbox._state
    run_id = request.query_params.get("run")
    return StreamingResponse(
        state.feed.follow(state, run_id),
        media_type="text/event-stream",
        headers={"cache-control": "no-store"},
    )


# --- time --------------------------------------------------------------------------------------


@control("clock.get", "GET", "/clock", answer=ref("Clock"))
async def get_clock(sandbox: Sandbox, request: Request) -> Any:
    """Tell the sandbox's time, and whether it is driven."""
    clock = sandbox.clock
    return {"now": wire.timestamp(clock.nanoseconds(), 6), "driven": clock.driven}


@control("clock.drive", "POST", "/clock/drive", body=DRIVE, answer=ref("Clock"))
async def drive_clock(sandbox: Sandbox, request: Request) -> Any:
    """Stop the time, as `sandbox.clock.drive` does.

    It jumps ahead when something in the sandbox waits, unless `auto` is false. The pauses of
    clients in other processes are not on it.
    """
    body = await json_object(request)
    validation.check(DRIVE, body)
    sandbox.clock.drive(auto=body.get("auto", True))
    return await get_clock(sandbox, request)


@control("clock.release", "POST", "/clock/release", answer=ref("Clock"))
async def release_clock(sandbox: Sandbox, request: Request) -> Any:
    """Let time go on by itself."""
    sandbox.clock.release()
    return await get_clock(sandbox, request)


@control("clock.advance", "POST", "/clock/advance", body=ADVANCE, answer=ref("Clock"))
async def advance_clock(sandbox: Sandbox, request: Request) -> Any:
    """Let some time pass, and all happen that happens in it, whether or not it is driven."""
    body = await json_object(request)
    validation.check(ADVANCE, body)
    await sandbox.clock.aadvance(body["seconds"])
    return await get_clock(sandbox, request)


# --- what has happened ---------------------------------------------------------------------------

_PAGE: Dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
}


@control("runs.list", "GET", "/runs", query=_PAGE, answer=list_of("Run"))
async def list_runs(sandbox: Sandbox, request: Request) -> Any:
    """List the newest predictions and trainings, in the order of their creation.

    Also those are in it whose creator was never told.
    """
    limit = number(request, "limit", 100, (1, 1000))
    return [summary(run) for run in list(sandbox._state.runs.values())[-limit:]]


@control("runs.get", "GET", "/runs/{run_id}", answer={"type": "object"})
async def get_run(sandbox: Sandbox, request: Request, run_id: str) -> Any:
    """Get a prediction or a training, as the API renders it."""
    return sandbox._state.render(sandbox._state.run(run_id))


@control("runs.expire", "POST", "/runs/{run_id}/expire", status=204)
async def expire_run(sandbox: Sandbox, request: Request, run_id: str) -> Any:
    """Remove the data of a finished prediction, as the API does after an hour."""
    sandbox._state.run(run_id)
    sandbox.expire(run_id)


@control(
    "requests.list",
    "GET",
    "/requests",
    query={**_PAGE, "after": {**WHOLE, "description": "Only those of a greater number."}},
    answer=list_of("Request"),
)
async def list_requests(sandbox: Sandbox, request: Request) -> Any:
    """List the newest requests that came in, in their order.

    Requests to `/_sandbox` are not among them.
    """
    limit = number(request, "limit", 100, (1, 1000))
    after = number(request, "after", 0, (0, 10**15))
    log = sandbox._requests
    numbered = list(enumerate(log, log.total - len(log) + 1))
    return [_request(n, record) for n, record in numbered[-limit:] if n > after]


@control("requests.clear", "DELETE", "/requests", status=204)
async def clear_requests(sandbox: Sandbox, request: Request) -> Any:
    """Forget the requests that came in."""
    sandbox._requests.clear()


@control("webhooks.list", "GET", "/webhooks", query=_PAGE, answer=list_of("Delivery"))
async def list_webhooks(sandbox: Sandbox, request: Request) -> Any:
    """List the newest attempts to deliver webhooks, in their order."""
    limit = number(request, "limit", 100, (1, 1000))
    return [vars(delivery) for delivery in sandbox.webhooks[-limit:]]


@control(
    "files.get",
    "GET",
    "/files/{key}",
    answer={"type": "string", "contentMediaType": "application/octet-stream"},
)
async def get_file(sandbox: Sandbox, request: Request, key: str) -> Any:
    """Get a file by its id: an upload, or what a model put out.

    The API does not take notice, and no fault hits.
    """
    files = sandbox._state.files
    stored = files.outputs.get(key) or files.uploads.get(key)
    if stored is None:
        raise not_found()
    return stored.serve()


def _request(position: int, record: RecordedRequest) -> Dict[str, Any]:
    try:
        text, encoded = record.body.decode(), None
    except UnicodeDecodeError:
        text, encoded = None, base64.b64encode(record.body).decode()
    return {
        "number": position,
        "host": record.host,
        "method": record.method,
        "path": record.path,
        "query": record.query,
        "headers": record.headers,
        "body": text,
        "body_base64": encoded,
        "status": record.status,
        "seconds": record.seconds,
    }
