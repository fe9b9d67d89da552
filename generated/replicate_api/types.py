# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Define the types that operations are written in: requests, responses, transports."""

from __future__ import annotations

from typing import IO, Any, Awaitable, List, Mapping, Optional, Protocol, Tuple, TypedDict, Union

from .base import UNSET, ApiModel, Field, Unset, nested
from .request import path
from .timestamp import Timestamp, parse_datetime

__all__ = (
    "UNSET",
    "ApiModel",
    "AsyncTransport",
    "Field",
    "FileContent",
    "Request",
    "Response",
    "SyncTransport",
    "Timestamp",
    "Unset",
    "nested",
    "parse_datetime",
    "path",
)

#: A file to upload, as httpx takes it: its content, or (file name, content, content type).
FileContent = Union[bytes, IO[bytes], Tuple[Optional[str], Union[bytes, IO[bytes]], Optional[str]]]


class _Target(TypedDict):
    method: str
    url: str


class Request(_Target, total=False):
    """The keyword arguments of httpx's `request`; `url` is relative to the server's URL."""

    params: Mapping[str, Any]
    headers: Mapping[str, str]
    json: Any
    content: bytes
    files: List[Tuple[str, Any]]


class Response(Protocol):
    """What is read of a response; `httpx.Response` has it."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    def json(self) -> Any: ...


class SyncTransport(Protocol):
    """Whatever sends a request and waits for the response; an `httpx.Client` does."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Any = ...,
        headers: Any = ...,
        json: Any = ...,
        content: Any = ...,
        files: Any = ...,
    ) -> Response: ...


class AsyncTransport(Protocol):
    """Whatever sends a request and awaits the response; an `httpx.AsyncClient` does."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Any = ...,
        headers: Any = ...,
        json: Any = ...,
        content: Any = ...,
        files: Any = ...,
    ) -> Awaitable[Response]: ...
