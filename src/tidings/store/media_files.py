"""The bytes of media: in a folder, or in an object store of the S3, Azure or Google kind.

What there is and who may see it stands in `media`; here a key is all that is known of a file.
"""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec
import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from tidings.settings import Settings

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult

CHUNK_BYTES = 262_144
FOLDER = "media"
# What a store raises that does not work. A file that is not there is a FileNotFoundError.
STORE_ERRORS = (OSError, BaseError)
LOCAL = "file://"
PROBE = "can-it-be-written"


class Opened(msgspec.Struct, frozen=True):
    """A stored file, or the part of it from `start` up to and not with `end`."""

    size_bytes: int
    start: int
    end: int
    chunks: AsyncIterator[bytes]


class MediaFiles:
    """The store of one installation. What it raises when it does not work: STORE_ERRORS."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store: ObjectStore | None = None

    async def put(self, key: str, file: IO[bytes]) -> None:
        """Keep a file under a key, whole or not at all; a file of the same key is replaced."""
        file.seek(0)
        await obstore.put_async(self._open(), key, file)

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> Opened:
        """Open a stored file or a part of it; FileNotFoundError when it is not there."""
        options: GetOptions = {}
        if end is not None:
            options["range"] = (start, end)
        elif start:
            options["range"] = {"offset": start}
        found = await obstore.get_async(self._open(), key, options=options)
        first, last = found.range
        chunks = _chunks(found)
        return Opened(size_bytes=found.meta["size"], start=first, end=last, chunks=chunks)

    async def delete(self, keys: list[str]) -> None:
        """Delete files; those that are not there are no matter."""
        for key in keys:
            try:
                await obstore.delete_async(self._open(), key)
            except FileNotFoundError:
                continue

    async def check(self) -> str:
        """Put an empty file and take it away again; gives where it was. Raises STORE_ERRORS."""
        store = self._open()
        await obstore.put_async(store, PROBE, b"")
        await obstore.delete_async(store, PROBE)
        return self._settings.media_store or str(self._settings.home_path / FOLDER)

    def _open(self) -> ObjectStore:
        if self._store is None:
            address = self._settings.media_store
            if address and not address.startswith(LOCAL):
                self._store = from_url(address)
            else:
                own = self._settings.home_path / FOLDER
                folder = Path(address.removeprefix(LOCAL)) if address else own
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._store = LocalStore(folder)
        return self._store


async def _chunks(found: "GetResult") -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
        yield bytes(chunk)


def scratch_file() -> IO[bytes]:
    """A file on disk for bytes that come in; it is gone when it is closed, or the process dies."""
    return tempfile.TemporaryFile(prefix="tidings-")
