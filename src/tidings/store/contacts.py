"""Contacts of a list, one or a page of them; by the thousand see contact_batches.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.contact_conditions import EVERY_CONTACT, ContactCondition
from tidings.store.query import Count, Nothing, Query

COLUMNS = "c.id, c.position, c.values, c.callable, c.created_at, c.modified_at"


class ContactRow(msgspec.Struct, frozen=True):
    """One contact; its values stand in the order of the list's columns."""

    id: str
    position: int
    values: list[str | None]
    callable: bool
    created_at: datetime
    modified_at: datetime


class KnownId(msgspec.Struct, frozen=True):
    """The id of a contact that is there."""

    id: str


class ContactSort(msgspec.Struct, frozen=True):
    """A column (its place from 1) to sort by; text by code points, numbers as numbers."""

    place: int
    numeric: bool = False
    descending: bool = False

    @property
    def sql(self) -> str:
        """Its part of ORDER BY; what has no value, or is no number, comes last."""
        cell = f"c.values[{int(self.place)}]"
        value = f"contact_number({cell})" if self.numeric else f'{cell} COLLATE "C"'
        return f"{value} {'DESC' if self.descending else 'ASC'} NULLS LAST"


def select_contact(organization_id: UUID, list_id: UUID, contact_id: str) -> Query[ContactRow]:
    """One contact by its id."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM contact c
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND id = %(contact_id)s
        """,
        {"organization_id": organization_id, "list_id": list_id, "contact_id": contact_id},
        ContactRow,
    )


def select_contacts(organization_id: UUID, list_id: UUID, ids: list[str]) -> Query[ContactRow]:
    """These contacts by their ids, in the order of the list."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM contact c
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND id = ANY(%(ids)s)
        ORDER BY position
        """,
        {"organization_id": organization_id, "list_id": list_id, "ids": ids},
        ContactRow,
    )


def select_known_ids(organization_id: UUID, list_id: UUID, ids: list[str]) -> Query[KnownId]:
    """Which of these ids the list has."""
    return Query(
        """
        SELECT id FROM contact
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND id = ANY(%(ids)s)
        """,
        {"organization_id": organization_id, "list_id": list_id, "ids": ids},
        KnownId,
    )


def search_contacts(
    organization_id: UUID,
    list_id: UUID,
    condition: ContactCondition = EVERY_CONTACT,
    *,
    sorts: Sequence[ContactSort] = (),
    limit: int,
    offset: int,
) -> Query[ContactRow]:
    """A page of a list's contacts that meet a condition, sorted, else in the order of the list.

    The caller bounds the offset: pages far back are for exports.
    """
    order = ", ".join((*(sort.sql for sort in sorts), "c.position"))
    return Query(
        f"""
        SELECT {COLUMNS} FROM contact c
        WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
          AND {condition.sql}
        ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            **condition.params,
            "organization_id": organization_id,
            "list_id": list_id,
            "limit": limit,
            "offset": offset,
        },
        ContactRow,
    )


def count_meeting(
    organization_id: UUID, list_id: UUID, condition: ContactCondition = EVERY_CONTACT
) -> Query[Count]:
    """How many contacts of a list meet a condition. Reads the whole list: about a second."""
    return Query(
        f"""
        SELECT count(*) AS count FROM contact c
        WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
          AND {condition.sql}
        """,
        {**condition.params, "organization_id": organization_id, "list_id": list_id},
        Count,
    )


def update_contact(
    organization_id: UUID,
    list_id: UUID,
    contact_id: str,
    *,
    values: Sequence[str],
    callable_: bool,
) -> Query[ContactRow]:
    """Change one contact; no row when it is not there."""
    return Query(
        f"""
        UPDATE contact c SET values = %(values)s, callable = %(callable)s, modified_at = now()
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND id = %(contact_id)s
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "contact_id": contact_id,
            "values": [value or None for value in values],
            "callable": callable_,
        },
        ContactRow,
    )


def set_callable(
    organization_id: UUID, list_id: UUID, ids: list[str], *, callable_: bool
) -> Query[Nothing]:
    """Let these contacts be messaged, or not."""
    return Query(
        """
        UPDATE contact SET callable = %(callable)s
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND id = ANY(%(ids)s) AND callable <> %(callable)s
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "ids": ids,
            "callable": callable_,
        },
        Nothing,
    )


REMOVE = """
    WITH gone AS (
      DELETE FROM contact c
      WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s AND {condition}
      RETURNING 1
    ), counted AS (
      UPDATE contact_list SET contact_count = contact_count - (SELECT count(*) FROM gone)
      WHERE organization_id = %(organization_id)s AND id = %(list_id)s
    )
    SELECT count(*) AS count FROM gone
"""


def remove_contacts(organization_id: UUID, list_id: UUID, ids: list[str] | None) -> Query[Count]:
    """Delete these contacts, or all (None), and count them off the list, whose row is held."""
    condition = "true" if ids is None else "c.id = ANY(%(ids)s)"
    return Query(
        REMOVE.format(condition=condition),
        {"organization_id": organization_id, "list_id": list_id, "ids": ids},
        Count,
    )


def remove_between(
    organization_id: UUID,
    list_id: UUID,
    condition: ContactCondition = EVERY_CONTACT,
    *,
    after: int,
    to: int,
) -> Query[Count]:
    """Delete the contacts at these positions that meet a condition; the list's row is held."""
    within = "c.position > %(after)s AND c.position <= %(to)s"
    return Query(
        REMOVE.format(condition=f"{within} AND {condition.sql}"),
        {
            **condition.params,
            "organization_id": organization_id,
            "list_id": list_id,
            "after": after,
            "to": to,
        },
        Count,
    )


class Change(msgspec.Struct, frozen=True):
    """What many contacts get: values by their place (from 1), and whether they may be messaged."""

    places: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    callable: bool | None = None


def change_between(
    organization_id: UUID,
    list_id: UUID,
    change: Change,
    condition: ContactCondition = EVERY_CONTACT,
    *,
    width: int,
    after: int,
    to: int,
) -> Query[Count]:
    """Give the contacts at these positions that meet a condition other values."""
    given = dict(zip(change.places, change.values, strict=True))
    cells = [
        f"%(value_{at})s::text" if at in given else f"c.values[{at}]"
        for at in range(1, max(1, width) + 1)
    ]
    params: dict[str, Any] = {f"value_{at}": value or None for at, value in given.items()}
    return Query(
        f"""
        WITH changed AS (
          UPDATE contact c
          SET values = ARRAY[{", ".join(cells)}], modified_at = now(),
              callable = coalesce(%(callable)s::boolean, c.callable)
          WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
            AND c.position > %(after)s AND c.position <= %(to)s AND {condition.sql}
          RETURNING 1
        )
        SELECT count(*) AS count FROM changed
        """,
        {
            **condition.params,
            **params,
            "organization_id": organization_id,
            "list_id": list_id,
            "callable": change.callable,
            "after": after,
            "to": to,
        },
        Count,
    )
