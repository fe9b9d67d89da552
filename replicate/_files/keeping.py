"""Keeping what a prediction has made: its files, and a record of how they came about."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Union,
)

from .._blocking import in_thread, together
from .._guards import is_array, is_object, is_text
from .._http.address import shown
from .._http.subjects import without_query
from .output import FileOutput
from .saving import cut, saved_bytes, segment

if TYPE_CHECKING:
    import os

DOWNLOADS_AT_ONCE = 4
"""How many files of one prediction are on their way together, in asynchronous calls."""

LEFT_OUT = frozenset({"logs", "urls"})
"""Fields that the record does not have: logs are long, and some URLs let their reader in."""

_SEED = re.compile(r"\bseed\b[\s:=]+(\d{1,20})(?!\d)", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_DATA = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)


class Kept(NamedTuple):
    """What was kept."""

    output: Any
    """The output, with paths in the places of its files."""

    files: List[Path]


async def keep(
    output: Any, folder: Union[str, os.PathLike[str]], prediction: Mapping[str, Any]
) -> Kept:
    """Save the files in an output into a folder, and a record of the prediction beside them.

    Files that are there already are not fetched again: their names have the prediction's id.

    Args:
        output: The output, whose files are `FileOutput`s.
        folder: The folder, which is made if it is not there.
        prediction: The prediction, as the API returned it.
    """
    place = Path(folder)
    await in_thread(lambda: place.mkdir(parents=True, exist_ok=True))
    stem = stem_of(prediction)
    found: List[FileOutput] = list(files_in(output))

    async def save(index: int) -> Path:
        suffix = Path(found[index].name).suffix
        path = place / f"{stem}-{index}{suffix}"
        if not await in_thread(path.exists):
            await found[index].async_save(path)
        return path

    files = await together(save, range(len(found)), limit=DOWNLOADS_AT_ONCE)
    record = {**record_of(prediction), "files": [path.name for path in files]}
    text = json.dumps(record, indent=2, ensure_ascii=False)
    await saved_bytes(place / f"{stem}.json", f"{text}\n".encode("utf-8", "backslashreplace"))
    paths = iter(files)
    return Kept(placed(output, lambda _: next(paths)), files)


def stem_of(prediction: Mapping[str, Any]) -> str:
    """Return how the names of a prediction's files begin: with its model and its id. Pure."""
    model, id = prediction.get("model"), prediction.get("id")
    name = segment(model) if is_text(model) else ""
    return f"{cut(name, 100) or 'output'}-{cut(segment(str(id)), 100)}"


def record_of(prediction: Mapping[str, Any]) -> Dict[str, Any]:
    """Return what is worth keeping of a prediction. Pure.

    URLs have no query in it, which may be a signature, and files that are inside the input or
    the output are named and not repeated.
    """
    record = {name: _shown(value) for name, value in prediction.items() if name not in LEFT_OUT}
    urls = prediction.get("urls")
    web = urls.get("web") if is_object(urls) else None
    return {**record, "seed": seed_of(prediction), "web": web}


def seed_of(prediction: Mapping[str, Any]) -> Optional[int]:
    """Return the seed, from the input or as the model has logged it; None if it is not known."""
    input, logs = prediction.get("input"), prediction.get("logs")
    seed = input.get("seed") if is_object(input) else None
    if isinstance(seed, int) and not isinstance(seed, bool):
        return seed
    logged = _SEED.search(logs) if isinstance(logs, str) else None
    return int(logged[1]) if logged else None


def _shown(value: Any) -> Any:
    if is_object(value):
        return {name: _shown(item) for name, item in value.items()}
    if is_array(value):
        return [_shown(item) for item in value]
    if not isinstance(value, str):
        return value
    if _URL.fullmatch(value):
        return without_query(shown(value)).partition("#")[0]
    data = _DATA.match(value)
    return f"{data[0]}... ({len(value):,} characters)" if data else value


def files_in(output: Any) -> Iterator[FileOutput]:
    """Yield the files in an output."""
    if isinstance(output, FileOutput):
        yield output
    elif is_object(output) or is_array(output):
        for item in output.values() if is_object(output) else output:
            yield from files_in(item)


def placed(output: Any, place_of: Callable[[FileOutput], Any]) -> Any:
    """Return an output with something else in the places of its files: where they are. Pure."""
    if isinstance(output, FileOutput):
        return place_of(output)
    if is_object(output):
        return {name: placed(item, place_of) for name, item in output.items()}
    if is_array(output):
        return [placed(item, place_of) for item in output]
    return output
