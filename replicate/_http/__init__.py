"""One request: address, token, connection, retry, deadline. Knows nothing of files and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client import Client

default_client: Callable[[], Client]
"""Returns the client of what was given none. The package sets it: no floor imports the package."""
