"""The operations that only look things up: account, hardware, collections, search, secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict

from . import wire
from .api_models import matching
from .operations import operation
from .rules import HARDWARE
from .wire import Answer, not_found

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from .state import Collection, State


@operation("account.get", "GET", "/account")
async def get_account(state: State, request: Request) -> Response:
    """Get the account that the token belongs to."""
    return Answer(state.account())


@operation("hardware.list", "GET", "/hardware")
async def list_hardware(state: State, request: Request) -> Response:
    """List the hardware to run models on."""
    return Answer([{"name": name, "sku": sku} for sku, name in HARDWARE.items()])


@operation("collections.list", "GET", "/collections")
async def list_collections(state: State, request: Request) -> Response:
    """List the collections of models."""
    return wire.page(
        list(state.collections.values()),
        request,
        size=state.settings.page_size,
        key=lambda collection: collection.slug,
        render=_summary,
    )


@operation("collections.get", "GET", "/collections/{collection_slug}")
async def get_collection(state: State, request: Request, collection_slug: str) -> Response:
    """Get a collection with its models."""
    collection = state.collections.get(collection_slug)
    if collection is None:
        raise not_found()
    models = [state.models[name] for name in collection.models if name in state.models]
    return Answer(
        {
            **_summary(collection),
            "full_description": collection.full_description,
            "models": [model.to_wire(state.origin) for model in models],
        }
    )


@operation("search", "GET", "/search", authenticated=False)
async def search(state: State, request: Request) -> Response:
    """Find models and collections."""
    query = request.query_params.get("query", "")
    limit = request.query_params.get("limit", "20")
    if not query.strip():
        return Answer({"detail": "query is required"}, 400)
    if not re.fullmatch("[1-9]|[1-4][0-9]|50", limit):
        return Answer({"detail": "limit must be between 1 and 50"}, 400)
    found = matching(state, query)
    words = query.lower().split()
    models = [
        {
            "model": model.to_wire(state.origin),
            "metadata": {
                "generated_description": model.description,
                "tags": sorted({word for word in words if word in model.name.lower()}),
                "score": round(1 - position / len(found), 3),
            },
        }
        for position, model in enumerate(found[: int(limit)])
    ]
    collections = [
        {**_summary(collection), "models": list(collection.models)}
        for collection in state.collections.values()
        if all(word in f"{collection.name} {collection.description}".lower() for word in words)
    ]
    return Answer({"query": query, "models": models, "collections": collections, "pages": []})


@operation("webhooks.default.secret.get", "GET", "/webhooks/default/secret")
async def get_webhook_secret(state: State, request: Request) -> Response:
    """Get the key that webhooks are signed with."""
    return Answer({"key": state.webhook_secret})


def _summary(collection: Collection) -> Dict[str, Any]:
    return {
        "name": collection.name,
        "slug": collection.slug,
        "description": collection.description,
    }
