"""The wire shapes that all areas of the API share: how answers and requests are spelled."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from tidings.domain.errors import invalid

Item = TypeVar("Item")
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class View(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """An answer. A field with the default None is left out when it is None: never `null`."""


class Body(msgspec.Struct, rename="camel", kw_only=True):
    """A request. Fields that the contract knows and we do not use are read over."""


class Ref(View):
    """Another entity, by id."""

    id: str
    name: str | None = None
    self_uri: str | None = None


class Listing(View, Generic[Item]):
    """A page of a numbered listing, as in the reference."""

    entities: Sequence[Item]
    page_size: int
    page_number: int
    total: int
    page_count: int
    self_uri: str
    first_uri: str | None = None
    last_uri: str | None = None
    next_uri: str | None = None
    previous_uri: str | None = None


class Keyset(View, Generic[Item]):
    """A page of an endless listing: `next_uri` goes on after the last entity."""

    entities: Sequence[Item]
    page_size: int
    self_uri: str
    next_uri: str | None = None


def moment(time: datetime) -> Moment:
    """A time as the API writes it: UTC, milliseconds, Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def optional_moment(time: datetime | None) -> Moment | None:
    """The same, where there may be none."""
    return None if time is None else moment(time)


def parse_moment(text: str, field: str) -> datetime:
    """A time from a request: ISO 8601 with or without zone (then UTC); 400 names the field."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(
            field, f"{field} is not an ISO 8601 date-time.", code="invalid.date"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def parse_id(text: str | None, field: str) -> UUID:
    """An id from a request; 400 names the field."""
    try:
        return UUID(text or "")
    except ValueError:
        raise invalid(field, f"{field} is not an id.") from None
