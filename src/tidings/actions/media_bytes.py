"""Bytes on their way in: to a scratch file, looked at, and kept with a thumbnail.

Nothing is held in memory but a piece; what is too large is given up as soon as that shows.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from threading import Lock
from typing import IO

import msgspec
import structlog
from PIL import Image, ImageOps

from tidings.domain.content import MediaKind
from tidings.domain.media import HEAD_BYTES
from tidings.store.media import MediaRow
from tidings.store.media_files import MediaFiles, scratch_file
from tidings.store.media_upkeep import Stored

log = structlog.get_logger()

PIECE_BYTES = 1_048_576
THUMBNAIL_PIXELS = 480
MOST_PIXELS = 24_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
THUMBNAIL_TYPE = "image/webp"
# A decoded picture takes up to 100 MB: one at a time.
_drawing = Lock()


class TooLarge(Exception):
    """More bytes came than were allowed."""


class Taken(msgspec.Struct, frozen=True):
    """Bytes that came in: the file they lie in for now, and what it is like."""

    file: IO[bytes]
    size_bytes: int
    sha256: bytes
    head: bytes


@asynccontextmanager
async def take_in(chunks: AsyncIterator[bytes], *, limit: int) -> AsyncIterator[Taken]:
    """Write a stream to a scratch file, which is gone after the block; raises TooLarge."""
    file = await asyncio.to_thread(scratch_file)
    try:
        digest, size, head, piece = hashlib.sha256(), 0, b"", bytearray()
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge
            head += chunk[: HEAD_BYTES - len(head)]
            piece += chunk
            if len(piece) >= PIECE_BYTES:
                await asyncio.to_thread(_write, file, digest, bytes(piece))
                piece.clear()
        await asyncio.to_thread(_write, file, digest, bytes(piece))
        yield Taken(file, size, digest.digest(), head)
    finally:
        file.close()


def _write(file: IO[bytes], digest: "hashlib._Hash", piece: bytes) -> None:
    file.write(piece)
    digest.update(piece)


def key_of(row: MediaRow) -> str:
    """Where a file's bytes lie: a folder for each organization and day."""
    return f"{row.organization_id}/{row.created_at:%Y%m%d}/{row.id}"


def thumbnail_key_of(row: MediaRow) -> str:
    """Where its thumbnail lies, if it has one."""
    return f"{key_of(row)}.thumbnail"


async def keep_bytes(
    files: MediaFiles, row: MediaRow, taken: Taken, *, kind: MediaKind, mime_type: str
) -> Stored:
    """Put a file into the store, with a thumbnail if it is a picture that can be drawn."""
    thumbnail_key = None
    if kind in (MediaKind.IMAGE, MediaKind.STICKER):
        thumbnail = await asyncio.to_thread(make_thumbnail, taken.file)
        if thumbnail is not None:
            thumbnail_key = thumbnail_key_of(row)
            await files.put(thumbnail_key, BytesIO(thumbnail))
    await files.put(key_of(row), taken.file)
    return Stored(
        key=key_of(row),
        kind=kind.value,
        mime_type=mime_type,
        size_bytes=taken.size_bytes,
        sha256=taken.sha256,
        thumbnail_key=thumbnail_key,
    )


def make_thumbnail(file: IO[bytes]) -> bytes | None:
    """A small picture of a picture; None when it is broken, too large, or of no known format.

    Whatever a stranger's file makes the decoder raise, the file itself is kept all the same.
    """
    file.seek(0)
    try:
        with _drawing, Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (2 * THUMBNAIL_PIXELS, 2 * THUMBNAIL_PIXELS))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            drawn = BytesIO()
            small.save(drawn, "WEBP", quality=80)
            return drawn.getvalue()
    except Exception as error:
        log.info("media.no_thumbnail", error=type(error).__name__)
        return None
