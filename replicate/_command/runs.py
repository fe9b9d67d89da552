"""What `run`, `stream`, `wait` and `trainings create` do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple

from .. import prediction as predictions
from .._blocking import block
from .._files.keeping import keep, placed
from .._files.output import FileOutput
from .._functions.inputs import checked
from .._functions.outputs import Form
from .._functions.subject import Subject
from .._http.deadline import deadline
from .._runs.create import create
from .._runs.guard import RunGuard
from ..prediction import Prediction
from . import show
from .inputs import inputs_from, properties_of

if TYPE_CHECKING:
    from argparse import Namespace

    from ..client import Client


def run(client: Client, options: Namespace) -> None:
    """Run a model, and print its output."""
    subject, form, input = block(_prepared(client, options))
    if options.detach:
        started = block(predictions.start(client, subject.target, input))
        show.as_json(started) if options.json else show.text(started.id)
        return
    with show.Progress(quiet=options.quiet, logs=options.logs) as progress:
        prediction = block(_run(client, subject, input, options.timeout, progress))
    _print(prediction, form, options)
    prediction._raise_for_status()


async def _prepared(client: Client, options: Namespace) -> Tuple[Subject, Form, Dict[str, Any]]:
    """Return what to run with what, after all that can be wrong with it was looked for."""
    subject = Subject(client, options.ref)
    version = await subject.version()
    schema = version.openapi_schema if version is not None else None
    input = inputs_from(options.inputs, properties_of(schema), file=options.input)
    return subject, Form(client, schema), checked(input, schema, subject.full_name)


async def _run(
    client: Client,
    subject: Subject,
    input: Dict[str, Any],
    timeout: Optional[float],
    tell: Callable[[Prediction], None],
) -> Prediction:
    guard: RunGuard[Prediction] = RunGuard(client, Prediction)
    with deadline(timeout):
        async with guard:
            prediction: Prediction = await create(guard, subject.target, input)
            await prediction.async_wait(on_update=tell)
    return prediction


def _print(prediction: Prediction, form: Form, options: Namespace) -> None:
    """Print the output of a prediction, its files as URLs or, where they are saved, as paths."""
    output = form.value(prediction._output_so_far)
    is_there = prediction.status == "succeeded" and not prediction.data_removed
    if options.save and is_there:
        paths = iter(block(keep(output, options.save, prediction._wire)).files)
        output = placed(output, lambda _: str(next(paths)))
    else:
        output = placed(output, lambda file: file.url)
    if options.json:
        show.as_json({**prediction.dict(), "output": output} if options.save else prediction)
    elif is_there:
        show.output(output)


def stream(client: Client, options: Namespace) -> None:
    """Run a model, and print its output as it is made."""
    subject, _, input = block(_prepared(client, options))
    last = "\n"
    with client.stream(subject.ref, input, timeout=options.timeout) as events:
        for event in events:
            if options.json:
                show.text(event.json())
            elif event.event == event.EventType.OUTPUT:
                last = f"{event}\n" if isinstance(event.data, FileOutput) else str(event)
                show.text(last, end="")
            elif event.event == event.EventType.LOGS and options.logs:
                show.note(event.data)
    if not last.endswith("\n"):
        show.text("")


def wait(client: Client, options: Namespace) -> None:
    """Wait for predictions or trainings, and print their outputs."""
    found = [getattr(client, options.namespace).get(id) for id in options.ids]
    for each in found:
        with show.Progress(quiet=options.quiet, logs=options.logs) as progress:
            each.wait(on_update=progress)
        if isinstance(each, Prediction):
            _print(each, block(_form_of(client, each)), options)
        else:
            show.resource(each, json=options.json)
    for each in found:
        each._raise_for_status()


async def _form_of(client: Client, prediction: Prediction) -> Form:
    """Return the form of the output of a prediction that is there already."""
    ref = prediction.model
    if prediction.version and prediction.version != "hidden":
        ref = f"{ref}:{prediction.version}"
    version = await Subject(client, ref).version()
    return Form(client, version.openapi_schema if version is not None else None)


def train(client: Client, options: Namespace) -> None:
    """Start a training, and print its id."""
    version = block(Subject(client, options.ref).version())
    schema = version.openapi_schema if version is not None else None
    properties = properties_of(schema, of_training=True)
    input = inputs_from(options.inputs, properties, file=options.input)
    started = client.trainings.create(options.ref, input, options.destination)
    show.as_json(started) if options.json else show.text(started.id)
