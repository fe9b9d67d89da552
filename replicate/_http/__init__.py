"""One request: address, token, connection, retry, deadline. Knows nothing of files and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


default_client: Callable[[], Any]
"""Returns the client of what was given none. The package sets it: no floor imports the package."""
