"""The operations below `/_sandbox`: what tests can ask of a sandbox from outside."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any, Dict, List, Sequence, cast

from starlette.responses import Response, StreamingResponse

from replicate.__about__ import __version__

from . import control as controls
from . import validation, wire
from .addresses import current_view
from .control import control, number
from .faults import CUT, Fault
from .feed import summary
from .wire import Problem, json_object, not_found

if TYPE_CHECKING:
    from starlette.requests import Request

    from .middleware import RecordedRequest
    from .models import Model
    from .sandbox import Sandbox

Schema = Dict[str, Any]

_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_TIME: Schema = {"type": "string", "format": "date-time"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(*required: str, **properties: Schema) -> Schema:
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


_FAULT: Dict[str, Schema] = {
    "target": {
        "type": "array",
        "items": _TEXT,
        "description": "An operationId, stream, output or webhook; or a method and a path.",
    },
    "status": {"type": "integer", "minimum": 100, "maximum": 599},
    "headers": {"type": "object", "additionalProperties": _TEXT},
    "body": {"description": "Text as it is, anything else as JSON."},
    "content_type": _TEXT,
    "script": {
        "type": "array",
        "items": {},
        "description": "Texts to send, seconds to wait, and null to cut the connection.",
    },
    "work": _FLAG,
    "delay": _NUMBER,
    "drop": {"type": "string", "enum": ["before", "during", "after"]},
    "truncate": _WHOLE,
    "content_length": _FLAG,
    "trickle": _NUMBER,
    "times": {
        "type": "integer",
        "minimum": 1,
        "nullable": True,
        "description": "How many requests are hit; null means all. One, if it is left out.",
    },
    "after": _WHOLE,
    "optional": _FLAG,
}
_NEW_FAULT: Schema = {**_object("target", **_FAULT), "additionalProperties": False}
_LIMIT: Schema = {
    **_object(
        "requests",
        requests={"type": "integer", "minimum": 1},
        per={"type": "number", "exclusiveMinimum": 0},
        burst={"type": "integer", "minimum": 1},
        header=_FLAG,
    ),
    "additionalProperties": False,
}
_SETTLE: Schema = {
    **_object(timeout={"type": "number", "minimum": 0}),
    "additionalProperties": False,
}
_DRIVE: Schema = {**_object(auto=_FLAG), "additionalProperties": False}
_ADVANCE: Schema = {
    **_object("seconds", seconds={"type": "number", "minimum": 0, "maximum": 1e9}),
    "additionalProperties": False,
}
_SECRET: Schema = {**_object("secret", secret=_TEXT), "additionalProperties": False}

COMPONENTS: Dict[str, Schema] = {
    "Info": _object(
        version=_TEXT,
        url=_TEXT,
        files_url=_TEXT,
        token=_TEXT,
        username=_TEXT,
        rate_limited=_FLAG,
    ),
    "Clock": _object(now=_TIME, driven=_FLAG),
    "Model": _object(
        name=_TEXT,
        reference={"type": "string", "description": "What runs it: owner/name, or with version."},
        official=_FLAG,
        description=_or_null(_TEXT),
        input={"description": "The JSON schema of the input."},
        output={"description": "The JSON schema of the output."},
        run_count=_WHOLE,
        trainable=_FLAG,
    ),
    "Run": _object(
        id=_TEXT,
        kind={"type": "string", "enum": ["prediction", "training"]},
        model=_TEXT,
        version=_TEXT,
        deployment=_or_null(_TEXT),
        status=_TEXT,
        error=_or_null(_TEXT),
        created_at=_TIME,
        seconds={"type": ["number", "null"]},
    ),
    "Request": _object(
        number={"type": "integer", "description": "Counts from 1, over the sandbox's life."},
        host={"type": "string", "enum": ["api", "files"]},
        method=_TEXT,
        path=_TEXT,
        query=_TEXT,
        headers={"type": "object", "additionalProperties": _TEXT},
        body={"type": ["string", "null"], "description": "The body, if it is text."},
        body_base64={"type": ["string", "null"], "description": "The body, if it is not."},
        status={"type": ["integer", "null"]},
        seconds=_NUMBER,
    ),
    "Delivery": _object(
        run_id=_TEXT,
        event=_TEXT,
        url=_TEXT,
        webhook_id=_TEXT,
        status={"type": ["integer", "null"]},
    ),
    "Fault": _object(id=_TEXT, fired=_WHOLE, **_FAULT),
    "Problem": _object(title=_TEXT, detail=_TEXT, status={"type": "integer"}),
}

# --- the sandbox ---------------------------------------------------------------------------------


@control("info", "GET", "/", answer=_ref("Info"))
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


@control("session", "POST", "/session", body=_SECRET, status=204, open=True)
async def open_session(sandbox: Sandbox, request: Request) -> Any:
    """Exchange the secret for a cookie, as the web page does."""
    guard = request.scope["sandbox.guard"]
    body = await json_object(request)
    validation.check(_SECRET, body)
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


@control("settle", "POST", "/settle", body=_SETTLE, answer=_object("settled", settled=_FLAG))
async def settle(sandbox: Sandbox, request: Request) -> Any:
    """Wait until all runs have ended and all webhooks are delivered.

    The answer tells whether that was so within `timeout` seconds, 30 if it is left out.
    """
    body = await json_object(request)
    validation.check(_SETTLE, body)
    try:
        await asyncio.wait_for(sandbox._state.settle(), body.get("timeout", 30.0))
    except asyncio.TimeoutError:
        return {"settled": False}
    return {"settled": True}


@control(
    "events",
    "GET",
    "/events",
    query={"run": {**_TEXT, "description": "The id of a run to tell everything of."}},
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


@control("clock.get", "GET", "/clock", answer=_ref("Clock"))
async def get_clock(sandbox: Sandbox, request: Request) -> Any:
    """Tell the sandbox's time, and whether it is driven."""
    clock = sandbox.clock
    return {"now": wire.timestamp(clock.nanoseconds(), 6), "driven": clock.driven}


@control("clock.drive", "POST", "/clock/drive", body=_DRIVE, answer=_ref("Clock"))
async def drive_clock(sandbox: Sandbox, request: Request) -> Any:
    """Stop the time, as `sandbox.clock.drive` does.

    It jumps ahead when something in the sandbox waits, unless `auto` is false. The pauses of
    clients in other processes are not on it.
    """
    body = await json_object(request)
    validation.check(_DRIVE, body)
    sandbox.clock.drive(auto=body.get("auto", True))
    return await get_clock(sandbox, request)


@control("clock.release", "POST", "/clock/release", answer=_ref("Clock"))
async def release_clock(sandbox: Sandbox, request: Request) -> Any:
    """Let time go on by itself."""
    sandbox.clock.release()
    return await get_clock(sandbox, request)


@control("clock.advance", "POST", "/clock/advance", body=_ADVANCE, answer=_ref("Clock"))
async def advance_clock(sandbox: Sandbox, request: Request) -> Any:
    """Let some time pass, and all happen that happens in it, whether or not it is driven."""
    body = await json_object(request)
    validation.check(_ADVANCE, body)
    await sandbox.clock.aadvance(body["seconds"])
    return await get_clock(sandbox, request)


# --- models --------------------------------------------------------------------------------------


@control("models.list", "GET", "/models", answer=_list("Model"))
async def list_models(sandbox: Sandbox, request: Request) -> Any:
    """List the models that can run, with the schemas of their input and output."""
    return [_model(model) for model in sandbox.models.values() if model.versions]


@control("models.delete", "DELETE", "/models/{owner}/{name}", status=204)
async def delete_model(sandbox: Sandbox, request: Request, owner: str, name: str) -> Any:
    """Remove a model with all its versions."""
    state = sandbox._state
    del state.models[state.model(owner, name).full_name]
    state.feed.tell("models")


def _model(model: Model) -> Dict[str, Any]:
    version = model.versions[-1]
    reference = model.full_name if model.official else f"{model.full_name}:{version.id}"
    return {
        "name": model.full_name,
        "reference": reference,
        "official": model.official,
        "description": model.description,
        "input": version.signature.inputs,
        "output": version.signature.output,
        "run_count": model.run_count,
        "trainable": version.trainer is not None,
    }


# --- what has happened ---------------------------------------------------------------------------

_PAGE: Dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
}


@control("runs.list", "GET", "/runs", query=_PAGE, answer=_list("Run"))
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
    query={**_PAGE, "after": {**_WHOLE, "description": "Only those of a greater number."}},
    answer=_list("Request"),
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


@control("webhooks.list", "GET", "/webhooks", query=_PAGE, answer=_list("Delivery"))
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
    response = stored.serve()
    # Whatever a model made, it has no say in the page that shows it.
    response.headers["content-security-policy"] = "sandbox; default-src 'none'"
    response.headers["x-content-type-options"] = "nosniff"
    return response


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


# --- what shall go wrong -------------------------------------------------------------------------


@control("faults.list", "GET", "/faults", answer=_list("Fault"))
async def list_faults(sandbox: Sandbox, request: Request) -> Any:
    """List the faults that were asked for, and how often each has hit."""
    return [_fault(fault) for fault in sandbox._state.faults.planned]


@control("faults.create", "POST", "/faults", body=_NEW_FAULT, status=201, answer=_ref("Fault"))
async def create_fault(sandbox: Sandbox, request: Request) -> Any:
    """Make requests go wrong, as `Sandbox.fault` does."""
    body = await json_object(request)
    validation.check(_NEW_FAULT, body)
    target: List[str] = body.pop("target")
    if "script" in body:
        body["script"] = [_step(step) for step in body["script"]]
    try:
        return _fault(sandbox.fault(*target, **body))
    except (TypeError, ValueError) as error:
        raise Problem(422, str(error), title="Invalid fault") from None


@control("faults.get", "GET", "/faults/{fault_id}", answer=_ref("Fault"))
async def get_fault(sandbox: Sandbox, request: Request, fault_id: str) -> Any:
    """Get a fault, and how often it has hit."""
    return _fault(_find_fault(sandbox, fault_id))


@control("faults.delete", "DELETE", "/faults/{fault_id}", status=204)
async def delete_fault(sandbox: Sandbox, request: Request, fault_id: str) -> Any:
    """Take a fault back."""
    sandbox._state.faults.remove(_find_fault(sandbox, fault_id))


@control("faults.clear", "DELETE", "/faults", status=204)
async def clear_faults(sandbox: Sandbox, request: Request) -> Any:
    """Take all faults back."""
    sandbox._state.faults.clear()


@control("rate_limit.set", "PUT", "/rate-limit", body=_LIMIT, status=204)
async def set_rate_limit(sandbox: Sandbox, request: Request) -> Any:
    """Limit how many predictions can be created, as `Sandbox.rate_limit` does."""
    body = await json_object(request)
    validation.check(_LIMIT, body)
    if body.get("per", 1) <= 0:
        raise Problem(422, "per is more than 0 seconds", title="Invalid limit")
    sandbox.rate_limit(body.pop("requests"), **body)


@control("rate_limit.delete", "DELETE", "/rate-limit", status=204)
async def delete_rate_limit(sandbox: Sandbox, request: Request) -> Any:
    """Let clients create as many predictions as they want."""
    sandbox._state.rate_limit = None


def _step(step: Any) -> Any:
    if step is None:
        return CUT
    if isinstance(step, bool) or not isinstance(step, (str, int, float)):
        raise Problem(422, "a script has texts, seconds and nulls", title="Invalid fault")
    return step


def _find_fault(sandbox: Sandbox, fault_id: str) -> Fault:
    for fault in sandbox._state.faults.planned:
        if fault.id == fault_id:
            return fault
    raise not_found()


def _fault(fault: Fault) -> Dict[str, Any]:
    shown: Dict[str, Any] = {"id": fault.id, "target": list(fault.target), "fired": fault.fired}
    for name in _FAULT:
        value = getattr(fault, name)
        if value is not None or name == "times":
            shown[name] = _plain(value)
    shown["headers"] = dict(fault.headers)
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        steps = cast("Sequence[Any]", value)
        return [None if step is CUT else _plain(step) for step in steps]
    return value
