"""Starting a prediction: a reference decides which operation of the API creates it."""

from __future__ import annotations

import math
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from .._blocking import monotonic
from .._files.inputs import encode
from .._guards import is_mapping
from .._http.deadline import remaining
from .._interruptions import comes_from_outside
from ..exceptions import (
    InvalidArgumentError,
    InvalidArgumentTypeError,
    NotFoundError,
    ReplicateError,
    UnprocessableEntityError,
)
from .lost import Description
from .refusals import remember

if TYPE_CHECKING:
    from .._http.session import Session
    from ..identifier import Target
    from .guard import RunGuard

LONGEST_HOLD = 60
"""Seconds that the server holds a request at most (https://replicate.com/docs/topics/predictions/create-a-prediction)."""

SHORTEST_CANCEL_AFTER = 5
LONGEST_CANCEL_AFTER = 24 * 60 * 60
"""Seconds that `Cancel-After` may say (https://replicate.com/changelog/2025-10-16-prediction-deadlines)."""

OF_DEPLOYMENT = "deployments.predictions_create"
OF_MODEL = "models.predictions_create"
OF_VERSION = "predictions.create"
"""Operations that create predictions: generated modules of `replicate_api.api`."""

ACCEPTED = 202
"""The status of an answer to a held create whose prediction still runs."""

ANSWER_TIME = 1.0
"""Seconds that are kept for the answer to a held request to arrive before the deadline."""

HOLD_MARGIN = 0.1
"""An answer in the last so many seconds of a hold may have come because the hold ended."""


async def create(
    guard: RunGuard[Any],
    target: Target,
    input: Optional[Mapping[str, Any]],
    *,
    wait: Union[float, bool, None] = None,
    file_encoding_strategy: Optional[str] = None,
    cancel_after: Optional[str] = None,
    **body: Any,
) -> Any:
    """Create a prediction.

    The arguments are checked first. Then files are uploaded, and then the create is sent.

    Args:
        guard: The guard that looks after the prediction.
        target: What to run.
        input: The model's inputs.
        wait: Whether, or for how many seconds, the server holds the request.
        file_encoding_strategy: `"base64"`, or anything else to upload files.
        cancel_after: When the server cancels the prediction, such as `5m`; by default at the
            deadline, if there is one.
        body: Further fields of the request.
    """
    guard.session._need_token()
    session = guard.session
    prefer(wait)
    check_input(input)
    encoded = await encode(input or {}, session, file_encoding_strategy, place="input")

    async def send(name: str, description: Description, *place: str, **version: str) -> Any:
        operation = _operation(name)
        hold: Optional[float] = None
        sent_at = 0.0

        def build() -> Any:
            nonlocal hold, sent_at
            left, sent_at = remaining(), monotonic()
            held = before_deadline(wait, left)
            hold = _seconds(held) if held else None
            return operation.build(
                *place,
                input=encoded,
                prefer=prefer(held),
                cancel_after=cancel_after or at_deadline(left),
                **version,
                **body,
            )

        run, answer = await guard.create(operation, build, description)
        in_time = answers_whole_run(run, hold, monotonic() - sent_at)
        run._answers_all = answer is not None and answer.status_code != ACCEPTED and in_time
        run._is_fresh = answer is not None and hold is None
        return run

    if target.deployment is not None:
        full_name = "/".join(target.deployment)
        return await send(
            OF_DEPLOYMENT, Description(encoded, deployment=full_name), *target.deployment
        )
    model = f"{target.owner}/{target.name}" if target.owner and target.name else None
    if target.version is not None:
        return await send(
            OF_VERSION, Description(encoded, model, target.version), version=target.version
        )
    assert target.owner is not None
    assert target.name is not None
    place = (target.owner, target.name)
    remembered = session._latest.get(place)
    try:
        if remembered is None:
            return await send(OF_MODEL, Description(encoded, model), *place)
        return await send(OF_VERSION, Description(encoded, model, remembered), version=remembered)
    except (NotFoundError, UnprocessableEntityError) as error:
        if remembered is None and not isinstance(error, NotFoundError):
            raise
        latest = await _latest_version(session, place, error)
        if latest == remembered:
            raise
    run = await send(OF_VERSION, Description(encoded, model, latest), version=latest)
    session._latest[place] = latest
    return run


@lru_cache(maxsize=None)
def _operation(name: str) -> Any:
    """Import an operation when it is first needed, and return it."""
    return import_module(f"replicate_api.api.{name}")


async def _latest_version(session: Session, place: tuple[str, str], refusal: ReplicateError) -> str:
    """Return the id of a model's latest version, after a create was refused.

    The create by name runs official models only, and answers 404 for all others. The create by
    version answers 404 or 422 if the remembered version was deleted.
    """
    from replicate_api.api.models import get

    try:
        model = await session._call(get.asyncio, *place)
    except Exception as error:
        if comes_from_outside(error):
            raise
        raise refusal from None  # the user asked for a run, not for the model
    if model.latest_version is None or not model.latest_version.id:
        refusal.about["hint"] = "The model is there, but it has no version that could be run."
        raise refusal
    remember(session, model.latest_version)
    return model.latest_version.id


def check_input(input: object) -> None:
    """Raise InvalidArgumentTypeError for an input that is not one value per name."""
    if input is not None and not is_mapping(input):
        raise InvalidArgumentTypeError(
            f"input must be a mapping of the model's input names to values, not {input!r:.100}"
        )


def prefer(wait: object) -> Optional[str]:
    """Return the `Prefer` header for `wait`; None if the server is not to hold the request.

    Raises:
        InvalidArgumentTypeError: `wait` is no number.
        InvalidArgumentError: `wait` is out of the range that the API allows.
    """
    if wait is True:
        return "wait"
    if not wait:
        return None
    if isinstance(wait, bool) or not isinstance(wait, (int, float)):
        raise InvalidArgumentTypeError(
            f"wait must be True, False or a number of seconds, not {wait!r}"
        )
    if not 0 < wait <= LONGEST_HOLD:
        raise InvalidArgumentError(
            f"wait must be between 1 and {LONGEST_HOLD} seconds, not {wait}: it is how long the "
            "server holds the request. To bound the whole run, use timeout="
        )
    return f"wait={math.ceil(wait)}"


def before_deadline(
    wait: Union[float, bool, None], left: Optional[float]
) -> Union[float, bool, None]:
    """Shorten a hold so that the answer, with the prediction's id, comes before the deadline.

    A prediction whose id is not known cannot be canceled. Pure.
    """
    if not wait or left is None:
        return wait
    longest = math.floor(left - ANSWER_TIME)
    if longest >= _seconds(wait):
        return wait
    return longest if longest >= 1 else None


def _seconds(wait: Union[float, bool, None]) -> float:
    return LONGEST_HOLD if wait is True else math.ceil(wait or 0)


def at_deadline(timeout: Optional[float]) -> Optional[str]:
    """Return the `Cancel-After` header for a deadline; None if the API does not allow the time."""
    # Rounded up first: a little of a timeout of 5 seconds has passed by now.
    seconds = 0 if timeout is None else math.ceil(timeout)
    return f"{seconds}s" if SHORTEST_CANCEL_AFTER <= seconds <= LONGEST_CANCEL_AFTER else None


def answers_whole_run(prediction: Any, hold: Optional[float], elapsed: float) -> bool:
    """Say whether the answer to a create has the whole output already. Pure.

    The server answers a held request as soon as the output is complete. The status often is
    still `processing` then. After the hold has run out, the output may be partial.

    Args:
        prediction: The answer.
        hold: Seconds for which the server was asked to hold the request; None if it was not.
        elapsed: Seconds until the answer came.
    """
    return (
        hold is not None
        and prediction.status == "processing"
        and elapsed < hold - HOLD_MARGIN
        and prediction.output is not None
        and prediction.output not in ("", [], {})
    )
