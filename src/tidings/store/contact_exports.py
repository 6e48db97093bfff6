"""The contacts of a list in the order of their positions, for files."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.domain.contact_filters import ContactFilter
from tidings.store.contact_conditions import EVERY_CONTACT, contact_condition
from tidings.store.query import Query


class ExportedContact(msgspec.Struct, frozen=True):
    """A contact as a file shows it."""

    position: int
    id: str
    values: list[str | None]
    callable: bool


def select_exported_contacts(
    organization_id: UUID,
    list_id: UUID,
    conditions: ContactFilter | None,
    *,
    columns: Sequence[str],
    ids: list[str] | None,
    now: datetime,
    after: int,
    limit: int,
) -> Query[ExportedContact]:
    """The next contacts after a position: all, those that a filter chooses, or those with ids."""
    condition = EVERY_CONTACT
    if conditions is not None:
        condition = contact_condition(conditions, columns, now=now)
    return Query(
        f"""
        SELECT c.position, c.id, c.values, c.callable FROM contact c
        WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
          AND c.position > %(after)s AND {condition.sql}
          AND (%(ids)s::text[] IS NULL OR c.id = ANY(%(ids)s))
        ORDER BY c.position LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "ids": ids,
            "after": after,
            "limit": limit,
            **condition.params,
        },
        ExportedContact,
    )
