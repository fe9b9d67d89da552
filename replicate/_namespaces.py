"""The groups of operations that a client offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .account import Accounts
    from .client import Client
    from .collection import Collections
    from .deployment import Deployments
    from .file import Files
    from .hardware import HardwareNamespace
    from .model import Models
    from .prediction import Predictions
    from .training import Trainings
    from .webhook import Webhooks


class Namespaces:
    """A client's operations, by namespace; each is imported when it is first used."""

    @property
    def accounts(self) -> Accounts:
        """The account that the token belongs to."""
        from .account import Accounts

        return Accounts(client=cast("Client", self))

    @property
    def collections(self) -> Collections:
        """Curated collections of models."""
        from .collection import Collections

        return Collections(client=cast("Client", self))

    @property
    def deployments(self) -> Deployments:
        """Models on hardware of one's own."""
        from .deployment import Deployments

        return Deployments(client=cast("Client", self))

    @property
    def files(self) -> Files:
        """Uploaded files."""
        from .file import Files

        return Files(client=cast("Client", self))

    @property
    def hardware(self) -> HardwareNamespace:
        """Hardware that models can run on."""
        from .hardware import HardwareNamespace

        return HardwareNamespace(client=cast("Client", self))

    @property
    def models(self) -> Models:
        """Models."""
        from .model import Models

        return Models(client=cast("Client", self))

    @property
    def predictions(self) -> Predictions:
        """Predictions: runs of models."""
        from .prediction import Predictions

        return Predictions(client=cast("Client", self))

    @property
    def trainings(self) -> Trainings:
        """Trainings: runs that make a new version of a model."""
        from .training import Trainings

        return Trainings(client=cast("Client", self))

    @property
    def webhooks(self) -> Webhooks:
        """The secret that webhooks are signed with, and their validation."""
        from .webhook import Webhooks

        return Webhooks(client=cast("Client", self))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            from ._suggestions import attribute

            return attribute(self, name)
