"""Blocking calls in an event loop: a warning, once in a process, with the place."""

from __future__ import annotations

import asyncio
import inspect
import logging
import sys
import threading
import types

import pytest
import trio

from replicate import _blocking


@pytest.fixture
def warnings(monkeypatch, caplog):
    """Be a process that has not been warned yet; the function returns what is logged."""
    monkeypatch.setattr(_blocking, "_looks_for_loops", True)
    caplog.set_level(logging.WARNING, "replicate")
    return lambda: [record for record in caplog.records if record.name == "replicate"]


@pytest.mark.parametrize("run", [asyncio.run, lambda coroutine: trio.run(lambda: coroutine)])
def test_the_first_blocking_call_in_a_loop(client, warnings, run):
    async def main():
        client.accounts.current()
        client.accounts.current()

    run(main())
    [warning] = warnings()
    line = inspect.getsourcelines(main)[1] + 1
    assert warning.getMessage() == (
        f"{__file__}:{line}: current() blocks the running event loop, and all that runs in it, "
        "until it returns. Await its asynchronous form, or call it in a thread. "
        "(This is logged once in a process.)"
    )
    assert (warning.name, warning.pathname, warning.lineno) == ("replicate", __file__, line)


def test_functions_and_iterators(client, sandbox, warnings):
    @sandbox.model("me/any", official=True)
    def any_model() -> str:
        return "done"

    async def main():
        return client.run("me/any", {})

    assert asyncio.run(main()) == "done"
    [warning] = warnings()
    assert " run() blocks" in warning.getMessage()


@pytest.mark.parametrize("name", ["ipykernel", "marimo"])
def test_no_warning_in_notebooks(client, warnings, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))

    async def main():
        client.accounts.current()

    asyncio.run(main())
    assert not warnings()


def test_no_warning_where_nothing_is_held_up(client, warnings):
    async def main():
        await client.accounts.async_current()
        await asyncio.get_running_loop().run_in_executor(None, client.accounts.current)

    client.accounts.current()
    asyncio.run(main())
    thread = threading.Thread(target=client.accounts.current)
    thread.start()
    thread.join()
    client.accounts.current()
    assert not warnings()
