"""Files of an output for asynchronous programs, in which `read` is to be awaited."""

from __future__ import annotations

from typing import Any

from .._files.output import FileOutput
from .._guards import is_array, is_object
from .._runs.outputs import AsyncOutputIterator


class AsyncFileOutput(FileOutput):
    """A file that a model returned, with an asynchronous `read`."""

    async def read(self) -> bytes:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride] - as 2.x has it
        """Return the whole content.

        Raises:
            DownloadError: The file is gone, or did not arrive whole.
            APIConnectionError: Its server cannot be reached.
        """
        return await self.aread()


def with_async_files(output: Any) -> Any:
    """Return an output with such files in the place of others."""
    if type(output) is AsyncOutputIterator:
        iterator: Any = output
        transform = iterator._transform
        iterator._transform = lambda items: with_async_files(transform(items))  # pyright: ignore[reportUnknownLambdaType] - JSON
    elif isinstance(output, FileOutput):
        return AsyncFileOutput(output.url, output._client_or_none)
    elif is_array(output):
        return [with_async_files(item) for item in output]
    elif is_object(output):
        return {key: with_async_files(value) for key, value in output.items()}
    return output
