"""Contact lists: their columns, how many contacts they hold, and their last import."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.domain.contact_lists import CellReader, Columns, TypedColumn, unusable_reasons
from tidings.store.query import Count, Nothing, Query, params_of

COLUMNS = """
    l.id, l.division_id, d.name AS division_name, l.name, l.columns, l.whatsapp_columns,
    l.phone_columns, l.email_columns, l.column_types, l.trim_whitespace, l.default_region,
    l.contact_count, l.next_position, l.version, l.created_at, l.modified_at, l.last_import_id,
    i.state AS import_state, i.failure_code AS import_failure_code, i.total_bytes, i.done_bytes,
    i.accepted_rows, i.rejected_rows
"""
JOINED = """
    contact_list l
    JOIN division d ON d.organization_id = l.organization_id AND d.id = l.division_id
    LEFT JOIN file_import i
      ON i.organization_id = l.organization_id AND i.id = l.last_import_id
"""


class ListRow(msgspec.Struct, frozen=True):
    """One contact list with its division and how its last import stands (None: there is none)."""

    id: UUID
    division_id: UUID
    division_name: str
    name: str
    columns: list[str]
    whatsapp_columns: list[dict[str, Any]]
    phone_columns: list[dict[str, Any]]
    email_columns: list[dict[str, Any]]
    column_types: list[dict[str, Any]]
    trim_whitespace: bool
    default_region: str | None
    contact_count: int
    next_position: int
    version: int
    created_at: datetime
    modified_at: datetime
    last_import_id: UUID | None
    import_state: str | None
    import_failure_code: str | None
    total_bytes: int | None
    done_bytes: int | None
    accepted_rows: int | None
    rejected_rows: int | None

    @property
    def unusable_reasons(self) -> list[str]:
        """Why a campaign cannot take the list, by code (C3)."""
        return unusable_reasons(
            has_whatsapp_column=bool(self.whatsapp_columns),
            contact_count=self.contact_count,
            import_state=self.import_state,
        )

    @property
    def whatsapp_names(self) -> list[str]:
        """The columns that hold phone IDs."""
        return [str(each["columnName"]) for each in self.whatsapp_columns]

    def cell_reader(self) -> CellReader:
        """What reads the values of this list's contacts."""
        return CellReader(
            self.columns,
            self.whatsapp_names,
            trim=self.trim_whitespace,
            default_region=self.default_region,
        )


class ListChoice(msgspec.Struct, frozen=True):
    """Which lists are asked for; `divisions` are those the caller may see (None: all)."""

    divisions: list[UUID] | None = None
    name_like: str | None = None
    ids: list[UUID] | None = None
    division_ids: list[UUID] | None = None


class ListDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A list to be made."""

    name: str
    division_id: UUID
    columns: Columns
    trim_whitespace: bool
    default_region: str | None
    created_by: UUID | None


CONDITIONS = """
    l.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
    AND (%(name_like)s::text IS NULL OR l.name ILIKE %(name_like)s)
    AND (%(ids)s::uuid[] IS NULL OR l.id = ANY(%(ids)s))
    AND (%(division_ids)s::uuid[] IS NULL OR l.division_id = ANY(%(division_ids)s))
"""


def select_lists(
    organization_id: UUID, chosen: ListChoice, *, descending: bool, limit: int, offset: int
) -> Query[ListRow]:
    """A page of lists by name. They are few (at most 1,000), so a page number is enough."""
    order = "DESC" if descending else "ASC"
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(l.name) {order}, l.id LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        ListRow,
    )


def count_lists(organization_id: UUID, chosen: ListChoice) -> Query[Count]:
    """How many lists the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM contact_list l WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def count_contacts(organization_id: UUID) -> Query[Count]:
    """How many contacts all lists of an organization hold together."""
    return Query(
        "SELECT coalesce(sum(contact_count), 0)::bigint AS count FROM contact_list"
        " WHERE organization_id = %(organization_id)s",
        {"organization_id": organization_id},
        Count,
    )


def insert_list(organization_id: UUID, list_id: UUID, draft: ListDraft) -> Query[Count]:
    """Create a list; a name that exists already (whatever its case) gives no row."""
    columns = draft.columns
    return Query(
        """
        INSERT INTO contact_list (organization_id, id, division_id, name, columns,
          whatsapp_columns, phone_columns, email_columns, column_types, trim_whitespace,
          default_region, created_by)
        VALUES (%(organization_id)s, %(id)s, %(division_id)s, %(name)s, %(columns)s,
          %(whatsapp)s, %(phone)s, %(email)s, %(types)s, %(trim)s, %(region)s, %(created_by)s)
        ON CONFLICT DO NOTHING
        RETURNING 1 AS count
        """,
        {
            "organization_id": organization_id,
            "id": list_id,
            "division_id": draft.division_id,
            "name": draft.name,
            "columns": list(columns.names),
            "whatsapp": _json(columns.whatsapp),
            "phone": _json(columns.phone),
            "email": _json(columns.email),
            "types": Jsonb(msgspec.to_builtins(columns.types)),
            "trim": draft.trim_whitespace,
            "region": draft.default_region,
            "created_by": draft.created_by,
        },
        Count,
    )


def update_list(
    organization_id: UUID,
    list_id: UUID,
    *,
    name: str,
    division_id: UUID,
    trim_whitespace: bool,
    default_region: str | None,
    version: int,
) -> Query[Count]:
    """Change a list from this version; no row means that it was changed meanwhile."""
    return Query(
        """
        UPDATE contact_list
        SET name = %(name)s, division_id = %(division_id)s, trim_whitespace = %(trim)s,
            default_region = %(region)s, version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING 1 AS count
        """,
        {
            "organization_id": organization_id,
            "id": list_id,
            "name": name,
            "division_id": division_id,
            "trim": trim_whitespace,
            "region": default_region,
            "version": version,
        },
        Count,
    )


def delete_list(organization_id: UUID, list_id: UUID) -> Query[Nothing]:
    """Delete a list that nothing refers to; its contacts go by delete_contacts_of()."""
    return Query(
        "DELETE FROM contact_list WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": list_id},
        Nothing,
    )


class HeldList(msgspec.Struct, frozen=True):
    """A list whose row is locked: nobody else adds or removes contacts."""

    id: UUID
    contact_count: int
    next_position: int


def hold_list(organization_id: UUID, list_id: UUID) -> Query[HeldList]:
    """Lock a list's row to the end of the transaction, so that positions appear in order.

    NO KEY: a campaign or filter that is made over the list meanwhile need not wait.
    """
    return Query(
        """
        SELECT id, contact_count, next_position FROM contact_list
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        FOR NO KEY UPDATE
        """,
        {"organization_id": organization_id, "id": list_id},
        HeldList,
    )


def _json(columns: Sequence[TypedColumn]) -> Jsonb:
    return Jsonb(msgspec.to_builtins(columns))
