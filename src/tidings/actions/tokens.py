"""Tokens: their text, their hash, and issuing them."""

import base64
import binascii
import hashlib
import secrets
from uuid import UUID

from tidings.domain.permissions import Caller, Grant
from tidings.store import tokens as store
from tidings.store.query import Connection, execute

SECRET_BYTES = 24


def new_token_text(organization_id: UUID) -> str:
    """A fresh token: the organization and 24 random bytes, URL-safe."""
    raw = organization_id.bytes + secrets.token_bytes(SECRET_BYTES)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def organization_of(token: str) -> UUID | None:
    """The organization named by a token's text, or None if it cannot be one of ours."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + SECRET_BYTES else None


def hash_token(token: str) -> bytes:
    """What is stored of a token. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def caller_of(organization_id: UUID, token: store.TokenRow) -> Caller:
    """Who stands behind a token, with what they may do."""
    return Caller(
        organization_id=organization_id,
        kind=token.subject_kind,
        id=token.subject_id,
        name=token.subject_name,
        grants=tuple(
            Grant(permission, division)
            for permission, division in zip(token.permissions, token.divisions, strict=True)
        ),
    )


async def issue_token(
    connection: Connection,
    organization_id: UUID,
    *,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    lifetime_s: int,
    csrf_token: str = "",
) -> str:
    """Make and keep a token; its text is given once and never again."""
    token = new_token_text(organization_id)
    await execute(
        connection,
        store.insert_token(
            organization_id,
            hash_token(token),
            kind=kind,
            subject_kind=subject_kind,
            subject_id=subject_id,
            csrf_token=csrf_token,
            lifetime_s=lifetime_s,
        ),
    )
    return token
