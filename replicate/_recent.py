"""A memory that does not grow without bound."""

from __future__ import annotations

from typing import Dict, TypeVar

K = TypeVar("K")
V = TypeVar("V")

KEPT = 1000


class Recent(Dict[K, V]):
    """A dict that forgets its oldest entries."""

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        while len(self) > KEPT:
            self.pop(next(iter(self)), None)
