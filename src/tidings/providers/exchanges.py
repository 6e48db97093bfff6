"""What the exchange log keeps of a provider call. Secrets are taken out here, and only here."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

LOGGED_BODY_LIMIT: Final = 16_384

_SECRETS: Final = (
    "access_token|refresh_token|input_token|business_token|fb_exchange_token|verify_token|"
    "hub\\.verify_token|client_secret|app_secret|appsecret_proof|pin|password|certificate"
)
# "code" is a secret in an address (OAuth) and a language in a message: only the first is hidden.
_IN_QUERY: Final = re.compile(rf"\b({_SECRETS}|code)=[^&\s\"]+", re.IGNORECASE)
_IN_FORM: Final = re.compile(rf"\b({_SECRETS})=[^&\s\"]+".encode(), re.IGNORECASE)
_IN_JSON: Final = re.compile(
    rf'"({_SECRETS})"\s*:\s*"(?:[^"\\]|\\.)*"?'.encode(),
    re.IGNORECASE,
)
# A body without any of these holds no secret: looking for them is far quicker than replacing.
_SUSPECT: Final = re.compile(b"token|secret|proof|pin|password|certificate|bearer|eaa")
_BEARER: Final = re.compile(rb"\b(Bearer\s+|EAA)[A-Za-z0-9._|-]{8,}")


class Exchange(msgspec.Struct, frozen=True):
    """One call as the exchange log keeps it: redacted, bodies cut to LOGGED_BODY_LIMIT bytes.

    `status` and `response_body` are None when nothing came back; `error` then says why.
    Request headers are not kept: the only one that matters is the secret one.
    """

    method: str
    url: str
    request_body: bytes
    status: int | None
    response_body: bytes | None
    started_at: datetime
    duration_ms: float
    error: str | None


Observer = Callable[[Exchange], None]


def redacted_exchange(
    method: str,
    url: str,
    *,
    request_body: bytes,
    status: int | None,
    response_body: bytes | None,
    started_at: datetime,
    duration_ms: float,
    error: str | None,
) -> Exchange:
    """Build an Exchange with every known secret replaced by [redacted]."""
    return Exchange(
        method=method,
        url=redact_address(url),
        request_body=redact_body(request_body),
        status=status,
        response_body=None if response_body is None else redact_body(response_body),
        started_at=started_at,
        duration_ms=duration_ms,
        error=None if error is None else redact_address(error),
    )


def redact_address(text: str) -> str:
    """Take secrets out of an address, or of a sentence that quotes one."""
    return _IN_QUERY.sub(r"\1=[redacted]", text) if "=" in text else text


def redact_body(body: bytes) -> bytes:
    """Take secrets out of a JSON or form body, and cut it. Any bytes are welcome.

    A string cut off in the middle is a secret too, hence the optional closing quote.
    """
    kept = body[:LOGGED_BODY_LIMIT]
    if not _SUSPECT.search(kept.lower()):
        return kept
    kept = _IN_JSON.sub(rb'"\1":"[redacted]"', kept)
    kept = _IN_FORM.sub(rb"\1=[redacted]", kept)
    return _BEARER.sub(rb"[redacted]", kept)
