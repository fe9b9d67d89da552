"""What programs of the 2.x beta import from `replicate`, where this package has no other name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Tuple, Union

from httpx import AsyncClient as DefaultAsyncHttpxClient
from httpx import BaseTransport as Transport
from httpx import Client as DefaultHttpxClient
from httpx import Timeout

from .._functions.files import URLPath
from .._http.connections import DEFAULT_TIMEOUT
from .._http.session import DEFAULT_MAX_RETRIES
from ..exceptions import InvalidResponseError as APIResponseValidationError
from ..exceptions import ReplicateError as APIError
from ..stream import AsyncStream, Stream
from .client import AsyncReplicate as AsyncClient
from .options import NOT_GIVEN, NotGiven

if TYPE_CHECKING:
    import os

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "NOT_GIVEN",
    "APIError",
    "APIResponseValidationError",
    "AsyncClient",
    "AsyncStream",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "NotGiven",
    "Omit",
    "Stream",
    "Timeout",
    "Transport",
    "URLPath",
    "file_from_path",
    "get_path_url",
    "not_given",
    "omit",
]

Omit = NotGiven
not_given = omit = NOT_GIVEN


def file_from_path(path: Union[str, os.PathLike[str]]) -> Tuple[str, bytes]:
    """Return the name and the content of a file, as `files.create` takes them."""
    file = Path(path)
    return file.name, file.read_bytes()


def get_path_url(path: Any) -> Optional[str]:
    """Return the address of a file that a model returned, without fetching it.

    Args:
        path: A file; of anything else the result is None.
    """
    url = getattr(path, "url", None)
    return url if isinstance(url, str) else None
