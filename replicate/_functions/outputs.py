"""What a function returns: the output of a run as text, files or values, by the model's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Awaitable, Callable, Generator, List, Mapping, Optional

from .._blocking import block
from .._files.transform import transform_output
from .._guards import is_array
from .._runs.outputs import OutputIterator
from .._runs.streams import OUTPUT, Stream
from .._steps import AsAsyncGenerator, AsGenerator, Steps
from ..schema import is_one_text, output_schema, resolved
from .files import URLPath
from .inputs import Pending

if TYPE_CHECKING:
    from .._http.session import Session
    from .._runs.guard import RunGuard


class Form:
    """The form of a model's output, by its schema: one text, a list, files."""

    def __init__(self, client: Session, openapi_schema: Optional[Mapping[str, Any]]) -> None:
        self._client = client
        self._openapi_schema = openapi_schema
        output = self._output = output_schema(openapi_schema) or {}
        self._is_list = not output or output.get("type") == "array"
        self.is_text: bool = is_one_text(output)
        """Whether the items are the pieces of one text."""

    @property
    def comes_as_events(self) -> bool:
        """Whether server-sent events can bring the items: only text and URLs come in events."""
        items = self._output.get("items", self._output)
        node = resolved(items, self._openapi_schema) or {}
        return bool(node.get("type", "string") == "string")

    def value(self, output: Any) -> Any:
        """Convert a complete output as the API returned it."""
        value = self.items(output)
        if not self.is_text:
            return value
        return "".join(map(str, value)) if is_array(value) else value or ""

    def items(self, items: Any) -> Any:
        """Convert items of an output as the API returned them."""
        return transform_output(
            items, self._client, openapi_schema=self._openapi_schema, into=URLPath
        )

    def joined(self, items: List[Any]) -> Any:
        """Put converted items together to the complete output."""
        if self.is_text:
            return "".join(items)
        return items if self._is_list else items[0] if items else None

    def source(
        self,
        guard: RunGuard[Any],
        start: Optional[Callable[[], Awaitable[Any]]] = None,
        end: Optional[float] = None,
    ) -> Steps[Any]:
        """Return an iterator over the output of a run, as the model makes it.

        Args:
            guard: The guard of the run.
            start: Creates the run, if there is none yet. Closing the iterator then cancels it.
            end: The deadline, on the monotonic clock.
        """
        if self.comes_as_events:
            return Stream(guard, start=start, end=end, use_file_output=False)
        return OutputIterator(guard, list, start=start, end=end, cancels=start is not None)


class Output(AsGenerator[Any], Pending):
    """A model's output as the model makes it: pieces of a text, or items of a list.

    For `for`, for `async for` and for `with`. If a call of a function has returned it, closing it
    cancels the run. `str()` waits for the whole text and returns it.
    """

    __module__ = "replicate.use"

    def __init__(self, form: Form, source: Steps[Any]) -> None:
        """Create an output.

        Args:
            form: The form of the output.
            source: The iterator over the items as they come.
        """
        super().__init__()
        self._form = form
        self._source = source
        self._given: List[Any] = []

    async def _more(self) -> Optional[List[Any]]:
        found = await self._source._more()
        if found is None:
            return None
        if isinstance(self._source, Stream):
            found = [event.data for event in found if event.event is OUTPUT]
        items: List[Any] = self._form.items(list(found))
        self._given += items
        return items

    async def _release(self) -> None:
        await self._source._release()

    async def _interrupt(self) -> None:
        await self._source._interrupt()

    async def _whole(self) -> Any:
        async for _ in self:
            pass
        return self._form.joined(self._given)

    def __str__(self) -> str:
        whole = block(self._whole())
        return whole if isinstance(whole, str) else repr(whole)


class AsyncOutput(AsAsyncGenerator[Any], Output):
    """The same for `async for` and `async with`. `await output` returns the complete output."""

    __module__ = "replicate.use"

    def __str__(self) -> str:
        return object.__repr__(self)

    def __await__(self) -> Generator[Any, None, Any]:
        return self._whole().__await__()
