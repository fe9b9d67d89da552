"""The way in for tests in other processes and languages, and for the web page: `/_sandbox/`.

It stands in front of the API: what comes in here is neither recorded nor hit by faults. Only
this machine gets in, or whoever knows the secret.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Awaitable,
    Callable,
    Dict,
    List,
    Mapping,
    Optional,
    Pattern,
    Tuple,
)
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .addresses import current_view, is_loopback
from .server import logger
from .wire import Answer, Problem, not_found

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .sandbox import Sandbox

PREFIX = "/_sandbox"
Schema = Dict[str, Any]
Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Control:
    """One operation below `/_sandbox`, with what its document says about it."""

    id: str
    method: str
    path: str
    handler: Handler
    pattern: Pattern[str]
    body: Optional[Schema]
    query: Mapping[str, Schema]
    status: int
    answer: Optional[Schema]
    open: bool


CONTROLS: Dict[str, Control] = {}


def control(
    control_id: str,
    method: str,
    path: str,
    *,
    body: Optional[Schema] = None,
    query: Optional[Mapping[str, Schema]] = None,
    status: int = 200,
    answer: Optional[Schema] = None,
    open: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler; it receives the sandbox, the request and the path's parameters.

    Args:
        control_id: The `operationId`.
        method: The HTTP method.
        path: The path below `/_sandbox`, with parameters in braces.
        body: The schema of the request's body.
        query: The schemas of the parameters in the query.
        status: The status of a success; 204 has no content.
        answer: The schema of the answer.
        open: Whether also those get in who don't know the secret.
    """

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
        CONTROLS[control_id] = Control(
            control_id, method, path, handler, pattern, body, query or {}, status, answer, open
        )
        return handler

    return register


class Front:
    """What clients of the API's port meet first: control, the web page, or the API itself."""

    def __init__(self, sandbox: Sandbox, api: ASGIApp, secret: Optional[str]) -> None:
        for name in ("control_api", "control_changes"):
            import_module(f"{__package__}.{name}")  # which registers operations
        self._sandbox = sandbox
        self._api = api
        self.guard: Guard = Guard(secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or leave it to the API."""
        answer = self._find(scope)
        if answer is None:
            await self._api(scope, receive, send)
            return
        request = Request(dict(scope, headers=list(scope["headers"])), receive)
        headers = dict(request.headers)
        self._sandbox._state.addresses.enter(request.scope)
        try:
            response = await self._answer(answer, request, headers)
            await response(scope, receive, send)
        except asyncio.CancelledError:
            return  # the end of the sandbox

    async def _answer(
        self, answer: Handler, request: Request, headers: Mapping[str, str]
    ) -> Response:
        try:
            response: Response = await answer(request, headers)
        except Problem as problem:
            response = problem.response()
        except Exception:  # noqa: BLE001 - a bug of the sandbox, which the client sees as a 500
            logger.exception("%s %s", request.method, request.url.path)
            response = Problem(500, "Internal server error").response()
        response.headers.setdefault("cache-control", "no-store")
        return current_view().translated(response)

    def _find(self, scope: Scope) -> Optional[Handler]:
        from . import page

        path: str = scope["path"]
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return self._control
        if scope["method"] not in ("GET", "HEAD"):
            return None
        if path == "/openapi.json":
            return _api_document
        return page.find(self._sandbox._state, scope)

    async def _control(self, request: Request, headers: Mapping[str, str]) -> Response:
        raw: bytes = request.scope["raw_path"]
        path = raw.decode("latin-1")[len(PREFIX) :] or "/"
        allowed: List[str] = []
        for candidate in CONTROLS.values():
            match = candidate.pattern.match(path)
            if match is None:
                continue
            if candidate.method != request.method:
                allowed.append(candidate.method)
                continue
            if not candidate.open:
                self.guard.check(request, headers)
            request.scope["sandbox.guard"] = self.guard
            parameters = {name: unquote(value) for name, value in match.groupdict().items()}
            result = await candidate.handler(self._sandbox, request, **parameters)
            if isinstance(result, Response):
                return result
            if candidate.status == 204:
                return Response(status_code=204)
            return Answer(result, candidate.status)
        self.guard.check(request, headers)
        if not allowed:
            raise not_found()
        raise Problem(
            405,
            f'Method "{request.method}" not allowed.',
            headers={"allow": ", ".join(sorted(allowed))},
        )


class Guard:
    """Decides who may control a sandbox."""

    def __init__(self, secret: Optional[str]) -> None:
        self._secret = secret
        # A cookie, so that browsers can show pictures; the secret itself is not in it.
        self.session: str = secrets.token_urlsafe()

    def knows(self, secret: str) -> bool:
        """Tell whether this is the secret."""
        return self._secret is not None and _equal(secret, self._secret)

    def check(self, request: Request, headers: Mapping[str, str]) -> None:
        """Refuse whoever may not control the sandbox.

        Args:
            request: The request.
            headers: Its headers as they came, with the host that was asked.

        Raises:
            Problem: 401 or 403, with what to do about it.
        """
        _refuse_other_sites(headers)
        if self._secret is None:
            forwarded = {"forwarded", "via", "x-forwarded-for"} & set(headers)
            peer = request.client.host if request.client else ""
            if not (is_loopback(peer) and is_loopback(_host(headers))) or forwarded:
                raise Problem(
                    403,
                    "Only this machine can control the sandbox. Start it with a secret"
                    " (--secret) to let others do so.",
                    title="Forbidden",
                )
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.knows(given.strip()):
            return
        cookie = request.cookies.get(cookie_name(request), "")
        if not _equal(cookie, self.session):
            raise Problem(
                401,
                "Send the sandbox's secret: Authorization: Bearer SECRET",
                title="Unauthenticated",
                headers={"www-authenticate": "Bearer"},
            )


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie: browsers share cookies between ports."""
    return f"replicate_sandbox_{request.scope['server'][1]}"


def _host(headers: Mapping[str, str]) -> str:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:  # half an IPv6 address
        return ""


def _refuse_other_sites(headers: Mapping[str, str]) -> None:
    """Let no page of another site use the browser of whoever runs the sandbox."""
    origin = headers.get("origin")
    same = origin is None or urlsplit(origin).netloc == headers.get("host")
    if not same or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Problem(403, "Another site can't control the sandbox.", title="Forbidden")


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


@lru_cache(maxsize=1)
def _read_document() -> Mapping[str, Any]:
    import replicate_api

    file = Path(replicate_api.__file__).parent / "openapi.json"
    document: Dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


async def _api_document(request: Request, _: Mapping[str, str]) -> Response:
    """Serve the API's OpenAPI document, with this server in it."""
    del request
    servers = [{"url": f"{current_view().asked.api}/v1"}]
    return Answer({**_read_document(), "servers": servers})


def document(title: str, version: str) -> Dict[str, Any]:
    """Return the OpenAPI document of the operations below `/_sandbox`."""
    from .control_schemas import COMPONENTS

    paths: Dict[str, Dict[str, Any]] = {}
    for entry in CONTROLS.values():
        paths.setdefault(f"{PREFIX}{entry.path}", {})[entry.method.lower()] = _operation(entry)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Control of a sandbox by tests in other processes and languages.",
        },
        "servers": [{"url": current_view().asked.api}],
        "security": [{}, {"secret": []}],
        "paths": paths,
        "components": {
            "schemas": COMPONENTS,
            "securitySchemes": {"secret": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(entry: Control) -> Dict[str, Any]:
    text = " ".join((entry.handler.__doc__ or "").split())
    parameters = [_parameter(name, "path", {"type": "string"}) for name in entry.pattern.groupindex]
    parameters += [_parameter(name, "query", schema) for name, schema in entry.query.items()]
    responses: Dict[str, Any] = {str(entry.status): {"description": "Done."}}
    if entry.answer is not None:
        kind = entry.answer.get("contentMediaType", "application/json")
        responses[str(entry.status)]["content"] = {kind: {"schema": entry.answer}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses["4XX"] = {
        "description": "Refused: not allowed, not found, or not understood.",
        "content": {"application/problem+json": problem},
    }
    operation: Dict[str, Any] = {
        "operationId": entry.id,
        "summary": text.partition(". ")[0].rstrip("."),
        "description": text,
        "parameters": parameters,
        "responses": responses,
    }
    if entry.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": entry.body}}}
    if not parameters:
        del operation["parameters"]
    return operation


def _parameter(name: str, place: str, schema: Schema) -> Dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def number(request: Request, name: str, default: int, bounds: Tuple[int, int]) -> int:
    """Read a number from the query.

    Raises:
        Problem: 400, if it is none, or out of bounds.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    least, most = bounds
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII) or not least <= int(text) <= most:
        raise Problem(400, f"{name} is a number from {least} to {most}", title="Bad request")
    return int(text)
