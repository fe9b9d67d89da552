"""The API's own words, and the kinds of text that go wrong: what hostile input is made of."""

from __future__ import annotations

from replicate_api import models
from replicate_api.types import ApiModel

FIELDS = sorted(
    {
        field
        for name in models.__all__
        if isinstance(cls := getattr(models, name), type) and issubclass(cls, ApiModel)
        for field in cls._known
    }
)
"""The names of all fields of the API."""

URLS = [
    "https://x.test/a.png", "https://x.test/..%2f..%2fetc%2fpasswd", "https://x.test/%2e%2e",
    "https://[", "https://\ud800/", "https://a[b@x.test/c", "http://x.test/v1/x?cursor=y",
    "data:text/plain;base64,aGk=", "data:,%zz", "data:;base64,a", "https://x.test/" + "é" * 300,
]  # fmt: skip
WORDS = [
    *URLS, "succeeded", "failed", "processing", "null", "array", "string", "uri", "iterator",
    "#/components/schemas/Output", "o/n:v", "0.3.8", "9" * 5000,
    "2024-01-01T00:00:00.123456789Z", "0001-01-01T00:00:00+23:59", "9999-12-31T24:00:00Z",
    " 50%|█████     | 5/10 [00:01<00:01]", "\0", "", ".", "..",
]  # fmt: skip
SCHEMA_WORDS = [
    "components", "schemas", "Output", "type", "format", "items", "properties", "allOf", "$ref",
    "x-cog-array-type", "stream", "get", "web", "detail", "retry_after", "invalid_fields",
    "results", "next", "previous", "weights",
]  # fmt: skip

STATUSES = ["starting", "processing", "succeeded", "failed", "canceled", "aborted", "new"]
