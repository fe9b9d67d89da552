# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional

from attrs import define, field

from ..base import ApiModel, parse_datetime, read_model

if TYPE_CHECKING:
    from .model_visibility import ModelVisibility

__all__ = ("Model",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Model(ApiModel):
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
    default_example: Optional[Prediction] = None
    """A prediction that shows what the model does."""
    description: Optional[str] = None
    """What the model does."""
    github_url: Optional[str] = None
    """The source code on GitHub."""
    is_official: Optional[bool] = None
    """Whether Replicate keeps the model up to date and always running."""
    latest_version: Optional[Version] = None
    """The version that was pushed last."""
    license_url: Optional[str] = None
    """The license of the model."""
    paper_url: Optional[str] = None
    """The paper that describes the model."""
    created_at: Optional[datetime] = field(default=None, converter=parse_datetime)
    """When the model was created."""
    weights_url: Optional[str] = None
    """The weights of the model."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "name": get("name"),
            "owner": get("owner"),
            "run_count": get("run_count"),
            "url": get("url"),
            "visibility": get("visibility"),
            "cover_image_url": get("cover_image_url"),
            "default_example": read_model(Prediction, get("default_example")),
            "description": get("description"),
            "github_url": get("github_url"),
            "is_official": get("is_official"),
            "latest_version": read_model(Version, get("latest_version")),
            "license_url": get("license_url"),
            "paper_url": get("paper_url"),
            "created_at": parse_datetime(get("created_at")),
            "weights_url": get("weights_url"),
        }


# Last, since models may contain each other.
from .prediction import Prediction  # noqa: E402
from .version import Version  # noqa: E402
