from __future__ import annotations

import asyncio
import threading
from typing import Any, AsyncIterator

import pytest

from replicate.sandbox import Sandbox, current_prediction

from .conftest import Api


def test_failures_have_their_text_and_their_traceback(sandbox: Sandbox, api: Api) -> None:
    failed = api.finish(sandbox, "sandbox/divider", numerator=3)
    assert failed["status"] == "failed"
    assert failed["error"] == "can't divide 3 by zero: choose another denominator"
    assert failed["logs"].startswith("Dividing 3 by 0\nTraceback (most recent call last):\n")
    assert "worker.py" not in failed["logs"]
    assert failed["logs"].endswith(f"ValueError: {failed['error']}\n")
    assert failed["output"] is None


@pytest.mark.parametrize("error", [KeyError(), SystemExit(3), StopIteration("x")])
def test_whatever_a_model_raises_is_its_failure(
    sandbox: Sandbox, api: Api, error: BaseException
) -> None:
    @sandbox.model("me/broken", official=True)
    def broken() -> str:
        raise error

    failed = api.finish(sandbox, "me/broken")
    assert failed["status"] == "failed"
    assert failed["error"] == (str(error) or type(error).__name__)


def test_output_without_a_form_in_json_is_a_failure(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/odd", official=True)
    def odd() -> Any:
        return object()

    assert "cannot be written as JSON" in api.finish(sandbox, "me/odd")["error"]


def test_prints_do_not_mix(sandbox: Sandbox, api: Api, capsys: Any) -> None:
    barrier = threading.Barrier(3)

    @sandbox.model("me/chatter", official=True)
    def chatter(name: str) -> str:
        for number in range(3):
            barrier.wait(10)
            print(name, number)
        return name

    created = {name: api.create("me/chatter", name=name) for name in "abc"}
    print("mine")
    sandbox.settle()
    for name, prediction in created.items():
        logs = api.get(prediction["urls"]["get"]).json()["logs"]
        assert logs == f"{name} 0\n{name} 1\n{name} 2\n"
    assert capsys.readouterr().out == "mine\n"


def test_what_a_model_knows_and_says(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/teller", official=True)
    def teller(word: str = "hi") -> Any:
        current = current_prediction()
        assert not current.canceled
        current.metric("words", {"count": 1})
        current.progress(1, 4)
        print("a\rb\r\nc", end="")
        (current.directory / "note.txt").write_text(word)
        return {"id": current.id, "input": current.input, "file": current.directory / "note.txt"}

    done = api.finish(sandbox, "me/teller", word="you")
    assert done["output"]["id"] == done["id"]
    assert done["output"]["input"] == {"word": "you"}
    assert api.get(done["output"]["file"]).text == "you"
    assert done["metrics"]["words"] == {"count": 1}
    assert done["logs"] == " 25%|██        | 1/4\na\nb\nc"
    with pytest.raises(RuntimeError, match="inside a running model"):
        current_prediction()


def test_async_models(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/value", official=True)
    async def value(n: int) -> int:
        print("working")
        await asyncio.sleep(0)
        return n + 1

    @sandbox.model("me/pieces", official=True)
    async def pieces(n: int) -> AsyncIterator[int]:
        for i in range(n):
            yield i
        raise ValueError("enough")

    done = api.finish(sandbox, "me/value", n=1)
    assert (done["output"], done["logs"]) == (2, "working\n")
    failed = api.finish(sandbox, "me/pieces", n=2)
    assert (failed["status"], failed["output"], failed["error"]) == ("failed", [0, 1], "enough")


def test_many_at_once(sandbox: Sandbox, api: Api) -> None:
    barrier = threading.Barrier(100)

    @sandbox.model("me/threads", official=True)
    def threads(n: int) -> int:
        barrier.wait(60)  # passes only if all of them run at the same time
        return n

    @sandbox.model("me/tasks", official=True)
    async def tasks(n: int) -> int:
        await asyncio.sleep(0)
        return n

    for n in range(100):
        api.create("me/threads", n=n)
        api.create("me/tasks", n=n)
    sandbox.settle(60)
    assert len(sandbox.created) == 200
    assert all(run.status == "succeeded" for run in sandbox.created)
    assert all(run.output == run.input["n"] for run in sandbox.created)
