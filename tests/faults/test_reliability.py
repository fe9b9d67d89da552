"""docs/reliability-tests.md names a test for every rule, and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability-tests.md"
RULES = re.findall(
    r"(?m)^\| (.+?) \| (`.+?::.+?`) \|$",
    PAGE.read_text("utf-8").partition("## Figures")[0],
)


def test_there_are_rules():
    assert len(RULES) > 40


@pytest.mark.parametrize(("rule", "tests"), RULES)
def test_rule_has_its_tests(rule, tests):
    named = re.findall(r"`([\w/.]+)::(\w+)`", tests)
    assert len(named) == tests.count("::")
    for file, test in named:
        source = (TESTS / file).read_text("utf-8")
        assert re.search(rf"(?m)^(?:async )?def {test}\(", source), f"{file} has no {test}"
