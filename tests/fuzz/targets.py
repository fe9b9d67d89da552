"""One function for each parser that takes bytes and asserts what must hold for all of them.

They need neither hypothesis nor atheris: `test_corpus.py` feeds them the inputs in `corpus/`,
`make fuzz` whatever a fuzzer finds. Texts may hold surrogates, as JSON's escapes can.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List

from tests.bodies import ID
from tests.fuzz import answers, texts
from tests.fuzz.answers import Answer

CHARSETS = ["", "utf-8", "latin-1", "utf-16", "hex", "zlib", "punycode", "undefined", "nonsense"]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _lines(data: bytes, count: int) -> List[bytes]:
    """Split into so many parts at line ends; the last one takes the rest."""
    parts = data.split(b"\n", count - 1)
    return parts + [b""] * (count - len(parts))


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return _text(data)


def reads(data: bytes) -> None:
    """First byte: the operation. Rest: the answer."""
    operation = list(answers.READS)[(data or b"\0")[0] % len(answers.READS)]
    answers.check_read(operation, Answer(data[1:]))


def runs(data: bytes) -> None:
    """First line: the answer to the create. Rest: what the first poll sees."""
    answers.check_run(*_lines(data, 2))


def errors(data: bytes) -> None:
    """Two bytes: status and charset. Rest: the body."""
    status, charset = (data + b"\0\0")[:2]
    content_type = f"text/plain; charset={CHARSETS[charset % len(CHARSETS)]}"
    answers.check_error(Answer(data[2:], 400 + status % 200, content_type))


def streams(data: bytes) -> None:
    """The body of a stream."""
    answers.check_stream(data)


def events(data: bytes) -> None:
    """The body of a stream; it is cut before, in, and after each line end, and everywhere."""
    texts.check_events(data.splitlines(keepends=True))
    texts.check_events([part for line in data.split(b"\r") for part in (line, b"\r")])
    texts.check_events([data[at : at + 1] for at in range(len(data))])


def references(data: bytes) -> None:
    """A reference."""
    texts.check_reference(_text(data))


def data_uris(data: bytes) -> None:
    """A data URI, with its `data:` or without."""
    texts.check_data_uri(_text(data))
    texts.check_data_uri("data:" + _text(data))


def retry_after(data: bytes) -> None:
    """First line: the header. Rest: the body."""
    header, body = _lines(data, 2)
    texts.check_retry_after(_text(header), _json(body))


def progress(data: bytes) -> None:
    """Logs."""
    texts.check_progress(_text(data))


def file_names(data: bytes) -> None:
    """First line: the URL. Rest: the media type."""
    url, content_type = _lines(data, 2)
    texts.check_file_name(_text(url), _text(content_type) or None)
    texts.check_download(_text(url))
    texts.check_file_name("https://x.test/" + _text(url))


def cursors(data: bytes) -> None:
    """A cursor, as it is for a reader, and as the `next` of a page."""
    texts.check_cursor(_text(data))
    page = json.dumps({"results": [], "next": _text(data)}).encode()
    answers.check_read("predictions.list", Answer(page))


def webhooks(data: bytes) -> None:
    """Three lines: id, timestamp, signature. Rest: the body, also with a valid signature."""
    id, timestamp, signature, body = _lines(data, 4)
    headers = {
        "webhook-id": _text(id),
        "webhook-timestamp": _text(timestamp),
        "webhook-signature": _text(signature),
    }
    texts.check_webhook(headers, body, signed=False)
    texts.check_webhook({"webhook-id": ID}, body, signed=True)


def outputs(data: bytes) -> None:
    """First line: Cog's version. Second: the schema of the output. Rest: the output."""
    version, schema, value = _lines(data, 3)
    openapi_schema = {"components": {"schemas": {"Output": _json(schema)}}}
    if "NaN" not in _text(data):  # it does not equal itself
        texts.check_output(_json(value), openapi_schema, _json(version))


def schemas(data: bytes) -> None:
    """First line: the schema of the input. Second: that of the output. Rest: inputs."""
    input, output, inputs = _lines(data, 3)
    texts.check_schema(_json(input), _json(output), _json(inputs))


TARGETS: Dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        reads, runs, errors, streams, events, references, data_uris, retry_after, progress,
        file_names, cursors, webhooks, outputs,
        schemas,
    )
}  # fmt: skip
