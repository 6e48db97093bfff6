"""Outbound events: what happened to a campaign, a list or an import, in words for people."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.ids import id_at, new_id
from tidings.store.query import Nothing, Query, params_of


class Level(StrEnum):
    """How serious an event is."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Category(StrEnum):
    """What an event is about, in the public API's words."""

    CONTACT = "CONTACT"
    CONTACT_LIST_FILTER = "CONTACT_LIST_FILTER"
    DNC_LIST = "DNC_LIST"
    ENTITY_LIMIT = "ENTITY_LIMIT"
    IMPORT_ERROR = "IMPORT_ERROR"
    MESSAGING_CAMPAIGN = "MESSAGING_CAMPAIGN"
    ORGANIZATION_CONFIGURATION = "ORGANIZATION_CONFIGURATION"
    SCHEDULE = "SCHEDULE"
    WHATSAPP_CAMPAIGN_SCHEDULE = "WHATSAPP_CAMPAIGN_SCHEDULE"


class OutboundEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event to write down. `code` is for programs, `message` says it and how to mend it.

    `entity_type` is a noun such as campaign, contactList or dncList. `actor` is who did it, empty
    for what happened by itself. `division_id` is that of the entity.
    """

    level: Level
    category: Category
    code: str
    message: str
    entity_type: str
    entity_id: UUID
    entity_name: str = ""
    division_id: UUID | None = None
    actor: str = ""
    correlation_id: str = ""


class OutboundEventRow(msgspec.Struct, frozen=True):
    """An event that was written down; its id tells when."""

    id: UUID
    division_id: UUID | None
    level: str
    category: str
    code: str
    message: str
    entity_type: str
    entity_id: UUID
    entity_name: str
    actor: str
    correlation_id: str


class EventFilter(msgspec.Struct, frozen=True):
    """Which events are asked for; None asks for nothing."""

    divisions: list[UUID] | None = None
    level: str | None = None
    category: str | None = None
    entity_id: UUID | None = None


class EventCount(msgspec.Struct, frozen=True):
    """How many events there are, or the most that were counted."""

    count: int


TEXTS = (
    "level",
    "category",
    "code",
    "message",
    "entity_type",
    "entity_name",
    "actor",
    "correlation_id",
)
COLUMNS = f"id, division_id, entity_id, {', '.join(TEXTS)}"
INSERT = f"""
    INSERT INTO outbound_event (organization_id, {COLUMNS})
    SELECT %(organization_id)s, {COLUMNS} FROM (
      SELECT unnest(%(id)s::uuid[]) AS id, unnest(%(division_id)s::uuid[]) AS division_id,
             unnest(%(entity_id)s::uuid[]) AS entity_id,
             {", ".join(f"unnest(%({each})s::text[]) AS {each}" for each in TEXTS)}
    ) x
"""


def insert_outbound_events(
    organization_id: UUID, events: Sequence[OutboundEvent]
) -> Query[Nothing]:
    """Write down events, in the transaction of what they tell of."""
    params: dict[str, Any] = {
        name: [getattr(each, name) for each in events]
        for name in (*TEXTS, "division_id", "entity_id")
    }
    params |= {"organization_id": organization_id, "id": [new_id() for _ in events]}
    return Query(INSERT, params, Nothing)


def insert_outbound_event(organization_id: UUID, event: OutboundEvent) -> Query[Nothing]:
    """Write down one event, in the transaction of what it tells of."""
    return insert_outbound_events(organization_id, [event])


CONDITIONS = """
    organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR division_id = ANY(%(divisions)s))
    AND (%(level)s::text IS NULL OR level = %(level)s)
    AND (%(category)s::text IS NULL OR category = %(category)s)
    AND (%(entity_id)s::uuid IS NULL OR entity_id = %(entity_id)s)
"""


def select_outbound_events(
    organization_id: UUID, wanted: EventFilter, *, before_id: UUID, limit: int, skip: int = 0
) -> Query[OutboundEventRow]:
    """A page of events, newest first, by keyset on the id; `skip` is bounded by the caller."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM outbound_event
        WHERE {CONDITIONS} AND id < %(before_id)s
        ORDER BY id DESC LIMIT %(limit)s OFFSET %(skip)s
        """,
        {
            **params_of(organization_id, wanted),
            "before_id": before_id,
            "limit": limit,
            "skip": skip,
        },
        OutboundEventRow,
    )


def count_outbound_events(
    organization_id: UUID, wanted: EventFilter, *, most: int
) -> Query[EventCount]:
    """How many events the same conditions give, counted up to a bound."""
    return Query(
        f"""
        SELECT count(*) AS count FROM (
          SELECT 1 FROM outbound_event WHERE {CONDITIONS} LIMIT %(most)s) counted
        """,
        {**params_of(organization_id, wanted), "most": most},
        EventCount,
    )


def select_outbound_event(
    organization_id: UUID, event_id: UUID, *, divisions: list[UUID] | None
) -> Query[OutboundEventRow]:
    """One event by id, if it is of one of these divisions (None: of any)."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM outbound_event
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND (%(divisions)s::uuid[] IS NULL OR division_id = ANY(%(divisions)s))
        """,
        {"organization_id": organization_id, "id": event_id, "divisions": divisions},
        OutboundEventRow,
    )


def delete_old_outbound_events(before: datetime, limit: int) -> Query[Nothing]:
    """Drop events older than a moment, in all organizations, some at a time."""
    return Query(
        """
        DELETE FROM outbound_event e
        USING (SELECT organization_id, id FROM outbound_event
               WHERE id < %(before_id)s LIMIT %(limit)s) old
        WHERE e.organization_id = old.organization_id AND e.id = old.id
        """,
        {"before_id": id_at(before), "limit": limit},
        Nothing,
    )
