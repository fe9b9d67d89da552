"""Operations on deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

from starlette.responses import Response

from . import validation, wire
from .operations import operation
from .rules import NAME, SKU, check_instances
from .state import Deployment, State
from .wire import Answer, Problem, json_object, not_found

if TYPE_CHECKING:
    from starlette.requests import Request

_CHANGEABLE: Dict[str, Any] = {
    "version": {"type": "string"},
    "hardware": SKU,
    "min_instances": {"type": "integer", "minimum": 0, "maximum": 5},
    "max_instances": {"type": "integer", "minimum": 0, "maximum": 20},
}
_UPDATE: Dict[str, Any] = {"type": "object", "properties": _CHANGEABLE}
_CREATE: Dict[str, Any] = {
    "type": "object",
    "required": ["name", "model", *_CHANGEABLE],
    "properties": {
        "name": NAME,
        "model": {"type": "string"},
        **_CHANGEABLE,
    },
}
_DEPLOYMENT = "/deployments/{deployment_owner}/{deployment_name}"


@operation("deployments.list", "GET", "/deployments")
async def list_(state: State, request: Request) -> Response:
    """List the account's deployments."""
    return wire.page(
        list(state.deployments.values()),
        request,
        size=state.settings.page_size,
        key=lambda deployment: deployment.name,
        render=lambda deployment: _render(state, deployment),
    )


@operation("deployments.create", "POST", "/deployments")
async def create(state: State, request: Request) -> Response:
    """Put a version of a model under a name of its own."""
    body = await json_object(request)
    validation.check(_CREATE, body)
    check_instances(body)
    _check_version(state, body["model"], body["version"])
    full_name = f"{state.settings.username}/{body['name']}"
    if full_name in state.deployments:
        raise Problem(
            409, "A deployment with that name already exists.", title="Deployment already exists"
        )
    facts = {name: body[name] for name in _CREATE["properties"]}
    deployment = Deployment(**facts, created_at=state.clock.nanoseconds())
    state.deployments[full_name] = deployment
    return Answer(_render(state, deployment))


@operation("deployments.get", "GET", _DEPLOYMENT)
async def get(
    state: State, request: Request, deployment_owner: str, deployment_name: str
) -> Response:
    """Get a deployment."""
    return Answer(_render(state, _find(state, deployment_owner, deployment_name)))


@operation("deployments.update", "PATCH", _DEPLOYMENT)
async def update(
    state: State, request: Request, deployment_owner: str, deployment_name: str
) -> Response:
    """Change a deployment: every change is a new release."""
    deployment = _find(state, deployment_owner, deployment_name)
    body = await json_object(request)
    validation.check(_UPDATE, body)
    check_instances({**vars(deployment), **body})
    if "version" in body:
        _check_version(state, deployment.model, body["version"])
    for name in _CHANGEABLE:
        if name in body:
            setattr(deployment, name, body[name])
    deployment.number += 1
    deployment.created_at = state.clock.nanoseconds()
    return Answer(_render(state, deployment))


@operation("deployments.delete", "DELETE", _DEPLOYMENT)
async def delete(
    state: State, request: Request, deployment_owner: str, deployment_name: str
) -> Response:
    """Delete a deployment, without the fifteen minutes of rest that the API asks for."""
    _find(state, deployment_owner, deployment_name)
    del state.deployments[f"{deployment_owner}/{deployment_name}"]
    return Response(status_code=204)


def _find(state: State, owner: str, name: str) -> Deployment:
    try:
        return state.deployments[f"{owner}/{name}"]
    except KeyError:
        raise not_found() from None


def _check_version(state: State, model: str, version: str) -> None:
    state.resolve(f"{model}:{version}")


def _render(state: State, deployment: Deployment) -> Dict[str, Any]:
    return {
        "owner": state.settings.username,
        "name": deployment.name,
        "current_release": {
            "number": deployment.number,
            "model": deployment.model,
            "version": deployment.version,
            "created_at": wire.timestamp(deployment.created_at, 6),
            "created_by": state.account(),
            "configuration": {
                "hardware": deployment.hardware,
                "min_instances": deployment.min_instances,
                "max_instances": deployment.max_instances,
            },
        },
    }
