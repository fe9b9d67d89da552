"""The module `replicate` as programs of 2.x use it: its settings, and `replicate.account.get`."""

from __future__ import annotations

from typing import Any

from .. import _http
from .client import Replicate
from .operations import Caller, Operations
from .options import Options


def configure(package: Any, setting: str, value: Any) -> None:
    """Let the functions of the module be those of 2.x, with a setting of their client."""
    client = package.default_client
    if not isinstance(client, Replicate):
        client = Replicate()
    package.default_client = client.with_options(**{setting: value})


def get(*args: Any, **kwargs: Any) -> Any:
    """Get the account that the token belongs to: `replicate.account.get()`."""
    client: Any = _http.default_client()
    if isinstance(client, Replicate):
        return client.account.get(*args, **kwargs)
    return Operations(Caller(client, Options(), is_async=False), "account", "get")(*args, **kwargs)
