"""Who wrote and when, as the Cloud API says it: digits, business-scoped ids, odd timestamps.

Since 2026 a customer with a username may have no phone number at all: the phone field may be
missing, empty, or hold the business-scoped user id.
"""

import re
from datetime import UTC, datetime
from typing import Final

# From this number on a timestamp must be milliseconds: as seconds it would be the year 5138.
_FIRST_MILLISECONDS: Final = 100_000_000_000
_USER_ID: Final = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,160}")
_PUNCTUATION: Final = str.maketrans("", "", "+ -().\u00a0")


def aware_time(timestamp: str | int | float) -> datetime:
    """Read a unix time in seconds or milliseconds, text or number. Raises ValueError and kin."""
    seconds = float(timestamp)
    if seconds >= _FIRST_MILLISECONDS:
        seconds /= 1000
    if seconds <= 0:
        raise ValueError(f"not a time: {timestamp}")
    return datetime.fromtimestamp(seconds, UTC)


def phone_digits(text: str | None) -> str | None:
    """Give a phone number's digits, or None when the text is something else."""
    if not text:
        return None
    if not text.isdecimal():
        text = text.translate(_PUNCTUATION)
    return text if text.isascii() and text.isdecimal() and 5 <= len(text) <= 15 else None


def user_id_of(text: str | None) -> str | None:
    """Give a business-scoped user id, or None when the text is something else."""
    return text if text and _USER_ID.fullmatch(text) else None
