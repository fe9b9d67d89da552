"""What is measured, how much of it makes a sample, and what is to be reached."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Workload(NamedTuple):
    name: str
    title: str
    count: int
    """Repetitions in a sample."""
    goal: float
    unit: str = "ratio"
    """Of the goal: a ratio to bare httpx, or milliseconds."""
    measure: str = "cpu"
    """`cpu` or `wall`: what is compared."""
    note: str = ""
    memory: Optional[str] = None
    """What the peak of memory is compared with: the size of a file, or nothing."""


MB = 1_000_000
FILE = 200 * MB
UPLOAD = 90 * MB

WORKLOADS = [
    Workload("import", "`import replicate`, whole process, to `import httpx`", 1, 0.35),
    Workload("first", "process start to first answered `predictions.get`", 1, 1.0),
    Workload("get", "`predictions.get`, warm", 400, 0.85),
    Workload("run", '`run("owner/name")`, answered at once', 400, 0.95),
    Workload("run_version", '`run("owner/name:version")`, answered at once', 400, 1.0),
    Workload("page", "`predictions.list`, page of 100, five fields read of each", 60, 1.35),
    Workload("pages", "50 such pages", 2, 1.5, memory="MB"),
    Workload("late_120", "`run(wait=False)`, model takes 0.12 s: late by", 3, 50, "ms", "wall"),
    Workload("late_1300", "`run(wait=False)`, model takes 1.3 s: late by", 1, 60, "ms", "wall"),
    Workload("events_small", "20,000 small events, each its own chunk", 1, 1.2),
    Workload("events_joined", "20,000 small events in 64 KiB chunks", 3, 4.0),
    Workload("events_large", "2,000 events of 4 KiB", 3, 1.2),
    Workload("file_read", "`FileOutput.read()`, 200 MB", 1, 0.75, memory="file"),
    Workload("file_iterate", "iterating over 200 MB", 1, 0.85, memory="MB"),
    Workload("upload_path", "upload of 90 MB from a path", 1, 0.95, memory="MB"),
    Workload("upload_handle", "upload of 90 MB from a handle", 1, 0.95, memory="MB"),
    Workload("upload_bytes", "upload of 90 MB from bytes", 1, 0.95, memory="MB"),
    Workload(
        "concurrent_500", "500 concurrent `async_run` of 0.2 s, wall time", 1, 0.3, measure="wall"
    ),
    Workload(
        "concurrent_5000",
        "5,000 concurrent `async_run` of 0.2 s, wall time to that of httpx with 500",
        1,
        3.0,
        measure="wall",
        memory="MB",
    ),
]

BY_NAME = {workload.name: workload for workload in WORKLOADS}

CONTESTANTS = {
    "httpx": "bare httpx",
    "replicate": "ours",
    "1.0.7": "1.0.7",
    "2.0.0b4": "2.0.0b4",
    "limit": "limit",
}

NOT_DONE = {
    ("httpx", "late_120"),
    ("httpx", "late_1300"),
    ("limit", "late_120"),
    ("limit", "late_1300"),
    ("2.0.0b4", "events_small"),
    ("2.0.0b4", "events_joined"),
    ("2.0.0b4", "events_large"),
    ("httpx", "concurrent_5000"),  # more than a minute
    ("1.0.7", "concurrent_5000"),
    ("2.0.0b4", "concurrent_5000"),
}
"""What a contestant has no way to do, or what takes too long."""

QUICK = ("httpx", "replicate", "1.0.7")
"""Who takes part in `make bench-quick`."""
