"""A sandbox in a process of its own, so that what its client uses can be measured.

The parent speaks to it in lines of JSON: a command with arguments, an answer. It ends with
its standard input, and so with its parent, whatever happens to that.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import AsyncIterator

import replicate
from replicate.sandbox import File, Sandbox, current_prediction

ROOT = Path(__file__).parents[2]


def content(key, size):
    """Return the content of a file: different for each key, and known to both processes."""
    block = hashlib.sha256(key.encode()).digest()
    return (block * (size // len(block) + 1))[:size]


class SandboxProcess:
    """The parent's side: `with SandboxProcess() as sandbox:`."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self.url, self.token, self.version = self._answer()

    def client(self, **options):
        # Loading certificates takes memory and time, and there is nothing to verify.
        options = {"base_url": self.url, "verify": False, **options}
        return replicate.Client(self.token, **options)

    def created(self):
        """Return the key of each prediction that was created, in order."""
        return self._ask("created")

    def unfinished(self):
        """Wait for what still runs, and return the keys of what does not end."""
        return self._ask("unfinished")

    def fault(self, *target, **options):
        """Plan a fault, as `Sandbox.fault` does."""
        return self._ask("fault", target, options)

    def fired(self):
        """Return how often each fault since the last reset has hit, in their order."""
        return self._ask("fired")

    def reset(self):
        """Forget all predictions, files and faults."""
        return self._ask("reset")

    def _ask(self, command, *arguments):
        self._process.stdin.write(json.dumps([command, *arguments]) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox ended with status {self._process.wait()}")
        return json.loads(line)

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def install(sandbox):
    """Add models that give out what they were given, in as many ways as there are."""

    @sandbox.model("load/echo", official=True)
    async def echo(key: str, delay: float = 0.0) -> str:
        await asyncio.sleep(delay)
        return key

    @sandbox.model("load/community")
    async def community(key: str) -> str:
        return key

    @sandbox.model("load/words", official=True)
    async def words(key: str, count: int = 10) -> AsyncIterator[str]:
        for number in range(count):
            yield f"{key}/{number} "

    @sandbox.model("load/file", official=True)
    def file(key: str, size: int = 1000) -> File:
        return File(content(key, size), f"{key}.bin")

    @sandbox.model("load/digest", official=True)
    def digest(key: str, document: Path) -> str:
        return f"{key} {hashlib.sha256(document.read_bytes()).hexdigest()}"

    @sandbox.model("load/fail", official=True)
    def fail(key: str) -> str:
        raise ValueError(f"{key} went wrong")

    @sandbox.model("load/slow", official=True)
    def slow(key: str) -> str:
        current_prediction().sleep(60)
        return key


def serve():
    """Obey the parent until it ends."""
    planned = []
    with Sandbox(demo_models=False) as sandbox:
        install(sandbox)

        def created():
            return [run.input["key"] for run in sandbox.created]

        def unfinished():
            with contextlib.suppress(TimeoutError):
                sandbox.settle(10)
            return [run.input["key"] for run in sandbox.created if not run.finished]

        def fault(target, options):
            planned.append(sandbox.fault(*target, **options))

        def fired():
            return [each.fired for each in planned]

        def reset():
            planned.clear()
            sandbox.reset()

        commands = {each.__name__: each for each in (created, unfinished, fault, fired, reset)}
        print(json.dumps([sandbox.url, sandbox.token, _version(sandbox)]), flush=True)
        for line in sys.stdin:
            command, *arguments = json.loads(line)
            print(json.dumps(commands[command](*arguments)), flush=True)


def _version(sandbox):
    return f"load/community:{sandbox.models['load/community'].latest_version.id}"


if __name__ == "__main__":
    serve()
