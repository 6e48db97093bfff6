"""Contact list filters: which contacts of a list, by conditions; and the contacts they choose."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.domain.contact_filters import ContactFilter
from tidings.store.contact_conditions import contact_condition
from tidings.store.query import Count, Nothing, Query, params_of

COLUMNS = """
    f.id, f.list_id, f.name, f.filter_type, f.clauses, f.version, f.created_at, f.modified_at,
    l.name AS list_name, l.columns, l.division_id
"""
JOINED = """
    contact_list_filter f
    JOIN contact_list l ON l.organization_id = f.organization_id AND l.id = f.list_id
"""


class FilterRow(msgspec.Struct, frozen=True):
    """One filter with what it needs of its contact list; it belongs to the list's division."""

    id: UUID
    list_id: UUID
    name: str
    filter_type: str
    clauses: list[dict[str, Any]]
    version: int
    created_at: datetime
    modified_at: datetime
    list_name: str
    columns: list[str]
    division_id: UUID

    def conditions(self) -> ContactFilter:
        """What the filter asks of contacts."""
        body = {"filterType": self.filter_type, "clauses": self.clauses}
        return msgspec.convert(body, ContactFilter)


class FilteredList(msgspec.Struct, frozen=True):
    """What a filter must know of a contact list."""

    id: UUID
    name: str
    columns: list[str]
    division_id: UUID
    contact_count: int
    messaged_columns: list[str]


class FilterChoice(msgspec.Struct, frozen=True):
    """Which filters are asked for; `divisions` are those the caller may see (None: all)."""

    divisions: list[UUID] | None = None
    name_like: str | None = None
    list_id: UUID | None = None
    ids: list[UUID] | None = None


class ChosenContact(msgspec.Struct, frozen=True):
    """A contact that a filter chose."""

    id: str
    values: list[str | None]
    callable: bool
    created_at: datetime


CONDITIONS = """
    f.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
    AND (%(name_like)s::text IS NULL OR f.name ILIKE %(name_like)s)
    AND (%(list_id)s::uuid IS NULL OR f.list_id = %(list_id)s)
    AND (%(ids)s::uuid[] IS NULL OR f.id = ANY(%(ids)s))
"""


def select_filters(
    organization_id: UUID, chosen: FilterChoice, *, limit: int, offset: int
) -> Query[FilterRow]:
    """A page of filters by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(f.name), f.id LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        FilterRow,
    )


def count_filters(organization_id: UUID, chosen: FilterChoice) -> Query[Count]:
    """How many filters the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM {JOINED} WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def select_filtered_list(
    organization_id: UUID, list_id: UUID, *, divisions: list[UUID] | None
) -> Query[FilteredList]:
    """The contact list of a filter, if it is in one of these divisions (None: in any)."""
    return Query(
        """
        SELECT id, name, columns, division_id, contact_count,
               ARRAY(SELECT w.value ->> 'columnName'
                     FROM jsonb_array_elements(whatsapp_columns) w) AS messaged_columns
        FROM contact_list
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND (%(divisions)s::uuid[] IS NULL OR division_id = ANY(%(divisions)s))
        """,
        {"organization_id": organization_id, "id": list_id, "divisions": divisions},
        FilteredList,
    )


def insert_filter(
    organization_id: UUID,
    filter_id: UUID,
    conditions: ContactFilter,
    *,
    list_id: UUID,
    name: str,
    created_by: UUID,
) -> Query[Count]:
    """Create a filter; a name that exists already (whatever its case) gives no row."""
    return Query(
        """
        INSERT INTO contact_list_filter
          (organization_id, id, list_id, name, filter_type, clauses, created_by)
        VALUES (%(organization_id)s, %(id)s, %(list_id)s, %(name)s, %(filter_type)s, %(clauses)s,
                %(created_by)s)
        ON CONFLICT DO NOTHING
        RETURNING 1 AS count
        """,
        {
            "organization_id": organization_id,
            "id": filter_id,
            "list_id": list_id,
            "name": name,
            "created_by": created_by,
            **_written(conditions),
        },
        Count,
    )


def update_filter(
    organization_id: UUID,
    filter_id: UUID,
    conditions: ContactFilter,
    *,
    name: str,
    version: int,
) -> Query[Count]:
    """Change a filter from this version; no row means that it was changed meanwhile."""
    return Query(
        """
        UPDATE contact_list_filter
        SET name = %(name)s, filter_type = %(filter_type)s, clauses = %(clauses)s,
            version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING version AS count
        """,
        {
            "organization_id": organization_id,
            "id": filter_id,
            "name": name,
            "version": version,
            **_written(conditions),
        },
        Count,
    )


def _written(conditions: ContactFilter) -> dict[str, Any]:
    body = msgspec.to_builtins(conditions)
    return {"filter_type": body["filterType"], "clauses": Jsonb(body["clauses"])}


def delete_filter(organization_id: UUID, filter_id: UUID) -> Query[Nothing]:
    """Delete a filter that no campaign uses."""
    return Query(
        "DELETE FROM contact_list_filter"
        " WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": filter_id},
        Nothing,
    )


def count_chosen(
    organization_id: UUID,
    list_id: UUID,
    conditions: ContactFilter,
    *,
    columns: Sequence[str],
    now: datetime,
    one_in: int = 1,
) -> Query[Count]:
    """How many contacts of a list are chosen: reads the whole list once.

    With `one_in` only every so many contacts are looked at; the count is of those.
    """
    condition = contact_condition(conditions, columns, now=now)
    return Query(
        f"""
        SELECT count(*) AS count FROM contact c
        WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
          AND c.position %% %(one_in)s = 0 AND {condition.sql}
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "one_in": one_in,
            **condition.params,
        },
        Count,
    )


def limit_statements(milliseconds: int) -> Query[Nothing]:
    """Let statements of this transaction run no longer than this."""
    return Query(
        "SELECT set_config('statement_timeout', %(most)s::text, true)",
        {"most": str(milliseconds)},
        Nothing,
    )


def select_chosen(
    organization_id: UUID,
    list_id: UUID,
    conditions: ContactFilter,
    *,
    columns: Sequence[str],
    now: datetime,
    limit: int,
) -> Query[ChosenContact]:
    """The first contacts of a list that are chosen."""
    condition = contact_condition(conditions, columns, now=now)
    return Query(
        f"""
        SELECT c.id, c.values, c.callable, c.created_at FROM contact c
        WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
          AND {condition.sql}
        ORDER BY c.position LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "limit": limit,
            **condition.params,
        },
        ChosenContact,
    )
