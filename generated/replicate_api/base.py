# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Define what all models share: reading the wire tolerantly, writing it back faithfully."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from datetime import datetime
from functools import lru_cache
from reprlib import Repr
from types import MappingProxyType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Dict,
    Generic,
    List,
    Mapping,
    Tuple,
    Type,
    TypeVar,
    Union,
    overload,
)

from .timestamp import read_datetime, read_timestamp

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda decorator: decorator


__all__ = (
    "UNSET",
    "ApiModel",
    "Field",
    "Json",
    "Unset",
    "model",
    "moment",
    "nested",
    "plain",
    "read_nested",
    "timestamp",
)

_Model = TypeVar("_Model", bound="ApiModel")
_Value = TypeVar("_Value", covariant=True)

Json = Union[None, bool, int, float, str, List[Any], Dict[str, Any]]


class Unset:
    """The type of `UNSET`, which stands for an argument that is not given where None means null."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = 80


class Field(Generic[_Value]):
    """A field that is not read before it is asked for."""

    _name: str

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, model: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, model: object, owner: Any) -> _Value: ...
    def __get__(self, model: Any, owner: Any) -> Any:
        if model is None:
            return self
        return self._read(model, model.__dict__.get(self._name))

    def __set__(self, model: Any, value: Any) -> None:
        model.__dict__[self._name] = value

    def __delete__(self, model: Any) -> None:
        model.__dict__.pop(self._name, None)

    def _read(self, model: ApiModel, value: Any) -> Any:
        """Return a value of the wire as Python should have it."""
        raise NotImplementedError


class _Timestamp(Field[Any]):
    def _read(self, model: ApiModel, value: Any) -> Any:
        return read_timestamp(value)


class _Moment(Field[Any]):
    def _read(self, model: ApiModel, value: Any) -> Any:
        return read_datetime(value)


class _Nested(Field[Any]):
    """A field of objects or lists, which are read once."""

    def __init__(self, item: Union[str, Type[Any], None], depth: int, required: bool) -> None:
        self._item = item
        self._depth = depth
        self._required = required

    def _read(self, model: ApiModel, value: Any) -> Any:
        kind = value.__class__
        if kind is dict or kind is list:
            read = self._read_nested(model, value, self._depth)
            if read is not value:
                model.__dict__[self._name] = read
            return read
        return [] if value is None and self._required and self._depth else value

    def _read_nested(self, model: ApiModel, value: Any, depth: int) -> Any:
        return read_nested(value, self._item, depth, model._read_inner)


def read_nested(
    value: Any, item: Union[str, Type[Any], None], depth: int, read_object: Callable[..., Any]
) -> Any:
    """Read objects and timestamps in lists of a depth; what is none is handed on.

    Args:
        value: What came.
        item: As for `nested`.
        depth: As for `nested`.
        read_object: What reads an object, given its class and its wire form.
    """
    kind = value.__class__
    if depth and kind is list:
        items: List[Any] = value
        if depth == 1 and not {dict, str}.intersection(map(type, items)):
            return items  # nothing that is still to be read
        read = [read_nested(one, item, depth - 1, read_object) for one in items]
        return read if any(new is not old for new, old in zip(read, items)) else items
    if depth or item is None:
        return value
    if item == "Timestamp":
        return read_timestamp(value)
    if kind is not dict:
        return value
    cls: Any = _class(item) if isinstance(item, str) else item
    return read_object(cls, value)


@lru_cache(maxsize=None)
def _class(name: str) -> Any:
    from . import models

    return getattr(models, name)


def timestamp(*, default: Any = None) -> Any:
    """Declare a field with a point in time, which is text."""
    return _Timestamp()


def moment(*, default: Any = None) -> Any:
    """Declare a field with a point in time, which is a `datetime`."""
    return _Moment()


def nested(item: Union[str, Type[Any], None], *, depth: int = 0, default: Any = ...) -> Any:
    """Declare a field with other objects in it.

    Args:
        item: The class of the objects, or its name, or `Timestamp`; None for other values.
        depth: In how many lists they are: 1 for a list of objects.
        default: Given where the field can be absent.
    """
    return _Nested(item, depth, required=default is ...)


class ApiModel:
    """An object of the API.

    Fields that are absent or null read as None. Fields that this version does not know are
    attributes all the same, unless the class has something of that name, and a value of another
    type than declared is handed on as it came: reading never fails.

    `vars(model)` has the fields, and nothing else. What is nested in it is read when it is asked
    for, until then it is there as it came.
    """

    __slots__ = ("__dict__", "__weakref__", "_own", "_wire")

    #: The object as it came, or as it was made.
    _wire: Mapping[str, Any]

    #: What a subclass keeps for itself.
    _own: Dict[str, Any]

    #: The fields of the class, each with what it is while it is absent.
    _known: ClassVar[Mapping[str, None]] = MappingProxyType({})

    #: The names on the wire of the fields that Python needs another name for.
    _wire_names: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __init__(self, /, **fields: Any) -> None:
        names = self._wire_names
        if names:
            fields = {names.get(name, name): value for name, value in fields.items()}
        self._fill(fields, {})

    @classmethod
    def from_dict(cls: Type[_Model], data: Mapping[str, Any]) -> _Model:
        """Read the wire form, without any checks."""
        model = cls.__new__(cls)
        model._fill(data, {})
        return model

    def _fill(self, data: Mapping[str, Any], own: Dict[str, Any]) -> None:
        """Take over the wire form."""
        known = self._known
        fields: Dict[str, Any] = {**known, **data}
        if len(fields) > len(known):
            for name, wire_name in self._wire_names.items():
                if wire_name in fields:
                    fields[name] = fields.pop(wire_name)
            cls: Any = type(self)
            for name in fields.keys() - known.keys():
                if _is_taken(cls, name):
                    del fields[name]
        # At once: setting the fields one by one would take most of the time.
        _set_fields(self, fields)
        _set_wire(self, data)
        _set_own(self, own)

    def _read_inner(self, cls: Type[Any], data: Mapping[str, Any]) -> Any:
        """Read an object that is nested in this one."""
        return cls.from_dict(data)

    def to_dict(self) -> Dict[str, Any]:
        """Return the wire form: what came, as it came, but for what was changed since.

        Of an object that was built by hand, that is every field that was given.
        """
        fields: Dict[str, Any] = {}
        for name, value in vars(self).items():
            wire_name = self._wire_names.get(name, name)
            if wire_name in self._wire or (value is not None and name in self._known):
                fields[wire_name] = plain(value)
        wire = {k: fields[k] if k in fields else plain(v) for k, v in self._wire.items()}
        return {**wire, **fields}

    def _fields(self) -> Dict[str, Any]:
        """Return all fields by their wire names, declared ones first.

        What is nested is read; timestamps are plain strings, as some serializers know no others.
        """
        fields: Dict[str, Any] = {}
        for name in list(vars(self)):
            value: Any = vars(self)[name]
            if isinstance(getattr(type(self), name, None), Field):
                value = getattr(self, name)
                if isinstance(value, str):
                    value = str(value)
            fields[self._wire_names.get(name, name)] = value
        return {**fields, **{key: v for key, v in self._wire.items() if key not in fields}}

    @property
    def additional_properties(self) -> Dict[str, Any]:
        """The fields that this version does not know."""
        known = {self._wire_names.get(name, name) for name in self._known}
        return {key: value for key, value in self._wire.items() if key not in known}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiModel) or type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __getstate__(self) -> Tuple[Dict[str, Any], Mapping[str, Any], Dict[str, Any]]:
        return {**vars(self)}, self._wire, {**self._own}

    def __setstate__(self, state: Tuple[Dict[str, Any], Mapping[str, Any], Dict[str, Any]]) -> None:
        fields, wire, own = state
        _set_fields(self, fields)
        _set_wire(self, wire)
        _set_own(self, own)

    def __repr__(self) -> str:
        fields = (f"{k}={_REPR.repr(v)}" for k, v in self._fields().items() if v is not None)
        return f"{type(self).__name__}({', '.join(fields)})"


@lru_cache(maxsize=1024)
def _is_taken(cls: Any, name: str) -> bool:
    """Whether a new field would take the place of a method."""
    return name.startswith("__") or any(name in vars(base) for base in cls.__mro__)


# A subclass may have a `__setattr__` of its own.
_set_fields = vars(ApiModel)["__dict__"].__set__
_set_wire = vars(ApiModel)["_wire"].__set__
_set_own = vars(ApiModel)["_own"].__set__


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(timestamp, moment, nested)
)
def model(cls: Type[_Model]) -> Type[_Model]:
    """Make a class with annotations a model that has them as fields."""
    annotations: Dict[str, Any] = getattr(cls, "__annotations__", {})
    cls._known = dict.fromkeys(name for name in annotations if not name.startswith("_"))
    return cls


def plain(value: Union[Json, Mapping[Any, Any], Tuple[Any, ...], datetime, ApiModel]) -> Any:
    """Return a copy of a value as JSON would have it."""
    if isinstance(value, str):
        return str.__str__(value)  # the `str` of an enumeration's member is its name
    if isinstance(value, MappingABC):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, ApiModel):
        return value.to_dict()
    return value.isoformat() if isinstance(value, datetime) else value
