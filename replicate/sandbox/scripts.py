"""Life cycles of predictions and trainings by script."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Awaitable, Callable, List, Sequence

from starlette.concurrency import run_in_threadpool

from .files import File
from .runs import TERMINAL
from .values import encode_output

if TYPE_CHECKING:
    from .runs import Run
    from .schema import Schema, Signature
    from .state import State

STATUSES = frozenset({"starting", "processing", *TERMINAL})

Play = Callable[["State", "Run"], Awaitable[None]]


@dataclass(frozen=True)
class Output:
    """In a script: the output of the model, or a piece of it."""

    value: Any


@dataclass(frozen=True)
class Log:
    """In a script: text that the model prints."""

    text: str


@dataclass(frozen=True)
class Metric:
    """In a script: a metric that the model records."""

    name: str
    value: Any


@dataclass(frozen=True)
class Failed:
    """In a script: the failure of the model, with this error."""

    error: str


def check(steps: Sequence[Any]) -> List[Any]:
    """Return the steps of a script, plain outputs as `Output`.

    Raises:
        TypeError: if the script is none.
        ValueError: if no prediction can live like that.
    """
    if isinstance(steps, (str, bytes, dict)) or not hasattr(steps, "__iter__"):
        raise TypeError(f"a script is a list of steps, not {type(steps).__name__}")
    checked: List[Any] = []
    started = False
    for step in steps:
        if checked and _is_end(checked[-1]):
            raise ValueError(f"a script ends with {checked[-1]!r}: remove the steps after it")
        if isinstance(step, (int, float)) and not isinstance(step, bool):
            if math.isnan(step) or step < 0:
                raise ValueError(f"a number in a script is seconds to wait, not {step}")
        elif isinstance(step, BaseException):
            step = Failed(str(step) or type(step).__name__)  # noqa: PLW2901 - the same step
        elif isinstance(step, str) and step in STATUSES:
            if started and step in ("starting", "processing"):
                raise ValueError(f"a prediction that is processing can't become {step}")
            started = started or step == "processing"
        elif not isinstance(step, (Output, Log, Metric, Failed)):
            step = Output(step)  # noqa: PLW2901
        started = started or isinstance(step, (Output, Log, Metric))
        checked.append(step)
    return checked


def infer(steps: Sequence[Any]) -> Schema:
    """Return the schema of what a script puts out."""
    values = [step.value for step in steps if isinstance(step, Output)]
    files = bool(values) and all(isinstance(value, File) for value in values)
    texts = bool(values) and all(isinstance(value, str) for value in values)
    items: Schema = {"type": "string"} if texts or files else {}
    if files:
        items["format"] = "uri"
    if len(values) < 2:
        return {"title": "Output", **items}
    schema: Schema = {"title": "Output", "type": "array", "items": items}
    schema["x-cog-array-type"] = "iterator"
    if texts:
        schema["x-cog-array-display"] = "concatenate"
    return schema


def play_in_turn(lives: Sequence[Sequence[Any]], signature: Signature) -> Play:
    """Return what gives each run the next life; the last one is repeated."""
    turns = itertools.chain(lives, itertools.repeat(lives[-1]))

    async def play(state: State, run: Run) -> None:
        await perform(next(turns), signature, state, run)

    return play


async def perform(steps: Sequence[Any], signature: Signature, state: State, run: Run) -> None:
    """Live through a script, until its end or the run's."""
    for step in steps:
        if run.finished:
            return
        if isinstance(step, (int, float)):
            with state.clock.idle():
                await state.hold(run, step)
        elif isinstance(step, Failed):
            _start(run)
            run.finish("failed", step.error)
        elif isinstance(step, str):
            if step == "processing":
                run.start()
            elif step != "starting":
                run.finish(step)
        else:
            _start(run)
            await _do(step, signature, state, run)
    if not run.finished:
        _start(run)
        run.finish("succeeded")


async def _do(step: Any, signature: Signature, state: State, run: Run) -> None:
    if isinstance(step, Log):
        text = step.text if step.text.endswith("\n") else f"{step.text}\n"
        run.log(text, stream=state.settings.stream_logs)
    elif isinstance(step, Metric):
        run.metrics[step.name] = step.value
    else:
        value = await run_in_threadpool(encode_output, step.value, state.files)
        run.put(value, piece=signature.iterates)


def _start(run: Run) -> None:
    if run.started_at is None:
        run.start()


def _is_end(step: Any) -> bool:
    return isinstance(step, Failed) or (isinstance(step, str) and step in TERMINAL)
