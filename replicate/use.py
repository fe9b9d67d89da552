"""Models as functions."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Awaitable,
    Callable,
    Coroutine,
    Dict,
    Generator,
    Generic,
    Optional,
    Tuple,
    Type,
    TypeVar,
    Union,
    cast,
)

from ._blocking import block, called
from ._files.inputs import tree_of
from ._functions.files import URLPath
from ._functions.inputs import Pending, fitting, settled
from ._functions.outputs import AsyncOutput, Form, Output
from ._functions.parameters import FileInput, documentation_of, signature_of
from ._functions.subject import Subject
from ._guards import names_of
from ._http.deadline import end_of, until
from ._runs.create import create
from ._runs.guard import RunGuard
from ._runs.outputs import OutputIterator
from .exceptions import (
    InvalidArgumentError,
    InvalidArgumentTypeError,
    ReplicateException,
)
from .prediction import Prediction, start

T = TypeVar("T")

if TYPE_CHECKING:
    import inspect

    from typing_extensions import ParamSpec, Self

    from .client import Client
    from .identifier import Reference

    P = ParamSpec("P")
    R = TypeVar("R", bound="_Run[Any]")

    class _Of(Generic[P, T]):
        """A function that takes `P` and returns `T`."""

else:
    P = None  # Python 3.8 has no ParamSpec

    class _Of:
        def __class_getitem__(cls, _: object) -> Any:
            return cls


__all__ = [
    "AsyncFunction",
    "AsyncOutput",
    "AsyncRun",
    "FileInput",
    "Function",
    "Output",
    "Run",
    "URLPath",
    "use",
]


class _Run(Pending, Generic[T]):
    """What the handles of both forms have in common."""

    prediction: Prediction
    """The prediction itself."""

    def __init__(self, prediction: Prediction, form: Form, *, streaming: bool) -> None:
        self.prediction = prediction
        self._form = form
        self._streaming = streaming

    async def _output(self, kind: Type[Output]) -> Any:
        if self._streaming:
            return kind(self._form, self._form.source(self.prediction._guard()))
        return await self._whole()

    async def _whole(self) -> Any:
        await called(self.prediction, "wait")
        self.prediction._raise_for_status()
        return self._form.value(self.prediction._output_so_far)

    async def _logs(self) -> str:
        if not self.prediction._has_ended:
            await called(self.prediction, "reload")
        return self.prediction.logs or ""

    def _repr_html_(self) -> str:
        return self.prediction._repr_html_()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.prediction.id!r}, {self.prediction.status!r})"


class Run(_Run[T]):
    """A handle: a run of a model that was started. A handle can be an input of another function."""

    def output(self) -> T:
        """Wait for the output and return it. With `streaming=True`, return an iterator at once.

        Raises:
            ModelError: The model failed, or the run was canceled or aborted.
        """
        return cast("T", block(self._output(Output)))

    def logs(self) -> str:
        """Return the logs of the model up to now."""
        return block(self._logs())

    def wait(self, timeout: Optional[float] = None) -> None:
        """Wait until the run has ended, also if the model fails.

        Args:
            timeout: Seconds to wait, after which the run is canceled.

        Raises:
            DeadlineExceededError: `timeout` ran out.
        """
        self.prediction.wait(timeout)

    def cancel(self) -> None:
        """Cancel the run. You pay for the time until then."""
        self.prediction.cancel()


class AsyncRun(_Run[T]):
    """A handle: a run of a model that was started. A handle can be an input of another function."""

    async def output(self) -> T:
        """Wait for the output and return it. With `streaming=True`, return an iterator at once.

        Raises:
            ModelError: The model failed, or the run was canceled or aborted.
        """
        return cast("T", await self._output(AsyncOutput))

    async def logs(self) -> str:
        """Return the logs of the model up to now."""
        return await self._logs()

    async def wait(self, timeout: Optional[float] = None) -> None:
        """Wait until the run has ended, also if the model fails.

        Args:
            timeout: Seconds to wait, after which the run is canceled.

        Raises:
            DeadlineExceededError: `timeout` ran out.
        """
        await self.prediction.async_wait(timeout)

    async def cancel(self) -> None:
        """Cancel the run. You pay for the time until then."""
        await self.prediction.async_cancel()


class _Documented:
    """The `__doc__` of a class, and of its objects: theirs is that of the model."""

    def __init__(self, text: Optional[str]) -> None:
        self._text = text

    def __get__(self, function: Optional[_Function[..., Any]], _: object) -> Optional[str]:
        if function is None:
            return self._text
        try:
            return block(function._documentation())
        except ReplicateException:  # it can't be asked for now
            return self._text


class _Function(_Of[P, T]):
    """What the functions of both forms have in common."""

    def __init__(
        self, client: Client, ref: Reference, *, streaming: bool, timeout: Optional[float]
    ) -> None:
        end_of(timeout)  # which checks it
        self._client = client
        self._subject = Subject(client, ref)
        self._streaming = streaming
        self._timeout = timeout
        self.__name__: str = self._subject.function_name
        self.__qualname__: str = self.__name__

    def __init_subclass__(cls) -> None:
        cls.__doc__ = _Documented(cls.__doc__)  # type: ignore[assignment] # type() reads it as text

    # What it does.

    async def _call(self, kind: Type[Output], args: Tuple[Any, ...], inputs: Dict[str, Any]) -> Any:
        end = end_of(self._timeout)
        with until(end):
            input, form = await self._input(args, inputs), await self._form()
            if not self._streaming:
                ref = self._subject.ref
                output = await called(self._client, "run", ref, input, use_file_output=False)
                if isinstance(output, OutputIterator):
                    output = [item async for item in output]
                return form.value(output)
        guard: RunGuard[Prediction] = RunGuard(self._client, Prediction)

        async def start() -> None:
            await create(guard, self._subject.target, input, stream=True)

        return kind(form, form.source(guard, start, end))

    async def _create(self, kind: Type[R], args: Tuple[Any, ...], inputs: Dict[str, Any]) -> R:
        with until(end_of(self._timeout)):
            input, form = await self._input(args, inputs), await self._form()
            prediction = await start(self._client, self._subject.target, input)
        return kind(prediction, form, streaming=self._streaming)

    async def _input(self, args: Tuple[Any, ...], inputs: Dict[str, Any]) -> Dict[str, Any]:
        if args:
            raise InvalidArgumentTypeError(
                f"{self.__name__}() takes the model's inputs by name, as in "
                f"{self.__name__}(prompt=...)"
            )
        tree, subject = tree_of(await settled(inputs), "input").json, self._subject
        try:
            return fitting(tree, await subject.schema(), subject.full_name)
        except (InvalidArgumentError, InvalidArgumentTypeError):
            if not await subject.has_changed():
                raise
            return fitting(tree, await subject.schema(), subject.full_name)

    async def _form(self) -> Form:
        return Form(self._client, await self._subject.schema())

    # What the API says of it.

    async def _default_example(self) -> Optional[Prediction]:
        model = await self._subject.model()
        return model.default_example if model is not None else None

    async def _documentation(self) -> str:
        schema, model = await self._subject.schema(), self._subject.known_model
        summary = (model and model.description) or f"Run {self._subject.full_name}."
        return documentation_of(schema, summary)

    @property
    def __signature__(self) -> inspect.Signature:
        return signature_of(_attribute("__signature__", self._subject.known_schema()))

    def __deepcopy__(self, memo: object) -> Self:
        return self  # as functions do

    def __repr__(self) -> str:
        options = {"streaming": self._streaming, "timeout": self._timeout}
        shown = "".join(f", {name}={value}" for name, value in options.items() if value)
        asynchronous = ", use_async=True" if isinstance(self, AsyncFunction) else ""
        return f"replicate.use({self._subject.full_name!r}{shown}{asynchronous})"


class Function(_Function[P, T]):
    """A model as a function: the inputs are keyword arguments, and the output is returned."""

    def __call__(self, /, *args: P.args, **inputs: P.kwargs) -> T:
        """Run the model and return its output; of a streaming function, as an iterator.

        Args:
            args: Not allowed: pass inputs by name.
            inputs: The model's inputs, as for `Client.run`; also runs and outputs of other
                functions, which are waited for.

        Raises:
            InvalidArgumentTypeError: The model has no such input, or not of this type.
            InvalidArgumentError: An input is none of the choices, or out of bounds.
            ModelError: The model failed, or the prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out. The error has the `prediction`.
            ReplicateError: The API refused the request.
        """
        return cast("T", block(self._call(Output, args, inputs)))

    def create(self, /, *args: P.args, **inputs: P.kwargs) -> Run[T]:
        """Start a run and return its handle, without waiting for its end.

        Args:
            args: Not allowed: pass inputs by name.
            inputs: The model's inputs, as for a call.
        """
        return block(self._create(Run[T], args, inputs))

    def openapi_schema(self) -> Dict[str, Any]:
        """Return the schema of the model's version, an OpenAPI document."""
        return block(self._subject.known_schema())

    @property
    def default_example(self) -> Optional[Prediction]:
        """The example prediction of the model, None if the model has none."""
        return _attribute("default_example", self._default_example())


class AsyncFunction(_Function[P, T]):
    """A model as a function to `await`: the inputs are keyword arguments."""

    async def __call__(self, /, *args: P.args, **inputs: P.kwargs) -> T:
        """Run the model and return its output; of a streaming function, as an iterator.

        Args:
            args: Not allowed: pass inputs by name.
            inputs: The model's inputs, as for `Client.run`; also runs and outputs of other
                functions, which are waited for.

        Raises:
            InvalidArgumentTypeError: The model has no such input, or not of this type.
            InvalidArgumentError: An input is none of the choices, or out of bounds.
            ModelError: The model failed, or the prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out. The error has the `prediction`.
            ReplicateError: The API refused the request.
        """
        return cast("T", await self._call(AsyncOutput, args, inputs))

    async def create(self, /, *args: P.args, **inputs: P.kwargs) -> AsyncRun[T]:
        """Start a run and return its handle, without waiting for its end.

        Args:
            args: Not allowed: pass inputs by name.
            inputs: The model's inputs, as for a call.
        """
        return await self._create(AsyncRun[T], args, inputs)

    async def openapi_schema(self) -> Dict[str, Any]:
        """Return the schema of the model's version, an OpenAPI document."""
        return await self._subject.known_schema()

    @property
    def default_example(self) -> Awaitable[Optional[Prediction]]:
        """The example prediction of the model, None if the model has none. Needs `await`."""
        return _Later(self._default_example)


class _Later(Generic[T]):
    """What there is to await; unlike a coroutine, it need not be."""

    def __init__(self, begin: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, None, T]:
        return self._begin().__await__()


def _attribute(name: str, value: Coroutine[Any, Any, T]) -> T:
    """Return an attribute for which the API is asked; what can't be had now is missing."""
    try:
        return block(value)
    except ReplicateException as error:
        raise AttributeError(f"{name} can't be had now: {error}") from error


def use(
    client: Client,
    ref: Reference,
    *,
    streaming: bool = False,
    use_async: bool = False,
    timeout: Optional[float] = None,
) -> Union[Function[..., Any], AsyncFunction[..., Any]]:
    """Return a model as a function; see `Client.use`."""
    if use_async:
        return AsyncFunction(client, ref, streaming=streaming, timeout=timeout)
    return Function(client, ref, streaming=streaming, timeout=timeout)


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
