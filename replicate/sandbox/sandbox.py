"""The sandbox, which users start, give models to, and ask what happened."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Generator,
    List,
    Mapping,
    Optional,
    Sequence,
    TypeVar,
    Union,
)

from starlette.concurrency import run_in_threadpool

from . import demo, stand_ins, wire
from .answers import Answers
from .app import answer_api, answer_delivery, api_names, delivery_names
from .control import Front
from .faults import Fault, Step
from .history import RequestLog
from .limits import RateLimit
from .looking import Looking
from .middleware import Edge
from .models import Model, full_name_parts, make_version
from .server import LOOPBACK, Listener, LoopThread
from .state import STOP_PATIENCE, Collection, Settings, State
from .tls import Authority

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from typing_extensions import Self

    from replicate.client import Client

    from .clock import Clock

F = TypeVar("F", bound=Callable[..., Any])


class Sandbox(Answers, Looking):
    """A Replicate API on this machine, whose models are Python functions.

    Example:
        ```python
        sandbox = Sandbox()

        @sandbox.model("me/shout")
        def shout(text: str) -> str:
            return text.upper()

        with sandbox:
            print(sandbox.client().run("me/shout", input={"text": "hello"}))
        ```

    Args:
        demo_models: Whether the sandbox has the models of `replicate.sandbox.demo`, and the
            stand-ins for well-known models of `replicate.sandbox.stand_ins`.
        token: The API token that the sandbox accepts.
        host: The address to listen on; `0.0.0.0` lets other machines and containers in.
        port: The port of the API; 0 for a free port.
        files_port: The port of output files and streams, which have another origin, as at
            Replicate; 0 for a free port.
        public_url: The URL of the API behind a tunnel or a proxy. URLs in answers then begin with
            it, also the URLs of files. Without it, URLs in answers have the host name that the
            client used.
        tls: Whether to serve HTTPS, with certificates of an authority that exists while the
            sandbox runs. `ca_file` and `environment` name its certificate for clients.
        username: The account that the token belongs to.
        page_size: The number of items on a page of a list; 25 at most for models.
        cancel_after_minimum: The shortest `Cancel-After` accepted, in seconds.
        stream_logs: Whether streams carry `logs` events.
        webhook_interval: Seconds between two `output` or two `logs` webhooks of a prediction.
        webhook_retries: Seconds to wait before each repetition of a `completed` webhook.
        history: How many requests, webhooks, uploads and finished runs the sandbox keeps. It
            forgets older ones.
        secret: The secret for control over HTTP (`/_sandbox/`, and the web page). Without a
            secret only this machine can control the sandbox.
        strict_inputs: Whether inputs that a model does not have are refused. Otherwise they are
            ignored, as at Replicate, and logged.
        drive_clock: Whether the clock is driven from the start, as after `clock.drive()`.
    """

    def __init__(
        self,
        *,
        demo_models: bool = True,
        token: str = Settings.token,
        host: str = LOOPBACK,
        port: int = 0,
        files_port: int = 0,
        public_url: Optional[str] = None,
        tls: bool = False,
        username: str = Settings.username,
        page_size: int = Settings.page_size,
        cancel_after_minimum: float = Settings.cancel_after_minimum,
        stream_logs: bool = Settings.stream_logs,
        webhook_interval: float = Settings.webhook_interval,
        webhook_retries: Sequence[float] = Settings.webhook_retries,
        history: int = Settings.history,
        secret: Optional[str] = None,
        drive_clock: bool = False,
        strict_inputs: bool = False,
    ) -> None:
        settings = Settings(
            token,
            username,
            page_size,
            cancel_after_minimum,
            stream_logs,
            webhook_interval,
            webhook_retries,
            public_url,
            history,
            strict_inputs,
        )
        self._state = State(settings)
        if drive_clock:
            self.clock.drive()
        self._requests = RequestLog(history)
        self._host = host
        self._ports = (port, files_port)
        self._tls = tls
        self._secret = secret
        self._authority: Optional[Authority] = None
        self._loop: Optional[LoopThread] = None
        self._api: Listener
        self._delivery: Listener
        if demo_models:
            demo.install(self)
            stand_ins.install(self)

    # --- models --------------------------------------------------------------------------------

    def model(
        self,
        name: str,
        *,
        official: bool = False,
        description: Optional[str] = None,
        visibility: str = "public",
        readme: Optional[str] = None,
        cold_start: float = 0.0,
        concatenate: bool = True,
    ) -> Callable[[F], F]:
        """Make a model of a function. If the model exists, the function is its latest version.

        Args:
            name: `owner/name`.
            official: Whether the model runs without a version, like Replicate's official models.
            description: Text for the model; by default the first line of the function's docstring.
            visibility: `public` or `private`.
            readme: The model's README in Markdown.
            cold_start: Seconds that a prediction stays `starting`.
            concatenate: Whether an iterator of strings is a text in pieces, and not a list.
        """
        owner, short = full_name_parts(name)

        def register(function: F) -> F:
            version = make_version(name, function, concatenate=concatenate, cold_start=cold_start)
            model = self._state.models.setdefault(name, Model(owner, short))
            model.official, model.visibility = official, visibility
            model.description = description or _first_line(function) or model.description
            model.readme = readme or model.readme
            model.add(version)
            return function

        return register

    def trainer(self, name: str) -> Callable[[F], F]:
        """Make a function the trainer of a model's latest version.

        The function's parameters are the inputs of a training, and the returned file is the
        weights. If the model has an input `weights`, the new version gets the weights there.
        """

        def register(function: F) -> F:
            model = self._state.models.get(name)
            latest = model.latest_version if model is not None else None
            if latest is None:
                raise ValueError(f"there is no model {name!r}: register it before its trainer")
            latest.trainer = replace(make_version(name, function), id=latest.id)
            return function

        return register

    @property
    def models(self) -> Mapping[str, Model]:
        """The models by name. `.latest_version.id` is the id of a version."""
        return self._state.models

    def cog(
        self,
        name: str,
        source: Union[str, os.PathLike[str]],
        *,
        python: Optional[str] = None,
        environment: Optional[Mapping[str, str]] = None,
        concurrency: Optional[int] = None,
        official: bool = False,
        description: Optional[str] = None,
        visibility: str = "public",
        readme: Optional[str] = None,
    ) -> Model:
        """Make a model of a Cog predictor, without Docker.

        Cog's own server runs the predictor, in a process that starts with the first prediction
        and ends with the sandbox. `setup` runs once. The Python of the process needs `cog`
        (`replicate[cog]`) and all packages that the predictor imports.

        Args:
            name: `owner/name`.
            source: A folder with a cog.yaml, or a predictor as `path/to/predict.py:Predictor`.
            python: The path of the Python that runs the predictor; by default this Python.
            environment: More variables for the process. The variables of this sandbox are set, so
                that a predictor can run models of the sandbox.
            concurrency: How many predictions run at the same time; by default as the project says.
            official: Whether the model runs without a version, like Replicate's official models.
            description: Text for the model.
            visibility: `public` or `private`.
            readme: The model's README in Markdown; by default the README.md of the folder.

        Returns:
            The model.

        Raises:
            RuntimeError: The project cannot be read; the message says why.
            ImportError: The Python does not have `cog`.
        """
        from .cog_engine import add_project
        from .cog_project import inspect_project

        full_name_parts(name)
        project = inspect_project(
            source, python=python, environment=environment, concurrency=concurrency
        )
        model = add_project(self._state, name, project)
        model.official, model.visibility = official, visibility
        model.description, model.readme = description or model.description, readme or model.readme
        if self._loop is not None:
            self._loop.soon(self._state.feed.tell, "models")
        return model

    def collection(
        self, slug: str, *, name: str, description: str = "", models: Sequence[str] = ()
    ) -> None:
        """Add a collection of models."""
        self._state.collections[slug] = Collection(slug, name, description, list(models))

    def include(self, other: Sandbox) -> None:
        """Add the models and collections of another sandbox.

        If both have a model of the same name, the other's versions are its latest versions.
        """
        for name, model in other._state.models.items():
            mine = self._state.models.get(name)
            self._state.models[name] = model if mine is None else model.succeeding(mine)
        self._state.collections.update(other._state.collections)
        if self._loop is not None:
            self._loop.soon(self._state.feed.tell, "models")

    # --- running -------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the sandbox in a thread. `with sandbox:` also stops the sandbox at the end."""
        if self._loop is not None:
            raise RuntimeError("the sandbox is running already")
        api = Edge("api", self._state, answer_api, api_names, self._requests)
        files = Edge("files", self._state, answer_delivery, delivery_names, self._requests)
        self._authority = Authority(self._state.addresses.names) if self._tls else None
        context = self._authority.context if self._authority else None
        front = Front(self, api, self._secret)
        self._api = Listener(front, self._host, self._ports[0], context)
        self._delivery = Listener(files, self._host, self._ports[1], context)
        loop = LoopThread(self._clean_up)
        try:
            loop.call(self._begin())
        except BaseException:
            loop.stop()
            if self._authority is not None:
                self._authority.close()
            raise
        self._loop = loop
        return self

    def stop(self) -> None:
        """Cancel all predictions, stop the sandbox, and remove all its files."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        loop.stop()
        self._state.worker.join(STOP_PATIENCE)
        self._state.clear()
        if self._authority is not None:
            self._authority.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, *_: object) -> None:
        # What runs in this event loop may have to end first: a receiver of webhooks, a client.
        await run_in_threadpool(self.stop)

    def __repr__(self) -> str:
        """Say where it is and what it has."""
        where = "not running" if self._loop is None else self.url
        return f"<Sandbox: {where}, {len(self.models)} models, {len(self.created)} runs>"

    async def _begin(self) -> None:
        self._state.clock.open(asyncio.get_running_loop())
        await self._open()

    async def _open(self) -> None:
        await self._api.open()
        try:
            await self._delivery.open()
        except BaseException:
            await self._api.refuse()
            raise
        self._state.locate(self._api.url, self._delivery.url)
        self._state.variables = self._variables()

    async def _clean_up(self) -> None:
        await self._state.clock.close()
        await self._state.shut_down()
        for listener in (self._api, self._delivery):
            await listener.close()

    # --- using ---------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        """The API token that the sandbox accepts."""
        return self._state.settings.token

    @property
    def url(self) -> str:
        """The base URL of the API, without `/v1`."""
        self._running()
        return self._state.origin

    @property
    def files_url(self) -> str:
        """The origin of output files and of streams."""
        self._running()
        return self._state.stream_url

    @property
    def ca_file(self) -> Optional[Path]:
        """The certificate that clients of a sandbox with `tls=True` must trust, as PEM."""
        self._running()
        return self._authority.ca_file if self._authority else None

    @property
    def environment(self) -> Dict[str, str]:
        """The environment variables with which clients in other processes use this sandbox.

        Other official clients than `replicate` 1.x need `/v1` at the end of the base URL.
        """
        self._running()
        return dict(self._state.variables)

    def _variables(self) -> Dict[str, str]:
        variables = {"REPLICATE_API_TOKEN": self.token, "REPLICATE_BASE_URL": self._state.origin}
        if self._authority is not None:
            bundle = str(self._authority.bundle_file)
            names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
            variables.update(dict.fromkeys(names, bundle))
            variables["NODE_EXTRA_CA_CERTS"] = str(self._authority.ca_file)
        return variables

    def client(self, **options: Any) -> Client:
        """Return a client of this sandbox.

        Args:
            **options: Options of `replicate.Client`.
        """
        from replicate.client import Client

        self._running()
        options = {"api_token": self.token, "base_url": self.url, **options}
        if self._authority is not None:
            options.setdefault("verify", self._authority.client_context())
        return Client(**options)

    # --- breaking ------------------------------------------------------------------------------

    def fault(
        self,
        *target: str,
        status: Optional[int] = None,
        headers: Optional[Mapping[str, str]] = None,
        body: Any = None,
        content_type: Optional[str] = None,
        script: Optional[Sequence[Step]] = None,
        work: bool = False,
        delay: float = 0.0,
        drop: Optional[str] = None,
        truncate: Optional[int] = None,
        content_length: bool = True,
        trickle: float = 0.0,
        times: Optional[int] = 1,
        after: int = 0,
        optional: bool = False,
    ) -> Fault:
        """Make requests go wrong.

        ```python
        sandbox.fault("predictions.get", status=503, times=2)
        sandbox.fault("POST", "/v1/predictions", drop="after")
        sandbox.fault("stream", script=[": hi", 0.1, CUT])
        ```

        Args:
            *target: An operation, `stream`, `output` (a file of a model) or `webhook`; or a method
                and a path. `predictions.create` is every create of a prediction, also
                `models.predictions.create` and `deployments.predictions.create`. In a path `*`
                stands for one segment, and `**` at the end for the rest. The method `*` stands
                for all methods.
            status: Answer with this status. Without `body`, the answer has the API's own body.
            headers: More headers for the answer of the fault or of the API.
            body: Answer with this body: bytes, text, or a JSON value.
            content_type: The answer's content type.
            script: Answer with these pieces, one after the other. A number is a pause in
                seconds. `CUT` closes the connection.
            work: Whether the API does the operation before the fault answers. So a prediction
                can exist although its create was answered with an error.
            delay: Seconds before the answer.
            drop: Reset the connection `before` the API does the operation, `after` the operation
                but before the answer, or `during` the answer, when half of it is sent.
            truncate: Close the connection after this number of bytes of the body.
            content_length: Whether the answer has a `Content-Length`.
            trickle: Seconds between every 16 bytes of the body.
            times: How many requests the fault hits; None means all.
            after: How many requests the fault lets pass first.
            optional: Whether `unfired_faults` leaves the fault out.

        Returns:
            The fault. Its `fired` is the number of requests that it has hit.

        Raises:
            TypeError: The target is neither an operation nor a method and a path.
            ValueError: No request can match the target, or the fault would do nothing.
        """
        fault = Fault(target, status, dict(headers or {}), body, content_type, script, work)
        fault.delay, fault.drop, fault.trickle = delay, drop, trickle
        fault.truncate, fault.content_length = truncate, content_length
        fault.times, fault.after, fault.optional = times, after, optional
        return self._state.faults.add(fault)

    @property
    def unfired_faults(self) -> List[Fault]:
        """The faults that have hit no request, without those that are `optional`."""
        return self._state.faults.unfired

    def rate_limit(
        self, requests: int, *, per: float = 60.0, burst: Optional[int] = None, header: bool = False
    ) -> None:
        """Limit how many predictions can be created.

        Args:
            requests: How many creates are allowed in `per` seconds.
            per: Seconds.
            burst: How many creates are allowed at once; by default `requests`.
            header: Whether a refusal has the header `Retry-After`, besides `retry_after` in its
                body.
        """
        self._state.rate_limit = RateLimit(requests, per, burst, header=header)

    @contextlib.contextmanager
    def offline(self) -> Generator[None, None, None]:
        """Refuse all connections until the end of a `with` block."""
        self._running()
        assert self._loop is not None
        self._loop.call(self._refuse())
        try:
            yield
        finally:
            self._loop.call(self._open())

    async def _refuse(self) -> None:
        await self._api.refuse()
        await self._delivery.refuse()

    @property
    def clock(self) -> Clock:
        """The clock of the sandbox, which tests can drive."""
        return self._state.clock

    # --- looking -------------------------------------------------------------------------------

    def download_url(self, file_id: str, *, seconds: float = 3600) -> str:
        """Return the signed URL of an uploaded file's content."""
        expiry = int(self._state.clock.nanoseconds() // wire.NANOSECONDS + seconds)
        return self._state.files.download_url(file_id, self._state.settings.username, expiry)

    def reset(self) -> None:
        """Forget everything that clients did, and all faults. The models stay."""
        self._requests.clear()
        if self._loop is None:
            self._state.clear()
        else:
            self._loop.call(self._clear())

    async def _clear(self) -> None:
        self._state.clear()

    def _running(self) -> None:
        self._thread()


def _first_line(function: Callable[..., Any]) -> Optional[str]:
    return (function.__doc__ or "").strip().partition("\n")[0] or None


logging.getLogger("replicate.sandbox").addHandler(logging.NullHandler())
