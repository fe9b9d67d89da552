# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Define what an operation raises: for a bad request, or a response that is not as promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple, Type

if TYPE_CHECKING:
    from .types import Response

__all__ = ("UnexpectedResponse", "unexpected")

invalid_argument: Callable[[str], ValueError] = ValueError
"""Creates the error for an argument of which no request can be made. A client that builds on this
package can set a class of its own."""

ERROR = "replicate_api.error"
"""Where in `response.extensions` a transport can leave a function that creates its own error."""


def unexpected(response: Response) -> Exception:
    """Return the error for a response: an UnexpectedResponse, if the transport has no other."""
    extensions: Dict[str, Any] = getattr(response, "extensions", {})
    create: Callable[[Response], Exception] = extensions.get(ERROR, UnexpectedResponse)
    return create(response)


class UnexpectedResponse(Exception):
    """A status outside 2xx, or a body that is not what the operation promises.

    Attributes:
        status_code: The status of the response.
        response: The response; None once the error was pickled, because a response leads to its
            request and that to the token.
    """

    def __init__(self, response: Response) -> None:
        content_type = response.headers.get("content-type", "no content type")
        body = response.content[:200].decode("utf-8", "replace")
        super().__init__(f"unexpected response {response.status_code} ({content_type}): {body}")
        self.status_code: int = response.status_code
        self.response: Optional[Response] = response

    def __reduce__(self) -> Tuple[Any, ...]:
        return _unpickle, (type(self), self.args, self.status_code)


def _unpickle(
    cls: Type[UnexpectedResponse], args: Tuple[Any, ...], status_code: int
) -> UnexpectedResponse:
    error = cls.__new__(cls, *args)
    error.status_code = status_code
    error.response = None
    return error
