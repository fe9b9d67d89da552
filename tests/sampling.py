"""Long lists of cases: `make test` runs some of each, `make test-faults` all of them."""

from __future__ import annotations

import pytest


def sampled(cases, every):
    """Mark all but each so-manieth case as slow."""
    return [case if number % every == 0 else _slow(case) for number, case in enumerate(cases)]


def _slow(case):
    if isinstance(case, type(pytest.param())):
        return pytest.param(*case.values, id=case.id, marks=[*case.marks, pytest.mark.slow])
    return pytest.param(case, marks=pytest.mark.slow)
