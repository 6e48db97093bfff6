"""Secrets at rest: small dictionaries, encrypted under one key for the whole installation.

The key comes from the environment or a 0600 file; nothing here knows what the secrets are for.
"""

import base64
import binascii
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tidings.settings import SettingError, Settings

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
FORMAT: Final = b"\x01"


class SecretError(Exception):
    """Stored secrets cannot be read with this key; the text says how to mend it."""


class SecretBox:
    """Seals and opens secrets with AES-256-GCM; one serves a whole process."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, values: dict[str, str], *, organization_id: UUID, owner_id: UUID) -> bytes:
        """Encrypt; only a row of the same organization and owner can be opened with it again."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        bound = organization_id.bytes + owner_id.bytes
        return FORMAT + nonce + self._cipher.encrypt(nonce, msgspec.json.encode(values), bound)

    def open(self, sealed: bytes, *, organization_id: UUID, owner_id: UUID) -> dict[str, str]:
        """Decrypt. Raises SecretError for another key, another row or a damaged value."""
        start = len(FORMAT)
        nonce, text = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            if sealed[:start] != FORMAT or len(nonce) < NONCE_BYTES:
                raise InvalidTag
            plain = self._cipher.decrypt(nonce, text, organization_id.bytes + owner_id.bytes)
        except InvalidTag:
            raise SecretError(
                f"The stored secrets of {owner_id} cannot be read with this key. Put back the "
                "TIDINGS_SECRET_KEY or the secret.key that they were stored with, or enter them "
                "anew."
            ) from None
        return msgspec.json.decode(plain, type=dict[str, str])


def load_secret_box(settings: Settings) -> SecretBox:
    """The process's box. Raises SettingError when there is no usable key."""
    return SecretBox(load_key(settings))


def load_key(settings: Settings) -> bytes:
    """The 32 bytes of TIDINGS_SECRET_KEY, else of <home>/secret.key, made at first use.

    Processes that start at the same time agree on one key. Raises SettingError with the mend.
    """
    if settings.secret_key:
        return _decode(settings.secret_key, "TIDINGS_SECRET_KEY")
    path = settings.home_path / "secret.key"
    try:
        if not path.exists():
            _make_key_file(path)
        return _decode(path.read_text(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"The key file {path} cannot be read or made ({error}); mend its permissions, or set "
            "TIDINGS_SECRET_KEY."
        ) from error


def _make_key_file(path: Path) -> None:
    """Write the key aside and link it into place, so that nobody ever reads half a key.

    link() fails where the name exists: of two processes one wins and both read the winner's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingError(
            f"{source} is not a key: it must be {KEY_BYTES} random bytes in base64, such as "
            f"`openssl rand -base64 {KEY_BYTES}` prints."
        )
    return key
