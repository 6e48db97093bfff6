"""Imports of files: what is read into where, how far it is, and what became of it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query

COLUMNS = """organization_id, id, kind, target_id, options, state, file_name, content_type,
    total_bytes, done_bytes, done_lines, accepted_rows, rejected_rows, failure_code, failure,
    created_by, created_by_id, created_at, expires_at, finished_at,
    rejects_dropped_at"""
CONSENTS = "consents"
CONTACTS = "contacts"
DNC = "dnc"
ListTable = Literal["contact_list", "dnc_list"]


class ImportRow(msgspec.Struct, frozen=True):
    """One import. The next record begins at `done_bytes`, after `done_lines` lines."""

    organization_id: UUID
    id: UUID
    kind: str
    target_id: UUID | None
    options: dict[str, Any]
    state: str
    file_name: str
    content_type: str
    total_bytes: int
    done_bytes: int
    done_lines: int
    accepted_rows: int
    rejected_rows: int
    failure_code: str | None
    failure: str | None
    created_by: str
    created_by_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    finished_at: datetime | None
    rejects_dropped_at: datetime | None


class ImportDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be imported: into which list, how, and who asks."""

    kind: str
    target_id: UUID | None = None
    options: dict[str, Any] = {}
    file_name: str = ""
    content_type: str = "text/csv"
    created_by: str
    created_by_id: UUID | None = None


class TargetRow(msgspec.Struct, frozen=True):
    """The list that a file goes into."""

    name: str
    division_id: UUID


def select_import(organization_id: UUID, import_id: UUID) -> Query[ImportRow]:
    """One import by id, of whichever kind."""
    return Query(
        f"SELECT {COLUMNS} FROM file_import"
        " WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": import_id},
        ImportRow,
    )


def select_imports(
    organization_id: UUID, kind: str, *, target_id: UUID | None, before_id: UUID, limit: int
) -> Query[ImportRow]:
    """A page of the imports of a kind (of one list, if named), newest first, by keyset on the id.

    Files that are only expected are not shown: nothing was sent yet.
    """
    return Query(
        f"""
        SELECT {COLUMNS} FROM file_import
        WHERE organization_id = %(organization_id)s AND id < %(before_id)s AND kind = %(kind)s
          AND (%(target_id)s::uuid IS NULL OR target_id = %(target_id)s) AND state <> 'expected'
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "kind": kind,
            "target_id": target_id,
            "before_id": before_id,
            "limit": limit,
        },
        ImportRow,
    )


def mark_target(
    organization_id: UUID, table: ListTable, *, target_id: UUID, import_id: UUID
) -> Query[Nothing]:
    """Let the list that a file goes into know its last import."""
    return Query(
        f"""
        UPDATE {table} SET last_import_id = %(import_id)s
        WHERE organization_id = %(organization_id)s AND id = %(target_id)s
        """,
        {
            "organization_id": organization_id,
            "target_id": target_id,
            "import_id": import_id,
        },
        Nothing,
    )


def select_target(organization_id: UUID, table: ListTable, *, target_id: UUID) -> Query[TargetRow]:
    """What the list is called that a file goes into, and where it belongs."""
    return Query(
        f"SELECT name, division_id FROM {table}"
        " WHERE organization_id = %(organization_id)s AND id = %(target_id)s",
        {"organization_id": organization_id, "target_id": target_id},
        TargetRow,
    )
