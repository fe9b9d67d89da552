"""What every resource of the API has in common: data, a client, and the manners of 1.x."""

from __future__ import annotations

import copy as _copy
import json
from typing import TYPE_CHECKING, Any, ClassVar, Dict, List, Tuple, cast

from replicate_api.types import ApiModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self

    from .client import Client


class Resource(ApiModel):
    """A thing of the API: a generated model plus behaviour.

    It behaves as the pydantic models of 1.x did: `dict(resource)`, `.dict()`, `.json()`,
    `.copy()`, equality by content, also with a plain dict, and no hash. `vars(resource)` has the
    fields and nothing else: what is no field, such as the client, is in `_own`.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        __attrs_attrs__: ClassVar[Tuple[Any, ...]]

    if not TYPE_CHECKING:  # to a type checker, it is the fields that can be given

        def __init__(self, /, **fields: Any) -> None:
            names = self._wire_names
            data = {names.get(name, name): value for name, value in fields.items()}
            self._take(super().from_dict(data), None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make one from the API's own form of it, for example the body of a webhook."""
        return cls._of(super().from_dict(data), None)

    @classmethod
    def _of(cls, data: ApiModel, client: Client | None) -> Self:
        """Give generated data its behaviour and its client."""
        if not isinstance(data, ApiModel):  # pyright: ignore[reportUnnecessaryIsInstance]
            # Not an object at all: be as tolerant as the generated models.
            return data  # type: ignore[unreachable, unused-ignore]
        resource = cls.__new__(cls)
        resource._take(data, client)
        return resource

    def _take(self, data: ApiModel, client: Client | None) -> None:
        fields = {**vars(data)}
        for name in fields.keys() - {field.name for field in self.__attrs_attrs__}:
            if hasattr(type(self), name):  # a new field must not take the place of a method
                del fields[name]
        self._adopt(fields, client)
        # In one step: another thread may be showing it meanwhile.
        self.__dict__ = fields
        self._wire = data._wire
        self._own = {} if client is None else {"client": client}

    @classmethod
    def _adopt(cls, fields: Dict[str, Any], client: Client | None) -> None:
        """Do the same for the generated models in the fields, in a class that has some."""

    @property
    def _client_or_none(self) -> Client | None:
        """The client that made this; None for an unpickled or hand-made object."""
        return self._own.get("client")

    @property
    def _client(self) -> Client:
        """The client that made this, or the default one for an unpickled or hand-made object."""
        client = self._client_or_none
        if client is None:
            from . import default_client

            return default_client
        return client

    @_client.setter
    def _client(self, client: Client) -> None:
        self._own["client"] = client

    def _update(self, data: ApiModel) -> None:
        """Take over newer data in place."""
        self._take(data, self._client_or_none)

    def _fields(self) -> Dict[str, Any]:
        """Return the fields by their wire names: declared ones in order, then unknown ones.

        Timestamps are the strings of the wire; nested resources stay objects.
        """
        fields, wire = vars(self), self._wire or {}
        named = {self._wire_names.get(name, name): value for name, value in fields.items()}
        for name, value in named.items():
            named[name] = _wire_value(value, wire.get(name))
        # What has the name of a method is there as it came.
        return {**named, **{key: value for key, value in wire.items() if key not in named}}

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._fields().items())

    def dict(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        exclude_unset: bool = False,
        exclude_none: bool = False,
    ) -> Dict[str, Any]:
        """Return the fields by their wire names, nested resources as dicts too.

        Args:
            include: Names of the only fields to return.
            exclude: Names of fields to leave out.
            exclude_unset: Leave out what the API did not send.
            exclude_none: Leave out what is None.
        """
        wire = self._wire or {}
        return {
            name: _plain(value)
            for name, value in self._fields().items()
            if (include is None or name in include)
            and (exclude is None or name not in exclude)
            and not (exclude_unset and value is None and name not in wire)
            and not (exclude_none and value is None)
        }

    def json(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        exclude_unset: bool = False,
        exclude_none: bool = False,
        **options: Any,
    ) -> str:
        """Return `dict()` as JSON; further options are those of `json.dumps`."""
        fields = self.dict(
            include=include,
            exclude=exclude,
            exclude_unset=exclude_unset,
            exclude_none=exclude_none,
        )
        options.setdefault("default", str)
        return json.dumps(fields, **options)

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with the same client.

        Args:
            update: Fields to change in the copy.
            deep: Copy what is inside the fields too.
        """
        duplicate = _copy.deepcopy(self) if deep else _copy.copy(self)
        vars(duplicate).update(update or {})
        return duplicate

    def __copy__(self) -> Self:
        return self._duplicate((vars(self), self._wire))

    def __deepcopy__(self, memo: Any) -> Self:
        return self._duplicate(_copy.deepcopy((vars(self), self._wire), memo))

    def _duplicate(self, content: Tuple[Dict[str, Any], Mapping[str, Any] | None]) -> Self:
        duplicate = type(self).__new__(type(self))
        fields, wire = content
        duplicate.__setstate__(({**fields}, wire, {**self._own}))
        return duplicate

    def __getstate__(self) -> Tuple[Dict[str, Any], Mapping[str, Any] | None, Dict[str, Any]]:
        fields, wire, own = super().__getstate__()
        # The client stays behind: it has connections and a token.
        return fields, wire, {name: value for name, value in own.items() if name != "client"}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Resource):
            return self.dict() == other.dict()
        if isinstance(other, dict):
            return self.dict() == other
        return NotImplemented

    __hash__: ClassVar[None] = None

    if not TYPE_CHECKING:  # to a type checker, a misspelt field must stay an error

        def __setattr__(self, name: str, value: Any) -> None:
            if not (name in vars(self) or hasattr(type(self), name)):
                known = {attribute.name for attribute in type(self).__attrs_attrs__}
                if name not in known:
                    raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._pairs())})"

    def __str__(self) -> str:
        return " ".join(self._pairs())

    def _pairs(self) -> list[str]:
        return [f"{name}={value!r}" for name, value in self._fields().items()]


class Namespace:
    """A group of operations of one client."""

    _client: Client

    def __init__(self, client: Client) -> None:
        self._client = client


def _wire_value(value: Any, wire: Any) -> Any:
    from datetime import datetime

    if not isinstance(value, datetime):
        return value
    from replicate_api.types import parse_datetime

    # The wire has up to nine digits of a second, a datetime only six.
    return wire if isinstance(wire, str) and parse_datetime(wire) == value else value.isoformat()


def _plain(value: Any) -> Any:
    """Turn resources and generated models inside a value into dicts."""
    if isinstance(value, Resource):
        return value.dict()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("List[Any]", value)]
    return value
