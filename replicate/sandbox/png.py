"""Small pictures: PNG with 8 bits a channel, written, read and enlarged."""

from __future__ import annotations

import struct
import zlib
from typing import Iterator, List, NamedTuple, Sequence, Tuple

MAGIC = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


class Picture(NamedTuple):
    """The pixels of a picture.

    Attributes:
        rows: The bytes of each row, from the top.
        channels: Bytes of one pixel: grey, grey and alpha, RGB, or RGB and alpha.
    """

    rows: Sequence[bytes]
    channels: int

    @property
    def size(self) -> Tuple[int, int]:
        """Width and height."""
        return len(self.rows[0]) // self.channels, len(self.rows)


def write(picture: Picture) -> bytes:
    """Encode a picture."""
    width, height = picture.size
    kind = next(kind for kind, channels in _CHANNELS.items() if channels == picture.channels)
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in picture.rows), 6)
    return MAGIC + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def read(data: bytes) -> Picture:
    """Decode a picture.

    Raises:
        ValueError: if it is no PNG, or one of a rare kind (a palette, 16 bits, interlaced).
    """
    if not data.startswith(MAGIC):
        raise ValueError("not a PNG")
    try:
        chunks = list(_chunks(data))
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
        if depth != 8 or kind not in _CHANNELS or interlaced:
            raise ValueError("only PNGs of 8 bits a channel, not interlaced, can be read here")
        raw = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
        channels = _CHANNELS[kind]
        return Picture(_unfiltered(raw, width * channels, height, channels), channels)
    except (struct.error, zlib.error, IndexError) as error:
        raise ValueError(f"a broken PNG: {error}") from None


def enlarge(picture: Picture, width: int, height: int) -> Picture:
    """Return a picture in another size, each pixel the nearest of the old ones."""
    old_width, old_height = picture.size
    step = picture.channels
    columns = [x * old_width // width * step for x in range(width)]
    rows: List[bytes] = []
    for y in range(height):
        source = picture.rows[y * old_height // height]
        rows.append(b"".join(source[x : x + step] for x in columns))
    return Picture(rows, step)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _chunks(data: bytes) -> Iterator[Tuple[bytes, bytes]]:
    position = len(MAGIC)
    while position < len(data):
        size, name = struct.unpack(">I4s", data[position : position + 8])
        yield name, data[position + 8 : position + 8 + size]
        position += size + 12


def _unfiltered(raw: bytes, size: int, height: int, step: int) -> List[bytes]:
    rows: List[bytes] = []
    above = bytes(size)
    for y in range(height):
        start = y * (size + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + size])
        if len(row) < size:
            raise ValueError("a broken PNG: rows are missing")
        for x in range(size) if kind else ():
            left = row[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            row[x] = (row[x] + _predicted(kind, left, above[x], corner)) & 255
        above = bytes(row)
        rows.append(above)
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
