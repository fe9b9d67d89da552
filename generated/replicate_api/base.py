# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Define what all models share: reading the wire tolerantly, writing it back faithfully."""

from __future__ import annotations

import sys
from collections.abc import Mapping as MappingABC
from datetime import datetime, timezone
from reprlib import Repr
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Dict, List, Mapping, Tuple, Type, TypeVar, Union

__all__ = ("ApiModel", "Json", "parse_datetime", "plain", "read_list", "read_model")

_Model = TypeVar("_Model", bound="ApiModel")

Json = Union[None, bool, int, float, str, List[Any], Dict[str, Any]]

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = 80


class ApiModel:
    """An object of the API.

    Fields that are absent or null read as None. Fields that this version does not know are
    attributes all the same, and a value of another type than declared is handed on as it came:
    reading never fails.
    """

    #: The object as it came; empty for one that was built by hand.
    _wire: Mapping[str, Any] = MappingProxyType({})

    #: The names on the wire of the fields that Python needs another name for.
    _wire_names: ClassVar[Mapping[str, str]] = MappingProxyType({})

    @classmethod
    def from_dict(cls: Type[_Model], data: Mapping[str, Any]) -> _Model:
        """Read the wire form, without any checks."""
        model = cls.__new__(cls)
        fields = cls._read(data)
        fields["_wire"] = data
        model.__dict__ = fields  # at once: setting them one by one would take most of the time
        return model

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        """Return all fields, by attribute name."""
        raise NotImplementedError

    def to_dict(self) -> Dict[str, Any]:
        """Return the wire form: what came, as it came, but for what was changed since.

        Of an object that was built by hand, that is every field that is not None.
        """
        is_read = "_wire" in vars(self)
        result: Dict[str, Any] = plain(self._wire)
        before = self._read(self._wire) if is_read else {}
        for name, value in vars(self).items():
            key = self._wire_names.get(name, name)
            if name.startswith("_") or not (name in before or key in result or not is_read):
                continue  # a subclass's own
            if not _is_same(value, before.get(name)):
                result[key] = plain(value)
        return result

    @property
    def additional_properties(self) -> Dict[str, Any]:
        """The fields that this version does not know."""
        known = {self._wire_names.get(name, name) for name in self._read({})}
        return {key: value for key, value in self._wire.items() if key not in known}

    if not TYPE_CHECKING:  # to a type checker, a misspelled field must stay an error

        def __getattr__(self, name):
            if not name.startswith("__") and name in self._wire:
                return self._wire[name]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiModel) or type(other) is not type(self):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        fields = ", ".join(
            f"{name}={_REPR.repr(value)}"
            for name, value in vars(self).items()
            if value is not None and not name.startswith("_")
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
