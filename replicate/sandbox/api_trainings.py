"""Operations on trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

from . import validation, wire
from .api_predictions import set_webhook
from .history import urls_in
from .operations import operation
from .rules import WEBHOOK_FIELDS, check_input
from .runs import Run
from .wire import Answer, Problem, json_object

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from .models import Model, Version
    from .state import State

_BODY: Dict[str, Any] = {
    "type": "object",
    "required": ["destination", "input"],
    "properties": {
        "destination": {"type": "string"},
        "input": {"type": "object"},
        **WEBHOOK_FIELDS,
    },
}


@operation(
    "trainings.create",
    "POST",
    "/models/{model_owner}/{model_name}/versions/{version_id}/trainings",
)
async def create(
    state: State, request: Request, model_owner: str, model_name: str, version_id: str
) -> Response:
    """Train a version; the result becomes a new version of the destination."""
    model = state.model(model_owner, model_name)
    version = state.version(model_owner, model_name, version_id)
    body = await json_object(request)
    validation.check(_BODY, body)
    destination = state.models.get(body["destination"])
    if destination is None or destination.owner != state.settings.username:
        raise Problem(404, "The specified training destination does not exist")
    if version.trainer is None:
        raise Problem(422, "This version can't be trained.", title="Invalid version")
    check_input(state, model, version.trainer, body["input"])
    run = Run(
        model,
        version.trainer,
        body["input"],
        clock=state.clock,
        destination=destination.full_name,
    )
    run.finalize = lambda weights: _publish(state, version, destination, weights)
    set_webhook(run, body)
    state.create(run)
    return Answer(state.render(run, created=True), 201)


@operation("trainings.get", "GET", "/trainings/{training_id}")
async def get(state: State, request: Request, training_id: str) -> Response:
    """Get a training."""
    return Answer(state.render(state.run(training_id, training=True)))


@operation("trainings.list", "GET", "/trainings")
async def list_(state: State, request: Request) -> Response:
    """List trainings, the newest first."""
    runs = state.newest(trainings=True)
    size = state.settings.page_size
    return wire.page(runs, request, size=size, key=lambda run: run.id, render=state.render)


@operation("trainings.cancel", "POST", "/trainings/{training_id}/cancel")
async def cancel(state: State, request: Request, training_id: str) -> Response:
    """Cancel a training."""
    run = state.run(training_id, training=True)
    run.cancel()
    return Answer(state.render(run))


def _publish(state: State, version: Version, destination: Model, weights: Any) -> Dict[str, Any]:
    output: Any = weights
    if isinstance(weights, dict):  # as trainers of the API put it out
        weights = output.get("weights")
    trained = version.trained(destination.full_name, weights)
    trained.created_at = state.clock.nanoseconds()
    destination.add(trained)
    for url in urls_in(weights):
        state.files.keep(url)
    return {"version": f"{destination.full_name}:{trained.id}", "weights": weights}
