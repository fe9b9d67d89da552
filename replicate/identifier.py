"""References to what can be run: models, versions and deployments. Pure, no I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Tuple, Union

from ._guards import is_text, names_of, text_of
from .exceptions import InvalidArgumentError

if TYPE_CHECKING:
    from .deployment import Deployment
    from .model import Model
    from .version import Version

__all__ = ["ModelVersionIdentifier"]

Reference = Union[str, Tuple[str, str], "Model", "Version", "Deployment", "ModelVersionIdentifier"]
"""The references that `run` and `stream` take."""

_NAME = r"[^/:\s]+"
_PATTERN = re.compile(rf"(?P<owner>{_NAME})/(?P<name>{_NAME})(?::(?P<version>\S+))?")
_VERSION_ID = re.compile(r"[0-9a-f]{64}")
_DEPLOYMENT_PREFIX = "deployments/"


class ModelVersionIdentifier(NamedTuple):
    """A reference to a model, or to one version of it, in the form `owner/name[:version]`."""

    owner: str
    name: str
    version: Optional[str] = None

    @classmethod
    def parse(cls, ref: str) -> ModelVersionIdentifier:
        """Split a reference into its parts.

        Raises:
            InvalidArgumentError: It is not of the form `owner/name` or `owner/name:version`.
        """
        match = _PATTERN.fullmatch(ref)
        if not match:
            raise InvalidArgumentError(
                f"Invalid reference to model version: {ref}. Expected format: owner/name:version"
            )
        return cls(**match.groupdict())


class Target(NamedTuple):
    """What to run: a version, a model by name, or a deployment, each as the API names it."""

    version: Optional[str] = None
    owner: Optional[str] = None
    name: Optional[str] = None
    deployment: Optional[Tuple[str, str]] = None


def resolve(ref: Reference) -> Target:
    """Say what a reference of any form names.

    Raises:
        InvalidArgumentError: It names nothing that can be run; the message lists the forms.
    """
    from replicate_api import models

    if isinstance(ref, models.Model) and is_text(ref.owner) and is_text(ref.name):
        return Target(owner=ref.owner, name=ref.name)
    if isinstance(ref, models.Version):
        return Target(version=ref.id)
    if isinstance(ref, models.Deployment):
        return Target(deployment=(ref.owner, ref.name))
    if isinstance(ref, ModelVersionIdentifier):
        return Target(ref.version, ref.owner, ref.name)
    if isinstance(ref, tuple) and len(ref) == 2 and all(map(is_text, ref)):
        return Target(owner=ref[0], name=ref[1])
    # Not everybody uses a type checker.
    if not isinstance(ref, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgumentError(
            f"Invalid argument: {ref}. Expected model, version, or reference in the format "
            "owner/name or owner/name:version"
        )
    if _VERSION_ID.fullmatch(ref):
        return Target(version=ref)
    if ref.startswith(_DEPLOYMENT_PREFIX):
        owner, name = split(ref[len(_DEPLOYMENT_PREFIX) :], "deployment")
        return Target(deployment=(owner, name))
    owner, name, version = ModelVersionIdentifier.parse(ref)
    return Target(version, owner, name)


def split(ref: str, kind: str) -> Tuple[str, str]:
    """Split `owner/name`.

    Raises:
        InvalidArgumentError: It is of another form; the message names the kind of thing.
    """
    # Not everybody uses a type checker.
    match = _PATTERN.fullmatch(text_of(ref))
    if not match or match["version"]:
        raise InvalidArgumentError(
            f"Invalid reference to {'model version' if kind == 'model' else kind}: {ref}. "
            f"Expected {kind} or reference in the format owner/name"
        )
    return match["owner"], match["name"]


def _resolve(  # pyright: ignore[reportUnusedFunction] - code written for 1.x calls it
    ref: Reference,
) -> tuple[Any, str | None, str | None, str | None]:
    """Split a reference as 1.x did: version object, owner, name, version id."""
    from replicate_api import models

    target = resolve(ref)
    version = ref if isinstance(ref, models.Version) else None
    return version, target.owner, target.name, target.version


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
