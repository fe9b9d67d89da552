# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""PATCH /models/{model_owner}/{model_name}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.model import Model

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsUpdateOptions", "asyncio", "build", "parse", "sync")


class ModelsUpdateOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""

    description: Optional[str]
    """What the model does."""
    github_url: Optional[str]
    """The source code on GitHub."""
    license_url: Optional[str]
    """The license of the model."""
    paper_url: Optional[str]
    """The paper that describes the model."""
    readme: Optional[str]
    """The readme, in Markdown."""
    weights_url: Optional[str]
    """The weights of the model."""


def build(
    model_owner: str,
    model_name: str,
    *,
    description: Optional[str] = None,
    github_url: Optional[str] = None,
    license_url: Optional[str] = None,
    paper_url: Optional[str] = None,
    readme: Optional[str] = None,
    weights_url: Optional[str] = None,
) -> Request:
    """Change what is said about a model.

    Only what is passed changes.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
        description: What the model does.
        github_url: The source code on GitHub.
        license_url: The license of the model.
        paper_url: The paper that describes the model.
        readme: The readme, in Markdown.
        weights_url: The weights of the model.
    """
    return {
        "method": "PATCH",
        "url": request.path(
            "/models/{model_owner}/{model_name}", model_owner=model_owner, model_name=model_name
        ),
        "json": request.json_fields(
            {
                "description": description,
                "github_url": github_url,
                "license_url": license_url,
                "paper_url": paper_url,
                "readme": readme,
                "weights_url": weights_url,
            }
        )
        or None,
    }


def parse(response: Response) -> Model:
    """Read the response, or raise UnexpectedResponse."""
    return Model.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    model_owner: str,
    model_name: str,
    *,
    description: Optional[str] = None,
    github_url: Optional[str] = None,
    license_url: Optional[str] = None,
    paper_url: Optional[str] = None,
    readme: Optional[str] = None,
    weights_url: Optional[str] = None,
) -> Model:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                model_owner,
                model_name,
                description=description,
                github_url=github_url,
                license_url=license_url,
                paper_url=paper_url,
                readme=readme,
                weights_url=weights_url,
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    model_owner: str,
    model_name: str,
    *,
    description: Optional[str] = None,
    github_url: Optional[str] = None,
    license_url: Optional[str] = None,
    paper_url: Optional[str] = None,
    readme: Optional[str] = None,
    weights_url: Optional[str] = None,
) -> Model:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                model_owner,
                model_name,
                description=description,
                github_url=github_url,
                license_url=license_url,
                paper_url=paper_url,
                readme=readme,
                weights_url=weights_url,
            )
        )
    )
