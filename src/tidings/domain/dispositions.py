"""The disposition of a campaign's attempt, as its wrap-up code in interactions (C13)."""

from typing import Final

SENT: Final = "OUTBOUND-MESSAGE-SENT"
FAILED: Final = "OUTBOUND-MESSAGE-FAILED"

# By delivery status. A message that waits, or whose outcome is not known, has none yet.
DISPOSITIONS: Final = {
    "sent": SENT,
    "delivered": SENT,
    "read": SENT,
    "failed": FAILED,
}


def disposition_of(status: str) -> str | None:
    """The disposition of a campaign's message by its delivery status; None while it has none."""
    return DISPOSITIONS.get(status)


def statuses_of(disposition: str) -> tuple[str, ...]:
    """The delivery statuses that a disposition stands for; none for an unknown one."""
    return tuple(status for status, each in DISPOSITIONS.items() if each == disposition)
