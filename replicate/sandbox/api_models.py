"""Operations on models and their versions."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Dict, List

from starlette.responses import PlainTextResponse, Response

from . import validation, wire
from .models import Model
from .operations import operation
from .rules import NAME, SKU, check_owner
from .wire import Answer, Problem, json_object, not_found

if TYPE_CHECKING:
    from starlette.requests import Request

    from .state import State

PAGE_SIZE = 25
_TEXT = {"type": "string", "nullable": True}
_LINKS = dict.fromkeys(("description", "github_url", "paper_url", "license_url"), _TEXT)
_CREATE: Dict[str, Any] = {
    "type": "object",
    "required": ["owner", "name", "visibility", "hardware"],
    "properties": {
        "owner": NAME,
        "name": NAME,
        "visibility": {"type": "string", "enum": ["public", "private"]},
        "hardware": SKU,
        "cover_image_url": _TEXT,
        **_LINKS,
    },
}
_UPDATE: Dict[str, Any] = {
    "type": "object",
    "properties": {**_LINKS, "readme": _TEXT, "weights_url": _TEXT},
}
_MODEL = "/models/{model_owner}/{model_name}"


@operation("models.list", "GET", "/models")
async def list_(state: State, request: Request) -> Response:
    """List public models."""
    by = request.query_params.get("sort_by", "latest_version_created_at")
    direction = request.query_params.get("sort_direction", "desc")
    if by not in ("model_created_at", "latest_version_created_at"):
        raise Problem(400, f"sort_by can't be {by}", title="Bad request")
    if direction not in ("asc", "desc"):
        raise Problem(400, f"sort_direction can't be {direction}", title="Bad request")

    def age(model: Model) -> int:
        latest = model.latest_version
        return latest.created_at if latest and by[0] == "l" else model.created_at

    models = sorted(_public(state), key=age, reverse=direction == "desc")
    return _page(state, request, models)


@operation("models.search", "QUERY", "/models")
async def search(state: State, request: Request) -> Response:
    """Find public models by the words in the request's body: text, or a string of JSON."""
    query = (await request.body()).decode("utf-8", "replace")
    with contextlib.suppress(ValueError):  # the words themselves, if they are no JSON
        decoded = wire.parse_json(query)
        query = decoded if isinstance(decoded, str) else query
    return _page(state, request, matching(state, query))


@operation("models.create", "POST", "/models")
async def create(state: State, request: Request) -> Response:
    """Create a model without versions."""
    body = await json_object(request)
    validation.check(_CREATE, body)
    check_owner(state, body["owner"])
    model = Model(**{name: body[name] for name in _CREATE["properties"] if name in body})
    if model.full_name in state.models:
        raise Problem(
            409, "A model with that name and owner already exists.", title="Model already exists"
        )
    state.models[model.full_name] = model
    return Answer(model.to_wire(state.origin), 201)


@operation("models.get", "GET", _MODEL)
async def get(state: State, request: Request, model_owner: str, model_name: str) -> Response:
    """Get a model."""
    return Answer(state.model(model_owner, model_name).to_wire(state.origin))


@operation("models.update", "PATCH", _MODEL)
async def update(state: State, request: Request, model_owner: str, model_name: str) -> Response:
    """Change what a model says about itself."""
    model = state.model(model_owner, model_name)
    check_owner(state, model_owner)
    body = await json_object(request)
    validation.check(_UPDATE, body)
    for name in _UPDATE["properties"]:
        if name in body:
            setattr(model, name, body[name])
    return Answer(model.to_wire(state.origin))


@operation("models.delete", "DELETE", _MODEL)
async def delete(state: State, request: Request, model_owner: str, model_name: str) -> Response:
    """Delete a private model that has no versions."""
    model = state.model(model_owner, model_name)
    check_owner(state, model_owner)
    if model.visibility != "private" or model.versions:
        raise Problem(
            403, "Only private models without versions can be deleted.", title="Forbidden"
        )
    del state.models[model.full_name]
    return Response(status_code=204)


@operation("models.examples.list", "GET", f"{_MODEL}/examples")
async def list_examples(
    state: State, request: Request, model_owner: str, model_name: str
) -> Response:
    """List a model's examples: here its first successful prediction."""
    example = state.model(model_owner, model_name).example
    return wire.page(
        [example] if example else [],
        request,
        size=PAGE_SIZE,
        key=lambda example: str(example["id"]),
        render=lambda example: example,
    )


@operation("models.readme.get", "GET", f"{_MODEL}/readme")
async def get_readme(state: State, request: Request, model_owner: str, model_name: str) -> Response:
    """Get a model's README."""
    readme = state.model(model_owner, model_name).readme
    if readme is None:
        raise not_found()
    return PlainTextResponse(readme)


@operation("models.versions.list", "GET", f"{_MODEL}/versions")
async def list_versions(
    state: State, request: Request, model_owner: str, model_name: str
) -> Response:
    """List a model's versions, the newest first; official models do not show theirs."""
    model = state.model(model_owner, model_name)
    if model.official:
        raise Problem(
            404,
            "This model is an official model and does not expose a list of versions.",
            title="Not found",
        )
    return wire.page(
        model.versions[::-1],
        request,
        size=state.settings.page_size,
        key=lambda version: version.id,
        render=lambda version: version.to_wire(),
    )


@operation("models.versions.get", "GET", f"{_MODEL}/versions/{{version_id}}")
async def get_version(
    state: State, request: Request, model_owner: str, model_name: str, version_id: str
) -> Response:
    """Get a version of a model."""
    return Answer(state.version(model_owner, model_name, version_id).to_wire())


@operation("models.versions.delete", "DELETE", f"{_MODEL}/versions/{{version_id}}")
async def delete_version(
    state: State, request: Request, model_owner: str, model_name: str, version_id: str
) -> Response:
    """Delete a version that no deployment uses."""
    version = state.version(model_owner, model_name, version_id)
    check_owner(state, model_owner)
    if any(deployment.version == version_id for deployment in state.deployments.values()):
        raise Problem(403, "A version that a deployment uses can't be deleted.", title="Forbidden")
    state.model(model_owner, model_name).versions.remove(version)
    return Response(status_code=202)


def matching(state: State, query: str) -> List[Model]:
    """Return the public models that every word of a query occurs in."""
    words = query.lower().split()
    return [
        model
        for model in _public(state)
        if all(word in f"{model.full_name} {model.description or ''}".lower() for word in words)
    ]


def _public(state: State) -> List[Model]:
    return [model for model in state.models.values() if model.visibility == "public"]


def _page(state: State, request: Request, models: List[Model]) -> Response:
    return wire.page(
        models,
        request,
        size=min(PAGE_SIZE, state.settings.page_size),
        key=lambda model: model.full_name,
        render=lambda model: model.to_wire(state.origin),
    )
