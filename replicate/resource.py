"""What every resource of the API has in common: data, a client, and the manners of 1.x."""

from __future__ import annotations

import copy as _copy
from contextlib import nullcontext
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Dict,
    FrozenSet,
    NamedTuple,
    Optional,
    Tuple,
    Type,
    cast,
)

from replicate_api.types import ApiModel

from . import _http
from ._blocking import block
from ._guards import is_mapping, is_object, names_of
from ._log import logger
from ._manners import Choice, Manners, fields_of, short
from ._runs.waiting import TERMINAL, until_known, with_id
from .exceptions import (
    ModelError,
    PredictionAbortedError,
    PredictionCanceledError,
    ReplicateError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self

    from ._http.session import Session


class Ours:
    """The asynchronous methods of an object, as this package has them.

    The blocking methods run these. So who wraps, replaces or overrides both forms of a method
    hears of each call once, and a blocking call needs nothing of an asynchronous replacement.
    """

    __slots__ = ()

    _methods: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("replicate."):
            found = {name: method for name, method in vars(cls).items() if name[:6] == "async_"}
            cls._methods = {**cls._methods, **found}

    @property
    def _ours(self) -> Self:
        return cast("Self", Bound((self,)))


class Bound(Tuple[Ours]):  # a tuple, as making one calls nothing in Python
    """The methods of `Ours`, for one object."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        of = self[0]
        if name not in of._methods:
            raise AttributeError(name)
        return of._methods[name].__get__(of)


class Resource(Ours, Manners, ApiModel):
    """An object of the API: a generated class with methods.

    A resource behaves like the pydantic models of 1.x: `dict(resource)`, `.dict()`, `.json()`,
    `.copy()`, equality by content, also with a plain dict, and no hash. `vars(resource)` has the
    fields and nothing else: what is no field, such as the client, is in `_own`.
    """

    _added: ClassVar[FrozenSet[str]] = frozenset()
    """Fields that a program's own class declares, and the API knows nothing of."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        added = fields_of(cls, cls._known)
        if added:  # a program's own class, with fields of its own
            cls._known = {**cls._known, **added}
            cls._added = cls._added.union(added)

    @classmethod
    def _of(cls, data: Any, client: Session | None) -> Self:
        """Give data of the API, as it came or read, its behaviour and its client."""
        wire = data._wire if isinstance(data, ApiModel) else data
        if not is_object(wire):
            # Be as tolerant as the generated models.
            return cast("Self", wire)
        resource = cls.__new__(cls)
        resource._fill(wire, {"client": client})
        return resource

    @classmethod
    def parse_obj(cls, obj: Mapping[str, Any]) -> Self:
        """Make an object from a mapping, as the API sends it.

        Raises:
            ValueError: The argument is not a mapping.
        """
        if not is_mapping(obj):
            raise ValueError(f"a {cls.__name__} is made from a mapping, not {type(obj).__name__}")
        return cls.from_dict(obj)

    @classmethod
    def parse_raw(cls, b: str | bytes) -> Self:
        """Make an object from JSON text, for example from the body of a webhook.

        Raises:
            ValueError: The text is not a JSON object.
        """
        from replicate_api.answer import loads

        return cls.parse_obj(loads(b if isinstance(b, bytes) else b.encode()))

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Make an object from its fields, like the constructor."""
        del _fields_set
        return cls.from_dict(values)

    @classmethod
    def __get_validators__(cls) -> Iterator[Any]:
        """Let it be the type of a field of pydantic 1."""
        from ._pydantic import validated

        def validate(value: Any) -> Any:
            return validated(cls, value)

        yield validate

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let it be the type of a field of pydantic 2."""
        del source, handler
        from ._pydantic import core_schema

        return core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        del schema, handler
        return {"title": cls.__name__, "type": "object"}

    @property
    def __fields_set__(self) -> set[str]:
        """Names of the fields that the API sent, or the constructor got."""
        return set(self._wire)

    def _read_inner(self, cls: type[Any], data: Mapping[str, Any]) -> Any:
        if issubclass(cls, Resource):
            return cls._of(data, self._client_or_none)
        return super()._read_inner(cls, data)

    @property
    def _client_or_none(self) -> Session | None:
        """The client that made this; None for an unpickled or hand-made object."""
        return self._own.get("client")

    @property
    def _client(self) -> Session:
        """The client that made this, or the default one for an unpickled or hand-made object."""
        client: Session = self._client_or_none or _http.default_client()
        return client

    @_client.setter
    def _client(self, client: Session | None) -> None:
        self._own["client"] = client

    def _update(self, data: ApiModel) -> None:
        """Take over newer data in place."""
        kept = {name: vars(self)[name] for name in self._added}
        self._fill(data._wire, {"client": self._client_or_none})
        vars(self).update(kept)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._fields().items())

    def _pairs(self) -> list[str]:
        return [f"{name}={short(value)}" for name, value in self._in_short().items()]

    def _in_short(self) -> Dict[str, Any]:
        """Return the plain fields that every object of the kind has: what and how it is."""
        fields = {name: vars(self).get(name) for name in self._known if _is_required(self, name)}
        return {k: value for k, value in fields.items() if isinstance(value, (str, int, float))}

    def _repr_html_(self) -> str:
        from ._files.display import object_html

        return object_html(type(self).__name__, self._shown())

    def _shown(self) -> Dict[str, Any]:
        """Return the fields as a notebook shows them."""
        return self._fields()

    def _given(self) -> Mapping[str, Any]:
        return self._wire

    def _declared(self) -> Mapping[str, Any]:
        return self._known

    def __copy__(self) -> Self:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Self:
        return self._with(*_copy.deepcopy((vars(self), self._wire), memo))

    def _duplicate(self, fields: Dict[str, Any], choice: Choice, *, deep: bool) -> Self:
        wire = self._wire
        if not choice.is_everything:
            wire = {name: value for name, value in wire.items() if choice.takes(name)}
        return self._with(*(_copy.deepcopy((fields, wire)) if deep else (fields, wire)))

    def _with(self, fields: Dict[str, Any], wire: Mapping[str, Any]) -> Self:
        duplicate = type(self).__new__(type(self))
        duplicate.__setstate__((fields, wire, {**self._own}))
        return duplicate

    def __getstate__(self) -> tuple[Dict[str, Any], Mapping[str, Any], Dict[str, Any]]:
        # The client stays behind: it has connections and a token.
        fields, wire, own = super().__getstate__()
        for name in ("client", "created_at", "is_fresh"):  # the two others are of this process
            own.pop(name, None)
        return fields, wire, own

    def __setstate__(self, state: Any) -> None:
        if is_object(state):  # a pickle of 1.0.7
            self._fill(state.get("__dict__", state), {})
        else:
            ApiModel.__setstate__(self, state)

    if not TYPE_CHECKING:  # to a type checker, a misspelt field must stay an error

        def __setattr__(self, name: str, value: Any) -> None:
            if not (name in self._known or name in vars(self) or hasattr(type(self), name)):
                raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
            super().__setattr__(name, value)


def _is_required(resource: Resource, name: str) -> bool:
    return not hasattr(type(resource), name)  # optional fields have a default there


class Operations(NamedTuple):
    """The generated operations on runs of one kind."""

    list: Any
    get: Any
    cancel: Any


METHODS = ("wait", "async_wait", "reload", "async_reload", "cancel", "async_cancel")
"""What can be done with a run of either kind."""


class Running(Resource):
    """A prediction or training, which may still be running."""

    if TYPE_CHECKING:
        id: str

    _errors: ClassVar[Dict[str, Type[ModelError]]] = {
        "failed": ModelError,
        "canceled": PredictionCanceledError,
        "aborted": PredictionAbortedError,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Instrumentations look into the classes themselves, where 1.0.7 had these methods.
        if Running in cls.__bases__:
            for name in METHODS:
                setattr(cls, name, vars(cls).get(name, vars(Running)[name]))

    @staticmethod
    def _operations() -> Operations:
        """Return the generated operations on runs of this kind."""
        raise AssertionError("a subclass says which")

    @property
    def _has_ended(self) -> bool:
        status = vars(self).get("status")
        return isinstance(status, str) and status in TERMINAL

    @property
    def _is_complete(self) -> bool:
        """Whether the output is whole, though the status may not say so yet."""
        return self._has_ended or self._answers_all

    @property
    def _answers_all(self) -> bool:
        """Whether the answer to the create had the whole output."""
        return bool(self._own.get("answers_all"))

    @_answers_all.setter
    def _answers_all(self, value: bool) -> None:
        self._own["answers_all"] = value

    @property
    def _is_fresh(self) -> bool:
        """Whether what is known of it has just come."""
        return bool(self._own.get("is_fresh"))

    @_is_fresh.setter
    def _is_fresh(self, value: bool) -> None:
        self._own["is_fresh"] = value

    @property
    def _created_at(self) -> Optional[float]:
        """When the client created it, on the monotonic clock; None if it did not."""
        return self._own.get("created_at")

    @_created_at.setter
    def _created_at(self, time: float) -> None:
        self._own["created_at"] = time

    @property
    def _output_so_far(self) -> Any:
        return vars(self).get("output")

    def reload(self) -> None:
        """Update the object with the present state."""
        block(self._ours.async_reload())

    async def async_reload(self) -> None:
        """Update the object with the present state."""
        get = self._operations().get
        data = await until_known(self, lambda: self._client._call(get.asyncio, self.id))
        self._update(with_id(data))

    def cancel(self) -> None:
        """Cancel the run. You pay for the time until then."""
        block(self._ours.async_cancel())

    async def async_cancel(self) -> None:
        """Cancel the run. You pay for the time until then."""
        cancel = self._operations().cancel
        data = await until_known(self, lambda: self._client._call_safely(cancel.asyncio, self.id))
        self._update(with_id(data))

    def wait(
        self,
        timeout: Optional[float] = None,
        *,
        on_update: Optional[Callable[[Self], object]] = None,
        progress: bool = False,
    ) -> None:
        """Wait until the run has succeeded, failed, or was canceled or aborted.

        Args:
            timeout: Seconds to wait, after which the run is canceled.
            on_update: A function that is called with this object at once and after every change.
                Its exceptions are logged.
            progress: Show a bar in a terminal or notebook. It needs `replicate[progress]`.

        Raises:
            DeadlineExceededError: `timeout` ran out.
        """
        block(self._ours.async_wait(timeout, on_update=on_update, progress=progress))

    async def async_wait(
        self,
        timeout: Optional[float] = None,
        *,
        on_update: Optional[Callable[[Self], object]] = None,
        progress: bool = False,
    ) -> None:
        """Wait until the run has succeeded, failed, or was canceled or aborted.

        Args:
            timeout: Seconds to wait, after which the run is canceled.
            on_update: A function that is called with this object at once and after every change.
                Its exceptions are logged.
            progress: Show a bar in a terminal or notebook. It needs `replicate[progress]`.

        Raises:
            DeadlineExceededError: `timeout` ran out.
        """
        from ._http.deadline import deadline
        from ._runs.guard import RunGuard
        from ._runs.waiting import until_end

        if on_update is None and not progress:
            with deadline(timeout):
                async with RunGuard(self._client, type(self), self, cancels=False):
                    await until_end(self)
            return
        from ._runs.updates import Updates

        name = str(vars(self).get("model") or self.id).rpartition("/")[2]
        updates = Updates.of(on_update, progress, name)
        with deadline(timeout), updates or nullcontext():
            async with RunGuard(self._client, type(self), self, cancels=False):
                if updates is not None:
                    await updates(self)
                await until_end(self, updates=updates)

    def _update(self, data: ApiModel) -> None:
        created_at, status = self._created_at, vars(self).get("status")
        super()._update(data)
        if vars(self)["status"] != status:
            logger.info("%s %s: %s", type(self).__name__, self.id, vars(self)["status"])
        if created_at is not None:
            self._created_at = created_at

    @property
    def _failure(self) -> Optional[Type[ModelError]]:
        """The class of the error that it has ended with, None if it has not."""
        return self._errors.get(vars(self)["status"]) if self._has_ended else None

    def _raise_for_status(self) -> None:
        error = self._failure
        if error is not None:
            raise error(self)
        if vars(self).get("data_removed") and self._output_so_far is None:
            removed = ReplicateError(
                title="Output removed",
                detail="Replicate has removed the output, which it keeps for an hour.",
            )
            removed.prediction = self  # type: ignore[assignment]
            raise removed


class Namespace(Ours):
    """A group of operations of one client."""

    _client: Session

    def __init__(self, client: Session) -> None:
        self._client = client

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            from ._suggestions import attribute

            return attribute(self, name)


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
