"""Errors of a call that got no answer: ours and httpx's at once.

`except replicate.exceptions.APIConnectionError` catches them all, and code that was
written for httpx (`except httpx.ReadTimeout`) goes on catching the one it names.
"""

from __future__ import annotations

from typing import Any

import httpx

from .exceptions import DownloadError, ReplicateError


class APIConnectionError(ReplicateError, httpx.TransportError):
    """No answer: the connection could not be made, or broke."""

    def __init__(self, message: str = "", *, request: httpx.Request | None = None) -> None:
        ReplicateError.__init__(self, title="No answer", detail=message)
        self._request = request

    def __str__(self) -> str:
        where = f" (prediction {self.prediction.id})" if self.prediction is not None else ""
        return f"{self.detail or ''}{where}"

    def __reduce__(self) -> tuple[Any, ...]:
        httpx_error = next(
            base for base in type(self).__mro__ if base.__module__.startswith("httpx")
        )
        state = {key: value for key, value in vars(self).items() if key != "_request"}
        return _restore, (httpx_error, {**state, "_request": None})


class APITimeoutError(APIConnectionError, httpx.TimeoutException):
    """No answer in time."""


def connection_error(error: httpx.TransportError, message: str) -> APIConnectionError:
    """Create our error for one of httpx's."""
    request = error._request  # the property raises where there is none
    return _class_for(type(error))(message, request=request)


_classes: dict[type[httpx.TransportError], type[APIConnectionError]] = {}


def _class_for(httpx_error: type[httpx.TransportError]) -> type[APIConnectionError]:
    ours = (
        APITimeoutError if issubclass(httpx_error, httpx.TimeoutException) else APIConnectionError
    )
    if issubclass(ours, httpx_error):
        return ours
    if httpx_error not in _classes:
        both: Any = type(
            f"API{httpx_error.__name__}", (ours, httpx_error), {"__module__": __name__}
        )
        _classes[httpx_error] = both
    return _classes[httpx_error]


def _restore(httpx_error: type[httpx.TransportError], state: dict[str, Any]) -> APIConnectionError:
    error = _class_for(httpx_error)(state.get("detail") or "")
    vars(error).update(state)
    return error


class FileUnavailableError(DownloadError, httpx.HTTPStatusError):  # type: ignore[misc]
    """A file's server refused it, for example because it has expired."""

    def __init__(self, **fields: Any) -> None:
        DownloadError.__init__(self, **fields)

    @classmethod
    def of(cls, error: ReplicateError, url: str) -> FileUnavailableError:
        """Create the error for an answer of 400 and above."""
        detail = f"{url}: {error.detail or error.title}"
        if error.status_code in {403, 404, 410}:
            detail += (
                ". Replicate removes the output of API predictions after one hour "
                "(https://replicate.com/docs/topics/predictions/data-retention): save it before."
            )
        unavailable = cls(
            title="File not available",
            status=error.status_code,
            detail=detail,
            response=error.response,
            body=error.body,
        )
        unavailable._request = error.response.request if error.response is not None else None
        return unavailable

    def __str__(self) -> str:
        return DownloadError.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        restore, (kind, state) = DownloadError.__reduce__(self)
        return restore, (kind, {**state, "_request": None})
