"""The errors that this package raises.

    ReplicateException
    ├── ReplicateError                 Replicate refused a request, or a request failed
    │   ├── APIStatusError             an answer of 400 or above
    │   │   ├── BadRequestError            400
    │   │   ├── AuthenticationError        401, or no usable token
    │   │   ├── PaymentRequiredError       402
    │   │   ├── PermissionDeniedError      403
    │   │   ├── NotFoundError              404
    │   │   ├── ConflictError              409
    │   │   ├── ContentTooLargeError       413, or a file over the API's limit
    │   │   ├── UnprocessableEntityError   422
    │   │   ├── RateLimitError             429
    │   │   └── InternalServerError        500 and above
    │   ├── InvalidArgumentError       an argument with a wrong value (also a ValueError)
    │   ├── InvalidArgumentTypeError   an argument of a wrong type (also a TypeError)
    │   ├── InvalidResponseError       an answer that cannot be read (also a ValueError)
    │   ├── StreamError                a stream that failed (also a RuntimeError)
    │   ├── DownloadError              a download that failed (also an OSError)
    │   │   └── FileExpiredError       a file that Replicate has removed (also a NotFoundError)
    │   ├── DeadlineExceededError      `timeout=` ran out (also a TimeoutError)
    │   └── APIConnectionError         no answer (also the httpx error)
    │       └── APITimeoutError        no answer in time (also httpx.TimeoutException)
    ├── ClosedError                    a closed iterator was asked for an item (also a ValueError)
    └── ModelError                     the model failed
        ├── PredictionCanceledError    somebody canceled the prediction
        └── PredictionAbortedError     the prediction was aborted before it started

All of them can be pickled, and none holds the API token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._guards import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from .prediction import Prediction
    from .training import Training

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ClosedError",
    "ConflictError",
    "ContentTooLargeError",
    "DeadlineExceededError",
    "DownloadError",
    "FileExpiredError",
    "InternalServerError",
    "InvalidArgumentError",
    "InvalidArgumentTypeError",
    "InvalidResponseError",
    "ModelError",
    "NotFoundError",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "PredictionAbortedError",
    "PredictionCanceledError",
    "RateLimitError",
    "ReplicateError",
    "ReplicateException",
    "StreamError",
    "UnprocessableEntityError",
]

LEVELS = 100
"""How deep a body may nest that an error keeps: pickle gives up far before JSON does."""

LAST_LOG_LINES = 10


class ReplicateException(Exception):  # noqa: N818 - the name of 1.x
    """Base class of every error of this package."""

    prediction: Prediction | Training | None = None
    """The prediction of the call, if there is one. It may still run."""

    candidates: Sequence[Any] = ()
    """If the answer to a create was lost: the runs that the create may have started, if there are
    several."""

    index: int | None = None
    """In a batch: the index of the input, counted from 0."""

    input: Any = None
    """In a batch: the input. A pickle does not have the input."""


class ModelError(ReplicateException):
    """The model failed, or the prediction was canceled or aborted.

    `str(error)` is the model's own message. `details` has the id, the model, the status, the web
    page and the last lines of the logs. From Python 3.11 on the traceback shows them too.
    """

    prediction: Prediction
    """The prediction; None if the error was made from a text."""

    def __init__(self, prediction: Any = None) -> None:
        """Create the error of a prediction, of anything else that has an `error`, or of a text."""
        is_text = isinstance(prediction, str)
        super().__init__(prediction if is_text else getattr(prediction, "error", None))
        self.prediction = None if is_text else prediction  # type: ignore[assignment]

    @property
    def details(self) -> str:
        """The prediction, its model, status and web page, and the last lines of its logs."""

        def get(name: str) -> Any:
            return getattr(self.prediction, name, None)

        words = {"prediction": get("id"), " of": get("model"), ":": get("status")}
        lines = ["".join(f"{word} {text}" for word, text in words.items() if text)]
        urls = get("urls")
        if isinstance(urls, dict) and "web" in urls:
            lines.append(str(urls["web"]))  # pyright: ignore[reportUnknownArgumentType]
        logs = str(get("logs") or "").rstrip().splitlines()[-LAST_LOG_LINES:]
        if logs:
            lines += ["last log lines:", *(f"  {line}" for line in logs)]
        if get("error"):
            from ._hints import paths_as_text

            lines += [f"hint: {hint}" for hint in paths_as_text(get("input"), lambda _: True)]
        return "\n".join(filter(None, lines))

    if not TYPE_CHECKING:  # type checkers know it as an attribute

        @property
        def __notes__(self) -> list[str]:
            """What Python shows below the traceback."""
            if "__notes__" not in vars(self):
                vars(self)["__notes__"] = [self.details] if self.details else []
            return vars(self)["__notes__"]

        @__notes__.setter
        def __notes__(self, notes: list[str]) -> None:
            vars(self)["__notes__"] = notes

    @property
    def _error(self) -> Any:
        return getattr(self.prediction, "error", self.args[0])

    def __str__(self) -> str:
        return str(self._error or self.details)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_short(self._error)}, {_short(self.details)})"

    def __reduce__(self) -> tuple[Any, ...]:
        prediction: Any = self.prediction
        rest = {name: value for name, value in vars(self).items() if name != "prediction"}
        return type(self), (self.args[0] if prediction is None else prediction,), rest


class PredictionCanceledError(ModelError):
    """The prediction was canceled before it had finished."""


class PredictionAbortedError(ModelError):
    """The prediction was aborted before it started, for example at its deadline."""


class ReplicateError(ReplicateException):
    """An error from Replicate's API, as a problem of RFC 9457 (formerly RFC 7807)."""

    type: str | None
    """A URI that identifies the kind of problem."""

    title: str | None
    """A short summary."""

    status: int | None
    """The HTTP status code."""

    detail: str | None
    """What went wrong this time."""

    instance: str | None
    """A URI that identifies this occurrence."""

    response: httpx.Response | None
    """The answer, if there was one. A pickle does not have the answer."""

    body: Any
    """The decoded body of the answer, also where it is not a problem object."""

    about: dict[str, str]
    """Lines that this package adds: `request`, `model`, `hint` and others."""

    def __init__(
        self,
        type: str | None = None,
        title: str | None = None,
        status: int | None = None,
        detail: str | None = None,
        instance: str | None = None,
        *,
        response: httpx.Response | None = None,
        body: Any = None,
        **members: Any,
    ) -> None:
        """Create an error from the members of a problem; those without an attribute are in `body`.

        Args:
            type: A URI that identifies the kind of problem.
            title: A short summary.
            status: The HTTP status code.
            detail: What went wrong this time.
            instance: A URI that identifies this occurrence.
            response: The answer itself.
            body: The decoded body of the answer; by default what `members` has.
            members: Further members of the problem, for example `invalid_fields`.
        """
        # Not super(): errors that are httpx's too go on to its classes, which want other arguments.
        Exception.__init__(self, type, title, status, detail, instance)
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.instance = instance
        self.response = response
        self.body = members if body is None and members else body
        self.about = {}

    @classmethod
    def from_response(cls, response: httpx.Response) -> ReplicateError:
        """Create the error for an answer with a status of 400 or above.

        Any body will do: an edge server answers with HTML, plain text or nothing. The token
        is removed from the request that the answer holds.
        """
        from replicate_api.answer import loads

        from ._guards import is_object
        from ._secrets import hide_in

        try:
            body = loads(response.content)
        except ValueError:
            body = None
        if _is_deeper(body, LEVELS):
            body = None
        problem: Mapping[str, Any] = body if is_object(body) else {}
        status = problem.get("status")
        detail = problem.get("detail")
        if not problem:
            detail = _excerpt(response)
        kind = _by_status(response.status_code) if cls is ReplicateError else cls
        return kind(
            type=problem.get("type"),
            title=problem.get("title") or (None if problem else response.reason_phrase or None),
            status=status if isinstance(status, int) else response.status_code,
            detail=detail,
            instance=problem.get("instance"),
            response=hide_in(response),
            body=body,
        )

    @property
    def message(self) -> str:
        """What went wrong, in one text."""
        return self.detail or self.title or str(self)

    @property
    def status_code(self) -> int | None:
        """The HTTP status code of the answer."""
        return self.response.status_code if self.response is not None else self.status

    @property
    def invalid_fields(self) -> list[dict[str, Any]]:
        """The inputs that were refused: `type`, `field` and `description` of each."""
        from ._guards import is_array, is_object

        fields = self.body.get("invalid_fields") if is_object(self.body) else None
        return fields if is_array(fields) else []

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait, from `Retry-After` or the body."""
        from ._retry_after import advised_wait

        headers: Mapping[str, str] = self.response.headers if self.response is not None else {}
        return advised_wait(headers, self.body)

    def to_dict(self) -> dict[str, str | int]:
        """Return the fields that are set."""
        fields = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": self.instance,
        }
        return {key: value for key, value in fields.items() if value is not None}

    def __str__(self) -> str:
        fields = self.to_dict()
        if self.prediction is not None:
            fields["prediction"] = self.prediction.id
            model = getattr(self.prediction, "model", None)
            if model:
                fields["model"] = model
        for name, value in self.about.items():
            fields.setdefault(name, value)
        return "ReplicateError Details:\n" + "\n".join(
            f"{key}: {value}" for key, value in fields.items()
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(type={_short(self.type)}, title={_short(self.title)}, "
            f"status={self.status!r}, detail={_short(self.detail)}, "
            f"instance={_short(self.instance)})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # These stay behind: a response belongs to a connection, a request to a token, and an
        # input may have open files.
        left = dict.fromkeys({"response", "_request", "input"} & vars(self).keys())
        return _restore, (type(self), {**vars(self), **left}, self.args)


def _restore(
    kind: type[ReplicateError], state: dict[str, Any], args: tuple[Any, ...]
) -> ReplicateError:
    error = kind.__new__(kind)
    vars(error).update(state)
    error.args = args
    return error


def _short(value: Any) -> str:
    """Return the repr of a value, its middle cut out where it is long; `str(error)` has it all."""
    from reprlib import Repr

    cut = Repr()
    cut.maxstring = cut.maxother = 500
    return cut.repr(value)


def _is_deeper(value: Any, levels: int) -> bool:
    """Say whether JSON nests deeper than so many levels, without a recursion of its own."""
    from ._guards import is_array, is_object

    level: list[Any] = [value]
    for _ in range(levels):
        objects = [each.values() for each in level if is_object(each)]
        arrays = [each for each in level if is_array(each)]
        level = [item for each in (*objects, *arrays) for item in each]
    return any(is_object(each) or is_array(each) for each in level)


def _excerpt(response: httpx.Response) -> str | None:
    try:
        text = response.text
    except Exception:  # noqa: BLE001 - Python knows "charsets" that are none, such as `hex`
        text = response.content.decode("utf-8", "replace")
    if "html" in response.headers.get("content-type", ""):
        import re

        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = title[1] if title else re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", text)
    text = " ".join(text.split())
    return text if len(text) <= 500 else text[:500] + " …"


class APIStatusError(ReplicateError):
    """The API answered with a status of 400 or above."""


class BadRequestError(APIStatusError):
    """400: the server does not understand the request."""


class AuthenticationError(APIStatusError):
    """401: the token is missing or not valid. Also raised before a request without a token."""


class PaymentRequiredError(APIStatusError):
    """402: the account has no credit for this."""


class PermissionDeniedError(APIStatusError):
    """403: the token's account may not do this."""


class NotFoundError(APIStatusError):
    """404: the object does not exist, or the account may not see it."""


class ConflictError(APIStatusError):
    """409: the request is in conflict with the present state."""


class ContentTooLargeError(APIStatusError):
    """413: the body is too large. Also raised before a file of more than 100 MiB is sent."""


class UnprocessableEntityError(APIStatusError):
    """422: the input is not valid; see `invalid_fields`."""


class RateLimitError(APIStatusError):
    """429: too many requests; see `retry_after`."""


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


class _RefusedError(ReplicateError):
    """A call that was refused in the API's place, before anything was sent."""

    def __init__(self, message: str = "") -> None:
        super().__init__(title="Invalid argument", detail=message)
        self.args: tuple[Any, ...] = (message,)

    def __str__(self) -> str:
        return self.detail or ""


class InvalidArgumentError(_RefusedError, ValueError):
    """An argument has a wrong value. Nothing was sent, and `status` is None."""


class InvalidArgumentTypeError(_RefusedError, TypeError):
    """An argument has a wrong type. Nothing was sent, and `status` is None."""


class InvalidResponseError(ReplicateError, ValueError):
    """An answer cannot be read: it is not JSON, is not an object, or is cut short."""


class StreamError(ReplicateError, RuntimeError):
    """A stream reported an error, or ended before the prediction."""


class DownloadError(ReplicateError, OSError):
    """A file could not be downloaded."""


class FileExpiredError(DownloadError, NotFoundError):
    """A file was removed: Replicate keeps the files of a prediction for one hour."""


class APIConnectionError(ReplicateError):
    """A request got no answer: the connection could not be opened, or broke.

    The error is of one of the classes in `replicate.connection_errors`, each of which is an error
    of httpx too.
    """

    def __init__(self, message: str = "", *, request: httpx.Request | None = None) -> None:
        super().__init__(title="No answer", detail=message)
        self._request = request

    @property
    def request(self) -> httpx.Request:
        """The request that got no answer. A pickle does not have the request."""
        if self._request is None:
            raise AttributeError("the request is not known")
        return self._request

    @request.setter
    def request(self, request: httpx.Request) -> None:
        self._request = request

    def __str__(self) -> str:
        where = f" (prediction {self.prediction.id})" if self.prediction is not None else ""
        return "\n".join([f"{self.detail or ''}{where}", *map(": ".join, self.about.items())])


class APITimeoutError(APIConnectionError):
    """A request got no answer in time."""


class ClosedError(ReplicateException, ValueError):
    """A closed stream, download or output iterator was asked for the next item.

    So was a closed batch, or a batch whose program has ended.
    """


class DeadlineExceededError(ReplicateError, TimeoutError):
    """The time of `timeout=` ran out. The prediction was canceled; see `prediction`."""


_STATUSES: dict[int, type[ReplicateError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: ContentTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def _by_status(status: int) -> type[ReplicateError]:
    return _STATUSES.get(status, InternalServerError if status >= 500 else APIStatusError)


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
