"""Cog projects as versions of models, and who of their predictions runs when."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Optional, Set

from .cog_server import Server, ServerError, first
from .models import Model, Version, full_name_parts
from .runs import Pulse

if TYPE_CHECKING:
    from .cog_project import CogProject
    from .runs import Run
    from .state import State


def add_project(state: State, name: str, project: CogProject) -> Model:
    """Make a project the latest version of a model."""
    model = state.models.setdefault(name, Model(*full_name_parts(name)))
    model.readme = project.readme or model.readme
    version = Version(
        project.version_id(name),
        _nowhere,
        project.signature,
        cog_version=project.cog_version,
        play=CogEngine(project).run,
    )
    model.add(version)
    return model


class CogEngine:
    """Runs the predictions of one Cog project; its server starts with the first of them."""

    def __init__(self, project: CogProject) -> None:
        self.project: CogProject = project
        self._boot: Optional[asyncio.Task[Server]] = None
        self._busy: Set[str] = set()
        self._left = Pulse()

    async def run(self, state: State, run: Run) -> None:
        """Let a run live: it is `starting` until the project has set up and is free."""
        while len(self._busy) >= self.project.concurrency:
            await first(run.changed.wait(), self._left.wait())
            if run.finished:
                return
        self._busy.add(run.id)
        try:
            server = await self._server(state, run)
            if not run.finished:
                run.start()
                await server.predict(run)
        except ServerError as error:
            if not run.finished and run.started_at is None:
                run.start()
            run.log(error.logs)
            run.finish("failed", str(error))
        finally:
            self._busy.discard(run.id)
            self._left.fire()

    async def close(self) -> None:
        """End the server, if it runs."""
        boot, self._boot = self._boot, None
        if boot is None:
            return
        boot.cancel()
        with contextlib.suppress(asyncio.CancelledError, ServerError):
            await (await boot).close()

    async def _server(self, state: State, run: Run) -> Server:
        while True:
            boot = self._boot
            if boot is None:
                boot = self._boot = asyncio.ensure_future(Server(self.project, state).boot())
                state.engines.add(self)
                await state.close_unused_engines()
                break
            if not boot.done() or (not boot.exception() and await boot.result().works()):
                break
            if boot is self._boot:  # nobody else has found out meanwhile
                await self.close()
        while not boot.done() and not run.finished:
            await first(run.changed.wait(), boot)
        if run.finished or boot.cancelled():
            raise ServerError("The model was stopped")
        return boot.result()


def _nowhere() -> None:
    """Stand for the function that such a version does not have."""
