"""What a campaign is put together from, as far as it decides whether the campaign can run."""

from uuid import UUID

import msgspec

from tidings.store.query import Query

IMPORT = """
    LEFT JOIN file_import i ON i.organization_id = l.organization_id AND i.id = l.last_import_id
"""


class ListPart(msgspec.Struct, frozen=True):
    """A contact list: its columns, which of them hold phone IDs, how full it is."""

    id: UUID
    name: str
    columns: list[str]
    whatsapp_columns: list[str]
    contact_count: int
    import_state: str | None


class FilterPart(msgspec.Struct, frozen=True):
    """A contact list filter and the list that it belongs to."""

    id: UUID
    name: str
    list_id: UUID


class DncPart(msgspec.Struct, frozen=True):
    """A do-not-contact list: what it holds, and how many of it; its last import."""

    id: UUID
    name: str
    contact_method: str
    source_type: str
    collects_opt_outs: bool
    entry_count: int
    import_state: str | None
    import_rejected_rows: int | None
    import_accepted: bool


class PacePart(msgspec.Struct, frozen=True):
    """What the organization allows all its campaigns together."""

    max_messages_per_minute: int


def select_list_part(
    organization_id: UUID, list_id: UUID, *, divisions: list[UUID] | None
) -> Query[ListPart]:
    """A contact list, if it is in one of the divisions (None: any)."""
    return Query(
        f"""
        SELECT l.id, l.name, l.columns,
               ARRAY(SELECT x ->> 'columnName'
                     FROM jsonb_array_elements(l.whatsapp_columns) x) AS whatsapp_columns,
               l.contact_count, i.state AS import_state
        FROM contact_list l {IMPORT}
        WHERE l.organization_id = %(organization_id)s AND l.id = %(id)s
          AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
        """,
        {"organization_id": organization_id, "id": list_id, "divisions": divisions},
        ListPart,
    )


def select_filter_part(organization_id: UUID, filter_id: UUID) -> Query[FilterPart]:
    """A contact list filter; who may see its list may use it."""
    return Query(
        """
        SELECT id, name, list_id FROM contact_list_filter
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": filter_id},
        FilterPart,
    )


def select_dnc_parts(
    organization_id: UUID, list_ids: list[UUID], *, divisions: list[UUID] | None
) -> Query[DncPart]:
    """Do-not-contact lists, those that are in one of the divisions (None: any)."""
    return Query(
        f"""
        SELECT l.id, l.name, l.contact_method, l.source_type, l.collects_opt_outs, l.entry_count,
               i.state AS import_state, i.rejected_rows AS import_rejected_rows,
               coalesce(l.accepted_import_id = l.last_import_id, false) AS import_accepted
        FROM dnc_list l {IMPORT}
        WHERE l.organization_id = %(organization_id)s AND l.id = ANY(%(ids)s)
          AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
        """,
        {"organization_id": organization_id, "ids": list_ids, "divisions": divisions},
        DncPart,
    )


def select_pace_part(organization_id: UUID, *, default: int) -> Query[PacePart]:
    """The most messages a minute that the organization's settings allow."""
    return Query(
        """
        SELECT coalesce(
          (SELECT max_messages_per_minute FROM outbound_settings
           WHERE organization_id = %(organization_id)s), %(default)s) AS max_messages_per_minute
        """,
        {"organization_id": organization_id, "default": default},
        PacePart,
    )
