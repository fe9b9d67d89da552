"""Hardware that models can run on."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, List

from replicate_api import models

from ._arguments import check_params
from ._blocking import block
from ._guards import names_of
from .resource import Namespace, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.hardware.list import HardwareListOptions

__all__ = ["Hardware", "HardwareNamespace"]


class Hardware(Resource, models.Hardware):
    """A kind of hardware."""

    @property
    def id(self) -> str:
        """Deprecated: use `sku`."""
        warnings.warn("Use `sku` instead of `id`", DeprecationWarning, stacklevel=2)
        return self.sku


class HardwareNamespace(Namespace):
    """Operations on hardware."""

    def list(self, **params: Unpack[HardwareListOptions]) -> List[Hardware]:
        """List the hardware that models can run on."""
        return block(self._ours.async_list(**params))

    async def async_list(self, **params: Unpack[HardwareListOptions]) -> List[Hardware]:
        """List the hardware that models can run on."""
        from replicate_api.api.hardware import list

        check_params(list.build, params, "list")
        items = await self._client._call(list.asyncio, **params)
        return [Hardware._of(item, self._client) for item in items]


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
