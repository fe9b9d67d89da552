"""The operations of the API under the names of 2.x: `client.models.versions.list(...)`.

The generated package is the source of what there is: an operation of 2.x has the path of its
generated module as its name, and takes what the module's `build` takes. What is not in there, or
is called in the way of 1.x, goes to the client of 1.x.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, FrozenSet, NamedTuple, Optional

from replicate_api.api import Api

from .._arguments import check_names
from .._blocking import block, called, monotonic
from .._secrets import without_token
from .answers import APIResponse, AsyncAPIResponse
from .calls import Call, is_list, signature_of
from .options import Options
from .pages import AsyncList

if TYPE_CHECKING:
    from ..client import Client

GROUPS = frozenset(name for name in vars(Api) if not name.startswith("_"))

WAITS = (("predictions", "wait"), ("trainings", "wait"))
"""What 2.x has beside the operations of the API."""


@lru_cache(maxsize=None)
def _operations(group: str) -> FrozenSet[str]:
    """Return the names of the generated operations of a group."""
    module = import_module(f"replicate_api.api.{group}")
    (kind,) = module.__all__
    names: list[str] = [*vars(getattr(module, kind))]
    return frozenset(name for name in names if not name.startswith(("_", "async_")))


class Caller(NamedTuple):
    """Who calls, and how."""

    client: Client
    options: Options
    is_async: bool
    is_raw: bool = False

    @property
    def configured(self) -> Client:
        """The client with the options."""
        return self.options.applied_to(self.client)


class Groups:
    """The groups of operations."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __getattr__(self, name: str) -> Operations:
        if name in GROUPS:
            return Operations(self._caller, name)
        raise AttributeError(f"the API has no operations {name!r}, only {dir(self)}")

    def __dir__(self) -> list[str]:
        return sorted(GROUPS)


class Operations:
    """A place in the tree of operations: a group of them, one to call, or both."""

    def __init__(self, caller: Caller, *path: str) -> None:
        self._caller = caller
        self._path = path

    @property
    def with_raw_response(self) -> Operations:
        """The same, whose methods return the answers as they came."""
        return Operations(self._caller._replace(is_raw=True), *self._path)

    # What there is.

    @property
    def _name(self) -> str:
        """The name of the generated module, within its group."""
        return "_".join(self._path[1:]) or self._path[0]

    @property
    def _generated(self) -> Optional[Any]:
        """The generated module; None for what is only a group."""
        group = self._path[0]
        if self._name not in _operations(group):
            return None
        return import_module(f"replicate_api.api.{group}.{self._name}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        below = Operations(self._caller, *self._path, name)
        known = _operations(self._path[0])
        if below._name in known or any(each.startswith(f"{below._name}_") for each in known):
            return below
        if below._path in WAITS:
            return below
        of_1x = self._of_1x(self._caller.configured)
        if of_1x is None:
            raise AttributeError(f"{self._shown} has no {name!r}, only {dir(self)}")
        return getattr(of_1x, name)

    def __dir__(self) -> list[str]:
        start = "_".join((*self._path[1:], ""))
        known = [each for each in _operations(self._path[0]) if each.startswith(start)]
        return sorted({each[len(start) :].split("_")[0] for each in known})

    def _of_1x(self, client: Client, *, is_async: bool = False) -> Any:
        """Return what 1.x has in this place, or its twin; None if it has nothing."""
        found: Any = client
        *above, name = self._path
        for each in (*above, f"async_{name}" if is_async else name):
            found = getattr(found, each, None)
        return found

    @property
    def _shown(self) -> str:
        return ".".join(self._path)

    @property
    def __signature__(self) -> inspect.Signature:
        """What `help` and editors show."""
        generated = self._generated
        of_1x = self._of_1x(self._caller.client)
        return inspect.signature(of_1x if generated is None else generated.build)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._shown}>"

    # Calls.

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        work = self._wait if self._path in WAITS else self._work
        if not self._caller.is_async:
            return block(work(*args, **kwargs))
        generated = self._generated
        if generated is not None and is_list(generated) and not self._caller.is_raw:
            return AsyncList(lambda: work(*args, **kwargs))
        return work(*args, **kwargs)

    async def _wait(self, *args: Any, **kwargs: Any) -> Any:
        get = Operations(self._caller._replace(is_raw=False), self._path[0], "get")
        run = await get._work(*args, **kwargs)
        await called(run, "wait")
        return run

    async def _work(self, *args: Any, **kwargs: Any) -> Any:
        caller, generated = self._caller, self._generated
        options, arguments = Options.taken_from(kwargs)
        client = caller.options.and_then(options).applied_to(caller.client)
        of_1x = None if caller.is_raw else self._of_1x(client, is_async=True)
        call = Call(generated, client, args, arguments, caller.is_async)
        if of_1x is not None and (args or generated is None or call.problem()):
            self._check_names(of_1x, call)
            return await of_1x(*args, **arguments)
        if generated is None:
            raise TypeError(f"{self._shown} is not a method")
        client._need_token()
        call.check(self._shown)
        began = monotonic()
        kind = AsyncAPIResponse if caller.is_async else APIResponse
        answer = kind(await call.send(), call.read, monotonic() - began)
        if caller.is_raw:
            without_token(answer.http_response)
            return answer
        result = call.read(answer.http_response)
        return answer if isinstance(result, bytes) else result

    def _check_names(self, of_1x: Any, call: Call) -> None:
        """Name a misspelt argument; a method that takes any looks at them itself."""
        known = {**inspect.signature(of_1x).parameters}
        if not any(each.kind is each.VAR_KEYWORD for each in known.values()):
            if call.operation is not None:
                known.update(signature_of(call.operation.build).parameters)
            check_names(self._path[-1], call.arguments, known)
