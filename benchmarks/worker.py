"""One sample: one contestant at one workload, in a process and an environment of its own.

    python worker.py CONTESTANT WORKLOAD BASE COUNT SIZE

With one more argument it is profiled. It prints what the work has cost as JSON. It loads nothing
before the contestant has, so that a contestant pays for what it imports.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time

MODULES = {
    "httpx": "with_httpx",
    "replicate": "with_replicate",
    "1.0.7": "with_replicate",
    "2.0.0b4": "with_replicate_2",
    "limit": "with_nothing",
}

WARM = {"get": 20, "run": 20, "run_version": 20, "page": 3, "first": 0}
"""How often a workload is repeated before it is measured, if not once."""

LARGE = 1_000_000
SMALL = 1_000
"""Large files are not moved twice: a small one does to have everything loaded."""

FEW = 20
"""Runs at once that do to have everything loaded; each sample opens connections of its own."""


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory(name):
    """Return a figure of `/proc/self/status` in bytes, 0 where there is none."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(name):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def forget_peak():
    """Let the peak of memory count from now on."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def requests(base):
    """Return how many requests the server has had since the last time."""
    from urllib.request import urlopen

    with urlopen(f"{base}/count") as answer:
        return json.load(answer)["requests"]


def work_of(contestant, workload, size):
    """Return what to call, how often to call it before, and what it must return."""
    kind, _, detail = workload.partition("_")
    if kind == "events":
        return contestant.events(detail, size), size
    if kind == "late":
        return contestant.late(int(detail)), "done"
    if kind == "file":
        return getattr(contestant, workload)(size), size
    if kind == "upload":
        return contestant.upload(detail, size), "bench"
    if kind == "concurrent":
        return contestant.concurrent(size), size
    if kind == "pages":
        return contestant.pages(size), size
    expected = {"page": 100}.get(workload, "done")
    return getattr(contestant, "get" if kind == "first" else workload), expected


def shares(operation, count):
    """Return the seconds of each package in a number of repetitions, as a profiler sees them."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(count):
        operation()
    profiler.disable()
    found = {}
    for function, (_, _, own, _, callers) in pstats.Stats(profiler).stats.items():
        if function[0] == "~" and "socket" not in function[2] and "poll" not in function[2]:
            # What is written in C counts for whoever calls it.
            for caller, (_, _, part, _) in callers.items():
                place = package(caller)
                found[place] = found.get(place, 0) + part / count
        else:
            place = package(function)
            found[place] = found.get(place, 0) + own / count
    return found


def begin(name, base):
    """Do what a process does until its first answer, imports included."""
    importlib.import_module(MODULES[name]).Contestant(base).get()


def package(function):
    """Return the package that a function of a profile is in."""
    path = function[0]
    if path == "~":
        return "sockets" if "socket" in function[2] or "poll" in function[2] else "Python"
    for part in reversed(path.split(os.sep)[:-1]):
        if part in ("replicate", "replicate_api", "httpx", "httpcore", "h11", "anyio", "json"):
            return part
    return "the benchmark" if "benchmarks" in path else "Python"


def main(name, workload, base, count, size, *profiled):
    count, size = int(count), int(size)
    if profiled and workload == "first":
        print(json.dumps(shares(lambda: begin(name, base), 1)), flush=True)
        os._exit(0)
    module = importlib.import_module(MODULES[name])
    contestant = module.Contestant(base)
    operation, expected = work_of(contestant, workload, size)
    late = workload.startswith("late_")
    small = operation
    if size > LARGE or workload.startswith("concurrent"):
        few = SMALL if size > LARGE else min(FEW, size)
        small, _ = work_of(contestant, workload, few)
    for _ in range(WARM.get(workload, 1)):
        small()
    if late:
        requests(base)
    if profiled:
        print(json.dumps(shares(operation, count)), flush=True)
        os._exit(0)
    gc.collect()
    forget_peak()
    before = memory("VmRSS")
    used, began = cpu(), time.perf_counter()
    for _ in range(count):
        result = operation()
    used, wall = cpu() - used, time.perf_counter() - began
    if result != expected:  # work that is not done is done fast
        raise SystemExit(f"{name}, {workload}: {result!r:.80}, not {expected!r:.80}")
    figures = {
        "cpu": used / count,
        "wall": wall / count,
        "peak": memory("VmHWM"),
        "grown": memory("VmHWM") - before,
    }
    if late:
        figures["late"] = wall / count - int(workload.partition("_")[2]) / 1000
        figures["requests"] = requests(base) / count
    print(json.dumps(figures), flush=True)
    os._exit(0)  # what cleaning up takes is no part of it


if __name__ == "__main__":
    main(*sys.argv[1:])
