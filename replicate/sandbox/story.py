"""What happened in a sandbox, in lines for a person who looks for the reason of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Sequence

if TYPE_CHECKING:
    from .middleware import RecordedRequest
    from .runs import Run

WIDTH = 300
LINES = 10


def tell(requests: Sequence[RecordedRequest], runs: Sequence[Run]) -> str:
    """Return the requests, and what became of the runs that they created."""
    lines = [line for request in requests for line in _request(request)]
    lines = lines or ["No request has reached the sandbox."]
    if runs:
        lines += ["", *(line for run in runs for line in _run(run))]
    return "\n".join(lines)


def _request(request: RecordedRequest) -> List[str]:
    query = f"?{request.query}" if request.query else ""
    host = "" if request.host == "api" else f" ({request.host})"
    answer = request.status or "no answer"
    fault = "" if request.fault is None else f", {request.fault!r}"
    lines = [f"{request.method} {request.path}{query}{host}: {answer}{fault}"]
    if request.body:
        lines.append(f"    {_short(request.body.decode('utf-8', 'backslashreplace'))}")
    return lines


def _run(run: Run) -> List[str]:
    kind = "prediction" if run.destination is None else "training"
    error = f": {_short(run.error)}" if run.error else ""
    unknown = run.version.signature.unknown(run.input)
    lines = [f"{kind} {run.id} of {run.model.full_name}: {run.status}{error}"]
    if unknown:
        known = ", ".join(run.version.signature.inputs["properties"])
        lines.append(f"    left out: {', '.join(unknown)}; its inputs are: {known}")
    return lines + [f"    {_short(line)}" for line in run.logs.splitlines()[-LINES:]]


def _short(text: str) -> str:
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[: WIDTH + 1])
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"
