"""Stored media: what businesses upload and what customers send."""

import hashlib
import hmac
import secrets
import shutil
from pathlib import Path

import msgspec

from tidings.simulator.clock import Clock
from tidings.simulator.errors import GraphError

MB = 1024 * 1024
LIMITS = {
    "audio/aac": 16 * MB,
    "audio/amr": 16 * MB,
    "audio/mpeg": 16 * MB,
    "audio/mp4": 16 * MB,
    "audio/ogg": 16 * MB,
    "image/jpeg": 5 * MB,
    "image/png": 5 * MB,
    "image/webp": 500 * 1024,
    "video/mp4": 16 * MB,
    "video/3gpp": 16 * MB,
    "text/plain": 100 * MB,
    "application/pdf": 100 * MB,
    "application/msword": 100 * MB,
    "application/vnd.ms-excel": 100 * MB,
    "application/vnd.ms-powerpoint": 100 * MB,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 100 * MB,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 100 * MB,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": 100 * MB,
}
URL_LIFE_SECONDS = 300
UPLOADED_LIFE_SECONDS = 30 * 86400
INBOUND_LIFE_SECONDS = 7 * 86400


class Medium(msgspec.Struct):
    """What is known of one stored file; `sha256` in hex."""

    id: str
    mime_type: str
    sha256: str
    size: int
    expires_at: float
    filename: str = ""


class MediaStore:
    """Files in the state directory, each with a description beside it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._key = secrets.token_bytes(16)
        self._known: dict[str, Medium] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Delete every file."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._known.clear()

    def add(
        self, content: bytes, mime_type: str, *, filename: str = "", inbound: bool = False
    ) -> Medium:
        """Keep a file. Raises GraphError for types and sizes WhatsApp does not take."""
        plain = mime_type.partition(";")[0].strip().lower()
        if plain not in LIMITS:
            raise GraphError(
                100,
                message="(#100) Param file must be a file with one of the following types: "
                + ", ".join(LIMITS)
                + f". Received file of type '{plain}'.",
            )
        if len(content) > LIMITS[plain]:
            raise GraphError(131053, f"File size too large: {len(content)} bytes for {plain}")
        life = INBOUND_LIFE_SECONDS if inbound else UPLOADED_LIFE_SECONDS
        medium = Medium(
            str(secrets.randbelow(9 * 10**15) + 10**15),
            mime_type,
            hashlib.sha256(content).hexdigest(),
            len(content),
            self._clock.now() + life,
            filename,
        )
        (self._folder / medium.id).write_bytes(content)
        (self._folder / (medium.id + ".json")).write_bytes(msgspec.json.encode(medium))
        self._known[medium.id] = medium
        return medium

    def find(self, media_id: str) -> Medium | None:
        """The medium with that id, unless it never was or has expired."""
        medium = self._known.get(media_id)
        if medium is None and media_id.isdigit():
            description = self._folder / (media_id + ".json")
            if description.exists():
                medium = msgspec.json.decode(description.read_bytes(), type=Medium)
                self._known[media_id] = medium
        if medium is None or medium.expires_at < self._clock.now():
            return None
        return medium

    def content(self, medium: Medium) -> bytes:
        """The bytes of a stored file."""
        return (self._folder / medium.id).read_bytes()

    def delete(self, medium: Medium) -> None:
        """Remove a file."""
        self._known.pop(medium.id, None)
        (self._folder / (medium.id + ".json")).unlink(missing_ok=True)
        (self._folder / medium.id).unlink(missing_ok=True)

    def url(self, medium: Medium, address: str) -> str:
        """A download address that works for five minutes, with the bearer token."""
        until = int(self._clock.now()) + URL_LIFE_SECONDS
        return f"{address}/_media/{medium.id}?ext={until}&hash={self._seal(medium.id, until)}"

    def url_is_good(self, media_id: str, query: dict[str, str]) -> bool:
        """Whether a download address was made here and is still young enough."""
        until = query.get("ext", "")
        if not until.isdigit() or int(until) < self._clock.now():
            return False
        return hmac.compare_digest(self._seal(media_id, int(until)), query.get("hash", ""))

    def _seal(self, media_id: str, until: int) -> str:
        text = f"{media_id}:{until}".encode()
        return hmac.digest(self._key, text, hashlib.sha256).hex()[:32]
