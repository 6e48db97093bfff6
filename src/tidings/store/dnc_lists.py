"""Do-not-contact lists: what they are for, how large they are, how their last import went."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key, insert_settings

COLUMNS = """
    l.id, l.division_id, d.name AS division_name, l.name, l.contact_method, l.source_type,
    l.custom_column, l.collects_opt_outs, l.default_region, l.entry_count, l.version,
    l.created_at, l.modified_at, i.id AS import_id, i.state AS import_state,
    i.total_bytes AS import_total_bytes, i.done_bytes AS import_done_bytes,
    i.accepted_rows AS import_accepted_rows, i.rejected_rows AS import_rejected_rows,
    i.failure_code AS import_failure_code, i.failure AS import_failure,
    coalesce(l.accepted_import_id = l.last_import_id, false) AS import_accepted
"""
JOINED = """
    dnc_list l
    JOIN division d ON d.organization_id = l.organization_id AND d.id = l.division_id
    LEFT JOIN file_import i ON i.organization_id = l.organization_id AND i.id = l.last_import_id
"""


class DncListRow(msgspec.Struct, frozen=True, kw_only=True):
    """One list. `import_*` are of its last import, absent when there was none.

    `import_accepted`: somebody said that the list is good as it is, whatever that import left out.
    """

    id: UUID
    division_id: UUID
    division_name: str
    name: str
    contact_method: str
    source_type: str
    custom_column: str | None
    collects_opt_outs: bool
    default_region: str | None
    entry_count: int
    version: int
    created_at: datetime
    modified_at: datetime
    import_id: UUID | None = None
    import_state: str | None = None
    import_total_bytes: int | None = None
    import_done_bytes: int | None = None
    import_accepted_rows: int | None = None
    import_rejected_rows: int | None = None
    import_failure_code: str | None = None
    import_failure: str | None = None
    import_accepted: bool = False


class DncListContent(msgspec.Struct, frozen=True):
    """What a person says about a list."""

    name: str
    division_id: UUID
    contact_method: str
    source_type: str
    custom_column: str | None
    collects_opt_outs: bool
    default_region: str | None


class DncChoice(msgspec.Struct, frozen=True):
    """Which lists are asked for; `divisions` are those the caller may see (None: all)."""

    divisions: list[UUID] | None = None
    in_divisions: list[UUID] | None = None
    name_like: str | None = None
    source_type: str | None = None
    ids: list[UUID] | None = None


class DncTotals(msgspec.Struct, frozen=True):
    """How many lists an organization has, and how many entries in all of them."""

    lists: int
    entries: int


CONDITIONS = """
    l.organization_id = %(organization_id)s
    AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
    AND (%(in_divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(in_divisions)s))
    AND (%(name_like)s::text IS NULL OR l.name ILIKE %(name_like)s)
    AND (%(source_type)s::text IS NULL OR l.source_type = %(source_type)s)
    AND (%(ids)s::uuid[] IS NULL OR l.id = ANY(%(ids)s))
"""


def select_dnc_lists(
    organization_id: UUID, chosen: DncChoice, *, limit: int, offset: int
) -> Query[DncListRow]:
    """A page of lists by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED} WHERE {CONDITIONS}
        ORDER BY lower(l.name), l.id LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        DncListRow,
    )


def count_dnc_lists(organization_id: UUID, chosen: DncChoice) -> Query[Count]:
    """How many lists the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM dnc_list l WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def sum_dnc_lists(organization_id: UUID) -> Query[DncTotals]:
    """What the organization's limits are measured against."""
    return Query(
        """
        SELECT count(*) AS lists, coalesce(sum(entry_count), 0)::bigint AS entries
        FROM dnc_list WHERE organization_id = %(organization_id)s
        """,
        {"organization_id": organization_id},
        DncTotals,
    )


def insert_dnc_list(
    organization_id: UUID, list_id: UUID, content: DncListContent, *, created_by: UUID
) -> Query[Key]:
    """Create a list; a name that exists already (whatever its case) gives no row."""
    return insert_settings("dnc_list", organization_id, list_id, content, created_by=created_by)


def update_dnc_list(
    organization_id: UUID, list_id: UUID, content: DncListContent, *, version: int
) -> Query[Count]:
    """Change a list from this version; no row means that it was changed meanwhile.

    What its entries are keyed by (method, source, column) stays as it is.
    """
    return Query(
        """
        UPDATE dnc_list
        SET name = %(name)s, division_id = %(division_id)s,
            collects_opt_outs = %(collects_opt_outs)s, default_region = %(default_region)s,
            version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING version AS count
        """,
        params_of(organization_id, content, id=list_id, version=version),
        Count,
    )


def count_campaigns_with(organization_id: UUID, list_id: UUID) -> Query[Count]:
    """How many campaigns leave out who is on this list. An organization has few campaigns."""
    return Query(
        """
        SELECT count(*) AS count FROM campaign
        WHERE organization_id = %(organization_id)s AND %(id)s = ANY(dnc_list_ids)
        """,
        {"organization_id": organization_id, "id": list_id},
        Count,
    )


def delete_dnc_list(organization_id: UUID, list_id: UUID) -> Query[Nothing]:
    """Delete a list whose entries are gone."""
    return Query(
        "DELETE FROM dnc_list WHERE organization_id = %(organization_id)s AND id = %(id)s",
        {"organization_id": organization_id, "id": list_id},
        Nothing,
    )


def lock_dnc_list(organization_id: UUID, list_id: UUID) -> Query[Count]:
    """Hold a list against changes of its entries; no row when it is gone."""
    return Query(
        """
        SELECT 1 AS count FROM dnc_list
        WHERE organization_id = %(organization_id)s AND id = %(id)s FOR UPDATE
        """,
        {"organization_id": organization_id, "id": list_id},
        Count,
    )


def accept_last_import(organization_id: UUID, list_id: UUID) -> Query[Nothing]:
    """Say that the list is good as its last import left it; the next import is judged anew."""
    return Query(
        """
        UPDATE dnc_list SET accepted_import_id = last_import_id, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": list_id},
        Nothing,
    )
