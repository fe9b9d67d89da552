"""What every resource of the API has in common: data, a client, and the manners of 1.x."""

from __future__ import annotations

import copy as _copy
import json
from typing import TYPE_CHECKING, Any, ClassVar, Dict, List, cast

from replicate_api.types import ApiModel

from ._guards import is_object

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

    @classmethod
    def _of(cls, data: Any, client: Client | None) -> Self:
        """Give data of the API, as it came or read, its behaviour and its client."""
        wire = data._wire if isinstance(data, ApiModel) else data
        if not is_object(wire):
            # Be as tolerant as the generated models.
            return cast("Self", wire)
        resource = cls.__new__(cls)
        resource._fill(wire, {"client": client})
        return resource

    def _read_inner(self, cls: type[Any], data: Mapping[str, Any]) -> Any:
        if issubclass(cls, Resource):
            return cls._of(data, self._client_or_none)
        return super()._read_inner(cls, data)

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
    def _client(self, client: Client | None) -> None:
        self._own["client"] = client

    def _update(self, data: ApiModel) -> None:
        """Take over newer data in place."""
        self._fill(data._wire, {"client": self._client_or_none})

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
        options.setdefault("default", _json)
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
        duplicate = type(self).__new__(type(self))
        self._fields()  # so that both have the same objects inside
        duplicate.__setstate__(super().__getstate__())
        return duplicate

    def __deepcopy__(self, memo: Any) -> Self:
        duplicate = type(self).__new__(type(self))
        duplicate.__setstate__(_copy.deepcopy(self.__getstate__(), memo))
        duplicate._client = self._client_or_none
        return duplicate

    def __getstate__(self) -> tuple[Dict[str, Any], Mapping[str, Any], Dict[str, Any]]:
        # The client stays behind: it has connections and a token.
        fields, wire, own = super().__getstate__()
        own.pop("client", None)
        return fields, wire, own

    def __setstate__(self, state: Any) -> None:
        if is_object(state):  # a pickle of 1.0.7
            self._fill(state.get("__dict__", state), {})
        else:
            super().__setstate__(state)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Resource):
            return self.dict() == other.dict()
        if isinstance(other, dict):
            return self.dict() == other
        return NotImplemented

    __hash__: ClassVar[None] = None

    if not TYPE_CHECKING:  # to a type checker, a misspelt field must stay an error

        def __setattr__(self, name: str, value: Any) -> None:
            if not (name.startswith("_") or name in vars(self) or hasattr(type(self), name)):
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


def _json(value: Any) -> str:
    """Return what JSON has no form for as text."""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def _plain(value: Any) -> Any:
    """Turn resources and generated models inside a value into dicts."""
    if isinstance(value, Resource):
        return value.dict()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("List[Any]", value)]
    return value
