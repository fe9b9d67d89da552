"""Serve a Cog project: its own server in a process, one for all predictions of a version.

The server sends webhooks to a listener that only it knows, and gets the files of inputs there. Cog
up to 0.16 uploads the files of outputs; later versions, which lose their order when they do so, put
them into the webhooks. All this works on real time, whatever the sandbox's clock does.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import os
import secrets
import signal
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Deque, Dict, List, Optional, Set, Tuple
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from .cog_project import change_urls, child_environment
from .server import LOOPBACK, Listener, logger
from .values import write_data_uri

if TYPE_CHECKING:
    import httpx

    from .cog_project import CogProject
    from .runs import Run
    from .state import State

POLL = 0.05
CANCEL_PATIENCE = 5.0
"""Seconds until a predictor that does not listen is ended, together with its server."""
KEPT_LINES = 200
IN_MEMORY = 1 << 20
EVENTS = ["start", "output", "logs", "completed"]
GOOD, BAD = ("READY", "BUSY"), ("SETUP_FAILED", "DEFUNCT")
NOISE = ("{", "[coglet")
"""How the lines begin that the server itself prints."""


class ServerError(Exception):
    """A server that does not start, or that ended; the message is the error of a prediction."""

    def __init__(self, message: str, logs: str = "") -> None:
        super().__init__(message)
        self.logs = logs


class Server:
    """Cog's own server for one project, in a process."""

    def __init__(self, project: CogProject, state: State) -> None:
        self._project = project
        self._state = state
        self._key = secrets.token_urlsafe(16)
        self._listener = Listener(self, LOOPBACK, 0)
        self._runs: Dict[str, Tuple[Run, asyncio.Future[None]]] = {}
        self._lines: Deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._tasks: Set[asyncio.Future[Any]] = set()
        self._client: httpx.AsyncClient
        self._process: Optional[asyncio.subprocess.Process] = None
        self._exit: asyncio.Future[int]

    @property
    def _callback(self) -> str:
        return f"{self._listener.url}/{self._key}"

    # --- life ----------------------------------------------------------------------------------

    async def boot(self) -> Server:
        """Start the process, and wait until the project has set up.

        Raises:
            ServerError: It does not.
        """
        import httpx

        try:
            await self._listener.open()
            port = _free_port()
            self._client = httpx.AsyncClient(
                base_url=f"http://{LOOPBACK}:{port}",
                timeout=httpx.Timeout(None, connect=CANCEL_PATIENCE),
                trust_env=False,
            )
            await self._start(port)
            await self._ready()
        except BaseException:
            await self.close()
            raise
        return self

    async def works(self) -> bool:
        """Tell whether it would take a prediction."""
        return not self._exit.done() and (await self._health()).get("status") in GOOD

    async def close(self) -> None:
        """End the process and all that it has started."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            await process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._listener.close()
        if hasattr(self, "_client"):
            await self._client.aclose()

    async def _start(self, port: int) -> None:
        project = self._project
        configured = (project.folder / "cog.yaml").is_file()
        variables = {
            **self._state.variables,
            **({} if configured else {"COG_GPU": "", "COG_TRAIN_TYPE_STUB": ""}),
            **project.environment,
            "COG_MAX_CONCURRENCY": str(project.concurrency),
            "COG_PREDICT_TYPE_STUB": project.reference,
            "COG_THROTTLE_RESPONSE_INTERVAL": "0",
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
        }
        uploads = ("--upload-url", f"{self._callback}/files/") if project.uploads else ()
        self._process = await asyncio.create_subprocess_exec(
            *project.command("serve", "--host", LOOPBACK, *uploads),
            cwd=project.folder,
            env=child_environment(project.python, variables),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._keep(self._read(self._process.stdout))
        self._exit = self._keep(self._process.wait())

    async def _read(self, stream: asyncio.StreamReader) -> None:
        rest = ""
        while True:
            chunk = await stream.read(1 << 16)
            *lines, rest = (rest + chunk.decode("utf-8", "replace")).split("\n")
            if not chunk and rest:
                lines.append(rest)
            for line in lines:
                logger.debug("%s: %s", self._project.folder.name, line)
                if not line.startswith(NOISE):
                    self._lines.append(line)
            if not chunk:
                return

    async def _ready(self) -> None:
        while not self._exit.done():
            health = await self._health()
            if health.get("status") in GOOD:
                return
            if health.get("status") in BAD:
                setup: Dict[str, Any] = health.get("setup") or {}
                logs = str(setup.get("logs") or "")
                lines = [line for line in logs.splitlines() if not line.startswith(NOISE)]
                raise ServerError("The setup of the model has failed", _text(lines))
            await first(self._exit, timeout=POLL)
        raise await self._death("The model does not start")

    async def _health(self) -> Dict[str, Any]:
        import httpx

        with contextlib.suppress(httpx.HTTPError, ValueError):
            return dict((await self._client.get("/health-check")).json())
        return {}

    async def _death(self, what: str) -> ServerError:
        await asyncio.sleep(POLL)  # what it said last
        return ServerError(f"{what}: its process ended ({self._exit.result()})", _text(self._lines))

    def _keep(self, coroutine: Any) -> asyncio.Future[Any]:
        task: asyncio.Future[Any] = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        return task

    # --- predictions ---------------------------------------------------------------------------

    async def predict(self, run: Run) -> None:
        """Let the project predict, and return when it is free for something else.

        Raises:
            ServerError: The process ended meanwhile.
        """
        import httpx

        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._runs[run.id] = run, done
        run.stop = lambda: self._cancel(run)
        try:
            body = {
                "id": run.id,
                "input": self._input(run),
                "webhook": f"{self._callback}/runs/{run.id}",
                "webhook_events_filter": EVENTS,
                "context": {"replicate_api_token": self._state.settings.token},
            }
            headers = {"prefer": "respond-async"}
            path = f"/predictions/{run.id}"
            with contextlib.suppress(httpx.HTTPError):  # it is not there any more
                response = await self._client.put(path, json=body, headers=headers)
                if not response.is_success:
                    run.stop = _nothing
                    run.finish("failed", _refusal(response.text))
                    return
            await self._end_of(run, done)
        finally:
            del self._runs[run.id]

    async def _end_of(self, run: Run, done: asyncio.Future[None]) -> None:
        while not done.done():
            if self._exit.done():
                raise await self._death("The model has died")
            if run.finished:
                await first(done, self._exit, timeout=CANCEL_PATIENCE)
                if not done.done():
                    await self.close()
                return
            await first(run.changed.wait(), done, self._exit)

    def _cancel(self, run: Run) -> None:
        run.stop = _nothing

        async def cancel() -> None:
            import httpx

            with contextlib.suppress(httpx.HTTPError):
                await self._client.post(f"/predictions/{run.id}/cancel")

        self._keep(cancel())

    def _input(self, run: Run) -> Any:
        def reachable(url: str) -> str:
            stored = self._state.files.find(url)
            if stored is None:
                return url
            # The server has no token for uploads, and need not trust a certificate of ours.
            return f"{self._callback}/inputs/{quote(url, safe='')}/{quote(stored.name)}"

        return change_urls(run.input, run.version.signature.inputs, reachable)

    def _output(self, value: Any, schema: Dict[str, Any]) -> Any:
        """Make files of what the server has put into the output itself."""

        def stored(url: str) -> str:
            if not url.startswith("data:"):
                return url
            with tempfile.TemporaryDirectory() as folder:
                path = write_data_uri(url, Path(folder))
                return self._state.files.put_out(path, f"output{path.suffix}")

        return change_urls(value, schema, stored)

    def _notice(self, run_id: str, told: Dict[str, Any]) -> None:
        """Take over what a webhook says; they may come twice, late and out of order."""
        run, done = self._runs.get(run_id, (None, None))
        if run is None or done is None or done.done():
            return
        logs = str(told.get("logs") or "")
        if logs.startswith(run.logs) and logs != run.logs:
            run.log(logs[len(run.logs) :], stream=self._state.settings.stream_logs)
        metrics: Dict[str, Any] = told.get("metrics") or {}
        run.metrics.update(
            {name: metrics[name] for name in metrics if name not in ("predict_time", "total_time")}
        )
        output: Any = told.get("output")
        status, schema = told.get("status"), run.version.signature.output
        if run.version.signature.iterates:
            known = len(run.output or [])
            items: List[Any] = output or []
            for item in items[known:]:
                run.put(self._output(item, schema.get("items", {})), piece=True)
        elif status == "succeeded" and output is not None:
            run.put(self._output(output, schema), piece=False)
        if status not in ("succeeded", "failed", "canceled"):
            return
        run.stop = _nothing
        if status == "canceled":
            run.cancel()
        else:
            run.finish(status, told.get("error") and str(told["error"]))
        done.set_result(None)

    # --- what the server asks for --------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer what the process asks for."""
        request = Request(scope, receive)
        parts = [unquote(part) for part in scope["raw_path"].decode("latin-1").split("/")]
        _, key, kind, *rest = [*parts, "", ""]
        if not secrets.compare_digest(key.encode(), self._key.encode()):
            response: Response = PlainTextResponse("Not found", 404)
        elif kind == "files":
            response = Response(headers={"location": await self._take(request, rest[0])})
        elif kind == "runs":
            self._notice(rest[0], json.loads(await request.body()))
            response = Response()
        else:
            stored = self._state.files.find(rest[0])
            response = FileResponse(stored.path) if stored else PlainTextResponse("Not found", 404)
        await response(scope, receive, send)

    async def _take(self, request: Request, name: str) -> str:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
            async for chunk in request.stream():
                await run_in_threadpool(content.write, chunk)
            content.seek(0)
            return await run_in_threadpool(self._state.files.put_out, content, name)


async def first(*futures: asyncio.Future[Any], timeout: Optional[float] = None) -> None:
    """Wait until one of several is done."""
    await asyncio.wait(futures, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)


def _nothing() -> None:
    """Stop nothing: there is nothing left to stop."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _refusal(text: str) -> str:
    try:
        detail: Any = json.loads(text)["detail"]
        if isinstance(detail, str):
            return detail
        lines = [f"{'.'.join(map(str, part['loc'][2:]))}: {part['msg']}" for part in detail]
    except (KeyError, TypeError, ValueError):
        return text.strip() or "Cog has refused the prediction"
    return "\n".join(lines)


def _text(lines: Any) -> str:
    return "".join(f"{line}\n" for line in lines)
