"""The table of docs/comparison.md, and where it says something else than was found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, List, Mapping

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def column(client: str) -> Dict[str, str]:
    """Return what the table says of a client, by feature."""
    head, _, *lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    index = head.index(client)
    return {_LINK.sub(r"\1", cells[0]): cells[index] for cells in lines}


def wrong(client: str, found: Mapping[str, bool]) -> List[str]:
    """Return what the table says of a client without reason."""
    problems = []
    for feature, cell in column(client).items():
        if cell == "n/a" or _LINK.search(cell):
            continue
        true = {True: "yes", False: "no"}.get(found.get(feature))  # type: ignore[arg-type]
        if cell != true:
            problems.append(f"{client}, {feature}: the table says {cell}, found was {true}")
    return problems
