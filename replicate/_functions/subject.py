"""What a function runs: a model, version or deployment, with its schema, looked up once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from .._blocking import called, monotonic
from .._runs.refusals import remember
from ..deployment import Deployments
from ..exceptions import ReplicateError, ReplicateException
from ..identifier import resolve, split
from ..model import Model, Models
from ..version import Version, Versions
from .parameters import is_name

if TYPE_CHECKING:
    from .._http.session import Session
    from ..identifier import Reference

FRESH = 60.0
"""Seconds after a look-up in which the function does not look again."""

Where = Tuple[Optional[str], Optional[str], Optional[str]]
"""Owner and name of a model, and the id of a version."""


class Subject:
    """A model, a version or a deployment that a function runs."""

    def __init__(self, client: Session, ref: Reference) -> None:
        """Create one. Nothing is looked up yet.

        Raises:
            InvalidArgumentError: The reference names nothing that can be run.
        """
        self.client = client
        self.ref = ref
        self.target = resolve(ref)
        self._model: Optional[Model] = ref if isinstance(ref, Model) else None
        self._version: Optional[Version] = None
        self._release: Optional[Where] = None
        self._looked_at = monotonic()
        if isinstance(ref, Version):
            self._version = ref
            remember(client, ref)

    @property
    def full_name(self) -> str:
        """The reference to it as text: `owner/name`, for example."""
        version, owner, name, deployment = self.target
        if deployment is not None:
            return "deployments/" + "/".join(deployment)
        model = f"{owner}/{name}" if owner else ""
        return ":".join(filter(None, (model, version)))

    @property
    def function_name(self) -> str:
        """A name for it in Python: `flux_schnell` of `black-forest-labs/flux-schnell`."""
        version, _, name, deployment = self.target
        name = re.sub(r"\W", "_", (deployment[1] if deployment else name) or "", flags=re.ASCII)
        return name if is_name(name) else f"model_{name or version}"

    @property
    def known_model(self) -> Optional[Model]:
        """The model, if it was looked up."""
        return self._model

    async def model(self) -> Optional[Model]:
        """Return the model; None for a bare version id, whose model the API does not tell."""
        if self._model is None:
            owner, name, _ = await self._where()
            if owner and name:
                self._model = await called(Models(self.client), "get", owner, name)
        return self._model

    async def version(self) -> Optional[Version]:
        """Return the version whose schema is used; None if the API does not tell it.

        For `owner/name` it is the version that was the latest at the first look-up.
        """
        if self._version is None:
            self._looked_at = monotonic()
            self._version = await self._find_version()
        return self._version

    async def has_changed(self) -> bool:
        """Look up again, if a minute has passed, and say whether there is another version now."""
        old = self._version
        is_pinned = self.target.version is not None or isinstance(self.ref, Model)
        if old is None or is_pinned or monotonic() - self._looked_at < FRESH:
            return False
        known = self._model, self._release
        self._model = self._version = self._release = None
        try:
            new = await self.version()
        except ReplicateException:  # go on with the old version
            (self._model, self._release), self._version = known, old
            return False
        return new is None or new.id != old.id

    async def schema(self) -> Optional[Dict[str, Any]]:
        """Return the schema of the version, None where the API does not tell it."""
        version = await self.version()
        return version.openapi_schema if version is not None else None

    async def known_schema(self) -> Dict[str, Any]:
        """Return the schema of the version.

        Raises:
            ReplicateError: The API does not tell it.
        """
        schema = await self.schema()
        if schema is None:
            raise ReplicateError(
                title="Unknown schema",
                detail=f"the API has no schema for {self.full_name}: name the version as "
                "owner/name:version",
            )
        return schema

    async def _find_version(self) -> Optional[Version]:
        owner, name, id = await self._where()
        if id is None:
            model = await self.model()
            version = model.latest_version if model is not None else None
            if version and owner and name and model and model.is_official is False:
                self.client._latest[owner, name] = version.id  # a create needs it, too
        else:
            version = self.client._versions.get((owner or "", name or "", id))
            if version is None and owner and name:
                version = await called(Versions(self.client, (owner, name)), "get", id)
                self.client._versions[owner, name, id] = version
        if version is not None:
            remember(self.client, version)
        return version

    async def _where(self) -> Where:
        """Return owner and name of the model, and the id of the version if the reference has it."""
        if self.target.deployment is None:
            return self.target.owner, self.target.name, self.target.version
        if self._release is None:
            place = "/".join(self.target.deployment)
            deployment = await called(Deployments(self.client), "get", place)
            release = deployment.current_release
            if release is not None and release.model:
                self._release = (*split(release.model, "model"), release.version)
        return self._release or (None, None, None)
