"""What a client was told: token, base URL, headers, and how to wait."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, Optional

from .._secrets import hidden
from . import token as _token

if TYPE_CHECKING:
    from .httpx_options import Timeout
    from .token import TokenSource

DEFAULT_POLL_INTERVAL = 0.5
LONGEST_POLL_INTERVAL = 24 * 60 * 60


class Settings:
    """The settings of a client. Scripts of 1.x set the private names too."""

    _base_url: Optional[str]
    _timeout: Optional[Timeout]
    _headers: Dict[str, str]
    _client_kwargs: Dict[str, Any]
    _poll_interval: Optional[float]
    _secret_token: Optional[TokenSource]

    @property
    def _api_token(self) -> Optional[TokenSource]:
        return self._secret_token

    @_api_token.setter
    def _api_token(self, token: Optional[TokenSource]) -> None:
        self._secret_token = hidden(token)

    @property
    def api_token(self) -> Optional[TokenSource]:
        """The token given to this client, if any. It can be changed at any time."""
        return self._api_token

    @api_token.setter
    def api_token(self, token: Optional[TokenSource]) -> None:
        self._api_token = token

    @property
    def poll_interval(self) -> float:
        """Longest pause between two looks at a running prediction, in seconds.

        By default the environment variable `REPLICATE_POLL_INTERVAL`, else 0.5 after
        shorter pauses at first. A value that was set is kept to from the first pause on.
        """
        fixed = self._fixed_poll_interval()
        return DEFAULT_POLL_INTERVAL if fixed is None else fixed

    @poll_interval.setter
    def poll_interval(self, seconds: float) -> None:
        self._poll_interval = seconds

    def _fixed_poll_interval(self) -> Optional[float]:
        if self._poll_interval is None:
            value = os.environ.get("REPLICATE_POLL_INTERVAL", "").strip()
            try:
                seconds = float(value) if value else None
            except ValueError:
                seconds = -1.0
            if seconds is None or 0 <= seconds <= LONGEST_POLL_INTERVAL:
                return seconds
            import logging

            logging.getLogger("replicate").warning(
                "ignoring REPLICATE_POLL_INTERVAL=%r: not a number of seconds", value
            )
        return self._poll_interval

    @property
    def _base(self) -> str:
        return self._base_of(self._base_url)

    @staticmethod
    def _base_of(url: Optional[str]) -> str:
        from . import address as _url

        return _url.base_url(url)

    def _token(self) -> str:
        return _token.resolve(self._api_token)

    @property
    def _brings_authorization(self) -> bool:
        """Whether the user's own options authorize requests."""
        return "auth" in self._client_kwargs or any(
            name.lower() == "authorization" for name in self._headers
        )

    def _options(self) -> Dict[str, Any]:
        """Return the keyword arguments for the httpx clients."""
        import httpx

        from .options import check_proxy
        from .request import USER_AGENT

        check_proxy(self._client_kwargs, self._base)
        headers = httpx.Headers({"User-Agent": USER_AGENT})
        headers.update(self._headers)
        options = {**self._client_kwargs, "headers": headers}
        if self._timeout is not None:
            options["timeout"] = self._timeout
        return options
