"""Running a model: create, wait, and give the output out."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import FunctionType
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Mapping, Optional, Tuple, Union

from ._arguments import check_run
from ._blocking import block, called, is_blocking
from ._files.transform import transform_output
from ._guards import names_of
from ._http.deadline import end_of, until
from ._interruptions import comes_from_outside
from ._runs.create import create
from ._runs.guard import RunGuard
from ._runs.outputs import AsyncOutputIterator, OutputIterator
from ._runs.refusals import remember
from ._runs.waiting import TERMINAL, until_end
from .identifier import resolve
from .prediction import Prediction, RunParams
from .version import Version, Versions

if TYPE_CHECKING:
    import os

    from typing_extensions import Unpack

    from ._http.session import Session
    from .identifier import Reference, Target

__all__ = ["async_run", "run"]

OWN = ("download_to", "on_update", "progress")
"""What `run` takes, and `stream` does not."""

NOBODY: ContextManager[None] = nullcontext()
"""In the place of updates, where nobody is told of changes."""


def run(
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    download_to: Union[str, os.PathLike[str], None] = None,
    on_update: Optional[Callable[[Prediction], object]] = None,
    progress: bool = False,
    **params: Unpack[RunParams],
) -> Any:
    """Run a model and return its output; see `Client.run`."""
    run = async_run(
        client,
        ref,
        input,
        use_file_output=use_file_output,
        download_to=download_to,
        on_update=on_update,
        progress=progress,
        **params,
    )
    return block(run)


async def async_run(
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    download_to: Union[str, os.PathLike[str], None] = None,
    on_update: Optional[Callable[[Prediction], object]] = None,
    progress: bool = False,
    **params: Unpack[RunParams],
) -> Any:
    """Run a model and return its output; see `Client.run`."""
    check_run(ref, params, (*RunParams.__annotations__, *OWN), "async_run")
    end = end_of(params.pop("timeout", None))
    params.setdefault("wait", True)
    target = resolve(ref)
    guard: RunGuard[Prediction] = RunGuard(client, Prediction)
    updates: Optional[Updates] = None
    if on_update is not None or progress:
        from ._runs.updates import Updates

        updates = Updates.of(on_update, progress, name_of(target))
    if updates is not None and params.get("wait") is True:
        params["wait"] = None  # a request that is held tells nothing until its end
    with until(end), updates or NOBODY:
        async with guard:
            version = await version_of(client, ref, target)
            prediction = await begin(guard, target, input, **params)
            if updates is not None:
                await updates(prediction)
            output = Output(client, version, use_file_output is not False, download_to)
            yields = download_to is None and version is not None and version._yields_output
            if yields and prediction.status != "failed":
                kind = OutputIterator if is_blocking() else AsyncOutputIterator
                told = updates and updates.hand_over()
                return kind(guard, output.items, end=end, cancels=True, updates=told)
            # A record of the prediction has its times, and who watches it sees its end.
            is_observed = download_to is not None or updates is not None
            if not (prediction._has_ended if is_observed else prediction._is_complete):
                await until_end(prediction, is_fresh=prediction._is_fresh, updates=updates)
            prediction._raise_for_status()
            return await output.of(prediction)


async def begin(
    guard: RunGuard[Prediction],
    target: Target,
    input: Optional[Mapping[str, Any]],
    **params: Any,
) -> Prediction:
    """Create the prediction; by the `create` method, if a program has replaced that.

    1.0.7 called these methods from `run` and `stream`: instrumentations wrap them to learn of the
    prediction, and tests patch them.
    """
    method, place = replaced_create(guard.session, target)
    if method is None:
        prediction: Prediction = await create(guard, target, input, **params)
        return prediction
    given = {name: value for name, value in params.items() if value is not None}
    made = method(**place, input=input or {}, **given)
    made = await made if hasattr(made, "__await__") else made
    guard.run = made if isinstance(made, Prediction) else await read_mock(made)
    return guard.run


def replaced_create(session: Session, target: Target) -> Tuple[Any, Mapping[str, Any]]:
    """Return the `create` for a target if it is not ours, and how to tell it of the target."""
    name = "model.ModelsPredictions"
    place: Mapping[str, Any] = {"model": (target.owner, target.name)}
    if target.deployment is not None:
        name, place = "deployment.DeploymentsPredictions", {"deployment": target.deployment}
    elif target.version is not None:
        name, place = "prediction.Predictions", {"version": target.version}
    module, _, kind = name.partition(".")
    loaded = sys.modules.get(f"replicate.{module}")
    found = getattr(loaded, kind, None)
    method = "create" if is_blocking() else "async_create"
    function = getattr(found, method, None)
    is_own = type(function) is FunctionType and function.__globals__ is vars(loaded)
    return (None if found is None or is_own else getattr(found(client=session), method)), place


async def read_mock(made: Any) -> Prediction:
    """Return a prediction for a test's own object, of which 1.0.7 read as much."""
    if made.status not in TERMINAL:
        await called(made, "wait")
    status = made.status if made.status in TERMINAL else "succeeded"
    fields = {name: getattr(made, name, None) for name in ("id", "error", "output", "logs")}
    return Prediction.from_dict({**fields, "status": status})


def name_of(target: Target) -> str:
    """Return what to call a run in a few letters."""
    deployment = target.deployment[1] if target.deployment else ""
    return target.name or deployment or (target.version or "")[:12]


class Output:
    """An output as its caller wants it."""

    def __init__(
        self,
        client: Session,
        version: Optional[Version],
        use_file_output: bool,
        download_to: Union[str, os.PathLike[str], None],
    ) -> None:
        self._client = client
        self._schema = version.openapi_schema if version is not None else None
        self._use_file_output = use_file_output
        self._folder = download_to

    async def of(self, prediction: Prediction) -> Any:
        """Return the output of a prediction that has succeeded."""
        value = prediction.__dict__.get("output")
        if self._folder is None:
            return self.items(value)
        from ._files.keeping import keep

        return (await keep(self.items(value), self._folder, prediction._wire)).output

    def items(self, value: Any) -> Any:
        """Return an output, or items of a list output; the schema describes the list."""
        if not self._use_file_output and self._folder is None:
            return value
        return transform_output(value, self._client, openapi_schema=self._schema)


async def version_of(client: Session, ref: Reference, target: Target) -> Optional[Version]:
    """Return the version that a reference names, for its schema; None where there is none.

    It is looked up before the prediction is created and kept, as versions never change. A
    look-up that fails costs the schema's knowledge, not the run.
    """
    if isinstance(ref, Version):
        remember(client, ref)
        return ref
    if target.version is None or target.owner is None or target.name is None:
        return None
    key = (target.owner, target.name, target.version)
    version: Optional[Version] = client._versions.get(key)
    if version is None:
        try:
            version = await called(
                Versions(client, (target.owner, target.name)), "get", target.version
            )
        except Exception as error:
            if comes_from_outside(error):
                raise
            from ._log import logger

            logger.info("the schema of %s/%s:%s is not known: %s", *key, error)
            return None
        client._versions[key] = version
    return version


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
