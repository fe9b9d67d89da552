# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Define what all models share: reading the wire tolerantly, writing it back faithfully."""

from __future__ import annotations

import sys
from collections.abc import Mapping as MappingABC
from datetime import datetime, timezone
from reprlib import Repr
from types import MappingProxyType
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Tuple, Type, TypeVar, Union

__all__ = ("ApiModel", "Json", "parse_datetime", "plain", "read_list", "read_model")

_Model = TypeVar("_Model", bound="ApiModel")

Json = Union[None, bool, int, float, str, List[Any], Dict[str, Any]]

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = 80


class ApiModel:
    """An object of the API.

    Fields that are absent or null read as None. Fields that this version does not know are
    attributes all the same, unless the class has something of that name, and a value of another
    type than declared is handed on as it came: reading never fails. `vars(model)` has the fields
    and nothing else.
    """

    __slots__ = ("__dict__", "__weakref__", "_own", "_wire")

    #: The object as it came; None for one that was built by hand.
    _wire: Optional[Mapping[str, Any]]

    #: What a subclass keeps that is no field.
    _own: Dict[str, Any]

    #: The names on the wire of the fields that Python needs another name for.
    _wire_names: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __attrs_pre_init__(self) -> None:
        self._wire = None
        self._own = {}

    @classmethod
    def from_dict(cls: Type[_Model], data: Mapping[str, Any]) -> _Model:
        """Read the wire form, without any checks."""
        model = cls.__new__(cls)
        fields = cls._read(data)
        if not data.keys() <= fields.keys():
            fields.update(cls._unknown(data))
        # At once: setting the fields one by one would take most of the time.
        model.__dict__ = fields
        model._wire = data
        model._own = {}
        return model

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        """Return all fields, by attribute name."""
        raise NotImplementedError

    @classmethod
    def _unknown(cls, data: Mapping[str, Any]) -> Dict[str, Any]:
        """Return the fields that this version does not know, but for what would hide a method."""
        known = {cls._wire_names.get(name, name) for name in cls._read({})}
        taken = {name for base in cls.__mro__ for name in vars(base)}
        return {
            key: value
            for key, value in data.items()
            if key not in known and key not in taken and not key.startswith("__")
        }

    def to_dict(self) -> Dict[str, Any]:
        """Return the wire form: what came, as it came, but for what was changed since.

        Of an object that was built by hand, that is every field that is not None.
        """
        is_read = self._wire is not None
        wire: Mapping[str, Any] = self._wire or {}
        result: Dict[str, Any] = plain(wire)
        before = self._read(wire) if is_read else {}
        for name, value in vars(self).items():
            key = self._wire_names.get(name, name)
            if is_read and name not in before and key not in wire:
                continue  # a subclass's own
            if not _is_same(value, before[name] if name in before else wire.get(key)):
                result[key] = plain(value)
        return result

    @property
    def additional_properties(self) -> Dict[str, Any]:
        """The fields that this version does not know."""
        known = {self._wire_names.get(name, name) for name in self._read({})}
        return {key: value for key, value in (self._wire or {}).items() if key not in known}

    def __getstate__(self) -> Tuple[Dict[str, Any], Optional[Mapping[str, Any]], Dict[str, Any]]:
        return {**vars(self)}, self._wire, {**self._own}

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple):  # it was pickled when all of it was in `vars(model)`
            fields = {name: value for name, value in state.items() if not name.startswith("_")}
            state = (fields, state.get("_wire"), {})
        self.__dict__, self._wire, self._own = state

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiModel) or type(other) is not type(self):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(
            f"{name}={_REPR.repr(value)}" for name, value in vars(self).items() if value is not None
        )
        return f"{type(self).__name__}({fields})"


def read_model(cls: Type[_Model], value: Json) -> Any:
    """Read a nested object; anything else is handed on."""
    if not isinstance(value, dict):
        return value
    return cls.from_dict(value)


def read_list(cls: Type[_Model], value: Json) -> Any:
    """Read a list of nested objects; anything else is handed on."""
    if not isinstance(value, list):
        return value
    return [read_model(cls, item) for item in value]


def parse_datetime(value: Any) -> Any:
    """Return the aware datetime that a string means, in UTC unless it says so; else the value."""
    if not isinstance(value, str):
        return value
    try:
        if sys.version_info >= (3, 11):
            parsed = datetime.fromisoformat(value)
        else:
            from dateutil.parser import isoparse

            parsed = isoparse(value)
    except (ValueError, OverflowError):
        return value
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def plain(value: Union[Json, Mapping[Any, Any], Tuple[Any, ...], datetime, ApiModel]) -> Any:
    """Return a copy of a value as JSON would have it."""
    if isinstance(value, MappingABC):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, ApiModel):
        return value.to_dict()
    return value.isoformat() if isinstance(value, datetime) else value


def _is_same(value: Any, before: Any) -> bool:
    """Whether a field still has the value that was read; what reading built anew is compared."""
    if value is before:
        return True
    return type(value) is type(before) and isinstance(value, (datetime, list)) and value == before
