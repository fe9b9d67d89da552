"""What must hold for texts that come from outside: one check for each parser."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import math
import os
import time
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, List, Mapping, Optional

from replicate import exceptions, schema, webhook
from replicate._files import data_uri as _data_uri
from replicate._files import saving as _saving
from replicate._files.transform import looks_like_file
from replicate._functions import parameters
from replicate._functions.changes import compare, functions_of
from replicate._functions.inputs import checked
from replicate._functions.writer import Described, module_of
from replicate._http import address as _url
from replicate._http import retry as _retry
from replicate._retry_after import advised_wait, parse_retry_after
from replicate._runs import events as _sse
from replicate.helpers import FileOutput, transform_output
from replicate.identifier import ModelVersionIdentifier, Target, resolve
from replicate.prediction import Prediction
from replicate.training import Training
from tests.fuzz.answers import SERVER, Answer, only_our_errors

KEY = b"k" * 24
SECRET = "whsec_" + base64.b64encode(KEY).decode()
LONGEST_NAME = 255
"""Bytes of a file's name that file systems take."""


def decoded(chunks: List[bytes]) -> List[_sse.RawEvent]:
    """Return the events in chunks of a stream."""
    lines, events = _sse.LineDecoder(), _sse.EventDecoder()
    found = [events.decode(line) for chunk in chunks for line in lines.feed(chunk)]
    return [event for event in found if event is not None]


def check_events(chunks: List[bytes]) -> None:
    """How a stream is cut into chunks makes no difference, and no event holds a line end."""
    whole = decoded([b"".join(chunks)])
    assert decoded(chunks) == whole
    for event in whole:
        assert "\r" not in event.data
        assert not set("\r\n\0") & set(event.id or "")
        assert "\n" not in event.event
        assert event.retry is None or event.retry >= 0


def check_reference(text: str) -> None:
    """A reference names one thing, and reads back as it was; anything else is a ValueError."""
    try:
        target = resolve(text)
    except ValueError:
        return
    assert isinstance(target, Target)
    if target.owner is not None:
        assert ModelVersionIdentifier.parse(text) == (target.owner, target.name, target.version)
        spelled = f"{target.owner}/{target.name}"
        assert text == (spelled if target.version is None else f"{spelled}:{target.version}")
    elif target.deployment is not None:
        assert text == "deployments/" + "/".join(target.deployment)
    else:
        assert text == target.version


def check_data_uri(text: str) -> None:
    """A data URI is bytes or a ValueError, and what is one agrees in all places."""
    _data_uri.content_type(text)
    file = FileOutput(text)
    repr(file), file.name, file.content_type
    assert not _data_uri.is_data_uri(text) or "<script" not in str(file._repr_html_())
    try:
        content = _data_uri.decode(text)
    except ValueError:
        content = None
    if content is not None:
        assert _data_uri.is_data_uri(text)
        whole = "data:;base64," + base64.b64encode(content).decode()
        assert _data_uri.decode(whole) == content
    if text[:5].lower() == "data:":
        try:
            assert FileOutput(text, SERVER.client).read() == content
        except exceptions.DownloadError:
            assert content is None


def check_retry_after(text: Optional[str], body: Any = None) -> None:
    """Advice to wait is a number of seconds that can be waited, or None."""
    headers = {} if text is None else {"retry-after": text}
    for wait in (parse_retry_after(text), advised_wait(headers, body)):
        assert wait is None or (wait >= 0 and math.isfinite(wait))
        assert wait is None or _retry.wait_before(1, wait) == wait


def check_progress(logs: str) -> None:
    """Logs have a progress or none."""
    found = Prediction.Progress.parse(logs)
    if found is not None:
        assert math.isfinite(found.percentage)
        assert min(found.percentage, found.current, found.total) >= 0


def check_schema(input: Any, output: Any, inputs: Any) -> None:
    """Whatever a model's schema is, there are a signature, a module, and an answer about inputs."""
    document = {"components": {"schemas": {"Input": input, "Output": output}}}
    parameters.signature_of(document)
    assert parameters.documentation_of(document, "f")
    source = module_of([Described("a/b", "f", "", document)], "make")
    compile(source, "module", "exec")
    assert set(functions_of(source)) == {"f"}
    assert compare(source, source) == []
    for given in (inputs, {"a": inputs}):
        if isinstance(given, dict):
            with contextlib.suppress(
                exceptions.InvalidArgumentError, exceptions.InvalidArgumentTypeError
            ):
                checked(given, document, "a/b")


def check_file_name(url: str, content_type: Optional[str] = None) -> str:
    """The name of a file is one segment of a path, on every system, whatever its URL says."""
    FileOutput(url).name  # noqa: B018 - the property knows the media type
    name = _saving.file_name(url, content_type)
    assert name
    assert name not in {".", ".."}
    assert not set(name) & set('/\\\0:"|?*<>\n\r')
    assert len(os.fsencode(name)) <= LONGEST_NAME
    assert len(name.encode("utf-8")) <= LONGEST_NAME
    for kind in (PurePosixPath, PureWindowsPath):
        assert (kind("folder") / name).parent == kind("folder")
        assert kind(name).parts == (name,)
        assert not kind(name).is_absolute()
    assert name == name.strip(" .") or name[-1:] not in " ."
    return name


def check_download(url: str) -> None:
    """A file is read, or is an error of ours, whatever is wrong with its URL."""
    with only_our_errors():
        content = FileOutput(url, SERVER.answers(Answer(b"content"))).read()
        assert content == b"content" or url[:5].lower() == "data:"


def check_cursor(cursor: str) -> None:
    """A cursor is a path below the API's own, whatever it points to."""
    path = _url.rebase(cursor)
    assert path.startswith("/")
    assert "://" not in path.partition("?")[0].partition("/")[0]


def check_webhook(headers: Mapping[str, str], body: bytes, *, signed: bool) -> None:
    """A webhook is a run, or one of the documented errors; only a signed one is a run."""
    if signed:
        headers = {**headers, **signature(headers.get("webhook-id") or "m", body)}
    valid = _is_valid(headers, body)
    assert valid == (signed and bool(body))
    # On time, with a signature, but one of another body.
    forged = {**signature("m", body + b" "), "webhook-id": headers.get("webhook-id", "m")}
    assert not _is_valid(forged, body)
    try:
        found = SERVER.client.webhooks.parse(headers=headers, body=body, secret=SECRET)
    except webhook.WebhookValidationError:
        return
    assert valid
    assert isinstance(found, (Prediction, Training))
    repr(found), found.output, found.json()


def _is_valid(headers: Mapping[str, str], body: bytes) -> bool:
    try:
        return webhook.Webhooks.validate(headers=headers, body=body, secret=SECRET)
    except webhook.WebhookValidationError:
        return False


def signature(message_id: str, body: bytes) -> Mapping[str, str]:
    """Sign a webhook as Replicate does."""
    now = str(int(time.time()))
    text = f"{message_id}.{now}.".encode("utf-8", "surrogateescape")
    digest = hmac.new(KEY, text + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": now,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def check_output(value: Any, openapi_schema: Any, cog_version: Any) -> None:
    """Output keeps its form: only texts that are URLs become files of the same URL."""
    schema.is_iterator(openapi_schema, cog_version)
    transformed = transform_output(value, SERVER.client, openapi_schema=openapi_schema)
    assert _urls(transformed) == value
    for url in _strings(value):
        if any(map(str.isspace, url)):
            assert not looks_like_file(url, SERVER.client)


def _urls(value: Any) -> Any:
    """Put the files in an output back to their URLs."""
    if isinstance(value, FileOutput):
        assert value.url[:5].lower() in {"https", "data:", "http:"}
        return value.url
    if isinstance(value, dict):
        return {key: _urls(item) for key, item in value.items()}
    return [_urls(item) for item in value] if isinstance(value, list) else value


def _strings(value: Any) -> List[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _strings(item)]
