"""Answers as they came: what `with_raw_response` returns, and the content of a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Union

from .._blocking import block
from .._files.saving import saved_bytes

if TYPE_CHECKING:
    import os

    import httpx


class _Answer:
    """An answer of the API before it is read."""

    def __init__(
        self, response: httpx.Response, read: Callable[[httpx.Response], Any], seconds: float
    ) -> None:
        self.http_response = response
        self.elapsed: timedelta = timedelta(seconds=seconds)
        """The time from the call to the answer, with all that was repeated."""
        self._read = read

    @property
    def status_code(self) -> int:
        """The status of the answer."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the answer."""
        return self.http_response.headers

    @property
    def http_request(self) -> httpx.Request:
        """The request that was answered."""
        return self.http_response.request

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.http_request.method

    @property
    def url(self) -> httpx.URL:
        """The address of the request."""
        return self.http_request.url

    @property
    def content(self) -> bytes:
        """The body of the answer."""
        return self.http_response.content

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"


class APIResponse(_Answer):
    """An answer of the API before it is read."""

    def parse(self) -> Any:
        """Return what the method returns without `with_raw_response`."""
        return self._read(self.http_response)

    def read(self) -> bytes:
        """Return the body."""
        return self.content

    def text(self) -> str:
        """Return the body as text."""
        return self.http_response.text

    def json(self) -> Any:
        """Return the JSON in the body."""
        return self.http_response.json()

    def write_to_file(self, file: Union[str, os.PathLike[str]]) -> None:
        """Write the body to a file, which appears only when it is complete."""
        block(saved_bytes(Path(file), self.content))


class AsyncAPIResponse(_Answer):
    """An answer of the API before it is read."""

    async def parse(self) -> Any:
        """Return what the method returns without `with_raw_response`."""
        return self._read(self.http_response)

    async def read(self) -> bytes:
        """Return the body."""
        return self.content

    async def text(self) -> str:
        """Return the body as text."""
        return self.http_response.text

    async def json(self) -> Any:
        """Return the JSON in the body."""
        return self.http_response.json()

    async def write_to_file(self, file: Union[str, os.PathLike[str]]) -> None:
        """Write the body to a file, which appears only when it is complete."""
        await saved_bytes(Path(file), self.content)
