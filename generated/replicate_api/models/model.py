# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import base

if TYPE_CHECKING:
    from ..timestamp import Timestamp
    from .model_visibility import ModelVisibility
    from .prediction import Prediction
    from .version import Version

__all__ = ("Model",)


@base.model
class Model(base.ApiModel):
    """A model: a name under which versions are published and run."""

    name: str
    """The name of the model, unique for its owner."""
    owner: str
    """The account that the model belongs to."""
    run_count: int
    """How often the model was run."""
    url: str
    """The page of the model on replicate.com."""
    visibility: ModelVisibility
    """Whether everyone can see and run the model, or only its owner."""
    cover_image_url: Optional[str] = None
    """An image that stands for the model."""
    default_example: base.Field[Optional[Prediction]] = base.nested("Prediction", default=None)
    """A prediction that shows what the model does."""
    description: Optional[str] = None
    """What the model does."""
    github_url: Optional[str] = None
    """The source code on GitHub."""
    is_official: Optional[bool] = None
    """Whether Replicate keeps the model up to date and always running."""
    latest_version: base.Field[Optional[Version]] = base.nested("Version", default=None)
    """The version that was pushed last."""
    license_url: Optional[str] = None
    """The license of the model."""
    paper_url: Optional[str] = None
    """The paper that describes the model."""
    created_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When the model was created."""
    weights_url: Optional[str] = None
    """The weights of the model."""
