"""The groups of operations that a client offers."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .account import Accounts
    from .collection import Collections
    from .deployment import Deployments
    from .file import Files
    from .hardware import HardwareNamespace
    from .model import Models
    from .prediction import Predictions
    from .training import Trainings
    from .webhook import Webhooks


@lru_cache(maxsize=None)
def _kind(module: str, name: str) -> Any:
    """Return a class; an import statement would take its time at each use."""
    return getattr(import_module(f"replicate.{module}"), name)


class Namespaces:
    """A client's operations, by namespace; each is imported when it is first used."""

    @property
    def accounts(self) -> Accounts:
        """The account that the token belongs to."""
        made: Accounts = _kind("account", "Accounts")(client=self)
        return made

    @property
    def collections(self) -> Collections:
        """Curated collections of models."""
        made: Collections = _kind("collection", "Collections")(client=self)
        return made

    @property
    def deployments(self) -> Deployments:
        """Models on hardware of one's own."""
        made: Deployments = _kind("deployment", "Deployments")(client=self)
        return made

    @property
    def files(self) -> Files:
        """Uploaded files."""
        made: Files = _kind("file", "Files")(client=self)
        return made

    @property
    def hardware(self) -> HardwareNamespace:
        """Hardware that models can run on."""
        made: HardwareNamespace = _kind("hardware", "HardwareNamespace")(client=self)
        return made

    @property
    def models(self) -> Models:
        """Models."""
        made: Models = _kind("model", "Models")(client=self)
        return made

    @property
    def predictions(self) -> Predictions:
        """Predictions: runs of models."""
        made: Predictions = _kind("prediction", "Predictions")(client=self)
        return made

    @property
    def trainings(self) -> Trainings:
        """Trainings: runs that make a new version of a model."""
        made: Trainings = _kind("training", "Trainings")(client=self)
        return made

    @property
    def webhooks(self) -> Webhooks:
        """The secret that webhooks are signed with, and their validation."""
        made: Webhooks = _kind("webhook", "Webhooks")(client=self)
        return made

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            from ._suggestions import attribute

            return attribute(self, name)
