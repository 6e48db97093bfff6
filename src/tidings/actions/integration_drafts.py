"""What it takes to connect a number by hand: its ids and secrets, and what is wrong with them."""

import hashlib
from uuid import UUID

import msgspec

from tidings.domain.errors import FieldError, Kind, Rejection

LONGEST_SECRET = 4_096
MOST_DIGITS = 20
SECRETS = ("access_token", "app_secret", "verify_token")
FIELDS = {"access_token": "accessToken", "app_secret": "appSecret", "verify_token": "verifyToken"}


class Credentials(msgspec.Struct, frozen=True):
    """The secrets of an integration; None where a change leaves one as it is."""

    access_token: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None


class IntegrationDraft(msgspec.Struct, frozen=True):
    """A WhatsApp number to connect by hand (W1); `base_address` is checked already.

    `content_id` is its content profile; None takes the organization's default, whichever it is.
    """

    name: str | None
    account_id: str
    number_id: str
    credentials: Credentials
    base_address: str
    division_id: UUID | None = None
    phone_number: str = ""
    content_id: UUID | None = None


def hash_verify_token(token: str) -> bytes:
    """By what the provider's handshake finds the integration; empty for no token."""
    return hashlib.sha256(token.encode()).digest() if token else b""


def check_draft(draft: IntegrationDraft) -> None:
    """Raise a 400 that names every id and secret that is missing or cannot be one."""
    fields = [
        FieldError("invalid.value", field, f"{field} is the number that Meta shows for it.")
        for field, value in (
            ("whatsAppBusinessAccountId", draft.account_id),
            ("phoneNumberId", draft.number_id),
        )
        if not (value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS)
    ]
    fields += [
        FieldError("constraint.validation", FIELDS[name], f"{FIELDS[name]} is required.")
        for name in SECRETS
        if not getattr(draft.credentials, name)
    ]
    fields += unfit_secrets(draft.credentials)
    if fields:
        raise invalid_fields(fields)


def unfit_secrets(credentials: Credentials) -> list[FieldError]:
    """The secrets that cannot be any of Meta's, such as a text pasted with a line break."""
    return [
        FieldError("invalid.value", FIELDS[name], f"{FIELDS[name]} is not a secret of Meta's.")
        for name in SECRETS
        if (value := getattr(credentials, name))
        and not (value.isascii() and value.isprintable() and len(value) <= LONGEST_SECRET)
    ]


def invalid_fields(fields: list[FieldError]) -> Rejection:
    """The 400 for these fields."""
    message = " ".join(field.message for field in fields)
    return Rejection(Kind.INVALID, fields[0].code, message, fields=tuple(fields))
