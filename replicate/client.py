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

    One object may be used from many threads and from several event loops. Nothing is sent
    or read before the first call. Close it with `close()`, `aclose()`, `with` or
    `async with`; a closed client opens new connections when it is used again.
    """

    max_retries: int
    """How often a request that may safely be repeated is repeated. Default 5."""

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
            api_token: API token, or a callable that returns one. By default it is taken,
                for each request, from the current scope of a Cog model, else from the
                environment variable `REPLICATE_API_TOKEN`.
            base_url: Where the API is, without `/v1`. By default the environment variable
                `REPLICATE_BASE_URL`, else `https://api.replicate.com`.
            timeout: Seconds, or an `httpx.Timeout`, for each phase of an HTTP request. By
                default 5 to connect, 30 to read and to write;
                `httpx.Timeout(None)` means none. What a request asks the server to hold it
                for comes on top. It does not bound a whole run: for that see `run`.
            headers: Headers to send to the API with each request.
            max_retries: How often a request that may safely be repeated is repeated.
            httpx_options: Anything else that `httpx.Client` and `httpx.AsyncClient` take:
                `transport`, `proxy`, `verify`, `http2`, `limits`, `event_hooks`, ...

        Raises:
            TypeError: A keyword argument that httpx does not know, or a value of the wrong type.
            InvalidArgumentError: `base_url` is not an absolute http or https URL, or `proxy` no
                address of a proxy.
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
            input: The model's inputs by name. Files can be given as path, handle, bytes, URL,
                or as output of another model.
            use_file_output: Return files as `FileOutput`; False: as URL strings.
            download_to: A folder to save files into, under the model's name and the prediction's
                id, with a JSON file about the prediction. They are returned as paths.
            on_update: Called with the prediction after every change. What it raises is logged, and
                the run goes on. In the asynchronous twin it may be a coroutine function.
            progress: Show bars of the run, of uploads and of downloads to `download_to`, where
                there is a terminal or notebook. It needs `replicate[progress]`.
            wait: Whether, or for how many seconds (1 to 60), the server holds the request for the
                result before polling starts. True means 60.
            timeout: Seconds for everything; when they are over, the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: URL to call when the prediction changes.
            webhook_events_filter: On what to call it: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, the deprecated ones among them.

        Returns:
            The output as the model's schema describes it, files in it as `FileOutput`. An
            iterator over the items if `ref` names a version whose model yields its output.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out; `prediction` is in the error.
            ReplicateError: The API refused.
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
            input: The model's inputs by name. Files can be given as path, handle, bytes, URL,
                or as output of another model.
            use_file_output: Return files as `FileOutput`; False: as URL strings.
            download_to: A folder to save files into, under the model's name and the prediction's
                id, with a JSON file about the prediction. They are returned as paths.
            on_update: Called with the prediction after every change. What it raises is logged, and
                the run goes on. In the asynchronous twin it may be a coroutine function.
            progress: Show bars of the run, of uploads and of downloads to `download_to`, where
                there is a terminal or notebook. It needs `replicate[progress]`.
            wait: Whether, or for how many seconds (1 to 60), the server holds the request for the
                result before polling starts. True means 60.
            timeout: Seconds for everything; when they are over, the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: URL to call when the prediction changes.
            webhook_events_filter: On what to call it: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, the deprecated ones among them.

        Returns:
            The output as the model's schema describes it, files in it as `FileOutput`. An
            iterator over the items if `ref` names a version whose model yields its output.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out; `prediction` is in the error.
            ReplicateError: The API refused.
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
        """Run a model and yield its output as it is made.

        Args:
            ref: The model, as for `run`.
            input: The model's inputs by name, as for `run`.
            use_file_output: Give file outputs out as `FileOutput`; False: as URL strings.
            wait: Whether, or for how many seconds (1 to 60), the server holds the request.
            timeout: Seconds for the whole stream; when they are over, the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: URL to call when the prediction changes.
            webhook_events_filter: On what to call it: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, the deprecated ones among them.

        Returns:
            Server-sent events; `str(event)` is the text of an output event and empty for
            others. The asynchronous twin works with and without `await` in front.

        Raises:
            ReplicateError: The API refused, or the model cannot stream.
            StreamError: The model failed while it streamed.
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
        """Run a model and yield its output as it is made.

        Args:
            ref: The model, as for `run`.
            input: The model's inputs by name, as for `run`.
            use_file_output: Give file outputs out as `FileOutput`; False: as URL strings.
            wait: Whether, or for how many seconds (1 to 60), the server holds the request.
            timeout: Seconds for the whole stream; when they are over, the prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: URL to call when the prediction changes.
            webhook_events_filter: On what to call it: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, the deprecated ones among them.

        Returns:
            Server-sent events; `str(event)` is the text of an output event and empty for
            others. The asynchronous twin works with and without `await` in front.

        Raises:
            ReplicateError: The API refused, or the model cannot stream.
            StreamError: The model failed while it streamed.
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
        """Return a model as a function of its inputs. Nothing is sent before it is called.

        Args:
            ref: The model, as for `run`.
            hint: A function with the parameters and the return type of the model, for type
                checkers; it is not called.
            streaming: Return the output as an iterator, over what the model makes as it makes it.
            use_async: Return a function to `await`.
            timeout: Seconds for each call; when they are over, the prediction is canceled.

        Raises:
            InvalidArgumentError: `ref` names nothing that can be run.
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
        """Run a model on many inputs, some of them at a time, and yield the outputs.

        Args:
            ref: The model, as for `run`.
            inputs: Inputs of the model by name, one mapping for each run: any iterable, of which no
                more is read than is about to run. `async_map` takes asynchronous ones too.
            concurrency: How many runs are under way at most. There are fewer while the API
                refuses more of them for its rate limit.
            ordered: Yield the outputs in the order of the inputs; False: as they are done.
            return_errors: Yield an error in the place of an output, and go on; False: raise it,
                and start nothing more. It has the attributes `index` and `input`.
            journal: Path of a file (SQLite) in which outputs are kept. Another call with the same
                inputs goes on from there, and so do several processes at once.
            use_file_output: Give file outputs out as `FileOutput`; False: as URL strings.
            download_to: A folder to save files into, as for `run`. They are given out as paths.
            on_update: Called with each prediction after every change, as for `run`; by `map` in
                several threads at once.
            progress: Show a bar, where there is a terminal or notebook (`replicate[progress]`).
            wait: Whether, or for how many seconds (1 to 60), the server holds a request. By
                default it does not, so that each prediction can be canceled at once.
            timeout: Seconds for each run; when they are over, its prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: URL to call when a prediction changes.
            webhook_events_filter: On what to call it: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, the deprecated ones among them.

        Returns:
            An iterator, in the asynchronous twin one for `async for`. Its items are whole outputs,
            as `run` returns them; those of a model that yields are lists. Closing it, Ctrl-C, and
            the end of a `with` block or of a task cancel what still runs.

        Raises:
            ModelError: A model failed, or its prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out; `prediction` is in the error.
            ReplicateError: The API refused.
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
        """Run a model on many inputs, some of them at a time, and yield the outputs.

        Args:
            ref: The model, as for `run`.
            inputs: Inputs of the model by name, one mapping for each run: any iterable, of which no
                more is read than is about to run. `async_map` takes asynchronous ones too.
            concurrency: How many runs are under way at most. There are fewer while the API
                refuses more of them for its rate limit.
            ordered: Yield the outputs in the order of the inputs; False: as they are done.
            return_errors: Yield an error in the place of an output, and go on; False: raise it,
                and start nothing more. It has the attributes `index` and `input`.
            journal: Path of a file (SQLite) in which outputs are kept. Another call with the same
                inputs goes on from there, and so do several processes at once.
            use_file_output: Give file outputs out as `FileOutput`; False: as URL strings.
            download_to: A folder to save files into, as for `run`. They are given out as paths.
            on_update: Called with each prediction after every change, as for `run`; by `map` in
                several threads at once.
            progress: Show a bar, where there is a terminal or notebook (`replicate[progress]`).
            wait: Whether, or for how many seconds (1 to 60), the server holds a request. By
                default it does not, so that each prediction can be canceled at once.
            timeout: Seconds for each run; when they are over, its prediction is canceled.
            file_encoding_strategy: `"base64"` to send files inside the request and not as uploads.
            webhook: URL to call when a prediction changes.
            webhook_events_filter: On what to call it: `start`, `output`, `logs`, `completed`.
            more: Further fields of the API's request, the deprecated ones among them.

        Returns:
            An iterator, in the asynchronous twin one for `async for`. Its items are whole outputs,
            as `run` returns them; those of a model that yields are lists. Closing it, Ctrl-C, and
            the end of a `with` block or of a task cancel what still runs.

        Raises:
            ModelError: A model failed, or its prediction was canceled or aborted.
            DeadlineExceededError: `timeout` ran out; `prediction` is in the error.
            ReplicateError: The API refused.
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
        """Every operation of the API as generated from its description, on this client.

        For what has no method of its own yet: `client.api.models.readme_get(owner, name)`,
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
