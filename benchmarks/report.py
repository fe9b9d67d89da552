"""The figures as a table, as plots, and as `docs/performance.md`."""

from __future__ import annotations

import datetime as dt
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
    workload, own, base = BY_NAME[name], one_round.get(contestant), one_round.get(BASE)
    if own is None or "failed" in own:
        return None
    if workload.unit == "ms":
        return own["late"] * 1000
    if base is None or "failed" in base:
        return None
    return own[workload.measure] / base[workload.measure]


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
    failed = [each[contestant]["failed"] for each in samples[name] if is_failed(each, contestant)]
    if not values:
        return failed[0] if failed else "–"
    digits = 0 if BY_NAME[name].unit == "ms" else 2
    middle, low, high = (f"{value:.{digits}f}" for value in summary(values))
    text = middle if low == high else f"{middle} ({low}–{high})"
    if failed:
        text += f", and {failed[0]} in {len(failed)} of {len(samples[name])}"
    return text + extra(samples, name, contestant)


def is_failed(one_round, contestant):
    return "failed" in one_round.get(contestant, {})


def succeeded(samples, name, contestant):
    """Return the samples that there are of one contestant."""
    return [
        each[contestant]
        for each in samples[name]
        if contestant in each and not is_failed(each, contestant)
    ]


def extra(samples, name, contestant):
    """Return the peak of memory, or the number of requests, where that matters too."""
    workload = BY_NAME[name]
    own = succeeded(samples, name, contestant)
    if workload.unit == "ms":
        return f", {statistics.median(each['requests'] for each in own):.0f} requests"
    if workload.memory is None or not own:
        return ""
    grown = statistics.median(each["grown"] for each in own)
    if workload.memory == "file":
        return f"; {grown / FILE:.2f} × file"
    return f"; {max(grown, 0) / 1e6:.1f} MB"


def base_cell(samples, name):
    """Return what bare httpx takes, which the ratios are to."""
    own = succeeded(samples, name, BASE)
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
        "processors": os.cpu_count(),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
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


def missed(samples):
    """Return the workloads whose goal this package has not reached."""
    found = []
    for name in samples:
        values = values_of(samples, name, "replicate")
        if not values or summary(values)[0] > BY_NAME[name].goal:
            found.append(name)
    return found


def shortfall(samples, name):
    """Return a line on a goal that is missed."""
    workload = BY_NAME[name]
    reached = cell(samples, name, "replicate")
    return f"- {workload.title}: {reached}, and the goal is {workload.goal:g}"


def profile_table(profiles):
    """Return where the time goes at what has missed its goal, package by package."""
    head = ["workload", "", "sockets", "h11", "httpcore", "httpx", "replicate", "other"]
    rows = [head, ["---"] * len(head)]
    for name, both in profiles.items():
        for contestant, seconds in both.items():
            known = {each: seconds.get(each, 0) for each in ("sockets", "h11", "httpcore", "httpx")}
            known["replicate"] = seconds.get("replicate", 0) + seconds.get("replicate_api", 0)
            known["other"] = sum(seconds.values()) - sum(known.values())
            figures = [f"{value * 1000:.2f}" for value in known.values()]
            rows.append([BY_NAME[name].title, CONTESTANTS[contestant], *figures])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def plot(growth, titles):
    """Draw what an item costs as there are more of them, and return the names of the pictures."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "replicate", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot as plt

    names = []
    for name, contestants in growth.items():
        figure, (cost, memory) = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
        for contestant, sizes in contestants.items():
            style = {"marker": "o", "markersize": 3, "label": CONTESTANTS[contestant]}
            counts = [int(size) for size in sizes]
            measure = "wall" if name == "concurrent" else "cpu"
            for axes, values in (
                (cost, [middle(sizes[size], measure) / int(size) * 1000 for size in sizes]),
                (memory, [max(middle(sizes[size], "grown"), 1) / 1e6 for size in sizes]),
            ):
                axes.plot(counts, values, **style)
                axes.set(xscale="log", yscale="log", xlabel=titles[name])
                axes.grid(visible=True, alpha=0.3)
        cost.set_ylabel("ms of time for each" if name == "concurrent" else "ms of CPU for each")
        memory.set_ylabel("MB of memory grown")
        cost.legend(frameon=False)
        names.append(f"performance-{name.replace('_', '-')}.svg")
        figure.savefig(DOCS / "images" / names[-1], metadata={"Date": None})
        plt.close(figure)
    return names


def middle(samples, name):
    return statistics.median(each[name] for each in samples)


def write(result):
    """Write `docs/performance.md` and its pictures."""
    samples, machine_of, versions_of = result["samples"], result["machine"], result["versions"]
    pictures = plot(result["growth"], result["growth_of"])
    titles = [result["growth_of"][name] for name in result["growth"]]
    day = dt.datetime.fromtimestamp(result["began"], dt.timezone.utc)
    late = [shortfall(samples, name) for name in missed(samples)]
    text = PAGE.format(
        table=table(samples),
        rounds=result["rounds"],
        minutes=round(result["seconds"] / 60),
        day=f"{day:%Y-%m-%d}",
        machine=", ".join(
            [
                f"{machine_of['processors']} × {machine_of['processor']}",
                machine_of["memory"],
                machine_of["system"],
                f"Python {machine_of['python']}",
                f"load average {machine_of['load']:.1f} at the end, of which 2 is the measurement",
            ]
        ),
        versions="; ".join(
            f"{CONTESTANTS[each]}: "
            + ", ".join(f"{package} {found[package]}" for package in PACKAGES if package in found)
            for each, found in versions_of.items()
        ),
        missed=MISSED + "\n".join(late) if late else "All goals are reached.",
        profiles=PROFILES.format(table=profile_table(result["profiles"]))
        if result["profiles"]
        else "",
        pictures="\n\n".join(
            f"![{title}: cost of each, and memory](images/{name})"
            for title, name in zip(titles, pictures)
        ),
    )
    (DOCS / "performance.md").write_text(text)


PACKAGES = ("replicate", "httpx", "httpcore", "h11", "pydantic")

MISSED = "Goals that are not reached:\n\n"

PROFILES = """
Where the time of one repetition goes with them, in milliseconds under a profiler, which makes calls
in Python dearer than they are. A function written in C counts for its caller. What h11, httpcore
and the sockets take, any client takes that sends through httpx's transport. "Other" is Python
itself. Where a process starts, most of that is the import of modules, and a quarter is reading the
certificates of the authorities. Both are the same here as with bare httpx, which this package
needs whole; the difference is the import of its own modules.

{table}
"""

PAGE = """\
<!-- Written by `make bench` (benchmarks/report.py). -->
# Performance

What this package costs beside its predecessors, bare httpx and the standard library, measured on
one machine in one run. A figure is a ratio to a program that does the same with a plain
`httpx.Client`: below 1 is cheaper than httpx. It is CPU time of the client's process, its system
calls included, unless the row says otherwise. The goal is what this package is to reach.

{table}

The figure is the median of {rounds} rounds, with the quartiles in parentheses; the last column is
what bare httpx takes for one repetition. Memory is what the process has grown by at its peak.
"Limit" is the standard library alone: `http.client`, or asyncio's streams. A dash: there is no
such thing, or it takes minutes. The name of an exception is what a contestant has ended with, as
1.0.7 does where hundreds of requests are sent at once. 2.0.0b4 has no streams.

{missed}
{profiles}
## As there is more of it

What one item costs, and how much memory is used, from 1 to 10,000 items. Both scales are
logarithmic: a level line is a cost that does not grow. A line ends before what takes minutes, or
fails: 1.0.7 with a thousand runs at once.

{pictures}

## How it is measured

Every figure is taken by a process of its own, in an environment of its own. In each round all
contestants take their turn in a random order, and figures are compared within their round only, so
that other work on the machine falls on all of them. Client and server run on different
processors. The server (`benchmarks/server.py`) answers at once with bytes that it has ready. Calls
are repeated on an open connection after some that do not count. A large file is moved once, and is
in the system's memory by then. Before many runs at once, twenty of them do not count. CPU time is
that of `getrusage`, the peak of memory `VmHWM`. What a contestant returns is checked.

| | |
| --- | --- |
| Day | {day}, {minutes} minutes |
| Machine | {machine} |
| Versions | {versions} |

```sh
make bench        # all of it; writes this page
make bench-quick  # one short round, in less than three minutes
```

What no clock can tell on a busy machine is counted by `tests/test_budgets.py`, in every run of the
tests: function calls of an operation, requests, modules loaded.
"""
