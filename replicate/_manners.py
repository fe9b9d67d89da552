"""The manners of the data models of 1.x, which were pydantic's: `dict`, `json`, `copy`."""

from __future__ import annotations

import contextlib
import copy as _copy
import reprlib
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, Mapping, Optional, cast

from ._guards import is_mapping, is_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 70  # the id of a version is whole

ALL = ...
"""What stands for a whole value, as `True` does."""


class Choice:
    """What of a value to take, and what of the values inside it: `include` and `exclude`."""

    def __init__(self, include: Any = None, exclude: Any = None) -> None:
        self._include = _by_key(include)
        self._exclude = _by_key(exclude)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self._include is None and self._exclude is None

    def takes(self, key: Any) -> bool:
        """Say whether the item of a key or index is taken."""
        if self._exclude is not None and _is_all(self._exclude.get(key)):
            return False
        return self._include is None or key in self._include

    def inside(self, key: Any) -> Choice:
        """Return what to take of an item that is taken."""
        if self.is_everything:
            return self
        return Choice(_inside(self._include, key), _inside(self._exclude, key))

    def of_items(self) -> Choice:
        """Return it for a dict or list, of which an empty choice leaves out nothing."""
        return self if self.is_everything else Choice(self._include or None, self._exclude or None)

    def by_index(self, length: int) -> Choice:
        """Resolve negative indexes and `"__all__"`, for a list of a length."""
        if self.is_everything:
            return self
        return Choice(_by_index(self._include, length), _by_index(self._exclude, length))


def _is_all(value: Any) -> bool:
    return value is True or value is ALL


def _by_key(items: Any) -> Optional[Dict[Any, Any]]:
    if items is None:
        return None
    if is_mapping(items):
        return {**items}
    if isinstance(items, str):
        raise TypeError(f"include and exclude take a set or a mapping of names, not {items!r}")
    return dict.fromkeys(items, ALL)


def _inside(items: Optional[Dict[Any, Any]], key: Any) -> Any:
    inner = None if items is None else items.get(key)
    return None if _is_all(inner) else inner


def _by_index(items: Optional[Dict[Any, Any]], length: int) -> Optional[Dict[Any, Any]]:
    if items is None:
        return None
    found: Dict[Any, Any] = {}
    for index, inner in items.items():
        if index == "__all__":
            continue
        if not isinstance(index, int):
            raise TypeError(f'the items of a list have an index or "__all__", not {index!r}')
        place = index + length if index < 0 else index
        found[place] = _merged(inner, found.get(place))
    every = items.get("__all__")
    if every:
        for place in range(length):
            found[place] = _merged(every, found.get(place))
    return found


def _merged(one: Any, other: Any) -> Any:
    """Join two choices; the whole of a value is more than a part of it."""
    if one is None or _is_all(other):
        return other
    if other is None or _is_all(one):
        return one
    one, other = _by_key(one) or {}, _by_key(other) or {}
    return {key: _merged(one.get(key), other.get(key)) for key in {**one, **other}}


def fields_of(cls: Any, known: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the fields that a class declares besides the known ones, each with its default."""
    declared: Dict[str, Any] = {}
    with contextlib.suppress(NameError):  # Python 3.14 looks for what is named only now
        declared = getattr(cls, "__annotations__", {})
    return {
        name: getattr(cls, name, None)
        for name, kind in declared.items()
        if not (name in known or name.startswith("_") or "ClassVar" in str(kind))
    }


class Manners:
    """A class whose fields are in `vars`, with the methods of a data model of 1.x."""

    __slots__ = ()

    if TYPE_CHECKING:

        def _fields(self) -> Dict[str, Any]:
            """Return the fields by the names that the API has for them."""
            ...

    def _given(self) -> Mapping[str, Any]:
        """Return what the API sent, or the constructor got."""
        return self._fields()

    def _declared(self) -> Iterable[str]:
        """Return the names of the fields that this version knows."""
        return self._fields()

    def dict(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        by_alias: bool = False,
        skip_defaults: Optional[bool] = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> Dict[str, Any]:
        """Return the fields by their names in the API, what is inside them as dicts too.

        Args:
            include: The only fields to return, as a set of names. A mapping says what of
                the fields: `{"urls": {"get"}, "output": {0, -1}}`.
            exclude: Fields to leave out, in the same forms.
            by_alias: Without effect: the names are always those of the API.
            skip_defaults: Deprecated: use `exclude_unset`.
            exclude_unset: Leave out what the API did not send.
            exclude_defaults: Leave out what is absent, or as if it were.
            exclude_none: Leave out what is None.
        """
        del by_alias
        leave_out = _LeaveOut(
            unset=exclude_unset if skip_defaults is None else _deprecated(skip_defaults),
            defaults=exclude_defaults,
            none=exclude_none,
        )
        return leave_out.dict_of(self, Choice(include, exclude))

    def json(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        by_alias: bool = False,
        skip_defaults: Optional[bool] = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        encoder: Optional[Callable[[Any], Any]] = None,
        models_as_dict: bool = True,
        **dumps_kwargs: Any,
    ) -> str:
        """Return the fields as JSON.

        Args:
            include: The only fields to return, as for `dict`.
            exclude: Fields to leave out, as for `dict`.
            by_alias: Without effect: the names are always those of the API.
            skip_defaults: Deprecated: use `exclude_unset`.
            exclude_unset: Leave out what the API did not send.
            exclude_defaults: Leave out what is absent, or as if it were.
            exclude_none: Leave out what is None.
            encoder: What makes JSON of values that are none, like `default` of `json.dumps`.
            models_as_dict: Make dicts of what is inside the fields; False: give it to `encoder`.
            dumps_kwargs: Further arguments of `json.dumps`, for example `indent`.
        """
        import json

        del by_alias
        leave_out = _LeaveOut(
            unset=exclude_unset if skip_defaults is None else _deprecated(skip_defaults),
            defaults=exclude_defaults,
            none=exclude_none,
        )
        choice = Choice(include, exclude)
        fields = leave_out.dict_of(self, choice, deep=models_as_dict)
        dumps_kwargs.setdefault("default", encoder or plain)
        return json.dumps(fields, **dumps_kwargs)

    def copy(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        update: Optional[Mapping[str, Any]] = None,
        deep: bool = False,
    ) -> Self:
        """Return a copy, with the same client.

        Args:
            include: The only fields to copy, as for `dict`.
            exclude: Fields to leave out, as for `dict`.
            update: Fields to change in the copy.
            deep: Copy what is inside the fields too.
        """
        choice = Choice(include, exclude)
        self._fields()  # so that both have the same objects inside
        fields = _chosen(vars(self), choice)
        return self._duplicate({**fields, **(update or {})}, choice, deep=deep)

    def _duplicate(self, fields: Dict[str, Any], choice: Choice, *, deep: bool) -> Self:
        del choice
        duplicate = type(self).__new__(type(self))
        vars(duplicate).update(_copy.deepcopy(fields) if deep else fields)
        return duplicate

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state.get("__dict__", state))  # in a pickle of 1.0.7 it is one of several

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            from ._suggestions import attribute

            return attribute(self, name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Manners):
            return self.dict() == other.dict()
        if isinstance(other, dict):
            return self.dict() == other
        return NotImplemented

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._pairs())})"

    def __str__(self) -> str:
        return " ".join(self._pairs()) or repr(self)

    def _pairs(self) -> list[str]:
        return [f"{name}={value!r}" for name, value in self._fields().items()]


def short(value: Any) -> str:
    """Return the repr of a value, its middle cut out where it is long."""
    return _SHORT.repr(value)


def _deprecated(value: bool) -> bool:
    import warnings

    warnings.warn(
        '"skip_defaults" is deprecated, use "exclude_unset"', DeprecationWarning, stacklevel=3
    )
    return value


class _LeaveOut:
    """Which fields to leave out for what they hold, in a resource and in those inside it."""

    def __init__(self, *, unset: bool, defaults: bool, none: bool) -> None:
        self._unset = unset
        self._defaults = defaults
        self._none = none

    def dict_of(self, thing: Manners, choice: Choice, *, deep: bool = True) -> Dict[str, Any]:
        fields = {
            name: value
            for name, value in thing._fields().items()
            if choice.takes(name) and not (value is None and self._is_left_out(thing, name))
        }
        if not deep:
            return _chosen(fields, choice)
        return {name: self._plain(value, choice.inside(name)) for name, value in fields.items()}

    def _is_left_out(self, thing: Manners, name: str) -> bool:
        return (
            self._none
            or (self._unset and name not in thing._given())
            or (self._defaults and name in thing._declared())
        )

    def _plain(self, value: Any, choice: Choice) -> Any:
        if isinstance(value, Manners):
            return self.dict_of(value, choice)
        return _items(value.to_dict() if hasattr(value, "to_dict") else value, choice, self._plain)


def _chosen(fields: Mapping[str, Any], choice: Choice) -> Dict[str, Any]:
    """Return the chosen fields, and of what is inside them copies if not all of it is chosen."""
    return {
        name: _part(value, choice.inside(name))
        for name, value in fields.items()
        if choice.takes(name)
    }


def _part(value: Any, choice: Choice) -> Any:
    if choice.is_everything:
        return value
    if isinstance(value, Manners):
        return value._duplicate(_chosen(vars(value), choice), choice, deep=False)
    return _items(value, choice, _part)


def _items(value: Any, choice: Choice, make: Callable[[Any, Choice], Any]) -> Any:
    if is_object(value):
        choice = choice.of_items()
        return {k: make(v, choice.inside(k)) for k, v in value.items() if choice.takes(k)}
    if isinstance(value, (list, tuple)):
        values = cast("Any", value)
        choice = choice.of_items().by_index(len(values))
        made = [make(x, choice.inside(i)) for i, x in enumerate(values) if choice.takes(i)]
        return tuple(made) if isinstance(value, tuple) else made
    return value


def plain(value: Any) -> Any:
    """Return a value that JSON does not know in a form that it knows."""
    import datetime as dt
    import decimal
    import enum
    from collections import deque
    from types import GeneratorType

    if isinstance(value, Manners):
        return value.dict()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (set, frozenset, deque, GeneratorType)):
        return list(cast("Any", value))
    return str(value)  # a `FileOutput` is its URL: to iterate would fetch it
