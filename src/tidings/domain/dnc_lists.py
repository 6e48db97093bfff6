"""Rules of do-not-contact lists: what goes on which list, how it is read, and which list is fit."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from tidings.domain.addresses import address_key, parse_any_phone
from tidings.domain.calling_codes import numbering_plan
from tidings.domain.errors import invalid

LONGEST_EMAIL: Final = 320
LONGEST_CUSTOM: Final = 512
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
IMPORTING: Final = frozenset({"uploading", "queued", "running"})


class EntryKind(StrEnum):
    """What an entry holds."""

    PHONE = "phone"
    EMAIL = "email"
    CUSTOM = "custom"


class SourceType(StrEnum):
    """What a list is keyed by: addresses, or the values of a column of one's own."""

    ADDRESSES = "rds"
    CUSTOM = "rds_custom"


class ContactMethod(StrEnum):
    """Which addresses a list is for. Phone and WhatsApp lists both hold phone numbers."""

    WHATSAPP = "WhatsApp"
    PHONE = "Phone"
    EMAIL = "Email"
    ANY = "Any"


class Entry(msgspec.Struct, frozen=True):
    """One entry: what it is found by, as it was given, and until when (None: for ever)."""

    key: str
    value: str
    expires_at: datetime | None = None


class ListState(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether a list keeps anybody from being messaged."""

    contact_method: str
    source_type: str
    collects_opt_outs: bool
    entry_count: int
    import_state: str | None
    import_rejected_rows: int | None = None
    import_accepted: bool = False


def parse_entry(
    text: str, kind: EntryKind, *, region: str | None = None, expires_at: datetime | None = None
) -> Entry | None:
    """Read an entry as people write it; None when it is none of its kind.

    Phone numbers may be formatted in any way; with a region national ones are understood.
    """
    if kind is EntryKind.PHONE:
        phone = parse_any_phone(text, region)
        return None if phone is None else Entry(address_key(phone), phone, expires_at)
    text = text.strip()
    if kind is EntryKind.EMAIL:
        fits = len(text) <= LONGEST_EMAIL and EMAIL.fullmatch(text)
        return Entry(text.lower(), text, expires_at) if fits else None
    fits_custom = 0 < len(text) <= LONGEST_CUSTOM and "\0" not in text
    return Entry(text, text, expires_at) if fits_custom else None


def part_of_key(text: str, kind: EntryKind) -> str:
    """What the value of an entry holds that is looked for by a part of it; empty for nothing.

    Of phone numbers only the digits count, whatever stands between them.
    """
    if kind is EntryKind.PHONE:
        return "".join(each for each in text if each.isdecimal() and each.isascii())
    return text.strip().lower() if kind is EntryKind.EMAIL else text.strip()


def takes(kind: EntryKind, *, contact_method: str, source_type: str) -> bool:
    """Whether a list takes entries of this kind."""
    if source_type == SourceType.CUSTOM:
        return kind is EntryKind.CUSTOM
    if kind is EntryKind.EMAIL:
        return contact_method in (ContactMethod.EMAIL, ContactMethod.ANY)
    return kind is EntryKind.PHONE and contact_method != ContactMethod.EMAIL


def parse_expiry(text: str | None, *, now: datetime) -> datetime | None:
    """Until when entries count, as `2026-01-31T08:30Z`; None for ever. 400 for what is past."""
    field, code = "expirationDateTime", "invalid.date.value"
    if not text:
        return None
    try:
        expires_at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(
            field, "expirationDateTime is not a date-time such as 2026-01-31T08:30Z.", code=code
        ) from None
    if expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=UTC)
    if expires_at <= now:
        raise invalid(field, "expirationDateTime lies in the past.", code=code)
    return expires_at


def check_region(region: str | None) -> str | None:
    """A country for national numbers, such as US; 400 for one that nobody knows."""
    if not region:
        return None
    region = region.strip().upper()
    if numbering_plan(region) is None:
        raise invalid("defaultRegion", f"{region} is no country; write two letters, such as US.")
    return region


def unusable_reasons(state: ListState) -> list[str]:
    """Why a campaign cannot rely on a list, by code; nothing when it can (C7)."""
    reasons: list[str] = []
    if not takes(
        EntryKind.PHONE, contact_method=state.contact_method, source_type=state.source_type
    ):
        reasons.append("not.phone")
    if state.import_state in IMPORTING:
        reasons.append("import.running")
    elif state.import_accepted:
        pass  # somebody looked at what was left out, and the list is good without it
    elif state.import_state == "failed":
        reasons.append("import.failed")
    elif state.import_rejected_rows:
        reasons.append("import.failed.partly")
    if state.entry_count == 0 and not state.collects_opt_outs:
        reasons.append("empty")
    return reasons
