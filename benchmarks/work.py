"""What all contestants work on."""

from __future__ import annotations

ID = "gm3qorzdhgbfurvjtvhg6dckhu"
VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
INPUT = {"prompt": "an observatory in the desert, at dusk", "seed": 7, "steps": 50}
FIELDS = ("id", "status", "model", "created_at", "output")
HEADERS = {"Authorization": "Bearer token"}


def fields_read(item):
    """Read five fields, as a program does that shows a list."""
    return all([item[name] for name in FIELDS])


def attributes_read(item):
    """Read the same five of an object."""
    return all([item.id, item.status, item.model, item.created_at, item.output])


def file_of(size):
    """Return the path of a file of zeros, which takes no room on the disk.

    It is read once: what the system takes to have a file in memory is no cost of a client.
    """
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".bin", delete=False) as file:
        file.truncate(size)
        file.seek(0)
        while file.read(1 << 16):
            pass
    return file.name
