"""The web page of a sandbox: one file without a build step, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Mapping, Optional, Tuple
from urllib.parse import unquote, urlsplit

from starlette.responses import HTMLResponse, Response

from .addresses import current_view

if TYPE_CHECKING:
    from starlette.requests import Request

    from .state import State

FILE = Path(__file__).parent / "page.html"
BASE = '<meta name="base" content="">'


def find(
    state: State, scope: Mapping[str, Any]
) -> Optional[Callable[[Request, Mapping[str, str]], Awaitable[Response]]]:
    """Return what serves the page, if it is at this path: `/`, a model's, or a run's."""
    parts = [unquote(part) for part in scope["path"].split("/")[1:]]
    if parts in ([""], ["runs"], ["requests"]):
        return serve
    if len(parts) == 2 and parts[0] == "p" and parts[1] in state.runs:
        return serve
    if len(parts) == 2 and parts[0] != "v1" and "/".join(parts) in state.models:
        return serve
    return None


async def serve(_: Request, headers: Mapping[str, str]) -> Response:
    """Serve the page."""
    text, policy = _load()
    public = urlsplit(current_view().asked.api)
    if public.netloc == headers.get("host") and public.path:
        base = BASE.replace('""', f'"{escape(public.path)}"')
        text = text.replace(BASE, base)
    return HTMLResponse(
        text,
        headers={
            "content-security-policy": policy,
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        },
    )


@lru_cache(maxsize=1)
def _load() -> Tuple[str, str]:
    text = FILE.read_text(encoding="utf-8")
    assert BASE in text
    policy = [
        "default-src 'none'",
        f"script-src {_hashes('script', text)}",
        f"style-src {_hashes('style', text)}",
        "connect-src 'self'",
        # What models put out may be anywhere.
        "img-src 'self' data: blob: http: https:",
        "media-src 'self' data: blob: http: https:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return text, "; ".join(policy)


def _hashes(tag: str, text: str) -> str:
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in found]
    return " ".join(f"'sha256-{digest}'" for digest in digests)
