"""Running a model: create, wait, and give the output out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from ._arguments import check_run
from ._blocking import block, is_blocking
from ._files.transform import transform_output
from ._guards import names_of
from ._http.deadline import end_of, until
from ._interruptions import comes_from_outside
from ._runs.create import create
from ._runs.guard import RunGuard
from ._runs.outputs import AsyncOutputIterator, OutputIterator
from ._runs.refusals import remember
from ._runs.waiting import until_end
from .identifier import resolve
from .prediction import Prediction, RunParams
from .version import Version, Versions

if TYPE_CHECKING:
    import os

    from typing_extensions import Unpack

    from ._http.session import Session
    from .identifier import Reference, Target

__all__ = ["async_run", "run"]


def run(
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    download_to: Union[str, os.PathLike[str], None] = None,
    **params: Unpack[RunParams],
) -> Any:
    """Run a model and return its output; see `Client.run`."""
    run = async_run(
        client, ref, input, use_file_output=use_file_output, download_to=download_to, **params
    )
    return block(run)


async def async_run(
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    download_to: Union[str, os.PathLike[str], None] = None,
    **params: Unpack[RunParams],
) -> Any:
    """Run a model and return its output; see `Client.run`."""
    check_run(ref, params, (*RunParams.__annotations__, "download_to"), "async_run")
    end = end_of(params.pop("timeout", None))
    params.setdefault("wait", True)
    target = resolve(ref)
    guard: RunGuard[Prediction] = RunGuard(client, Prediction)
    with until(end):
        async with guard:
            version = await version_of(client, ref, target)
            prediction = await create(guard, target, input, **params)
            output = Output(client, version, use_file_output is not False, download_to)
            yields = download_to is None and version is not None and version._yields_output
            if yields and prediction.status != "failed":
                kind = OutputIterator if is_blocking() else AsyncOutputIterator
                return kind(guard, output.items, end=end, cancels=True)
            # A record of the prediction has its times.
            if not (prediction._is_complete if download_to is None else prediction._has_ended):
                await until_end(prediction, is_fresh=prediction._is_fresh)
            prediction._raise_for_status()
            return await output.of(prediction)


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
            version = await Versions(client, (target.owner, target.name)).async_get(target.version)
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
