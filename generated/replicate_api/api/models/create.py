# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""POST /models"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.model import Model

if TYPE_CHECKING:
    from ...models.model_visibility import ModelVisibility
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsCreateMore", "ModelsCreateOptions", "asyncio", "build", "parse", "sync")


class ModelsCreateMore(TypedDict, total=False):
    """Those of the optional arguments that the methods of 1.x have no names of their own for."""


class ModelsCreateOptions(ModelsCreateMore, total=False):
    """The optional arguments of the operation, but for headers."""

    cover_image_url: Optional[str]
    """An image that stands for the model."""
    description: Optional[str]
    """What the model does."""
    github_url: Optional[str]
    """The source code on GitHub."""
    license_url: Optional[str]
    """The license of the model."""
    paper_url: Optional[str]
    """The paper that describes the model."""


def build(
    *,
    hardware: str,
    name: str,
    owner: str,
    visibility: ModelVisibility,
    cover_image_url: Optional[str] = None,
    description: Optional[str] = None,
    github_url: Optional[str] = None,
    license_url: Optional[str] = None,
    paper_url: Optional[str] = None,
) -> Request:
    """Create a model.

    It has no version at first: push one with Cog, or train it. An account can have 1,000 models.

    Args:
        hardware: The SKU of the hardware to run it on, as `hardware.list` gives it.
        name: The name of the model.
        owner: The account that the model is to belong to: the token's, or an organization of it.
        visibility: Whether everyone can see and run the model, or only its owner.
        cover_image_url: An image that stands for the model.
        description: What the model does.
        github_url: The source code on GitHub.
        license_url: The license of the model.
        paper_url: The paper that describes the model.
    """
    return {
        "method": "POST",
        "url": "/models",
        "json": request.json_fields(
            {
                "cover_image_url": cover_image_url,
                "description": description,
                "github_url": github_url,
                "hardware": hardware,
                "license_url": license_url,
                "name": name,
                "owner": owner,
                "paper_url": paper_url,
                "visibility": visibility,
            }
        ),
    }


def parse(response: Response) -> Model:
    """Read the response, or raise UnexpectedResponse."""
    return Model.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    *,
    hardware: str,
    name: str,
    owner: str,
    visibility: ModelVisibility,
    cover_image_url: Optional[str] = None,
    description: Optional[str] = None,
    github_url: Optional[str] = None,
    license_url: Optional[str] = None,
    paper_url: Optional[str] = None,
) -> Model:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                hardware=hardware,
                name=name,
                owner=owner,
                visibility=visibility,
                cover_image_url=cover_image_url,
                description=description,
                github_url=github_url,
                license_url=license_url,
                paper_url=paper_url,
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    *,
    hardware: str,
    name: str,
    owner: str,
    visibility: ModelVisibility,
    cover_image_url: Optional[str] = None,
    description: Optional[str] = None,
    github_url: Optional[str] = None,
    license_url: Optional[str] = None,
    paper_url: Optional[str] = None,
) -> Model:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                hardware=hardware,
                name=name,
                owner=owner,
                visibility=visibility,
                cover_image_url=cover_image_url,
                description=description,
                github_url=github_url,
                license_url=license_url,
                paper_url=paper_url,
            )
        )
    )
