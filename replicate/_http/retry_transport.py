"""The retrying transport of 1.x, for code that builds httpx clients of its own with it.

A `Client` does not use it: its own rules are in `_http.retry`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, FrozenSet, Iterable, Optional, Union

import httpx

from .._blocking import block, sleep
from .._retry_after import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping


class RetryTransport(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """An httpx transport that repeats safe requests while the server is busy."""

    RETRYABLE_METHODS: FrozenSet[str] = frozenset(
        {"HEAD", "GET", "PUT", "DELETE", "OPTIONS", "TRACE"}
    )
    RETRYABLE_STATUS_CODES: FrozenSet[int] = frozenset({429, 503, 504})
    MAX_BACKOFF_WAIT = 60

    def __init__(
        self,
        wrapped_transport: Union[httpx.BaseTransport, httpx.AsyncBaseTransport],
        *,
        max_attempts: int = 10,
        max_backoff_wait: float = MAX_BACKOFF_WAIT,
        backoff_factor: float = 0.1,
        jitter_ratio: float = 0.1,
        retryable_methods: Optional[Iterable[str]] = None,
        retry_status_codes: Optional[Iterable[int]] = None,
    ) -> None:
        """Wrap a transport.

        Args:
            wrapped_transport: What sends the requests.
            max_attempts: How often a request is sent at most.
            max_backoff_wait: Longest pause between two attempts, in seconds.
            backoff_factor: First pause, in seconds; it doubles with each attempt.
            jitter_ratio: By what part of itself a pause varies, 0 to 0.5.
            retryable_methods: Methods to repeat, by default those that create nothing.
            retry_status_codes: Answers to repeat after, by default 429, 503 and 504.

        Raises:
            ValueError: `jitter_ratio` is out of its range.
        """
        if not 0 <= jitter_ratio <= 0.5:
            raise ValueError(f"jitter ratio should be between 0 and 0.5, actual {jitter_ratio}")
        self._wrapped_transport = wrapped_transport
        self.max_attempts = max_attempts
        self.max_backoff_wait = max_backoff_wait
        self.backoff_factor = backoff_factor
        self.jitter_ratio = jitter_ratio
        self.retryable_methods: FrozenSet[str] = frozenset(
            retryable_methods or self.RETRYABLE_METHODS
        )
        self.retry_status_codes: FrozenSet[int] = frozenset(
            retry_status_codes or self.RETRYABLE_STATUS_CODES
        )

    def _again(self, request: httpx.Request, response: httpx.Response, attempt: int) -> bool:
        return (
            attempt < self.max_attempts
            and request.method in self.retryable_methods
            and response.status_code in self.retry_status_codes
        )

    def _calculate_sleep(self, attempts_made: int, headers: Mapping[str, str]) -> float:
        """Return the seconds to pause after a number of attempts."""
        advised = parse_retry_after(headers.get("retry-after") or headers.get("Retry-After"))
        if advised is not None:
            return min(advised, self.max_backoff_wait)
        backoff = self.backoff_factor * 2 ** (attempts_made - 1)
        jitter = backoff * self.jitter_ratio * random.choice((-1, 1))  # noqa: S311
        return float(min(backoff + jitter, self.max_backoff_wait))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, again where that is safe and may help."""
        assert isinstance(self._wrapped_transport, httpx.BaseTransport)
        attempt = 1
        response = self._wrapped_transport.handle_request(request)
        while self._again(request, response, attempt):
            response.close()
            block(sleep(self._calculate_sleep(attempt, response.headers)))
            attempt += 1
            response = self._wrapped_transport.handle_request(request)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, again where that is safe and may help."""
        assert isinstance(self._wrapped_transport, httpx.AsyncBaseTransport)
        attempt = 1
        response = await self._wrapped_transport.handle_async_request(request)
        while self._again(request, response, attempt):
            await response.aclose()
            await sleep(self._calculate_sleep(attempt, response.headers))
            attempt += 1
            response = await self._wrapped_transport.handle_async_request(request)
        return response

    def close(self) -> None:
        """Close the wrapped transport."""
        assert isinstance(self._wrapped_transport, httpx.BaseTransport)
        self._wrapped_transport.close()

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        assert isinstance(self._wrapped_transport, httpx.AsyncBaseTransport)
        await self._wrapped_transport.aclose()
