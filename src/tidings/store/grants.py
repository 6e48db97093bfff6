"""Grants: which role somebody (a person or an OAuth client) holds in which division."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.domain.permissions import ALL_DIVISIONS
from tidings.store.query import Count, Nothing, Query


class GrantRow(msgspec.Struct, frozen=True):
    """A role held in a division; ALL_DIVISIONS has no name of its own."""

    subject_id: UUID
    role_id: UUID
    role_name: str
    role_description: str
    permissions: list[str]
    default_role: str | None
    division_id: UUID
    division_name: str | None
    division_is_home: bool | None
    granted_at: datetime


class SubjectRow(msgspec.Struct, frozen=True):
    """Who can hold grants."""

    id: UUID
    kind: str
    name: str
    version: int


class Written(msgspec.Struct, frozen=True):
    """A grant that was not there before."""

    role_id: UUID


def select_subject(organization_id: UUID, subject_id: UUID) -> Query[SubjectRow]:
    """A person or an OAuth client that is not deleted."""
    return Query(
        """
        SELECT id, 'user' AS kind, name, version FROM user_account
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND state <> 'deleted'
        UNION ALL
        SELECT id, 'client', name, version FROM oauth_client
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "id": subject_id},
        SubjectRow,
    )


def select_grants(organization_id: UUID, subject_ids: list[UUID]) -> Query[GrantRow]:
    """All grants of these subjects, by role and division."""
    return Query(
        """
        SELECT g.subject_id, g.role_id, r.name AS role_name, r.description AS role_description,
               r.permissions, r.default_role, g.division_id, d.name AS division_name,
               d.is_home AS division_is_home, g.granted_at
        FROM role_grant g
        JOIN role r ON r.organization_id = g.organization_id AND r.id = g.role_id
        LEFT JOIN division d ON d.organization_id = g.organization_id AND d.id = g.division_id
        WHERE g.organization_id = %(organization_id)s AND g.subject_id = ANY(%(ids)s)
        ORDER BY lower(r.name), lower(d.name) NULLS FIRST, g.subject_id
        """,
        {"organization_id": organization_id, "ids": subject_ids},
        GrantRow,
    )


def insert_grant(
    organization_id: UUID, subject: SubjectRow, *, role_id: UUID, division_id: UUID
) -> Query[Written]:
    """Grant a role in a division; a grant that exists already gives no row."""
    return Query(
        """
        INSERT INTO role_grant (organization_id, subject_id, role_id, division_id, subject_kind)
        VALUES (%(organization_id)s, %(subject_id)s, %(role_id)s, %(division_id)s, %(kind)s)
        ON CONFLICT DO NOTHING
        RETURNING role_id
        """,
        {
            "organization_id": organization_id,
            "subject_id": subject.id,
            "role_id": role_id,
            "division_id": division_id,
            "kind": subject.kind,
        },
        Written,
    )


def delete_grant(
    organization_id: UUID, subject_id: UUID, *, role_id: UUID, division_id: UUID
) -> Query[Nothing]:
    """Take one grant back."""
    return Query(
        """
        DELETE FROM role_grant
        WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
          AND role_id = %(role_id)s AND division_id = %(division_id)s
        """,
        {
            "organization_id": organization_id,
            "subject_id": subject_id,
            "role_id": role_id,
            "division_id": division_id,
        },
        Nothing,
    )


def delete_grants_of(organization_id: UUID, subject_id: UUID) -> Query[Nothing]:
    """Take all grants of a subject back."""
    return Query(
        """
        DELETE FROM role_grant
        WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
        """,
        {"organization_id": organization_id, "subject_id": subject_id},
        Nothing,
    )


def delete_grants_in(organization_id: UUID, division_id: UUID) -> Query[Nothing]:
    """Take all grants in a division back: it is about to be deleted."""
    return Query(
        """
        DELETE FROM role_grant
        WHERE organization_id = %(organization_id)s AND division_id = %(division_id)s
        """,
        {"organization_id": organization_id, "division_id": division_id},
        Nothing,
    )


def delete_grants_with(organization_id: UUID, role_id: UUID) -> Query[Nothing]:
    """Take a role back from everybody: it is about to be deleted."""
    return Query(
        """
        DELETE FROM role_grant
        WHERE organization_id = %(organization_id)s AND role_id = %(role_id)s
        """,
        {"organization_id": organization_id, "role_id": role_id},
        Nothing,
    )


def lock_administrators(organization_id: UUID) -> Query[Nothing]:
    """Wait for whoever else is about to take an administrator away, then keep others waiting.

    A statement of its own: counting in the same one would still see the rows as they were
    before the wait, and two administrators could dismiss each other.
    """
    return Query(
        "SELECT id FROM organization WHERE id = %(organization_id)s FOR NO KEY UPDATE",
        {"organization_id": organization_id},
        Nothing,
    )


def count_administrators(organization_id: UUID) -> Query[Count]:
    """How many active people may do everything everywhere; call lock_administrators() first."""
    return Query(
        """
        SELECT count(DISTINCT u.id) AS count
        FROM user_account u
        JOIN role_grant g ON g.organization_id = u.organization_id AND g.subject_id = u.id
          AND g.division_id = %(all)s
        JOIN role r ON r.organization_id = g.organization_id AND r.id = g.role_id
          AND '*:*:*' = ANY(r.permissions)
        WHERE u.organization_id = %(organization_id)s AND u.state = 'active'
        """,
        {"organization_id": organization_id, "all": ALL_DIVISIONS},
        Count,
    )
