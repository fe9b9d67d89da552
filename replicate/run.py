"""Running a model: create, wait, and give the output out."""

from __future__ import annotations

from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any, AsyncGenerator, Mapping, Optional, cast

from ._blocking import block, block_iter

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .client import Client
    from .identifier import Reference, Target
    from .prediction import Prediction, RunParams
    from .version import Version

__all__ = ["async_run", "run"]


def run(
    client: Client,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    **params: Unpack[RunParams],
) -> Any:
    """Run a model and return its output; see `Client.run`."""
    result = block(async_run(client, ref, input, use_file_output=use_file_output, **params))
    if isinstance(result, AsyncGeneratorType):
        return block_iter(cast("AsyncGenerator[Any, None]", result))
    return result


async def async_run(
    client: Client,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    **params: Unpack[RunParams],
) -> Any:
    """Run a model and return its output; see `Client.run`."""
    from ._http.deadline import deadline, remaining
    from ._runs.create import create
    from ._runs.running import in_time, is_interruption
    from .identifier import resolve

    timeout = params.pop("timeout", None)
    params.setdefault("wait", True)
    target = resolve(ref)
    with deadline(timeout):
        version = await _version(client, ref, target)
        prediction = await create(client, target, input, **params)
        output = _Output(prediction, version, use_file_output=use_file_output is not False)
        if prediction.status != "failed" and version is not None and version._yields_output:
            return in_time(prediction, output.items(), remaining())
        try:
            if not prediction._complete:
                await prediction._poll()
        except BaseException as error:
            if is_interruption(error):
                await prediction._abandon(error)
            raise
    prediction._raise_for_status()
    return output.whole()


class _Output:
    """The output of a prediction as its caller wants it."""

    def __init__(
        self, prediction: Prediction, version: Optional[Version], *, use_file_output: bool
    ) -> None:
        self._prediction = prediction
        self._schema = version.openapi_schema if version is not None else None
        self._use_file_output = use_file_output

    def whole(self) -> Any:
        return self._transform(vars(self._prediction).get("output"))

    async def items(self) -> AsyncGenerator[Any, None]:
        async for item in self._prediction.async_output_iterator():
            # The schema describes the list, not its items.
            yield self._transform([_plain(item)])[0]

    def _transform(self, value: Any) -> Any:
        if not self._use_file_output:
            return value
        from ._files.transform import transform_output

        return transform_output(value, self._prediction._client, openapi_schema=self._schema)


def _plain(item: Any) -> Any:
    return str(item) if isinstance(item, str) else item


async def _version(client: Client, ref: Reference, target: Target) -> Optional[Version]:
    """Return the version that a reference names, for its schema; None where there is none.

    It is looked up before the prediction is created and kept, as versions never change. A
    look-up that fails costs the schema's knowledge, not the run.
    """
    from ._runs.refusals import remember
    from .version import Version, Versions

    if isinstance(ref, Version):
        remember(client, ref)
        return ref
    if target.version is None or target.owner is None or target.name is None:
        return None
    key = (target.owner, target.name, target.version)
    if key not in client._versions:
        versions = Versions(client, (target.owner, target.name))
        try:
            client._versions[key] = await versions.async_get(target.version)
        except Exception as error:  # noqa: BLE001 - whatever it is, the create will show it
            import logging

            logging.getLogger("replicate").info(
                "the schema of %s/%s:%s is not known: %s", *key, error
            )
            return None
    return client._versions[key]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from ._names import lookup

        return lookup(__name__, name)
