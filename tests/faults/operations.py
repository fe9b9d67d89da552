"""The operations of the matrix, which are all that there are, by kinds that fare alike."""

from __future__ import annotations

from tests.faults import plain, runs
from tests.faults.operation import Kind

KINDS = [
    Kind("Reads", "GET, and the search by QUERY.", plain.READS),
    Kind("Deletes", "DELETE.", plain.DELETES),
    Kind("Cancels", "POST, but it creates nothing.", runs.CANCELS),
    Kind("Writes", "POST and PATCH of what costs nothing.", plain.WRITES),
    Kind("Creates", "POST that costs money.", runs.CREATES),
    Kind(
        "Held creates",
        "The same, when the server keeps the request open until the output is there.",
        runs.HELD,
    ),
    Kind("Uploads before a create", "`files.create`, as a part of another call.", runs.UPLOADS),
    Kind("Look-ups before a create", "The version's schema; it is a help only.", runs.LOOKUPS),
    Kind("Waiting", "Reading again and again until the run has ended.", runs.POLLS),
    Kind("Streams", "The connection that the events come over.", runs.STREAMS),
    Kind(
        "Output files",
        "They come from another server, and any content is a right one.",
        runs.FILES,
        takes_anything=True,
    ),
    Kind("Texts and contents", "Likewise, but from the API.", plain.CONTENTS, takes_anything=True),
]
