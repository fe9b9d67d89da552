# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Replicate HTTP API: one module per operation, one class per schema.

Usable with any HTTP client that has httpx's `request`:

    import httpx
    from replicate_api import SERVER_URL
    from replicate_api.api.predictions import get

    http = httpx.Client(base_url=SERVER_URL, headers={"Authorization": f"Bearer {token}"})
    prediction = get.sync(http, "gm3qorzdhgbfurvjtvhg6dckhu")
"""

__all__ = ("SERVER_URL",)

SERVER_URL = "https://api.replicate.com/v1"
