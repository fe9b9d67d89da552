"""Models that nobody has to write: from a schema, by script, or from recordings."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Dict, Optional, Sequence, Type

from .._functions.documents import read
from . import documents, scripts
from .examples import check_fits, example, pieces
from .models import Model, Version, full_name_parts
from .recordings import lives_of, read_recordings
from .schema import Schema, Signature

if TYPE_CHECKING:
    from .state import State


class _FromSchema:
    def __repr__(self) -> str:
        return "an output made from the schema"


FROM_SCHEMA: Any = _FromSchema()


class Answers:
    """What a sandbox has for models whose code is not at hand."""

    _state: State

    def model_from(
        self,
        source: Any,
        name: Optional[str] = None,
        *,
        returns: Any = FROM_SCHEMA,
        official: Optional[bool] = None,
        cold_start: float = 0.0,
    ) -> Version:
        """Make a model from the schema of a real model, by which inputs are checked.

        ```python
        version = replicate.models.get("acme/upscaler").latest_version  # or a file with its JSON
        sandbox.model_from(version, "acme/upscaler", returns=File(picture, "large.png"))
        ```

        Args:
            source: A version or a model (an object of `replicate`, or its JSON as a dict), an
                OpenAPI document, or the path of a JSON file with one of them.
            name: `owner/name`; by default the name of `source`, if it is a model.
            returns: The output: a value, a list of pieces for a model with an iterator, an
                exception for a failure, or a function whose parameters are inputs. By default
                an output is made from the schema: texts, numbers, small pictures for files.
            official: Whether the model runs without a version; by default as `source` says.
            cold_start: Seconds that a prediction stays `starting`.

        Returns:
            The version. It has the id of the real version, if `source` has the id.

        Raises:
            TypeError: `source` is none of these.
            ValueError: `source` has no schema, no name is known, or the output does not fit.
        """
        found = read(source)
        name = name or found.name
        if name is None:
            raise ValueError('a version does not know its model: model_from(…, "owner/name")')
        signature = documents.signature(found.openapi)
        version = Version(
            found.version_id or documents.identify(name, found.openapi),
            _answering(returns, signature),
            signature,
            cold_start,
            defaults=documents.defaults(signature.inputs),
            given=True,
        )
        if "TrainingInput" in found.openapi["components"]["schemas"]:
            training = documents.signature(found.openapi, "Training")
            version.trainer = replace(
                version,
                function=_answering(FROM_SCHEMA, training),
                signature=training,
                defaults=documents.defaults(training.inputs),
            )
        self._add(name, version, official=bool(found.official if official is None else official))
        model = self._state.models[name]
        model.description = found.description or model.description
        return version

    def script(
        self, name: str, *lives: Sequence[Any], training: bool = False, official: bool = True
    ) -> Version:
        """Write how the predictions of a model go, step by step.

        ```python
        sandbox.script("acme/painter", ["starting", 2.0, "processing", 10, Failed("NSFW")])
        sandbox.script("acme/poet", [Log("loading"), 5, "Roses ", 0.1, "are ", 0.1, "red"])
        ```

        A step is a status; a number, a pause in seconds on the sandbox's clock; `Log(text)`;
        `Metric(name, value)`; `Failed(error)` or an exception. Any other step is output, or a
        piece of it. `Output(value)` is for output that would mean something else, such as a
        number. At the end of the script the prediction succeeds. After `math.inf` the
        prediction runs until it is canceled.

        Args:
            name: `owner/name`. An existing model keeps its version and its schema. A new model
                takes all inputs.
            *lives: Scripts. The first prediction follows the first script, and so on. The last
                script holds for all further predictions.
            training: Whether the scripts are for trainings of the model.
            official: Whether a new model runs without a version.

        Raises:
            TypeError: A script is not a list.
            ValueError: No prediction can go like that, or `name` is not `owner/name`.
        """
        if not lives:
            raise TypeError("a script is a list of steps")
        checked = [scripts.check(steps) for steps in lives]
        full_name_parts(name)
        model = self._state.models.get(name)
        latest = model.latest_version if model is not None else None
        if latest is None:
            signature = _open_signature(scripts.infer(max(checked, key=len)))
            latest = Version(documents.identify(name), _unwritten, signature, given=True)
            self._add(name, latest, official=official)
        if training:
            signature = _open_signature({"title": "Output"})
            latest.trainer = replace(
                latest, signature=signature, play=scripts.play_in_turn(checked, signature)
            )
        else:
            latest.play = scripts.play_in_turn(checked, latest.signature)
        return latest

    def replay(self, source: Any) -> Dict[str, int]:
        """Answer with recorded outputs: predictions with the same input get the same output.

        The model and the input are compared; all files in inputs count as equal. If an input was
        recorded several times, its outputs come in turn. Output files come from the recording,
        if it has their content. A prediction with an input that was not recorded fails.

        Args:
            source: The path of a cassette of vcrpy (YAML or JSON) or of a JSON file with
                predictions, or predictions: objects of `replicate` or dicts, one or several.

        Returns:
            The number of predictions found, by model.

        Raises:
            ImportError: The cassette is YAML, and PyYAML is not installed.
            ValueError: `source` has no prediction.
        """
        recordings = read_recordings(source)
        counts: Dict[str, int] = {}
        for name, recorded in recordings.items():
            counts[name] = len(recorded.predictions)
            openapi = recorded.openapi
            signature = (
                documents.signature(openapi) if openapi else _open_signature(recorded.output_schema)
            )
            version = Version(
                recorded.version_id or documents.identify(name, "recorded"),
                _unwritten,
                signature,
                given=True,
            )
            version.play = lives_of(recorded, signature)
            self._add(name, version, official=recorded.official)
        return counts

    def _add(self, name: str, version: Version, *, official: bool) -> None:
        owner, short = full_name_parts(name)
        model = self._state.models.setdefault(name, Model(owner, short))
        model.official = official
        model.add(version)


def _answering(returns: Any, signature: Signature) -> Any:
    """Return the function of a model that answers like this."""
    if returns is FROM_SCHEMA:
        return _made_up(signature)
    if isinstance(returns, BaseException) or _is_exception(returns):

        def fail(**_inputs: Any) -> Any:
            raise returns

        return fail
    if callable(returns):
        return returns
    items: Any = returns
    if signature.iterates and isinstance(returns, (list, tuple)):
        check_fits(signature.output, [*items])

        def iterate(**_inputs: Any) -> Any:
            yield from items

        return iterate
    check_fits(signature.output, returns)

    def give(**_inputs: Any) -> Any:
        return returns

    return give


def _made_up(signature: Signature) -> Any:
    if signature.iterates:

        def iterate(**inputs: Any) -> Any:
            yield from pieces(signature.output, _hint(inputs))

        return iterate

    def make(**inputs: Any) -> Any:
        return example(signature.output, _hint(inputs))

    return make


def _hint(inputs: Dict[str, Any]) -> str:
    return json.dumps(inputs, sort_keys=True, default=lambda value: getattr(value, "name", ""))


def _is_exception(returns: Any) -> bool:
    kind: Type[Any] = BaseException
    return inspect.isclass(returns) and issubclass(returns, kind)


def _unwritten(**_inputs: Any) -> Any:
    raise NotImplementedError("this model has a script, and no function")


def _open_signature(output: Schema) -> Signature:
    """Return the signature of a model that takes every input."""
    inputs: Schema = {"type": "object", "title": "Input", "properties": {}}
    inputs["additionalProperties"] = True
    openapi: Schema = {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {},
        "components": {"schemas": {"Input": inputs, "Output": output}},
    }
    return Signature(inputs, {}, output, openapi)
