"""Ids of rows: UUIDv7, so that they sort by time of birth and index pages stay warm."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()


def new_id_of(moment: datetime) -> UUID:
    """A fresh UUIDv7 of an earlier moment, for what is written down after it began."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (new_id().int & ((1 << 80) - 1)))


def id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment: the bound for a range of ids by time."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62))


def time_of(identifier: UUID) -> datetime:
    """The moment at which a UUIDv7 was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
