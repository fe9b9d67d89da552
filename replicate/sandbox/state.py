"""Everything that one sandbox knows, and the life of the predictions in it."""

from __future__ import annotations

import asyncio
import math
import re
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Protocol,
    Sequence,
    Set,
    Tuple,
)

from . import wire
from .addresses import Addresses, Place
from .clock import Clock
from .faults import FaultPlan
from .feed import Feed
from .files import FileStore
from .history import RunHistory, urls_in
from .webhooks import Webhooks, new_secret
from .wire import Problem, not_found
from .worker import Worker

if TYPE_CHECKING:
    from .limits import RateLimit
    from .models import Model, Version
    from .runs import Run


@dataclass(frozen=True)
class Settings:
    """What a sandbox can be told about itself; the defaults are the API's own."""

    token: str = "r8_sandbox"  # noqa: S105 - it opens nothing but a sandbox
    username: str = "sandbox"
    page_size: int = 100
    cancel_after_minimum: float = 5.0
    stream_logs: bool = False
    webhook_interval: float = 0.5
    webhook_retries: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
    public_url: Optional[str] = None
    history: int = 10_000
    strict_inputs: bool = False

    def __post_init__(self) -> None:
        """Refuse what can't be meant.

        Raises:
            ValueError: if an option is out of range.
        """
        if not self.token or not self.token.isascii() or any(c.isspace() for c in self.token):
            raise ValueError("token is ASCII text without white space")
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", self.username):
            raise ValueError(f"username has letters, digits, -, _ and . only: {self.username!r}")
        for name in ("page_size", "history"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1, not {getattr(self, name)}")
        for name in ("cancel_after_minimum", "webhook_interval"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is a number of seconds, not {getattr(self, name)}")
        if not all(pause >= 0 for pause in self.webhook_retries):
            raise ValueError("webhook_retries are numbers of seconds")


@dataclass
class Collection:
    """A named list of models."""

    slug: str
    name: str
    description: str
    models: List[str] = field(default_factory=wire.empty_list)
    full_description: Optional[str] = None


@dataclass
class Deployment:
    """A model version under a name of its own."""

    name: str
    model: str
    version: str
    hardware: str
    min_instances: int
    max_instances: int
    created_at: int
    number: int = 1


class Engine(Protocol):
    """What plays the runs of a version outside of this process."""

    async def run(self, state: State, run: Run) -> None:
        """Play a run, from its start to its end."""

    async def close(self) -> None:
        """Give up what was taken for that."""


class State:
    """The data of a sandbox. Requests see and change it on one event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.webhook_secret: str = new_secret()
        self.models: Dict[str, Model] = {}
        self.runs: Dict[str, Run] = {}
        self.streams: Dict[str, Run] = {}
        self.collections: Dict[str, Collection] = {}
        self.deployments: Dict[str, Deployment] = {}
        self.feed: Feed = Feed()
        self.clock: Clock = Clock()
        self.files: FileStore = FileStore(self.webhook_secret, settings.history, self.clock)
        self.history: RunHistory = RunHistory(self, settings.history)
        self.worker: Worker = Worker(self.files, stream_logs=settings.stream_logs)
        self.faults: FaultPlan = FaultPlan()
        self.rate_limit: Optional[RateLimit] = None
        self.webhooks: Webhooks = Webhooks(self, self.faults)
        self.addresses: Addresses = Addresses(settings.public_url)
        self.engines: Set[Engine] = set()
        self.variables: Dict[str, str] = {}

    @property
    def origin(self) -> str:
        """The base URL of the API, without its version."""
        return self.addresses.own.api

    @property
    def stream_url(self) -> str:
        """The base URL of output files and streams."""
        return self.addresses.own.files

    @property
    def api_url(self) -> str:
        """The base URL with its version."""
        return f"{self.origin}/v1"

    def locate(self, origin: str, delivery: str) -> None:
        """Learn under which origins the API and its files are."""
        self.addresses.own = Place(origin, delivery)
        self.files.api_url, self.files.delivery_url = self.api_url, delivery

    def clear(self) -> None:
        """Forget what clients have done; models stay."""
        for run in self.runs.values():
            run.cancel()
        self.runs.clear()
        self.streams.clear()
        self.history.clear()
        self.feed.tell("reset")
        self.deployments.clear()
        self.files.clear()
        self.faults.clear()
        self.rate_limit = None
        self.webhooks.deliveries.clear()
        for model in self.models.values():
            model.run_count, model.example = 0, None

    def account(self) -> Dict[str, Any]:
        """Render the account that the token belongs to."""
        name = self.settings.username
        return {
            "type": "user",
            "username": name,
            "name": name.title(),
            "avatar_url": f"{self.origin}/{name}.png",
            "github_url": f"https://github.com/{name}",
        }

    # --- finding -------------------------------------------------------------------------------

    def model(self, owner: str, name: str) -> Model:
        """Return a model, or answer 404."""
        try:
            return self.models[f"{owner}/{name}"]
        except KeyError:
            raise not_found() from None

    def version(self, owner: str, name: str, version_id: str) -> Version:
        """Return a version of a model, or answer 404."""
        version = self.model(owner, name).version(version_id)
        if version is None:
            raise not_found()
        return version

    def resolve(self, reference: str) -> Tuple[Model, Version]:
        """Find what `version` names: an id, `owner/name:id`, or an official `owner/name`."""
        name, _, version_id = reference.rpartition(":")
        for model in self.models.values():
            version: Optional[Version] = None
            if reference == model.full_name and model.official:
                version = model.latest_version
            elif name in ("", model.full_name):
                version = model.version(version_id)
            if version is not None:
                return model, version
        raise Problem(
            422,
            "The specified version does not exist"
            " (or perhaps you don't have permission to use it?)",
            title="Invalid version or not permitted",
        )

    def run(self, run_id: str, *, training: bool = False) -> Run:
        """Return a prediction or a training, or answer 404."""
        run = self.runs.get(run_id)
        # A training is a prediction underneath, and can be asked for as one.
        if run is None or (training and run.destination is None):
            raise not_found()
        return run

    def newest(self, *, trainings: bool) -> List[Run]:
        """Return predictions or trainings, the newest first."""
        runs = [run for run in self.runs.values() if (run.destination is not None) == trainings]
        return runs[::-1]

    # --- running -------------------------------------------------------------------------------

    def create(self, run: Run, *, cancel_after: Optional[float] = None) -> Run:
        """Take in a run and let it live."""
        self.runs[run.id] = self.streams[run.stream_key] = run
        self.history.trim()
        run.listeners += (self.history.notice, self.feed.notice, self.webhooks.notice)
        self.feed.notice(run, "create")
        if cancel_after is not None:
            run.deadline = run.created_at + int(cancel_after * wire.NANOSECONDS)
        run.model.run_count += 1
        run.task = asyncio.ensure_future(self._live(run, cancel_after))
        return run

    async def _live(self, run: Run, cancel_after: Optional[float]) -> None:
        alarm = None
        if cancel_after is not None:
            alarm = self.clock.call_later(cancel_after, lambda: run.cancel(deadline=True))
        try:
            with self.clock.busy():
                if run.version.cold_start:
                    with self.clock.idle():
                        await self.hold(run, run.version.cold_start)
                if run.finished:
                    return
                if run.version.play is not None:
                    await run.version.play(self, run)
                else:
                    run.start()
                    await self.worker.run(run)
                self._keep_example(run)
        finally:
            if alarm is not None:
                alarm.cancel()

    async def hold(self, run: Run, seconds: float) -> None:
        """Wait until a run has finished, but no longer than this."""
        over = False

        def ring() -> None:
            nonlocal over
            over = True
            run.changed.fire()

        alarm = self.clock.call_later(seconds, ring) if seconds < math.inf else None
        try:
            while not (run.finished or over):
                await run.changed.wait()
        finally:
            if alarm is not None:
                alarm.cancel()

    def _keep_example(self, run: Run) -> None:
        if run.status == "succeeded" and run.model.example is None and run.destination is None:
            run.model.example = self.render(run)
            for url in urls_in(run.output):
                self.files.keep(url)

    async def settle(self) -> None:
        """Wait until no run and no webhook is under way."""
        self.clock.took_over()
        with self.clock.awaited():
            while True:
                tasks = [run.task for run in self.runs.values() if run.task and not run.task.done()]
                tasks += self.webhooks.tasks
                if not tasks:
                    self.clock.handed_over()
                    return
                await asyncio.wait(tasks)

    async def shut_down(self) -> None:
        """End all runs, so that whoever waits for one is answered."""
        runs = list(self.runs.values())
        for run in runs:
            run.cancel()
        await self.close_engines(self.engines)
        tasks = [run.task for run in runs if run.task is not None and not run.task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_PATIENCE)
        await self.webhooks.close()

    async def close_engines(self, engines: Iterable[Engine]) -> None:
        """End what runs predictions outside of this process."""
        chosen = list(engines)
        self.engines.difference_update(chosen)
        for engine in chosen:
            await engine.close()

    async def close_unused_engines(self) -> None:
        """End those whose version has been replaced."""
        used = {version.play for model in self.models.values() for version in model.versions}
        await self.close_engines([engine for engine in self.engines if engine.run not in used])

    def render(self, run: Run, *, created: bool = False) -> Dict[str, Any]:
        """Render a run with this sandbox's addresses."""
        return run.to_wire(self.api_url, self.stream_url, created=created)


# A model that neither prints nor yields nor asks can't be told to stop.
STOP_PATIENCE = 2.0


def parse_wait(headers: Mapping[str, str]) -> Optional[float]:
    """Return how long `Prefer` asks to hold the answer."""
    prefer = headers.get("prefer", "").strip()
    if not prefer:
        return None
    name, _, value = prefer.partition("=")
    if name != "wait":
        return None
    if not value:
        return 60.0
    if not re.fullmatch("[1-9]|[1-5][0-9]|60", value):
        raise Problem(400, f"Prefer: wait takes 1 to 60 seconds, not {value}", title="Bad request")
    return float(value)


def parse_cancel_after(headers: Mapping[str, str], minimum: float) -> Optional[float]:
    """Return after how long `Cancel-After` asks to cancel."""
    value = headers.get("cancel-after")
    if value is None:
        return None
    try:
        seconds = wire.parse_duration(value)
    except ValueError as error:
        raise Problem(400, f"Cancel-After: {error}", title="Bad request") from None
    if not minimum <= seconds <= 24 * 3600 or math.isnan(seconds):
        raise Problem(
            400, f"Cancel-After takes {minimum:g} seconds to 24 hours", title="Bad request"
        )
    return seconds
