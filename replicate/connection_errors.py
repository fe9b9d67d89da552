"""Errors that are this package's and httpx's at once.

A request that got no answer raises one of the classes here that begin with `API`. Each has the name
of an httpx error, and is a subclass of that error. So code that catches errors of httpx
(`except httpx.ReadTimeout`) works with this package too.

    replicate.exceptions.APIConnectionError
    ├── replicate.exceptions.APITimeoutError
    │   └── APITimeoutException         httpx.TimeoutException
    │       ├── APIConnectTimeout       httpx.ConnectTimeout
    │       ├── APIReadTimeout          httpx.ReadTimeout
    │       ├── APIWriteTimeout         httpx.WriteTimeout
    │       └── APIPoolTimeout          httpx.PoolTimeout
    ├── APINetworkError                 httpx.NetworkError
    │   ├── APIConnectError             httpx.ConnectError
    │   ├── APIReadError                httpx.ReadError
    │   ├── APIWriteError               httpx.WriteError
    │   └── APICloseError               httpx.CloseError
    ├── APIProtocolError                httpx.ProtocolError
    │   ├── APILocalProtocolError       httpx.LocalProtocolError
    │   └── APIRemoteProtocolError      httpx.RemoteProtocolError
    ├── APIProxyError                   httpx.ProxyError
    ├── APIUnsupportedProtocol          httpx.UnsupportedProtocol
    └── APITransportError               httpx.TransportError, if none of these fits

A file that cannot be downloaded raises `FileUnavailableError`. A file that Replicate has removed
raises its subclass `ExpiredFileError`. To catch errors, import `replicate.exceptions`, which does
not import httpx.
"""

from __future__ import annotations

from typing import Any

import httpx

from .exceptions import (
    APIConnectionError,
    APITimeoutError,
    DownloadError,
    FileExpiredError,
    ReplicateError,
)

__all__ = [
    "APICloseError",
    "APIConnectError",
    "APIConnectTimeout",
    "APILocalProtocolError",
    "APINetworkError",
    "APIPoolTimeout",
    "APIProtocolError",
    "APIProxyError",
    "APIReadError",
    "APIReadTimeout",
    "APIRemoteProtocolError",
    "APITimeoutException",
    "APITransportError",
    "APIUnsupportedProtocol",
    "APIWriteError",
    "APIWriteTimeout",
    "ExpiredFileError",
    "FileUnavailableError",
]


class APITransportError(APIConnectionError, httpx.TransportError):
    """The connection failed in a way that has no class of its own."""


class APITimeoutException(APITimeoutError, httpx.TimeoutException):  # noqa: N818 - httpx's name
    """There was no answer in time."""


class APIConnectTimeout(APITimeoutException, httpx.ConnectTimeout):
    """No connection to the server in time."""


class APIReadTimeout(APITimeoutException, httpx.ReadTimeout):
    """The answer, or the rest of it, did not come in time."""


class APIWriteTimeout(APITimeoutException, httpx.WriteTimeout):
    """The request could not be sent in time."""


class APIPoolTimeout(APITimeoutException, httpx.PoolTimeout):
    """None of the client's connections came free in time."""


class APINetworkError(APIConnectionError, httpx.NetworkError):
    """The network failed."""


class APIConnectError(APINetworkError, httpx.ConnectError):
    """No connection to the server: no network, no such host, or a wrong certificate."""


class APIReadError(APINetworkError, httpx.ReadError):
    """The connection broke while the client waited for the answer or read it."""


class APIWriteError(APINetworkError, httpx.WriteError):
    """The connection broke while the request was sent."""


class APICloseError(APINetworkError, httpx.CloseError):
    """The connection could not be closed."""


class APIProtocolError(APIConnectionError, httpx.ProtocolError):
    """The client or the server broke the rules of HTTP."""


class APILocalProtocolError(APIProtocolError, httpx.LocalProtocolError):
    """The request is not valid HTTP, for example because of a header."""


class APIRemoteProtocolError(APIProtocolError, httpx.RemoteProtocolError):
    """The answer is not valid HTTP, or breaks off."""


class APIProxyError(APIConnectionError, httpx.ProxyError):
    """The proxy refused."""


class APIUnsupportedProtocol(APIConnectionError, httpx.UnsupportedProtocol):  # noqa: N818 - httpx's
    """The URL, or the URL of a redirect, is not an http or https URL."""


class FileUnavailableError(DownloadError, httpx.HTTPStatusError):  # type: ignore[misc]
    """A file's server refused it, for example because it has expired."""

    request = APIConnectionError.request  # where there is none, httpx's raises RuntimeError

    def __init__(self, **fields: Any) -> None:
        DownloadError.__init__(self, **fields)
        self._request = None if self.response is None else self.response._request

    @classmethod
    def of(
        cls, error: ReplicateError, url: str, *, of_replicate: bool = False
    ) -> FileUnavailableError:
        """Create the error for an answer of 400 and above.

        Args:
            error: What the answer stands for.
            url: The file, as messages show it.
            of_replicate: Whether Replicate keeps the file, and removes it after a while.
        """
        detail = f"{url}: {error.detail or error.title}"
        kind = ExpiredFileError if of_replicate and error.status_code in {404, 410} else cls
        if error.status_code in {403, 404, 410}:
            detail += (
                ". Replicate removes the output of API predictions after one hour "
                "(https://replicate.com/docs/topics/predictions/data-retention): save it before."
            )
        unavailable = kind(
            title="File not available",
            status=error.status_code,
            detail=detail,
            response=error.response,
            body=error.body,
        )
        unavailable.about = error.about
        return unavailable

    def __str__(self) -> str:
        return DownloadError.__str__(self)


class ExpiredFileError(FileUnavailableError, FileExpiredError):  # type: ignore[misc]
    """What a `FileExpiredError` is as the answer of a server."""
