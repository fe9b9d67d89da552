"""Files that models return, and the encoding of inputs and outputs: the names of 1.x."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._blocking import block
from ._files.inputs import encode
from ._files.output import FileOutput, FileOutputURL
from ._files.transform import transform_output
from ._files.uploads import base64_encode_file
from ._guards import names_of

if TYPE_CHECKING:
    from .client import Client

__all__ = [
    "FileOutput",
    "FileOutputURL",
    "async_encode_json",
    "base64_encode_file",
    "encode_json",
    "transform_output",
]


def encode_json(obj: Any, client: Client, file_encoding_strategy: Optional[str] = None) -> Any:
    """Return a JSON value for any input; files are uploaded, or inlined with `"base64"`."""
    return block(async_encode_json(obj, client, file_encoding_strategy))


async def async_encode_json(
    obj: Any, client: Client, file_encoding_strategy: Optional[str] = None
) -> Any:
    """Return a JSON value for any input; files are uploaded, or inlined with `"base64"`."""
    return await encode(obj, client, file_encoding_strategy)


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
