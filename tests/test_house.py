"""The files around the package agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import replicate

ROOT = Path(__file__).parents[1]


def test_clean_removes_whatever_git_ignores():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = dict(re.findall(r"(?m)^(\w+) := (\.venv\S*)$", makefile))
    recipe = makefile.partition("\nclean:")[2].partition("\n\n")[0]
    recipe = re.sub(r"\$\((\w+)\)", lambda match: variables[match[1]], recipe)
    # Compiled files are in __pycache__; hatchling makes no egg-info.
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()}
    assert ignored - set(recipe.split()) == {"*.egg-info", "*.pyc"}


def test_requirements_are_kept_up_to_date():
    text = (ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    folders = {
        ecosystem: set(re.findall(r"/[\w/]*", listed))
        for ecosystem, listed in re.findall(r"ecosystem: (\w+)\n\s+directories: \[(.*)\]", text)
    }
    for ecosystem, names in {"pip": "requirements*.txt", "npm": "package.json"}.items():
        places = [*ROOT.glob(f"[a-z]*/{names}"), *ROOT.glob(f"tests/*/{names}")]
        for place in places:
            assert f"/{place.parent.relative_to(ROOT).as_posix()}" in folders[ecosystem], place


def test_the_version_is_said_once_and_again():
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{replicate.__version__}"\n' in pyproject
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{replicate.__version__}]" in changelog
