"""The client: a token, a base URL, connections, and the operations of the API on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, Optional, Type, TypeVar, Union, overload

from . import _http
from ._blocking import block
from ._guards import mark_as_coroutine_function, names_of
from ._http.session import DEFAULT_MAX_RETRIES, Session
from ._http.token import from_environment as _get_api_token_from_environment
from ._namespaces import Namespaces
from ._recent import Recent
from ._secrets import hidden

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
    from typing import Literal

    from typing_extensions import ParamSpec, Self, Unpack

    from replicate_api.api import Api
    from replicate_api.models import WebhookEvent

    from ._http.httpx_options import HttpxOptions, Timeout
    from ._http.retry_transport import RetryTransport
    from ._http.token import TokenSource
    from .batch import AsyncBatch, Batch
    from .identifier import Reference
    from .prediction import Prediction, PredictionMore
    from .stream import AsyncStream, Stream
    from .use import AsyncFunction, AsyncOutput, Function, Output

    P = ParamSpec("P")

C = TypeVar("C", bound="Client")
T = TypeVar("T")

__all__ = ["Client", "RetryTransport", "_get_api_token_from_environment"]


class Client(Session, Namespaces):
    """A client of Replicate's API.

    Many threads and several event loops can use one client. A client sends and reads nothing
    before the first call. `close()`, `aclose()`, `with` and `async with` close the connections.
    A closed client opens new connections when it is used again.
    """

    max_retries: int
    """How often a request is sent again, if that is safe. Default 5."""

    def __init__(
        self,
        api_token: Optional[TokenSource] = None,
        *,
        base_url: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        headers: Optional[Mapping[str, str]] = None,
        max_retries: int = DEFAULT_MAX_RETRIES,
        **httpx_options: Unpack[HttpxOptions],
    ) -> None:
        """Create a client.

        Args:
            api_token: API token, or a function that returns an API token. By default each request
                takes the token of the current scope of a Cog model, or else the environment
                variable `REPLICATE_API_TOKEN`.
            base_url: The URL of the API, without `/v1`. By default the environment variable
                `REPLICATE_BASE_URL`, or else `https://api.replicate.com`.
            timeout: Seconds, or an `httpx.Timeout`, for each phase of an HTTP request. By
                default 5 to connect, 30 to read and to write; `httpx.Timeout(None)` means no limit.
                If the server holds a request, the time of the hold is added. To limit a whole
                run, see `run`.
            headers: Headers to send to the API with each request.
            max_retries: How often a request is sent again, if that is safe.
            httpx_options: Other options of `httpx.Client` and `httpx.AsyncClient`:
                `transport`, `proxy`, `verify`, `http2`, `limits`, `event_hooks`, ...

        Raises:
            TypeError: A keyword argument that httpx does not know, or a value of the wrong type.
            InvalidArgumentError: `base_url` is not an absolute http or https URL, or `proxy` is
                not the address of a proxy.
        """
        # First, so that no error that follows shows a token.
        api_token = self._api_token = hidden(api_token)
        self._base_url = base_url
        headers = self._headers = _hidden_headers(headers)
        if timeout is not None:
            _check_timeout(timeout)
        # Not everybody uses a type checker.
        if not isinstance(max_retries, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"max_retries must be an integer, not {max_retries!r}")
        self._timeout = timeout
        self.max_retries = max_retries
        self._client_kwargs: Dict[str, Any] = {**httpx_options}
        self._poll_interval = None
        self._versions = Recent()
        self._latest = Recent()
        if base_url:
            self._base_of(base_url)
        if self._client_kwargs:
            from ._http.options import check

            check(self._client_kwargs)

    # Running models.

    def run(
        self,
        ref: Reference,
        input: Optional[Mapping[str, Any]] = None,
        *,
        use_file_output: Optional[bool] = True,
        download_to: Union[str, os.PathLike[str], None] = None,
        on_update: Optional[Callable[[Prediction], object]] = None,
        progress: bool = False,
        wait: Union[float, bool, None] = True,
        timeout: Optional[float] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Any:
        """Run a model and return its output.

        Args:
            ref: `owner/name`, `owner/name:version`, a version id, `deployments/owner/name`,
                or a `Model`, `Version`, `Deployment` or `ModelVersionIdentifier`.
            input: The model's inputs by name. A file is a path, a handle, bytes, a URL, or the
                output of another model.
            use_file_output: Whether files in the output are `FileOutput`s, or URLs.
            download_to: A folder, into which the files and a JSON file about the prediction are
                saved. The output then has paths in the place of files.
            on_update: A function that is called with the prediction after every change. Its
                exceptions are logged. The asynchronous twin also takes a coroutine function.
            progress: Show bars for the run, for uploads, and for downloads of `download_to`, in a
                terminal or notebook. They need `replicate[progress]`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output,
                before the client polls. True means 60, False means that the client polls at once.
            timeout: Seconds for the whole call, after which the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Returns:
            The output, as the model's schema describes it. An iterator over the items of the
            output, if `ref` names a version and the model yields its output.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out. The error has the `prediction`.
            ReplicateError: The API refused the request.
        """
        self._need_token()
        from .run import async_run

        run = async_run(
            self,
            ref,
            input,
            use_file_output=use_file_output,
            download_to=download_to,
            on_update=on_update,
            progress=progress,
            wait=wait,
            timeout=timeout,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )
        return block(run)

    async def async_run(
        self,
        ref: Reference,
        input: Optional[Mapping[str, Any]] = None,
        *,
        use_file_output: Optional[bool] = True,
        download_to: Union[str, os.PathLike[str], None] = None,
        on_update: Optional[Callable[[Prediction], object]] = None,
        progress: bool = False,
        wait: Union[float, bool, None] = True,
        timeout: Optional[float] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Any:
        """Run a model and return its output.

        Args:
            ref: `owner/name`, `owner/name:version`, a version id, `deployments/owner/name`,
                or a `Model`, `Version`, `Deployment` or `ModelVersionIdentifier`.
            input: The model's inputs by name. A file is a path, a handle, bytes, a URL, or the
                output of another model.
            use_file_output: Whether files in the output are `FileOutput`s, or URLs.
            download_to: A folder, into which the files and a JSON file about the prediction are
                saved. The output then has paths in the place of files.
            on_update: A function that is called with the prediction after every change. Its
                exceptions are logged. The asynchronous twin also takes a coroutine function.
            progress: Show bars for the run, for uploads, and for downloads of `download_to`, in a
                terminal or notebook. They need `replicate[progress]`.
            wait: Seconds (1 to 60) for which the server holds the request to answer with output,
                before the client polls. True means 60, False means that the client polls at once.
            timeout: Seconds for the whole call, after which the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Returns:
            The output, as the model's schema describes it. An iterator over the items of the
            output, if `ref` names a version and the model yields its output.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out. The error has the `prediction`.
            ReplicateError: The API refused the request.
        """
        self._need_token()
        from .run import async_run

        return await async_run(
            self,
            ref,
            input,
            use_file_output=use_file_output,
            download_to=download_to,
            on_update=on_update,
            progress=progress,
            wait=wait,
            timeout=timeout,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )

    def stream(
        self,
        ref: Reference,
        input: Optional[Mapping[str, Any]] = None,
        *,
        use_file_output: Optional[bool] = True,
        wait: Union[float, bool, None] = None,
        timeout: Optional[float] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Stream:
        """Run a model and yield its output while the model makes it.

        Args:
            ref: The model, as for `run`.
            input: The model's inputs by name, as for `run`.
            use_file_output: Whether files in the output are `FileOutput`s, or URLs.
            wait: How many seconds (1 to 60) the server holds the request. True means 60.
            timeout: Seconds for the whole stream, after which the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Returns:
            Server-sent events. `str(event)` is the text of an output event, and empty for other
            events. The asynchronous twin works with and without `await` in front.

        Raises:
            ReplicateError: The API refused, or the model cannot stream.
            StreamError: The model failed.
        """
        from .stream import stream

        return stream(
            self,
            ref,
            input,
            use_file_output=use_file_output,
            wait=wait,
            timeout=timeout,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )

    def async_stream(
        self,
        ref: Reference,
        input: Optional[Mapping[str, Any]] = None,
        *,
        use_file_output: Optional[bool] = True,
        wait: Union[float, bool, None] = None,
        timeout: Optional[float] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> AsyncStream:
        """Run a model and yield its output while the model makes it.

        Args:
            ref: The model, as for `run`.
            input: The model's inputs by name, as for `run`.
            use_file_output: Whether files in the output are `FileOutput`s, or URLs.
            wait: How many seconds (1 to 60) the server holds the request. True means 60.
            timeout: Seconds for the whole stream, after which the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when the prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Returns:
            Server-sent events. `str(event)` is the text of an output event, and empty for other
            events. The asynchronous twin works with and without `await` in front.

        Raises:
            ReplicateError: The API refused, or the model cannot stream.
            StreamError: The model failed.
        """
        from .stream import async_stream

        return async_stream(
            self,
            ref,
            input,
            use_file_output=use_file_output,
            wait=wait,
            timeout=timeout,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )

    @overload
    def use(
        self,
        ref: Reference,
        *,
        hint: Callable[P, T],
        streaming: bool = False,
        use_async: Literal[False] = False,
        timeout: Optional[float] = None,
    ) -> Function[P, T]: ...
    @overload
    def use(
        self,
        ref: Reference,
        *,
        hint: Callable[P, T],
        streaming: bool = False,
        use_async: Literal[True],
        timeout: Optional[float] = None,
    ) -> AsyncFunction[P, T]: ...
    @overload
    def use(
        self,
        ref: Reference,
        *,
        streaming: Literal[False] = False,
        use_async: Literal[False] = False,
        timeout: Optional[float] = None,
    ) -> Function[..., Any]: ...
    @overload
    def use(
        self,
        ref: Reference,
        *,
        streaming: Literal[True],
        use_async: Literal[False] = False,
        timeout: Optional[float] = None,
    ) -> Function[..., Output]: ...
    @overload
    def use(
        self,
        ref: Reference,
        *,
        streaming: Literal[False] = False,
        use_async: Literal[True],
        timeout: Optional[float] = None,
    ) -> AsyncFunction[..., Any]: ...
    @overload
    def use(
        self,
        ref: Reference,
        *,
        streaming: Literal[True],
        use_async: Literal[True],
        timeout: Optional[float] = None,
    ) -> AsyncFunction[..., AsyncOutput]: ...
    @overload
    def use(
        self,
        ref: Reference,
        *,
        streaming: bool = False,
        use_async: bool = False,
        timeout: Optional[float] = None,
    ) -> Union[Function[..., Any], AsyncFunction[..., Any]]: ...
    def use(
        self,
        ref: Reference,
        *,
        hint: Optional[Callable[..., Any]] = None,
        streaming: bool = False,
        use_async: bool = False,
        timeout: Optional[float] = None,
    ) -> Any:
        """Make a function of a model. Nothing is sent before a call of the function.

        Args:
            ref: The model, as for `run`.
            hint: A function with the parameters and the return type of the model, for type
                checkers. The function is never called.
            streaming: Whether calls return an iterator over the pieces of the output.
            use_async: Whether calls must be awaited.
            timeout: Seconds for each call, after which the prediction is canceled.

        Raises:
            InvalidArgumentError: `ref` is not a reference to a model, version or deployment.
        """
        del hint
        from .use import use

        return use(self, ref, streaming=streaming, use_async=use_async, timeout=timeout)

    def map(
        self,
        ref: Reference,
        inputs: Iterable[Mapping[str, Any]],
        *,
        concurrency: int = 8,
        ordered: bool = True,
        return_errors: bool = False,
        journal: Union[str, os.PathLike[str], None] = None,
        use_file_output: Optional[bool] = True,
        download_to: Union[str, os.PathLike[str], None] = None,
        on_update: Optional[Callable[[Prediction], object]] = None,
        progress: bool = False,
        wait: Union[float, bool, None] = None,
        timeout: Optional[float] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> Batch:
        """Run a model on many inputs, several at the same time, and yield the outputs.

        Args:
            ref: The model, as for `run`.
            inputs: Any iterable with one mapping for each run: the inputs by name. A mapping
                is read when its run is about to start. `async_map` takes asynchronous iterables
                too.
            concurrency: The largest number of runs at the same time. After a refusal for the rate
                limit there are fewer runs.
            ordered: Whether outputs come in the order of the inputs, or each when it is complete.
            return_errors: Whether an error is yielded in the place of an output, or raised, which
                ends the batch. The error has the attributes `index` and `input`.
            journal: The path of an SQLite file that stores the outputs. Another call with the same
                inputs continues the batch. Several processes can share the file.
            use_file_output: Whether files in the output are `FileOutput`s, or URLs.
            download_to: A folder to save files into, as for `run`.
            on_update: A function that is called with each prediction after every change. `map`
                calls the function in several threads.
            progress: Show a bar in a terminal or notebook. It needs `replicate[progress]`.
            wait: How many seconds (1 to 60) the server holds a request. By default the server
                answers at once, so that each prediction can be canceled at any time.
            timeout: Seconds for each run, after which its prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when a prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Returns:
            An iterator over the outputs, in the asynchronous twin for `async for`. If the model
            yields its output, each output is a list. `close()`, Ctrl-C, and the end of a `with`
            block or of a task cancel all runs.

        Raises:
            ModelError: A model failed, or its prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out. The error has the `prediction`.
            ReplicateError: The API refused the request.
        """
        from .batch import Batch, start

        batch: Batch = start(
            Batch,
            self,
            ref,
            inputs,
            concurrency=concurrency,
            ordered=ordered,
            return_errors=return_errors,
            journal=journal,
            use_file_output=use_file_output,
            download_to=download_to,
            on_update=on_update,
            progress=progress,
            wait=wait,
            timeout=timeout,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )
        return batch

    def async_map(
        self,
        ref: Reference,
        inputs: Union[Iterable[Mapping[str, Any]], AsyncIterable[Mapping[str, Any]]],
        *,
        concurrency: int = 8,
        ordered: bool = True,
        return_errors: bool = False,
        journal: Union[str, os.PathLike[str], None] = None,
        use_file_output: Optional[bool] = True,
        download_to: Union[str, os.PathLike[str], None] = None,
        on_update: Optional[Callable[[Prediction], object]] = None,
        progress: bool = False,
        wait: Union[float, bool, None] = None,
        timeout: Optional[float] = None,
        file_encoding_strategy: Optional[str] = None,
        webhook: Optional[str] = None,
        webhook_events_filter: Optional[Sequence[WebhookEvent]] = None,
        **more: Unpack[PredictionMore],
    ) -> AsyncBatch:
        """Run a model on many inputs, several at the same time, and yield the outputs.

        Args:
            ref: The model, as for `run`.
            inputs: Any iterable with one mapping for each run: the inputs by name. A mapping
                is read when its run is about to start. `async_map` takes asynchronous iterables
                too.
            concurrency: The largest number of runs at the same time. After a refusal for the rate
                limit there are fewer runs.
            ordered: Whether outputs come in the order of the inputs, or each when it is complete.
            return_errors: Whether an error is yielded in the place of an output, or raised, which
                ends the batch. The error has the attributes `index` and `input`.
            journal: The path of an SQLite file that stores the outputs. Another call with the same
                inputs continues the batch. Several processes can share the file.
            use_file_output: Whether files in the output are `FileOutput`s, or URLs.
            download_to: A folder to save files into, as for `run`.
            on_update: A function that is called with each prediction after every change. `map`
                calls the function in several threads.
            progress: Show a bar in a terminal or notebook. It needs `replicate[progress]`.
            wait: How many seconds (1 to 60) the server holds a request. By default the server
                answers at once, so that each prediction can be canceled at any time.
            timeout: Seconds for each run, after which its prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: The URL that Replicate calls when a prediction changes.
            webhook_events_filter: Events to send: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, also deprecated ones.

        Returns:
            An iterator over the outputs, in the asynchronous twin for `async for`. If the model
            yields its output, each output is a list. `close()`, Ctrl-C, and the end of a `with`
            block or of a task cancel all runs.

        Raises:
            ModelError: A model failed, or its prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out. The error has the `prediction`.
            ReplicateError: The API refused the request.
        """
        from .batch import AsyncBatch, start

        batch: AsyncBatch = start(
            AsyncBatch,
            self,
            ref,
            inputs,
            concurrency=concurrency,
            ordered=ordered,
            return_errors=return_errors,
            journal=journal,
            use_file_output=use_file_output,
            download_to=download_to,
            on_update=on_update,
            progress=progress,
            wait=wait,
            timeout=timeout,
            file_encoding_strategy=file_encoding_strategy,
            webhook=webhook,
            webhook_events_filter=webhook_events_filter,
            **more,
        )
        return batch

    # A call that names the model otherwise gets in, and is told what was meant.
    for _method in (run, async_run, stream, async_stream):
        _method.__defaults__ = (..., *(_method.__defaults__ or ()))
    del _method
    mark_as_coroutine_function(async_stream)

    # Every operation, as generated.

    @property
    def api(self) -> Api:
        """All operations of the API, generated from its description, on this client.

        Use this for an operation that has no other method, such as
        `client.api.models.readme_get(owner, name)` and
        `await client.api.models.async_readme_get(owner, name)`.
        """
        from replicate_api.api import Api

        from ._http.request import BlockingTransport
        from ._runs.api import ApiTransport
        from .prediction import Prediction
        from .training import Training

        transport = ApiTransport(self, (Prediction, Training))
        return Api(BlockingTransport(transport), transport)

    def __repr__(self) -> str:
        from ._http.address import shown, shown_wrong

        try:
            base = shown(self._base())
        except ValueError:  # a variable is wrong: that is for the first call to say
            base = shown_wrong(str(self._base_url or os.environ.get("REPLICATE_BASE_URL")))
        return f"{type(self).__name__}(base_url={base!r})"

    def __copy__(self) -> Self:
        """Return a client with the same settings, and connections of its own."""
        made = type(self).__new__(type(self))
        settings = {name: value for name, value in vars(self).items() if name not in _NOT_COPIED}
        vars(made).update(settings, _versions=Recent(), _latest=Recent())
        made._headers, made._client_kwargs = {**self._headers}, {**self._client_kwargs}
        return made

    def __deepcopy__(self, memo: Any) -> Self:
        # What httpx is given, such as a transport, is the same for both.
        del memo
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        if self is _http.default_client() and self._api_token is None:
            # Each process has its own, with the token of its environment: so `replicate.run`
            # can be given to a process pool.
            return _default_client, ()
        may_be_secret = (self._api_token, self._headers, self._client_kwargs)
        if any(may_be_secret) or "@" in str(self._base_url):
            raise TypeError(
                "a Client that was given a token, headers, or options of httpx cannot be pickled: "
                "create one in each process"
            )
        settings = {
            "base_url": self._base_url,
            "timeout": self._timeout,
            "max_retries": self.max_retries,
        }
        return _remade, (type(self), settings, self._poll_interval)


_NOT_COPIED = ("_http_or_none", "_shown")


def _remade(kind: Type[C], settings: Dict[str, Any], poll_interval: Optional[float]) -> C:
    """Make a client of a pickle, which takes the token of the environment where it is now."""
    client = kind(**settings)
    client._poll_interval = poll_interval
    return client


def _default_client() -> Client:
    client: Client = _http.default_client()
    return client


def _check_timeout(timeout: object) -> None:
    from ._guards import is_tuple

    for number in timeout if is_tuple(timeout) else (timeout,):
        is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
        # Without httpx, which `import replicate` does not load: its `Timeout` has these.
        if not (number is None or is_number or hasattr(number, "connect")):
            raise TypeError(
                f"timeout must be a number of seconds or an httpx.Timeout, not {timeout!r}"
            )


def _hidden_headers(headers: Any) -> Dict[str, str]:
    try:
        given: Dict[Any, Any] = dict(headers or {})
    except (TypeError, ValueError):
        raise TypeError(
            f"headers must be a mapping of names to values, not {type(headers).__name__}"
        ) from None
    named = {
        name.decode("latin-1") if isinstance(name, bytes) else name: value
        for name, value in given.items()
    }
    return {
        name: hidden(value) if str(name).lower() == "authorization" else value
        for name, value in named.items()
    }


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
