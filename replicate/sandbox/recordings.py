"""Predictions out of recordings: cassettes of vcrpy, or the API's own JSON."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union, cast
from urllib.parse import urlsplit

from . import wire
from .files import File, safe_name
from .runs import TERMINAL
from .scripts import Failed, Log, Metric, Output, Play, perform

if TYPE_CHECKING:
    from .runs import Run
    from .schema import Schema, Signature
    from .state import State

VERSION_ID = 64
"""How long the id of a version is; what official models say in its place is shorter."""

UNKNOWN = "recorded/model"
"""The model of a prediction that does not say which it was."""

Prediction = Dict[str, Any]


@dataclass
class Recording:
    """What was recorded of one model.

    Attributes:
        predictions: In their order, each as it was last seen.
        files: The content of files by their URLs.
        version_id: The id of the version, if it was told.
        official: Whether the model ran without a version.
        openapi: The version's document, if it was asked for.
    """

    files: Mapping[str, bytes]
    predictions: List[Prediction] = field(default_factory=wire.empty_list)
    version_id: Optional[str] = None
    official: bool = False
    openapi: Optional[Schema] = None

    @property
    def output_schema(self) -> Schema:
        """What the model puts out, as far as its outputs tell."""
        outputs = [p["output"] for p in self.predictions if p.get("output") is not None]
        schema: Schema = {"title": "Output"}
        if not outputs or not all(isinstance(output, list) for output in outputs):
            return schema
        pieces: List[Any] = [piece for output in outputs for piece in output]
        texts = bool(pieces) and all(isinstance(piece, str) for piece in pieces)
        schema.update(type="array", items={"type": "string"} if texts else {})
        if texts and any(piece in self.files for piece in pieces):
            schema["items"]["format"] = "uri"
        elif texts and self.official:
            schema.update({"x-cog-array-type": "iterator", "x-cog-array-display": "concatenate"})
        return schema


class _Exchange:
    """One request and its answer."""

    def __init__(self, interaction: Mapping[str, Any]) -> None:
        request, response = interaction["request"], interaction["response"]
        self.method = str(request["method"]).upper()
        self.url = str(request.get("uri") or request.get("url"))
        self.path = urlsplit(self.url).path
        self.sent = _json(_bytes(request.get("body")))
        self.content = _bytes(response.get("body") or response.get("content"))
        self.received = _json(self.content)


def read_recordings(source: Any) -> Dict[str, Recording]:
    """Read recordings, by the full name of the model.

    Raises:
        ImportError: if they are in YAML, and PyYAML is not installed.
        ValueError: if there is no prediction in them.
    """
    data: Any = _load(source)
    exchanges: List[_Exchange] = []
    cassette: Any = data
    if isinstance(data, dict) and "interactions" in data:
        exchanges = [_Exchange(each) for each in cassette["interactions"]]
    found: Dict[str, Prediction] = {}
    created: Dict[str, _Exchange] = {}
    for exchange, body in _bodies(exchanges, data):
        found[body["id"]] = _later(found.get(body["id"]), body)
        if exchange is not None and exchange.method == "POST" and "cancel" not in exchange.path:
            created[body["id"]] = exchange
    if not found:
        raise ValueError("the recording has no prediction")
    files = {e.url: e.content for e in exchanges if e.method == "GET" and e.received is None}
    return _by_model(found, created, files, exchanges)


def lives_of(recording: Recording, signature: Signature) -> Play:
    """Return what lets a run live as the recorded one with the same input."""
    waiting: Dict[str, List[Prediction]] = {}
    for prediction in recording.predictions:
        waiting.setdefault(_key(prediction.get("input")), []).append(prediction)

    async def play(state: State, run: Run) -> None:
        recorded = waiting.get(_key(run.input))
        if not recorded:
            known = "; ".join(sorted(waiting))
            text = f"no prediction with this input was recorded; recorded are: {known}"
            await perform([Failed(text)], signature, state, run)
            return
        prediction = recorded.pop(0) if len(recorded) > 1 else recorded[0]
        steps = list(_steps(prediction, recording, signature))
        await perform(steps, signature, state, run)

    return play


def _load(source: Any) -> Any:
    if isinstance(source, (str, os.PathLike)):
        path = Path(cast("Union[str, os.PathLike[str]]", source))
        text = path.read_text(encoding="utf-8")
        if path.suffix.lower() not in (".yaml", ".yml"):
            return json.loads(text)
        try:
            import yaml
        except ImportError as error:
            raise ImportError(f"{path} is YAML: pip install pyyaml") from error
        return yaml.safe_load(text)
    items: Any = source
    if isinstance(source, (list, tuple)):
        return [_plain(item) for item in items]
    return _plain(source)


def _plain(item: Any) -> Any:
    return item.to_dict() if hasattr(item, "to_dict") else item


def _bodies(
    exchanges: List[_Exchange], data: Any
) -> Iterator[Tuple[Optional[_Exchange], Prediction]]:
    """Yield all predictions as they were seen, one after the other."""
    if not exchanges:
        yield from ((None, body) for body in _predictions(data))
    for exchange in exchanges:
        alone = len(_predictions(exchange.received)) == 1
        yield from ((exchange if alone else None, body) for body in _predictions(exchange.received))


def _predictions(data: Any) -> List[Prediction]:
    """Return the predictions in JSON: it is one, or a list of them, or a page."""
    whole: Any = data
    if isinstance(data, dict):
        if {"id", "status", "input"} <= set(whole):
            return [whole]
        return _predictions(whole.get("results", []))
    return [body for item in whole for body in _predictions(item)] if isinstance(data, list) else []


def _later(before: Optional[Prediction], body: Prediction) -> Prediction:
    """Return what is known of a prediction after it was seen once more."""
    if before is None:
        return body
    if before["status"] in TERMINAL or body.get("data_removed"):
        return before
    return {**before, **{key: value for key, value in body.items() if value is not None}}


def _by_model(
    found: Dict[str, Prediction],
    created: Dict[str, _Exchange],
    files: Mapping[str, bytes],
    exchanges: List[_Exchange],
) -> Dict[str, Recording]:
    recordings: Dict[str, Recording] = {}
    for prediction in found.values():
        exchange = created.get(prediction["id"])
        name = prediction.get("model") or UNKNOWN
        if exchange is not None:
            # The answer has the input as the server reads it; what will be sent is compared.
            sent: Any = exchange.sent or {}
            prediction["input"] = sent.get("input", prediction["input"])
            parts = exchange.path.split("/")
            if parts[-4:-3] == ["models"] and parts[-1] == "predictions":
                name = "/".join(parts[-3:-1])
        recording = recordings.setdefault(name, Recording(files))
        recording.predictions.append(prediction)
        version_id = str(prediction.get("version") or "")
        if len(version_id) == VERSION_ID:
            recording.version_id = version_id
        else:
            recording.official = True
    for exchange in exchanges:
        parts = exchange.path.split("/")
        facts: Any = exchange.received
        if exchange.method != "GET" or not isinstance(exchange.received, dict):
            continue
        if parts[2:3] == ["models"] and "/".join(parts[3:5]) in recordings:
            recording = recordings["/".join(parts[3:5])]
            version = facts.get("latest_version") or facts
            recording.openapi = version.get("openapi_schema") or recording.openapi
    return recordings


def _steps(prediction: Prediction, recording: Recording, signature: Signature) -> Iterator[Any]:
    yield "processing"
    if prediction.get("logs"):
        yield Log(prediction["logs"])
    metrics: Dict[str, Any] = prediction.get("metrics") or {}
    for name, value in metrics.items():
        yield Metric(name, value)
    output: Any = _with_files(prediction.get("output"), recording.files)
    pieces: Any = output
    if signature.iterates and isinstance(output, list):
        yield from (Output(piece) for piece in pieces)
    elif output is not None:
        yield Output(output)
    status = prediction["status"]
    if status == "failed":
        yield Failed(str(prediction.get("error") or "failed"))
    elif status in TERMINAL:
        yield status


def _with_files(value: Any, files: Mapping[str, bytes]) -> Any:
    whole: Any = value
    if isinstance(value, str):
        return File(files[value], safe_name(urlsplit(value).path)) if value in files else value
    if isinstance(value, list):
        return [_with_files(item, files) for item in whole]
    if isinstance(value, dict):
        return {key: _with_files(item, files) for key, item in whole.items()}
    return whole


def _key(value: Any) -> str:
    """Return what two inputs have in common that differ in their files only."""
    return json.dumps(_without_files(value), sort_keys=True, ensure_ascii=False)


def _without_files(value: Any) -> Any:
    whole: Any = value
    if isinstance(value, str) and value.startswith(("http://", "https://", "data:")):
        return "a file"
    if isinstance(value, list):
        return [_without_files(item) for item in whole]
    if isinstance(value, dict):
        return {key: _without_files(item) for key, item in whole.items()}
    return whole


def _bytes(body: Any) -> bytes:
    whole: Any = body
    if isinstance(body, dict):
        if "base64_string" in whole:
            return base64.b64decode(whole["base64_string"])
        body = whole.get("string")
    if isinstance(body, str):
        return body.encode()
    return bytes(body or b"")


def _json(content: bytes) -> Any:
    try:
        return wire.parse_json(content) if content else None
    except ValueError:
        return None
