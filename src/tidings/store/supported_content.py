"""Content profiles: which media types an organization lets in and out, and for which numbers."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.domain.supported_content import ContentProfile
from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.versioned import Key

# The profile that decides for the integration `i`: its own, else its organization's default.
DECIDING = """
    LEFT JOIN LATERAL (
      SELECT s.id, s.name, s.inbound, s.outbound FROM supported_content s
      WHERE s.organization_id = i.organization_id
        AND CASE WHEN i.supported_content_id IS NULL THEN s.is_default
                 ELSE s.id = i.supported_content_id END) p ON true
"""
# An organization that an older version has founded meanwhile has no profile yet: all is allowed.
DECIDED = """
    p.id AS content_id, coalesce(p.name, '') AS content_name,
    coalesce(p.inbound, '{*/*}') AS content_inbound,
    coalesce(p.outbound, '{*/*}') AS content_outbound
"""
COLUMNS = """
    s.id, s.name, s.inbound, s.outbound, s.is_default, s.version, s.created_by, s.created_at,
    s.modified_by, s.modified_at
"""
CONDITIONS = """
    s.organization_id = %(organization_id)s
    AND (%(name_like)s::text IS NULL OR s.name ILIKE %(name_like)s)
    AND (%(id)s::uuid IS NULL OR s.id = %(id)s)
    AND (NOT %(only_default)s OR s.is_default)
"""


class Governed(msgspec.Struct, frozen=True, kw_only=True):
    """What the row of a number says of the profile that decides for it (DECIDED)."""

    content_id: UUID | None
    content_name: str
    content_inbound: list[str]
    content_outbound: list[str]

    @property
    def content(self) -> ContentProfile:
        """The profile that decides."""
        return ContentProfile(
            self.content_id, self.content_name, self.content_inbound, self.content_outbound
        )


class SupportedContentRow(msgspec.Struct, frozen=True):
    """One content profile."""

    id: UUID
    name: str
    inbound: list[str]
    outbound: list[str]
    is_default: bool
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_by: UUID | None
    modified_at: datetime


class SupportedContentFilter(msgspec.Struct, frozen=True):
    """Which profiles: with a name like this, of this id, or the default only."""

    name_like: str | None = None
    id: UUID | None = None
    only_default: bool = False


class UsingNumber(msgspec.Struct, frozen=True):
    """An integration that names a profile."""

    id: UUID
    name: str
    division_id: UUID


def insert_supported_content(
    organization_id: UUID,
    content_id: UUID,
    *,
    name: str,
    inbound: list[str],
    outbound: list[str],
    is_default: bool = False,
    created_by: UUID | None = None,
) -> Query[Key]:
    """Create a profile; no row when the name is taken, whatever its case."""
    return Query(
        """
        INSERT INTO supported_content (organization_id, id, name, inbound, outbound, is_default,
                                       created_by, modified_by)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(inbound)s, %(outbound)s, %(is_default)s,
                %(created_by)s, %(created_by)s)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": content_id,
            "name": name,
            "inbound": inbound,
            "outbound": outbound,
            "is_default": is_default,
            "created_by": created_by,
        },
        Key,
    )


def select_supported_contents(
    organization_id: UUID, chosen: SupportedContentFilter, *, limit: int, offset: int
) -> Query[SupportedContentRow]:
    """A page of profiles by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM supported_content s WHERE {CONDITIONS}
        ORDER BY lower(s.name), s.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        SupportedContentRow,
    )


def count_supported_contents(organization_id: UUID, chosen: SupportedContentFilter) -> Query[Count]:
    """How many profiles the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM supported_content s WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def hold_supported_content(organization_id: UUID, content_id: UUID) -> Query[SupportedContentRow]:
    """One profile, locked: whoever is just choosing it for a number is waited for, and waits."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM supported_content s
        WHERE s.organization_id = %(organization_id)s AND s.id = %(id)s FOR UPDATE
        """,
        {"organization_id": organization_id, "id": content_id},
        SupportedContentRow,
    )


def select_using_numbers(
    organization_id: UUID, content_id: UUID, *, limit: int
) -> Query[UsingNumber]:
    """The integrations that name a profile, by name."""
    return Query(
        """
        SELECT id, name, division_id FROM integration
        WHERE organization_id = %(organization_id)s AND supported_content_id = %(id)s
          AND deleted_at IS NULL
        ORDER BY lower(name), id LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "id": content_id, "limit": limit},
        UsingNumber,
    )


def update_supported_content(
    organization_id: UUID,
    content_id: UUID,
    *,
    name: str,
    inbound: list[str],
    outbound: list[str],
    version: int,
    modified_by: UUID,
) -> Query[Key]:
    """Change a profile from this version; no row means that it was changed meanwhile."""
    return Query(
        """
        UPDATE supported_content
        SET name = %(name)s, inbound = %(inbound)s, outbound = %(outbound)s,
            version = version + 1, modified_by = %(modified_by)s, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
        RETURNING id
        """,
        {
            "organization_id": organization_id,
            "id": content_id,
            "name": name,
            "inbound": inbound,
            "outbound": outbound,
            "version": version,
            "modified_by": modified_by,
        },
        Key,
    )


def hold_default(organization_id: UUID) -> Query[Key]:
    """Let only one transaction at a time choose an organization's default, by its own row."""
    return Query(
        "SELECT id FROM organization WHERE id = %(organization_id)s FOR NO KEY UPDATE",
        {"organization_id": organization_id},
        Key,
    )


def unset_default(organization_id: UUID) -> Query[Nothing]:
    """No profile is the default for now; only after hold_default, and before set_default."""
    return Query(
        """
        UPDATE supported_content SET is_default = false
        WHERE organization_id = %(organization_id)s AND is_default
        """,
        {"organization_id": organization_id},
        Nothing,
    )


def set_default(organization_id: UUID, content_id: UUID) -> Query[Key]:
    """This profile is the default from now on; no row when it is gone."""
    return Query(
        """
        UPDATE supported_content SET is_default = true
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        RETURNING id
        """,
        {"organization_id": organization_id, "id": content_id},
        Key,
    )


def delete_supported_content(organization_id: UUID, content_id: UUID) -> Query[Nothing]:
    """Delete a profile that no number names."""
    return Query(
        """
        DELETE FROM supported_content
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND NOT is_default
        """,
        {"organization_id": organization_id, "id": content_id},
        Nothing,
    )
