"""The operations of the API under the names of 2.x: `client.models.versions.list(...)`.

The generated package is the source of what there is: an operation of 2.x has the path of its
generated module as its name, and takes what the module's `build` takes. What is not in there, or
is called in the way of 1.x, goes to the client of 1.x.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Dict, FrozenSet, Mapping, NamedTuple, Optional, Tuple

from replicate_api.api import Api

from .._arguments import check_names
from .._blocking import block, monotonic
from .._files.inputs import encode
from .._files.uploads import async_open_upload
from .._guards import is_array, is_tuple
from .._runs.api import ApiTransport
from .._runs.create import check_input
from ..account import Account
from ..collection import Collection
from ..deployment import Deployment
from ..file import File
from ..hardware import Hardware
from ..model import Model
from ..pagination import page_of
from ..prediction import Prediction
from ..resource import Resource, Running
from ..training import Training
from ..version import Version
from ..webhook import WebhookSigningSecret
from .answers import APIResponse, AsyncAPIResponse
from .options import Options
from .pages import AsyncList, AsyncPage, SyncPage

if TYPE_CHECKING:
    import httpx

    from .._files.uploads import Upload
    from ..client import Client

RUNS = (Prediction, Training)

RESOURCES: Dict[Any, type[Resource]] = {
    base: kind
    for kind in (
        *(Account, Collection, Deployment, File, Hardware, Model, Version, WebhookSigningSecret),
        *RUNS,
    )
    for base in kind.__bases__
    if not issubclass(base, Resource)
}
"""The classes of this package by those of the generated one."""

WAIT = "wait"
"""What 2.x has beside the operations of the API."""


GROUPS = frozenset(name for name in vars(Api) if not name.startswith("_"))


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

    @property
    def _name(self) -> str:
        """The name of the generated module, within its group."""
        return "_".join(self._path[1:]) or self._path[0]

    @property
    def _build(self) -> Any:
        """What builds the request of the operation; None for what is only a group."""
        group = self._path[0]
        if self._name not in _operations(group):
            return None
        return self._generated.build

    @property
    def _generated(self) -> Any:
        return import_module(f"replicate_api.api.{self._path[0]}.{self._name}")

    @property
    def __signature__(self) -> inspect.Signature:
        """What `help` and editors show."""
        return inspect.signature(self._build or self._of_1x(self._caller.client))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        below = Operations(self._caller, *self._path, name)
        known = _operations(self._path[0])
        if below._name in known or any(each.startswith(f"{below._name}_") for each in known):
            return below
        if name == WAIT and self._path[0] in {"predictions", "trainings"}:
            return below
        of_1x = self._of_1x(self._caller.configured)
        if of_1x is None:
            raise AttributeError(f"{'.'.join(self._path)} has no {name!r}, only {dir(self)}")
        return getattr(of_1x, name)

    def __dir__(self) -> list[str]:
        start = "_".join((*self._path[1:], ""))
        known = [each for each in _operations(self._path[0]) if each.startswith(start)]
        return sorted({each[len(start) :].split("_")[0] for each in known})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'.'.join(self._path)}>"

    def _of_1x(self, client: Client) -> Any:
        """Return what 1.x has in this place; None if it has nothing."""
        found: Any = client
        for name in self._path:
            found = getattr(found, name, None)
        return found

    def _twin_of_1x(self, client: Client) -> Any:
        above = Operations(self._caller, *self._path[:-1])._of_1x(client)
        return getattr(above, f"async_{self._path[-1]}", None)

    # Calls.

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._caller.is_async:
            return block(self._work(*args, **kwargs))
        if self._is_list and not self._caller.is_raw:
            return AsyncList(lambda: self._work(*args, **kwargs))
        return self._work(*args, **kwargs)

    @property
    def _is_list(self) -> bool:
        return self._build is not None and "cursor" in inspect.signature(self._build).parameters

    async def _work(self, *args: Any, **kwargs: Any) -> Any:
        options, arguments = Options.taken_from(kwargs)
        client = self._caller.options.and_then(options).applied_to(self._caller.client)
        if self._path[-1] == WAIT:
            caller = self._caller._replace(is_raw=False)
            run = await Operations(caller, self._path[0], "get")._work(*args, **kwargs)
            await run.async_wait()
            return run
        of_1x = self._twin_of_1x(client)
        if of_1x is not None and not self._caller.is_raw and (args or not self._takes(arguments)):
            self._check_names(of_1x, arguments)
            return await of_1x(*args, **arguments)
        client._need_token()
        self._check(args, arguments)
        began = monotonic()
        response = await self._send(client, args, arguments)

        def read(response: httpx.Response) -> Any:
            return self._read(client, response, args, kwargs)

        kind = AsyncAPIResponse if self._caller.is_async else APIResponse
        answer = kind(response, read, monotonic() - began)
        if self._caller.is_raw:
            return answer
        result = read(response)
        return answer if isinstance(result, bytes) else result

    def _takes(self, arguments: Mapping[str, Any]) -> bool:
        """Say whether the generated operation can be called with arguments by name."""
        try:
            inspect.signature(self._build).bind(**_without_strategy(arguments))
        except TypeError:
            return False
        return True

    def _check_names(self, of_1x: Any, arguments: Mapping[str, Any]) -> None:
        """Name a misspelt argument; what takes any looks at them itself."""
        parameters = inspect.signature(of_1x).parameters
        if not any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            known = inspect.signature(self._build).parameters if self._build else ()
            check_names(self._path[-1], arguments, {*known, *parameters})

    def _check(self, args: Tuple[Any, ...], arguments: Mapping[str, Any]) -> None:
        if self._build is None:
            raise TypeError(f"{'.'.join(self._path)} is not a method")
        signature = inspect.signature(self._build)
        arguments = _without_strategy(arguments)
        check_names(self._path[-1], arguments, signature.parameters)
        try:
            signature.bind(*args, **arguments)
        except TypeError as error:
            raise TypeError(f"{'.'.join(self._path)}(): {error}") from None

    async def _send(
        self, client: Client, args: Tuple[Any, ...], arguments: Mapping[str, Any]
    ) -> httpx.Response:
        encoded = _without_strategy(arguments)
        upload: Optional[Upload] = None
        if "input" in encoded:
            check_input(encoded["input"])
            strategy = arguments.get("file_encoding_strategy")
            encoded["input"] = await encode(encoded["input"], client, strategy, place="input")
        if "content" in encoded:
            upload = await _opened(encoded["content"])
            encoded["content"] = (upload.name, upload.handle, upload.content_type)
        try:
            request = self._build(*args, **encoded)
            if self._path[-1] == "cancel":
                request["safe"] = True  # to be repeated, like a read
            return await ApiTransport(client, RUNS).request(**request)
        finally:
            if upload is not None:
                upload.handle.close()

    def _read(
        self,
        client: Client,
        response: httpx.Response,
        args: Tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Read an answer, into classes of this package where it has some."""
        value = self._generated.parse(response)
        if is_array(value):
            return [_resource(item, client) for item in value]
        if self._is_list:
            _ = value.results  # reads them, into classes that `_resource` knows
            page = page_of(
                value,
                lambda item: _resource(item, client),
                lambda cursor: self._work(*args, **{**kwargs, "cursor": cursor}),
            )
            kind: Any = AsyncPage if self._caller.is_async else SyncPage
            return kind.of(page)
        resource = _resource(value, client)
        if isinstance(resource, Running) and self._path[-1] == "create":
            resource._created_at = monotonic()
        return resource


def _resource(value: Any, client: Client) -> Any:
    kind = RESOURCES.get(type(value))
    return kind._of(value, client) if kind is not None else value


def _without_strategy(arguments: Mapping[str, Any]) -> Dict[str, Any]:
    """Return arguments without the one that is this package's and not the API's."""
    return {name: it for name, it in arguments.items() if name != "file_encoding_strategy"}


async def _opened(content: Any) -> Upload:
    """Open a file that is to be uploaded: alone, or after its name and before its media type."""
    if not is_tuple(content):
        return await async_open_upload(content)
    name, file, *rest = content
    return await async_open_upload(file, name=name, content_type=rest[0] if rest else None)
