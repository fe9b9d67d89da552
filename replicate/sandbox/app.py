"""The two ASGI applications of a sandbox: the API, and the host of files and streams."""

from __future__ import annotations

from typing import Awaitable, Callable, Dict, List, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from . import (
    api_catalog,
    api_deployments,
    api_files,
    api_models,
    api_predictions,
    api_trainings,
    limits,
    operations,
    streams,
)
from .addresses import FILES_PATH
from .faults import CREATES
from .state import State
from .wire import Problem, not_found

Handler = Callable[[State, Request], Awaitable[Response]]

# Importing these registers their operations.
_TABLES = (
    api_catalog,
    api_deployments,
    api_files,
    api_models,
    api_predictions,
    api_trainings,
)


async def answer_api(state: State, request: Request) -> Response:
    """Answer a request to the API."""
    path = _raw_path(request)
    if path.startswith(f"{FILES_PATH}/"):
        return await answer_delivery(state, request)
    if not path.startswith("/v1/"):
        # No application has seen this request: the edge does not speak JSON.
        text = "response 404 (backend NotFound), service rules for the path non-existent "
        return PlainTextResponse(text, 404)
    operation, parameters, known = operations.find(request.method, path[len("/v1") :])
    headers: Dict[str, str] = {}
    try:
        if operation is None or operation.authenticated:
            _authenticate(state, request)
        if operation is None:
            raise _unknown(request.method, path, known)
        headers = limits.pass_limit(state.rate_limit, operation.id, state.clock.monotonic())
        response = await operation.handler(state, request, **parameters)
    except Problem as problem:
        response = problem.response()
    response.headers.update(headers)  # refusals count, and say so
    return response


def api_names(state: State, request: Request) -> List[str]:
    """Return what faults call a request to the API's host."""
    if _raw_path(request).startswith(f"{FILES_PATH}/"):
        return delivery_names(state, request)
    operation, parameters, _ = operations.find(request.method, _raw_path(request)[len("/v1") :])
    if operation is None:
        return []
    if operation.id in CREATES:
        return [operation.id, "predictions.create"]
    run = state.runs.get(parameters.get("prediction_id", ""))
    if run is not None and run.destination is not None:
        # `urls` of a training lead to where predictions are.
        return [operation.id, operation.id.replace("predictions", "trainings")]
    return [operation.id]


def delivery_names(_: State, request: Request) -> List[str]:
    """Return `stream` or `output`: what faults call the requests to the other host."""
    return ["stream" if _delivery_path(request).startswith("/v1/") else "output"]


def _delivery_path(request: Request) -> str:
    path: str = request.scope["path"]
    return path[len(FILES_PATH) :] if path.startswith(f"{FILES_PATH}/") else path


def _raw_path(request: Request) -> str:
    raw_path: bytes = request.scope["raw_path"]
    return raw_path.decode("latin-1")


async def answer_delivery(state: State, request: Request) -> Response:
    """Answer a request for an output file or a stream; their addresses are secrets enough."""
    path = _delivery_path(request)
    parts = path.split("/")
    if request.method in ("GET", "HEAD"):
        if len(parts) == 4 and parts[1] == "v1":
            run = state.streams.get(parts[3])
            if run is not None:
                return streams.respond(run, request)
        elif len(parts) == 3:
            stored = state.files.output(parts[1])
            if stored is not None and stored.name == parts[2]:
                return stored.serve(beside_page=path != request.scope["path"])
    return PlainTextResponse("Not found", 404)


def _unknown(method: str, path: str, known: Sequence[str]) -> Problem:
    missing = operations.not_implemented(method, path[len("/v1") :])
    if missing is not None:
        detail = f"The sandbox does not implement {missing} ({method} {path})."
        return Problem(501, detail, title="Not implemented")
    return _not_allowed(method, known) if known else not_found()


def _not_allowed(method: str, allowed: Sequence[str]) -> Problem:
    headers = {"allow": ", ".join(allowed)}
    return Problem(405, f'Method "{method}" not allowed.', headers=headers)


def _authenticate(state: State, request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        raise Problem(401, "You did not pass an authentication token", title="Unauthenticated")
    if scheme.lower() not in ("bearer", "token") or token.strip() != state.settings.token:
        raise Problem(401, "You did not pass a valid authentication token", title="Unauthenticated")
