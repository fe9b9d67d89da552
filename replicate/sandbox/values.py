"""From JSON to the arguments of a model's function, and from what it returns back to JSON."""

from __future__ import annotations

import base64
import binascii
import collections.abc
import dataclasses
import decimal
import enum
import inspect
import io
import os
import typing
import uuid
from datetime import date
from pathlib import Path
from typing import Any, Dict, Mapping, Tuple
from urllib.parse import unquote_to_bytes, urlsplit

from .._files.media import media_types
from . import pydantic
from .files import File, FileStore, copy, name_here, safe_name
from .inputs import as_input
from .schema import is_file, unwrap

if typing.TYPE_CHECKING:
    from .models import Version


_PATHS: Tuple[type, ...] = (os.PathLike,)


def decode_input(
    version: Version, given: Mapping[str, Any], store: FileStore, directory: Path
) -> Dict[str, Any]:
    """Make a function's arguments from the input of a prediction.

    Args:
        version: The version to run.
        given: The input as it was sent; what the function does not know is left out.
        store: Where the sandbox's own files are.
        directory: Where to put the input files.
    """
    arguments: Dict[str, Any] = {}
    parameters = dict(inspect.signature(version.function).parameters)
    for parameter in list(parameters.values()):
        if parameter.kind is parameter.VAR_KEYWORD:  # it takes all that there is
            del parameters[parameter.name]
            parameters.update(dict.fromkeys((*version.defaults, *given), parameter))
    for name, parameter in parameters.items():
        annotation = version.signature.annotations.get(name, Any)
        default = as_input(parameter.default, nullable=unwrap(annotation)[1]).default
        if name in given or name in version.defaults:
            value = given[name] if name in given else version.defaults[name]
            folder = directory / name
            arguments[name] = _decode(value, annotation, store, folder)
        elif default is not parameter.empty:
            arguments[name] = default
    return arguments


def _decode(value: Any, annotation: Any, store: FileStore, directory: Path) -> Any:
    inner, _ = unwrap(annotation)
    whole: Any = value
    build: Any = inner
    if value is None:
        return None
    if is_file(inner):
        directory.mkdir(parents=True, exist_ok=True)
        path = _fetch(value, store, directory)
        if inner is bytes:
            return path.read_bytes()
        kind: Any = typing.get_origin(inner) or inner
        return path if issubclass(kind, _PATHS) else _open(path)
    if isinstance(inner, type) and issubclass(inner, enum.Enum):
        return inner(value)
    if inner in (int, float):
        return inner(value)
    if isinstance(value, dict) and pydantic.is_model(inner):
        return pydantic.parse(inner, whole)
    if isinstance(value, dict) and _has_fields(inner):
        hints = typing.get_type_hints(build)
        return build(
            **{
                name: _decode(item, hints.get(name, Any), store, directory / name)
                for name, item in whole.items()
            }
        )
    origin, arguments = typing.get_origin(inner), typing.get_args(inner)
    if isinstance(value, list) and origin is not None and arguments:
        items = [
            _decode(item, arguments[0], store, directory / str(position))
            for position, item in enumerate(whole)
        ]
        return items if origin in (list, collections.abc.Sequence) else origin(items)
    return whole


def _has_fields(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind)


def _open(path: Path) -> io.BytesIO:
    handle = io.BytesIO(path.read_bytes())
    handle.name = path.name
    return handle


def _fetch(url: str, store: FileStore, directory: Path) -> Path:
    if url.startswith("data:"):
        return write_data_uri(url, directory)
    stored = store.find(url)
    if stored is not None:
        return copy(stored, directory)
    if url.startswith(store.api_url) or not url.startswith(("http:", "https:")):
        raise ValueError(f"input file not found: {url}")
    import httpx

    path = directory / name_here(urlsplit(url).path)
    with httpx.stream("GET", url, follow_redirects=True) as response, path.open("wb") as target:
        response.raise_for_status()
        for chunk in response.iter_bytes():
            target.write(chunk)
    return path


def write_data_uri(uri: str, directory: Path) -> Path:
    """Write the data of a URI into a file, and return its path.

    Raises:
        ValueError: The URI is malformed.
    """
    head, comma, body = uri[len("data:") :].partition(",")
    if not comma:
        raise ValueError("a data URI has a comma before its data")
    mime, *parameters = head.split(";")
    data = unquote_to_bytes(body)
    if "base64" in parameters:
        try:
            data = base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise ValueError(f"a data URI holds bad base64: {error}") from None
    path = directory / f"file{media_types().guess_extension(mime) or ''}"
    path.write_bytes(data)
    return path


def encode_output(value: Any, store: FileStore) -> Any:
    """Turn what a model returned into JSON: files become URLs.

    Raises:
        TypeError: if a value has no form in JSON.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, File):
        return store.put_out(value.data, value.name)
    if isinstance(value, os.PathLike):
        path = Path(os.fspath(typing.cast("os.PathLike[str]", value)))
        return store.put_out(path, path.name)
    if isinstance(value, (bytes, bytearray)):
        return store.put_out(bytes(value), "output")
    if hasattr(value, "read"):
        content = value.read()
        content = content.encode() if isinstance(content, str) else content
        return store.put_out(content, safe_name(str(getattr(value, "name", "output"))))
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if pydantic.is_model(type(value)):
        value = pydantic.fields_of(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    whole: Any = value
    if isinstance(value, collections.abc.Mapping):
        return {str(key): encode_output(item, store) for key, item in whole.items()}
    if isinstance(value, (collections.abc.Sequence, collections.abc.Set)):
        return [encode_output(item, store) for item in whole]
    if type(whole).__module__.partition(".")[0] in ("pydantic", "pydantic_core"):
        return str(whole)  # one of its URLs
    raise TypeError(f"a model can't return {type(whole).__name__}: it cannot be written as JSON")
