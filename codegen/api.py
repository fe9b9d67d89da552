"""Define what the generator knows of an API once it has read the document.

All names in it are those that users of the package see. The templates write it, and `diff` compares
it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Dict, List, Union

if TYPE_CHECKING:
    from .calls import Operation
    from .types import Class, Enum


@dataclass
class Api:
    """All of it."""

    title: str
    server_url: str
    classes: Dict[str, Union[Class, Enum]]
    operations: List[Operation]
    stale: List[str] = field(default_factory=list)
    """What models.yaml says of things that the document does not have."""
