"""The files of the sandbox: uploads, and what models put out, on disk until it stops."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import io
import os
import shutil
import tempfile
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Dict, Optional, Set, Union
from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.responses import FileResponse

from .._files.media import media_types
from .._files.saving import segment
from . import wire
from .runs import RETENTION

if TYPE_CHECKING:
    from .clock import Clock

CHUNK = 1 << 18
HARMLESS = {
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
}
"""Headers of a file where the web page is too: whatever a model made, it has no say in the page."""

DAY = 24 * 3600 * wire.NANOSECONDS
"""How long uploads are kept."""


@dataclass(frozen=True)
class File:
    """A file from memory, as the output of a model.

    Attributes:
        data: The bytes.
        name: The last part of the file's URL. Its ending decides the content type.
    """

    data: bytes
    name: str = "output"


@dataclass(frozen=True)
class StoredFile:
    """A file that the sandbox holds."""

    id: str
    name: str
    content_type: str
    path: Path
    size: int
    sha256: str
    md5: str
    metadata: Dict[str, Any]
    created_at: int

    def to_wire(self, api_url: str) -> Dict[str, Any]:
        """Render an upload as the API does."""
        return {
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": self.size,
            "etag": self.md5,
            "checksums": {"sha256": self.sha256, "md5": self.md5},
            "metadata": self.metadata,
            "created_at": wire.timestamp(self.created_at, 3),
            "expires_at": wire.timestamp(self.created_at + DAY, 3),
            "urls": {"get": f"{api_url}/files/{self.id}"},
        }

    def serve(self, *, beside_page: bool = True) -> FileResponse:
        """Answer with the content, or with the range of it that was asked for.

        Args:
            beside_page: Whether the address is on the host where the web page is.
        """
        own = HARMLESS if beside_page else {"cache-control": "public,max-age=3600"}
        headers = {"etag": f'"{self.md5}"', **own}
        return FileResponse(self.path, headers=headers, media_type=self.content_type)


class FileStore:
    """Keeps files, and knows under which URLs they are."""

    def __init__(self, key: str, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._kept: Set[str] = set()
        self.api_url = ""
        self.delivery_url = ""
        self.uploads: Dict[str, StoredFile] = {}
        self.outputs: Dict[str, StoredFile] = {}
        self._key = key.encode()
        self._lock = threading.Lock()
        self._directory: Optional[tempfile.TemporaryDirectory[str]] = None

    def upload(
        self, content: IO[bytes], name: str, content_type: str, metadata: Dict[str, Any]
    ) -> StoredFile:
        """Keep an uploaded file."""
        file_id = base64.b64encode(str(uuid.uuid4()).encode()).decode()
        stored = self._store(file_id, content, name, content_type, metadata)
        self.uploads[file_id] = stored
        if len(self.uploads) > self._limit:
            self.remove_upload(next(iter(self.uploads)))
        return stored

    def remove_upload(self, file_id: str) -> None:
        """Delete an uploaded file."""
        _unlink(self.uploads.pop(file_id))

    def remove_output(self, url: str) -> None:
        """Delete the file behind the URL of an output, if there is one."""
        if url.startswith(f"{self.delivery_url}/"):
            stored = self.outputs.pop(url.split("/")[-2], None)
            if stored is not None:
                _unlink(stored)

    def put_out(self, content: Union[IO[bytes], bytes, Path], name: str) -> str:
        """Keep a file that a model made, and return its URL."""
        # A directory on the host per file, as on replicate.delivery.
        key = wire.new_id(32)
        if isinstance(content, Path):
            with content.open("rb") as handle:
                return self.put_out(handle, name)
        if isinstance(content, bytes):
            content = io.BytesIO(content)
        stored = self._store(key, content, name, guess_type(name), {})
        self.outputs[key] = stored
        return f"{self.delivery_url}/{key}/{quote(stored.name)}"

    def keep(self, url: str) -> None:
        """Keep a file that a model made for good: an example, or trained weights."""
        if url.startswith(f"{self.delivery_url}/"):
            self._kept.add(url.split("/")[-2])

    def uploaded(self, file_id: str) -> Optional[StoredFile]:
        """Return an upload, unless it has expired."""
        return self._unexpired(self.uploads.get(file_id), DAY)

    def output(self, key: str) -> Optional[StoredFile]:
        """Return a file that a model made, unless it has expired."""
        stored = self.outputs.get(key)
        return stored if key in self._kept else self._unexpired(stored, RETENTION)

    def find(self, url: str) -> Optional[StoredFile]:
        """Return the file behind one of the sandbox's own URLs, whatever the host in it.

        The ids in its paths are too long to be anybody else's.
        """
        directory, _, name = unquote(urlsplit(url).path).rpartition("/")
        if directory.endswith("/v1/files"):
            return self.uploaded(name)
        return self.output(directory.rpartition("/")[2])

    def _unexpired(self, stored: Optional[StoredFile], age: int) -> Optional[StoredFile]:
        if stored is None or self._clock.nanoseconds() - stored.created_at >= age:
            return None
        return stored

    def download_url(self, file_id: str, owner: str, expiry: int) -> str:
        """Return the signed address at which the API serves an upload's content."""
        query = {
            "owner": owner,
            "expiry": expiry,
            "signature": self.signature(owner, file_id, expiry),
        }
        return f"{self.api_url}/files/{quote(file_id, safe='')}/download?{urlencode(query)}"

    def signature(self, owner: str, file_id: str, expiry: int) -> str:
        """Sign a download."""
        text = f"{owner} {file_id} {expiry}".encode()
        return base64.b64encode(hmac.new(self._key, text, hashlib.sha256).digest()).decode()

    def clear(self) -> None:
        """Forget all files and free their space."""
        self.uploads.clear()
        self.outputs.clear()
        self._kept.clear()
        with self._lock:
            directory, self._directory = self._directory, None
        if directory is not None:
            remove(directory)

    def _store(
        self, key: str, content: IO[bytes], name: str, content_type: str, metadata: Dict[str, Any]
    ) -> StoredFile:
        path = self._root() / hashlib.sha256(key.encode()).hexdigest()
        sha256, md5, size = hashlib.sha256(), hashlib.md5(), 0  # noqa: S324 - the API's etag
        with path.open("wb") as target:
            for chunk in iter(lambda: content.read(CHUNK), b""):
                target.write(chunk)
                sha256.update(chunk)
                md5.update(chunk)
                size += len(chunk)
        name = safe_name(name)
        checksums = sha256.hexdigest(), md5.hexdigest()
        created_at = self._clock.nanoseconds()
        return StoredFile(key, name, content_type, path, size, *checksums, metadata, created_at)

    def _root(self) -> Path:
        with self._lock:
            if self._directory is None:
                self._directory = tempfile.TemporaryDirectory(prefix="replicate-sandbox-")
            return Path(self._directory.name)


def safe_name(name: str) -> str:
    """Return the last part of a file name, which can't lead anywhere else."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")
    return last if last not in ("", ".", "..") else "file"


def name_here(name: str) -> str:
    """Return the name that a file has on this machine's disk: Windows takes fewer than the API."""
    return (segment(name) or "file") if os.name == "nt" else safe_name(name)


def remove(directory: tempfile.TemporaryDirectory[str]) -> None:
    """Delete a folder as far as that goes: Windows keeps what somebody has open."""
    shutil.rmtree(directory.name, ignore_errors=True)
    with contextlib.suppress(OSError):
        directory.cleanup()


def _unlink(stored: StoredFile) -> None:
    with contextlib.suppress(OSError):  # open on Windows: it goes with its folder
        stored.path.unlink()


def guess_type(name: str) -> str:
    """Return the content type that a file name promises."""
    return media_types().guess_type(name)[0] or "application/octet-stream"


def copy(stored: StoredFile, directory: Path) -> Path:
    """Copy a stored file to where a model may do with it what it wants."""
    target = directory / name_here(stored.name)
    shutil.copyfile(stored.path, target)
    return target
