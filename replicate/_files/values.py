"""What a user may put into a model's input, as JSON. Pure, but that iterators are read.

What is no JSON and has one meaning is converted: numbers and arrays of numpy, models of
pydantic, dates. Everything else is refused, and not guessed at: a data frame, for example,
would be sent as the names of its columns, and the run would be billed.
"""

from __future__ import annotations

import array
import collections
import datetime as dt
import enum
import json
import math
import uuid
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Iterable, List, Mapping, NamedTuple, Optional, cast

from replicate_api import models

from .._guards import classes_of, is_mapping, is_object, is_text
from ..exceptions import InvalidArgumentError
from .handles import is_file

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

LONGEST_INTEGER = 14_000
"""Bits, about 4,200 digits: Python writes no longer ones, for fear of the time that it takes."""

MOST_DIGITS = 4_200
"""Digits of such an integer."""

PLAIN = 1e300
"""A number between this one and its negative needs no look: it is finite, and not too long."""

LARGEST_FLOAT = 8
"""Bytes of the largest number of numpy that is one of Python's."""

_LISTS = (
    list,
    tuple,
    set,
    frozenset,
    range,
    collections.deque,
    collections.UserList,
    array.array,
    KeysView,
    ValuesView,
    ItemsView,
)

_OF_ITERATORS = ("_", "gi_", "aclose", "close", "from_iterable", "send", "throw")
"""How the names begin that an iterator may have and be nothing else."""

_ADVICE = (
    ("to_records", '.to_dict("records")'),  # a data frame of pandas
    ("to_dicts", ".to_dicts()"),  # one of polars
    ("to_pylist", ".to_pylist()"),  # tables and arrays of Arrow
    ("to_list", ".to_list()"),  # series of polars
    ("tolist", ".tolist()"),  # tensors
    ("iter_content", ".content"),  # a response of requests
    ("iter_bytes", ".content"),  # a response of httpx
    ("get_secret_value", ".get_secret_value()"),
    ("total_seconds", ".total_seconds()"),
    ("mappings", "[dict(row) for row in result.mappings()]"),  # results of SQLAlchemy
    ("_mapping", "dict(row._mapping)"),  # and their rows
    ("__attrs_attrs__", "attrs.asdict(...)"),
    ("__struct_fields__", "msgspec.to_builtins(...)"),
    ("getbands", "what its save() writes into an io.BytesIO()"),  # a picture of Pillow
    ("savefig", "what its savefig() writes into an io.BytesIO()"),
    ("__aiter__", "[item async for item in ...]"),
    ("read", "what its read() returns"),
    ("keys", "dict(...)"),  # rows of sqlite3 and asyncpg
    ("to_dict", ".to_dict()"),
    ("__iter__", "list(...)"),
)


class FileIn(NamedTuple):
    """A place in the input that waits for the URL of a file."""

    file: Any
    place: str


def plain(value: Any, place: Optional[str] = None) -> Any:
    """Return a value as JSON, with `FileIn` where there is a file.

    Args:
        value: Anything.
        place: What to call it in an error. Without a name, what has no JSON form passes.

    Raises:
        TypeError: It has no JSON form.
        InvalidArgumentError: It is a number or a text without one.
    """
    kind: Any = cast("Any", type(value))
    if kind is str and value.isascii():
        return value  # most inputs are
    if kind is dict:
        return _plain_mapping(value, place)
    if isinstance(value, enum.Enum):
        return plain(value.value, place)
    if value is None or isinstance(value, (bool, int)):
        if place is not None and (value or 0).bit_length() > LONGEST_INTEGER:
            raise InvalidArgumentError(f"{place} is an integer of more digits than can be sent")
        return value
    if isinstance(value, float):
        if place is not None and not math.isfinite(value):
            hint = ": for a value that is missing pass None" if math.isnan(value) else ""
            raise InvalidArgumentError(f"{place} is {value}, for which JSON has no form{hint}")
        return value
    url = _url_of(value)
    if url is not None:
        return url
    if isinstance(value, str):
        if place is not None and not value.isascii():
            check_text(value, place)
        return value
    if is_mapping(value):
        return _plain_mapping(value, place)
    if is_file(value) and not _is_model(value):
        return FileIn(value, place or "the file")
    simpler = _converted(value, place or "the value")
    if simpler is not value:
        return plain(simpler, place)
    if _is_list(value):
        return [
            # Most long lists are of numbers: no name is made for each.
            item
            if type(item) in {int, float} and -PLAIN < item < PLAIN
            else plain(item, place and f"{place}[{index}]")
            for index, item in enumerate(value)
        ]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if place is None:
        return value
    raise TypeError(f"{place} is a {type(value).__name__}, which cannot be sent: {_advice(value)}")


def _plain_mapping(value: Mapping[Any, Any], place: Optional[str]) -> Any:
    if place is None:
        return {key: plain(item) for key, item in value.items()}
    fields = {_key(key, place): plain(item, f"{place}[{key!r}]") for key, item in value.items()}
    if len(fields) < len(value):
        raise InvalidArgumentError(
            f"{place} has keys that are the same in JSON: {list(value)!r:.200}"
        )
    return fields


def _key(key: Any, place: str) -> str:
    """Return a key as JSON has it, where all of them are text."""
    if type(key) is str and key.isascii():
        return key
    if isinstance(key, enum.Enum):
        return _key(key.value, place)
    if isinstance(key, str):
        check_text(key, f"a key of {place}")
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(plain(key, f"a key of {place}"))
    raise TypeError(f"{place} has the key {key!r:.100}, a {type(key).__name__}: keys are text")


def check_text(text: str, place: str) -> None:
    """Raise InvalidArgumentError for text that UTF-8 has no form for."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        lone = text[error.start]
        raise InvalidArgumentError(
            f"{place} has the lone surrogate {lone!r}, which is half a character and cannot be sent"
        ) from None


def _url_of(value: Any) -> Optional[str]:
    """Return the URL of what is already on a server: a model's output, an uploaded file."""
    if isinstance(value, classes_of("replicate._files.output", "FileOutput")):
        return str(value.url)
    if isinstance(value, models.File):
        urls: Any = value.urls
        url = urls.get("get") if is_object(urls) else None
        return url if isinstance(url, str) else None
    return None


def _kind(value: Any) -> Any:
    return cast("Any", type(value))


def _is_model(value: Any) -> bool:
    """Say whether a value is a model of pydantic, which may have a field called `read`."""
    return hasattr(_kind(value), "model_dump") or _is_model_of_pydantic_1(value)


def _is_model_of_pydantic_1(value: Any) -> bool:
    return hasattr(_kind(value), "__fields__") and hasattr(_kind(value), "dict")


def _is_list(value: Any) -> TypeGuard[Iterable[Any]]:
    """Say whether a value gives items and is nothing else, unlike the cursor of a database."""
    return isinstance(value, _LISTS) or (
        isinstance(value, Iterator)
        and all(
            name.startswith(("_", "gi_")) or name in _OF_ITERATORS for name in dir(_kind(value))
        )
    )


def _converted(value: Any, place: str) -> Any:
    """Return a simpler value for one of a library's own type, and any other as it is."""
    if _is_missing(value):
        raise TypeError(f"{place} is {value}, a missing value: leave it out, or pass None")
    if isinstance(value, classes_of("numpy", "ndarray", "generic")):
        return _of_numpy(value, place)
    if isinstance(value, _pandas_lists()):
        return value.tolist()
    if isinstance(value, Decimal):
        return _number(value, place)
    if hasattr(_kind(value), "model_dump"):
        return value.model_dump()
    if _is_model_of_pydantic_1(value):
        fields = value.dict()
        return fields.get("__root__", fields)
    url = _text_of_url(value)
    if url is not None:
        return url
    if hasattr(_kind(value), "__dataclass_fields__"):
        return {name: getattr(value, name) for name in _fields(value)}
    return value


def _is_missing(value: Any) -> bool:
    """Say whether a value of pandas or numpy stands for none."""
    known = (*classes_of("pandas", "NA", "NaT"), *classes_of("numpy.ma", "masked"))
    if any(value is missing for missing in known):
        return True
    return isinstance(value, classes_of("numpy", "datetime64")) and str(value) == "NaT"


def _pandas_lists() -> Any:
    arrays = classes_of("pandas.api.extensions", "ExtensionArray")
    return (*classes_of("pandas", "Series", "Index"), *arrays)


def _of_numpy(value: Any, place: str) -> Any:
    kind = value.dtype.kind
    if value.dtype.names is not None:
        raise TypeError(f"{place} has records of numpy: pass a list of mappings, one for each")
    if isinstance(value, classes_of("numpy", "ndarray")):
        if value.ndim == 0:
            return value[()]
        if isinstance(value, classes_of("numpy.ma", "MaskedArray")) or kind in "mMO":
            return list(value)  # tolist() hides what is missing, and makes numbers of times
        return value.tolist()
    if kind == "M":
        return str(value)
    if kind in "biuf":
        # Some numbers of numpy have no counterpart, and give themselves.
        return value.item() if value.dtype.itemsize <= LARGEST_FLOAT else float(value)
    return value


def _fields(value: Any) -> List[str]:
    import dataclasses

    return [field.name for field in dataclasses.fields(value)]


def _number(value: Decimal, place: str) -> Any:
    if not value.is_finite():
        raise InvalidArgumentError(f"{place} is {value}, for which JSON has no form")
    if value.adjusted() >= MOST_DIGITS:
        raise InvalidArgumentError(f"{place} is a number of more digits than can be sent")
    whole = value == value.to_integral_value() and "." not in str(value)
    return int(value) if whole else float(value)


def _text_of_url(value: Any) -> Optional[str]:
    """Return the text of an object that is a URL, None for any other."""
    scheme: Any = getattr(value, "scheme", None)
    if not is_text(scheme) or not any(
        hasattr(value, name) for name in ("host", "hostname", "hosts")
    ):
        return None
    text: str = value.geturl() if hasattr(value, "geturl") else str(value)
    return text if text.lower().startswith(f"{scheme.lower()}:") else None


def _advice(value: Any) -> str:
    numpy = isinstance(value, classes_of("numpy", "generic"))
    for name, advice in () if numpy else _ADVICE:
        if hasattr(_kind(value), name):
            return f"pass its {advice}" if advice.startswith(".") else f"pass {advice}"
    return (
        "give text, numbers, booleans, lists, mappings, or files (a path, a handle, bytes, "
        "a model's output)"
    )
