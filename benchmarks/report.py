"""The figures as a table, as plots, and as `docs/performance.md`."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

from .workloads import BY_NAME, CONTESTANTS, FILE

DOCS = Path(__file__).parent.parent / "docs"
BASE = "httpx"


def figure_of(name, one_round, contestant):
    """Return what counts of a sample: a ratio within its round, or milliseconds."""
    workload, own = BY_NAME[name], one_round.get(contestant)
    if own is None:
        return None
    if workload.unit == "ms":
        return own["late"] * 1000
    base = one_round.get(BASE)
    return own[workload.measure] / base[workload.measure] if base else None


def values_of(samples, name, contestant):
    rounds = samples[name]
    if name == "concurrent_5000":  # nobody else gets so far: against httpx with 500
        rounds = [
            {**each, BASE: other[BASE]}
            for each, other in zip(rounds, samples.get("concurrent_500", []))
        ]
    values = (figure_of(name, each, contestant) for each in rounds)
    return [value for value in values if value is not None]


def summary(values):
    """Return the median, and the quartiles around it."""
    if len(values) < 3:
        return statistics.median(values), min(values), max(values)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def cell(samples, name, contestant):
    values = values_of(samples, name, contestant)
    if not values:
        return "–"
    digits = 0 if BY_NAME[name].unit == "ms" else 2
    middle, low, high = (f"{value:.{digits}f}" for value in summary(values))
    text = middle if low == high else f"{middle} ({low}–{high})"
    return text + extra(samples, name, contestant)


def extra(samples, name, contestant):
    """Return the peak of memory, or the number of requests, where that matters too."""
    workload = BY_NAME[name]
    own = [each[contestant] for each in samples[name] if contestant in each]
    if workload.unit == "ms":
        return f", {statistics.median(each['requests'] for each in own):.0f} requests"
    if workload.memory is None or not own:
        return ""
    grown = statistics.median(each["grown"] for each in own)
    if workload.memory == "file":
        return f"; {grown / FILE:.2f} × file"
    return f"; {grown / 1e6:.1f} MB"


def base_cell(samples, name):
    """Return what bare httpx takes, which the ratios are to."""
    own = [each[BASE] for each in samples[name] if BASE in each]
    if not own:
        return "–"
    seconds = statistics.median(each[BY_NAME[name].measure] for each in own)
    text = f"{seconds * 1000:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
    return text + extra(samples, name, BASE)


def table(samples):
    """Return all figures as a Markdown table."""
    columns = [each for each in CONTESTANTS if each != BASE]
    head = ["workload", "goal", *(CONTESTANTS[each] for each in columns), CONTESTANTS[BASE]]
    rows = [head, ["---"] * len(head)]
    for name in samples:
        workload = BY_NAME[name]
        goal = f"{workload.goal:g}{' ms' if workload.unit == 'ms' else ''}"
        cells = [cell(samples, name, each) for each in columns]
        rows.append([workload.title, goal, *cells, base_cell(samples, name)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine():
    """Return what the figures were measured on."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": cpu,
        "processors": len(os.sched_getaffinity(0)) if os.cpu_count() is None else os.cpu_count(),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def versions(python):
    """Return the versions of the packages in an environment."""
    script = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.metadata['name']: d.version for d in m.distributions()}))"
    )
    return json.loads(subprocess.check_output([python, "-c", script], text=True))
