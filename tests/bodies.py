"""Bodies as the API sends them, reduced to what a test needs."""

from __future__ import annotations

import httpx

ID = "gm3qorzdhgbfurvjtvhg6dckhu"
V = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"

ACCOUNT = {"type": "user", "username": "me", "name": "Me"}
MODEL = {"url": "u", "owner": "o", "name": "n", "visibility": "public", "run_count": 1}
DEPLOYMENT = {"owner": "o", "name": "d"}
FILE = {"id": "f1", "content_type": "text/plain", "urls": {"get": "https://x/f1"}}
COLLECTION = {"slug": "s", "name": "S", "description": ""}

ITERATOR = {"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}
DONE = "event: done\ndata: {}\n\n"


def prediction(**fields):
    """A prediction; it has succeeded unless a status is given."""
    base = {"id": ID, "model": "o/n", "version": V, "status": "succeeded", "input": {}, "urls": {}}
    return {**base, **fields}


def training(**fields):
    return prediction(output=None, **fields) if "output" not in fields else prediction(**fields)


def version(output=None, **fields):
    """A version whose schema describes this output."""
    schema = {"components": {"schemas": {"Output": output}}} if output else {"components": {}}
    base = {"id": V, "created_at": "2024-01-01T00:00:00Z", "cog_version": "0.9.0"}
    return {**base, "openapi_schema": schema, **fields}


def page(*results, next=None, previous=None):
    return {"previous": previous, "next": next, "results": list(results)}


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, and fails where one is an error."""

    def __init__(self, pieces):
        self._pieces = pieces

    def __iter__(self):
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self):
        for piece in self:
            yield piece
