"""Operations on predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from . import validation, wire
from .operations import operation
from .rules import WEBHOOK_FIELDS, check_input
from .runs import Run
from .state import State, parse_cancel_after, parse_wait
from .wire import Answer, Problem, json_object, not_found

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from .models import Model, Version

_BODY: Dict[str, Any] = {
    "type": "object",
    "required": ["input"],
    "additionalProperties": False,
    "properties": {"input": {"type": "object"}, "stream": {"type": "boolean"}, **WEBHOOK_FIELDS},
}
_VERSION_BODY: Dict[str, Any] = {
    **_BODY,
    "required": ["version", "input"],
    "properties": {"version": {"type": "string"}, **_BODY["properties"]},
}


@operation("predictions.create", "POST", "/predictions")
async def create(state: State, request: Request) -> Response:
    """Create a prediction of any model."""
    body = await json_object(request)
    validation.check(_VERSION_BODY, body)
    model, version = state.resolve(body["version"])
    return await _create(state, request, body, model, version)


@operation("models.predictions.create", "POST", "/models/{model_owner}/{model_name}/predictions")
async def create_for_model(
    state: State, request: Request, model_owner: str, model_name: str
) -> Response:
    """Create a prediction of an official model; others are not found here."""
    model = state.model(model_owner, model_name)
    body = await json_object(request)
    if not model.official or model.latest_version is None:
        raise not_found()
    validation.check(_BODY, body)
    return await _create(state, request, body, model, model.latest_version)


@operation(
    "deployments.predictions.create",
    "POST",
    "/deployments/{deployment_owner}/{deployment_name}/predictions",
)
async def create_for_deployment(
    state: State, request: Request, deployment_owner: str, deployment_name: str
) -> Response:
    """Create a prediction of a deployment."""
    full_name = f"{deployment_owner}/{deployment_name}"
    deployment = state.deployments.get(full_name)
    if deployment is None:
        raise not_found()
    body = await json_object(request)
    validation.check(_BODY, body)
    model, version = state.resolve(f"{deployment.model}:{deployment.version}")
    return await _create(state, request, body, model, version, deployment=full_name)


@operation("predictions.get", "GET", "/predictions/{prediction_id}")
async def get(state: State, request: Request, prediction_id: str) -> Response:
    """Get a prediction."""
    return Answer(state.render(state.run(prediction_id)))


@operation("predictions.list", "GET", "/predictions")
async def list_(state: State, request: Request) -> Response:
    """List predictions, the newest first."""
    runs = state.newest(trainings=False)
    after, before = _moment(request, "created_after"), _moment(request, "created_before")
    source = request.query_params.get("source")
    if source not in (None, "web"):
        raise Problem(400, "source takes only the value web", title="Bad request")
    chosen: List[Run] = [
        run
        for run in runs
        if (after is None or run.created_at >= after)
        and (before is None or run.created_at < before)
        and source != "web"  # nobody has used a web site to create one
    ]
    size = state.settings.page_size
    return wire.page(chosen, request, size=size, key=lambda run: run.id, render=state.render)


@operation("predictions.cancel", "POST", "/predictions/{prediction_id}/cancel")
async def cancel(state: State, request: Request, prediction_id: str) -> Response:
    """Cancel a prediction; one that has finished stays as it is."""
    run = state.run(prediction_id)
    run.cancel()
    body = state.render(run)
    # The slower of the API's two backends answers here, and writes what is not there as null.
    return Answer({**body, "logs": body["logs"] or None, "webhook_completed": None})


async def _create(
    state: State,
    request: Request,
    body: Dict[str, Any],
    model: Model,
    version: Version,
    *,
    deployment: Optional[str] = None,
) -> Response:
    check_input(state, model, version, body["input"])
    wait = parse_wait(request.headers)
    cancel_after = parse_cancel_after(request.headers, state.settings.cancel_after_minimum)
    run = Run(model, version, body["input"], clock=state.clock, deployment=deployment)
    set_webhook(run, body)
    run.asked_to_stream = bool(body.get("stream"))
    state.create(run, cancel_after=cancel_after)
    headers: Dict[str, str] = {}
    if wait is not None:
        headers["preference-applied"] = request.headers["prefer"].strip()
        with state.clock.held():
            await state.hold(run, wait)
    return Answer(state.render(run, created=True), 201, headers)


def set_webhook(run: Run, body: Dict[str, Any]) -> None:
    """Take over what the request says about webhooks."""
    for name in WEBHOOK_FIELDS:
        setattr(run, name, body.get(name))


def _moment(request: Request, name: str) -> Optional[int]:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return wire.parse_timestamp(text)
    except ValueError as error:
        raise Problem(400, f"{name}: {error}", title="Bad request") from None
