"""How far a message got, as a ladder that is only climbed, and its names in the public API."""

from enum import StrEnum
from typing import Final


class DeliveryStatus(StrEnum):
    """The steps of the ladder. UNKNOWN: the call went out and its outcome was never learnt."""

    QUEUED = "queued"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


# `failed` beats `sent`, and anything that arrived beats `failed`.
_RANKS: Final = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.UNKNOWN: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.FAILED: 3,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.READ: 5,
}

# UNKNOWN has no name in the public API; "queued" is the one that promises least. Whoever shows
# it adds an errorInfo that says what is known.
_REST: Final = {
    DeliveryStatus.QUEUED: "queued",
    DeliveryStatus.UNKNOWN: "queued",
    DeliveryStatus.SENT: "sent",
    DeliveryStatus.FAILED: "failed",
    DeliveryStatus.DELIVERED: "delivery-success",
    DeliveryStatus.READ: "read",
}

_RECEIPT: Final = {
    DeliveryStatus.SENT: "Sent",
    DeliveryStatus.FAILED: "Failed",
    DeliveryStatus.DELIVERED: "Delivered",
    DeliveryStatus.READ: "Read",
}

_ANALYTICS: Final = {
    DeliveryStatus.QUEUED: "Queued",
    DeliveryStatus.UNKNOWN: "Queued",
    DeliveryStatus.SENT: "Sent",
    DeliveryStatus.FAILED: "Failed",
    DeliveryStatus.DELIVERED: "DeliverySuccess",
    DeliveryStatus.READ: "Read",
}


def highest(old: DeliveryStatus, new: DeliveryStatus) -> DeliveryStatus:
    """Give the higher of two: associative and commutative, so the order of callbacks is moot."""
    return new if _RANKS[new] > _RANKS[old] else old


def rest_status(status: DeliveryStatus) -> str:
    """Spell a status as `MessageData.status` of the public API."""
    return _REST[status]


def receipt_status(status: DeliveryStatus) -> str | None:
    """Spell a status as a receipt's; None while there is nothing to acknowledge."""
    return _RECEIPT.get(status)


def analytics_status(status: DeliveryStatus) -> str:
    """Spell a status as `deliveryStatus` of analytics and of the interactions view."""
    return _ANALYTICS[status]


def parse_analytics_status(text: str) -> tuple[DeliveryStatus, ...]:
    """Give the statuses an analytics filter value stands for; empty when we never use the value."""
    return tuple(status for status, name in _ANALYTICS.items() if name == text)
