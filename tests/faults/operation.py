"""What a column of the matrix consists of."""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Tuple

from tests.faults.world import World


class Operation(NamedTuple):
    """A call, and the request of it that the fault hits."""

    name: str
    target: str
    """An `operationId`, or what else `Sandbox.fault` knows."""
    act: Callable[[World, Any], Any]
    """Makes the call, with what `prepare` returned."""
    right: Any = True
    """What `act` returns when all is well."""
    prepare: Callable[[World], Any] = lambda _world: None
    paid: int = 0
    """How many predictions and trainings the call creates when all is well."""

    @property
    def where(self) -> Tuple[str, ...]:
        """Its target, but of `predictions.create` only the request that no other name has."""
        alone = self.target == "predictions.create"
        return ("POST", "/v1/predictions") if alone else (self.target,)


class Kind(NamedTuple):
    """Operations that all fare alike."""

    name: str
    about: str
    operations: List[Operation]
    takes_anything: bool = False
    """Whether any content is a right one."""
