"""One call of a generated operation: its arguments, its request, its answer."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .._arguments import check_names
from .._blocking import monotonic
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
from .pages import AsyncPage, SyncPage

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

STRATEGY = "file_encoding_strategy"
"""An argument that is this package's, and not the API's."""


@lru_cache(maxsize=None)
def signature_of(build: Any) -> inspect.Signature:
    """Return the arguments of an operation."""
    return inspect.signature(build)


def is_list(operation: Any) -> bool:
    """Say whether an operation answers with a page of a list."""
    return "cursor" in signature_of(operation.build).parameters


class Call(NamedTuple):
    """One call of a generated operation."""

    operation: Any
    """Its module."""

    client: Client
    args: Tuple[Any, ...]
    arguments: Mapping[str, Any]
    is_async: bool

    def problem(self) -> Optional[str]:
        """Say why the operation cannot be called so; None if it can be."""
        try:
            signature_of(self.operation.build).bind(*self.args, **self._of_api)
        except TypeError as error:
            return str(error)
        return None

    def check(self, path: str) -> None:
        """Check the arguments before anything is sent.

        Raises:
            TypeError: One is missing or unknown; the message says what was probably meant.
        """
        known = signature_of(self.operation.build).parameters
        check_names(path.rpartition(".")[2], self._of_api, known)
        problem = self.problem()
        if problem is not None:
            raise TypeError(f"{path}(): {problem}")

    @property
    def _of_api(self) -> Dict[str, Any]:
        return {name: value for name, value in self.arguments.items() if name != STRATEGY}

    async def send(self) -> httpx.Response:
        """Upload the files in the arguments, send the request, and return the answer."""
        arguments = self._of_api
        upload: Optional[Upload] = None
        if "input" in arguments:
            input, strategy = arguments["input"], self.arguments.get(STRATEGY)
            check_input(input)
            arguments["input"] = await encode(input, self.client, strategy, place="input")
        if "content" in arguments:
            upload = await _opened(arguments["content"])
            arguments["content"] = (upload.name, upload.handle, upload.content_type)
        try:
            request = self.operation.build(*self.args, **arguments)
            if self._is("cancel"):
                request["safe"] = True  # to be repeated, like a read
            return await ApiTransport(self.client, RUNS).request(**request)
        finally:
            if upload is not None:
                upload.handle.close()

    def read(self, response: httpx.Response) -> Any:
        """Read an answer, into classes of this package where it has some."""
        value = self.operation.parse(response)
        if is_array(value):
            return [self._resource(item) for item in value]
        if is_list(self.operation):
            _ = value.results  # reads them, into classes that `_resource` knows
            kind: Any = AsyncPage if self.is_async else SyncPage
            return kind.of(page_of(value, self._resource, self._page))
        resource = self._resource(value)
        if isinstance(resource, Running) and self._is("create"):
            resource._created_at = monotonic()
        return resource

    async def _page(self, cursor: str) -> Any:
        following = self._replace(arguments={**self.arguments, "cursor": cursor})
        return following.read(await following.send())

    def _resource(self, value: Any) -> Any:
        kind = RESOURCES.get(type(value))
        return kind._of(value, self.client) if kind is not None else value

    def _is(self, name: str) -> bool:
        return str(self.operation.__name__).endswith((f".{name}", f"_{name}"))


async def _opened(content: Any) -> Upload:
    """Open a file that is to be uploaded: alone, or after its name and before its media type."""
    if not is_tuple(content):
        return await async_open_upload(content)
    name, file, *rest = content
    return await async_open_upload(file, name=name, content_type=rest[0] if rest else None)
