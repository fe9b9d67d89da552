"""Webhooks: their signing secret, and the check of their signature.

Replicate signs as Standard Webhooks does (https://www.standardwebhooks.com), see
https://replicate.com/docs/topics/webhooks/verify-webhook.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any, Dict, Iterable, Mapping, Optional, Sequence, Tuple, Union

from replicate_api import models
from replicate_api.answer import loads

from ._blocking import block
from ._guards import is_array, is_bytes, is_mapping, is_object, is_tuple, names_of
from .resource import Namespace, Resource

if TYPE_CHECKING:
    from .prediction import Prediction
    from .training import Training

    Headers = Union[Mapping[str, str], Iterable[Tuple[Any, Any]]]
    Secret = Union[str, "WebhookSigningSecret", Sequence[Union[str, "WebhookSigningSecret"]]]

__all__ = [
    "InvalidSecretKeyError",
    "InvalidSignatureError",
    "InvalidTimestampError",
    "MissingWebhookBodyError",
    "MissingWebhookHeaderError",
    "WebhookSigningSecret",
    "WebhookValidationError",
    "Webhooks",
]

TOLERANCE = 5 * 60
"""Seconds that a webhook's time may differ from ours, as Standard Webhooks recommends."""


_WHERE_IT_IS = "replicate.webhooks.default.secret() returns that of your account."

_CAUSES = (
    "\nhint: Most often the body is not what was sent: it was parsed and written again, or changed "
    "by a proxy. Pass the bytes of the request. Or the secret is another account's: " + _WHERE_IT_IS
)


class WebhookValidationError(ValueError):
    """The webhook is not valid: it may not come from Replicate."""


class MissingWebhookHeaderError(WebhookValidationError):
    """A header of the webhook is missing."""


class InvalidSecretKeyError(WebhookValidationError):
    """The signing secret is not of the form `whsec_...`."""


class MissingWebhookBodyError(WebhookValidationError):
    """The webhook has no body."""


class InvalidTimestampError(WebhookValidationError):
    """The webhook is too old, comes from the future, or has no valid time."""


class InvalidSignatureError(WebhookValidationError):
    """No signature of the webhook matches."""


class WebhookSigningSecret(Resource, models.WebhookSecret):
    """The secret that signs webhooks. Its repr does not show the secret."""

    def _shown(self) -> Dict[str, Any]:
        return {"key": "whsec_**********"}

    _in_short = _shown


class Webhooks(Namespace):
    """Operations on webhooks."""

    class Default(Namespace):
        """The account's default webhook secret."""

        def secret(self) -> WebhookSigningSecret:
            """Get the secret that signs the webhooks of the account."""
            return block(self._ours.async_secret())

        async def async_secret(self) -> WebhookSigningSecret:
            """Get the secret that signs the webhooks of the account."""
            from replicate_api.api.webhooks import default_secret_get

            data = await self._client._call(default_secret_get.asyncio)
            return WebhookSigningSecret._of(data, self._client)

    @property
    def default(self) -> Default:
        """The account's default webhook secret."""
        return self.Default(client=self._client)

    @staticmethod
    def validate(
        request: Any = None,
        headers: Any = None,
        body: Any = None,
        secret: Any = None,
        tolerance: Optional[float] = TOLERANCE,
    ) -> bool:
        """Check that a webhook comes from Replicate, is recent and was not changed.

        Args:
            request: The request of the framework (Django, Flask, httpx). Without it, pass `headers`
                and `body`.
            headers: The headers of the request. The case of the names does not matter.
            body: The unchanged body of the request, bytes or text.
            secret: The signing secret, an object or text. A list while you replace the secret.
            tolerance: Seconds by which the time of the webhook may differ from now; None for any.

        Returns:
            True. An invalid webhook raises an error.

        Raises:
            WebhookValidationError: The webhook is not valid. A subclass says why.
            ValueError: `secret` is empty, or both `request` and `headers` are given.
        """
        headers, content, secret, tolerance = _arguments(request, headers, body, secret, tolerance)
        verify(headers, content, _keys(secret), tolerance)
        return True

    def parse(
        self,
        request: Any = None,
        headers: Any = None,
        body: Any = None,
        secret: Any = None,
        tolerance: Optional[float] = TOLERANCE,
    ) -> Union[Prediction, Training]:
        """Check a webhook as `validate` does, and return its prediction or training.

        Args:
            request: The request of the framework (Django, Flask, httpx). Without it, pass `headers`
                and `body`.
            headers: The headers of the request. The case of the names does not matter.
            body: The unchanged body of the request, bytes or text.
            secret: The signing secret, an object or text. A list while you replace the secret.
            tolerance: Seconds by which the time of the webhook may differ from now; None for any.

        Returns:
            A `Prediction`, or a `Training` if the body is one.

        Raises:
            WebhookValidationError: The webhook is not valid. A subclass says why.
            ValueError: `secret` is empty, or both `request` and `headers` are given.
        """
        headers, content, secret, tolerance = _arguments(request, headers, body, secret, tolerance)
        verify(headers, content, _keys(secret), tolerance)
        try:
            data: Any = loads(content)
        except ValueError as error:
            raise WebhookValidationError(f"The webhook body is not JSON: {error}") from None
        if not is_object(data):
            raise WebhookValidationError("The webhook body is not a JSON object")
        if _is_training(data):
            from .training import Training

            return Training._of(models.Training.from_dict(data), self._client)
        from .prediction import Prediction

        return Prediction._of(models.Prediction.from_dict(data), self._client)


def verify(
    headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], tolerance: Optional[float]
) -> None:
    """Check headers, time and signature. Pure but for the clock.

    Raises:
        WebhookValidationError: The webhook is not valid. A subclass says why.
    """
    for name in ("id", "timestamp", "signature"):
        if not headers.get(f"webhook-{name}"):
            raise MissingWebhookHeaderError(
                f"Missing webhook {name}\nhint: Replicate sends the header webhook-{name}. A proxy "
                "may have dropped it, or the request comes from somebody else."
            )
    if not body:
        raise MissingWebhookBodyError("Missing webhook body")
    timestamp = headers["webhook-timestamp"]
    if tolerance is not None:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
            raise InvalidTimestampError("The webhook timestamp is not a number of seconds")
        age = time.time() - int(timestamp)
        if not abs(age) <= tolerance:  # refuses it too if `tolerance` is NaN
            when = f"{age:,.0f} seconds old" if age > 0 else f"from {-age:,.0f} seconds ahead"
            raise InvalidTimestampError(
                f"Webhook timestamp is outside the allowed tolerance of {tolerance} seconds\n"
                f"hint: It is {when}. Is the clock of this machine right? For webhooks that wait "
                "in a queue, or are sent again on purpose, pass tolerance="
            )
    message = _encoded(f"{headers['webhook-id']}.{timestamp}.") + body
    expected = [hmac.new(key, message, hashlib.sha256).digest() for key in keys]
    well_formed = False
    for versioned in headers["webhook-signature"].split():
        version, comma, encoded = versioned.partition(",")
        well_formed = well_formed or bool(comma)
        if version != "v1":
            continue
        try:
            signature = base64.b64decode(encoded, validate=True)
        except ValueError:
            continue
        # A list, so that the time taken does not tell which key fits.
        if any([hmac.compare_digest(signature, digest) for digest in expected]):  # noqa: C419
            return
    if not well_formed:
        raise InvalidSignatureError("Invalid signature format: expected v1,<base64>")
    raise InvalidSignatureError(f"Webhook signature is invalid{_CAUSES}")


def _arguments(
    request: Any, headers: Any, body: Any, secret: Any, tolerance: Any
) -> Tuple[Dict[str, str], bytes, Any, Optional[float]]:
    """Sort out the forms: `(request, secret)`, `(headers, body, secret)`, or by name."""
    secret_is_second = secret is None and isinstance(headers, (WebhookSigningSecret, str))
    if secret_is_second and hasattr(request, "headers"):
        tolerance = tolerance if body is None else body
        headers, body, secret = None, None, headers
    if secret is None and is_mapping(request):
        request, headers, body, secret = None, request, headers, body
    if not secret:
        raise ValueError(f"Missing webhook signing secret\nhint: {_WHERE_IT_IS}")
    if request is not None:
        if headers is not None or body is not None:
            raise ValueError("Only one of request or headers/body can be provided")
        headers, body = request.headers, _body_of(request)
    if not headers:
        raise MissingWebhookHeaderError("Missing webhook headers")
    return _lower(headers), _bytes(body), secret, tolerance


def _body_of(request: Any) -> Any:
    """Read the body of a request of httpx, Django, or Flask."""
    import httpx

    for name in ("content", "body", "get_data"):
        try:
            value = getattr(request, name)
        except (AttributeError, httpx.RequestNotRead):
            continue
        if isinstance(value, (bytes, str)):
            return value
        if name == "get_data":
            return value()
    raise TypeError(
        f"cannot read the body of a {type(request).__name__} here; "
        "pass headers= and body= instead, such as body=await request.body()"
    )


def _lower(headers: Any) -> Dict[str, str]:
    pairs = headers.items() if hasattr(headers, "items") else headers
    return {_text(name).lower(): _text(value) for name, value in pairs}


def _text(value: Any) -> str:
    if (is_array(value) or is_tuple(value)) and value:
        value = value[0]
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if is_bytes(body):
        return bytes(body)
    if body is None or isinstance(body, str):
        return _encoded(body or "")
    raise TypeError(f"body must be bytes or text as it came, not {type(body).__name__}")


def _encoded(text: str) -> bytes:
    try:
        # Frameworks hand bytes that are not UTF-8 on as such escapes.
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidSignatureError("Webhook signature is invalid: this is no text") from None


def _keys(secret: Any) -> list[bytes]:
    secrets = [secret] if isinstance(secret, (str, WebhookSigningSecret)) else list(secret)
    return [_key(item) for item in secrets]


def _key(secret: Any) -> bytes:
    text = secret if isinstance(secret, str) else getattr(secret, "key", None)
    if not isinstance(text, str):
        raise InvalidSecretKeyError("Invalid secret key format: expected text")
    _, underscore, encoded = text.strip().partition("_")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    # The secret itself is not for messages.
    if not underscore or not key:
        hint = "" if not text.startswith("r8_") else "\nhint: This is an API token. " + _WHERE_IT_IS
        raise InvalidSecretKeyError(f"Invalid secret key format: expected whsec_<base64>{hint}")
    return key


def _is_training(data: Mapping[str, Any]) -> bool:
    output, urls = data.get("output"), data.get("urls")
    return (is_object(output) and "weights" in output) or (
        is_object(urls) and "/trainings/" in str(urls.get("get"))
    )


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
