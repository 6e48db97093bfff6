"""The numbers of workstreams: a number is attached to one workstream at most."""

from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query
from tidings.store.versioned import Key


class AttachedNumber(msgspec.Struct, frozen=True):
    """A number with the name of the workstream that has it."""

    integration_id: UUID
    name: str
    workstream: str


class NumberChoice(msgspec.Struct, frozen=True):
    """A connected number that can be attached, with its provider and division."""

    id: UUID
    name: str
    provider: str
    division_id: UUID


def select_number_choices(
    organization_id: UUID, integration_ids: list[UUID]
) -> Query[NumberChoice]:
    """Those of the numbers that are connected."""
    return Query(
        """
        SELECT id, name, provider, division_id FROM integration
        WHERE organization_id = %(organization_id)s AND id = ANY(%(integration_ids)s)
          AND deleted_at IS NULL
        ORDER BY id
        """,
        {"organization_id": organization_id, "integration_ids": integration_ids},
        NumberChoice,
    )


def select_attached_elsewhere(
    organization_id: UUID, integration_ids: list[UUID], *, workstream_id: UUID
) -> Query[AttachedNumber]:
    """Those of the numbers that another workstream has."""
    return Query(
        """
        SELECT n.integration_id, i.name, w.name AS workstream
        FROM workstream_number n
        JOIN workstream w ON w.organization_id = n.organization_id AND w.id = n.workstream_id
        JOIN integration i ON i.organization_id = n.organization_id AND i.id = n.integration_id
        WHERE n.organization_id = %(organization_id)s
          AND n.integration_id = ANY(%(integration_ids)s)
          AND n.workstream_id <> %(workstream_id)s
        ORDER BY n.integration_id
        """,
        {
            "organization_id": organization_id,
            "integration_ids": integration_ids,
            "workstream_id": workstream_id,
        },
        AttachedNumber,
    )


def select_stream_of(organization_id: UUID, integration_id: UUID) -> Query[AttachedNumber]:
    """The workstream that a number is attached to, if there is one; drafts too."""
    return Query(
        """
        SELECT n.integration_id, i.name, w.name AS workstream
        FROM workstream_number n
        JOIN workstream w ON w.organization_id = n.organization_id AND w.id = n.workstream_id
        JOIN integration i ON i.organization_id = n.organization_id AND i.id = n.integration_id
        WHERE n.organization_id = %(organization_id)s AND n.integration_id = %(integration_id)s
        """,
        {"organization_id": organization_id, "integration_id": integration_id},
        AttachedNumber,
    )


def detach_number(organization_id: UUID, integration_id: UUID) -> Query[Nothing]:
    """Take a number from the workstream it is attached to."""
    return Query(
        """
        DELETE FROM workstream_number
        WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
        """,
        {"organization_id": organization_id, "integration_id": integration_id},
        Nothing,
    )


def attach_numbers(
    organization_id: UUID, workstream_id: UUID, integration_ids: list[UUID]
) -> Query[Key]:
    """Attach these numbers to a workstream; a row for each that no workstream had.

    Two that attach one number at the same time meet its key: the second gets no row.
    """
    return Query(
        """
        INSERT INTO workstream_number (organization_id, integration_id, workstream_id)
        SELECT %(organization_id)s, x.integration_id, %(workstream_id)s
        FROM (SELECT unnest(%(integration_ids)s::uuid[]) AS integration_id) x
        ORDER BY x.integration_id
        ON CONFLICT DO NOTHING
        RETURNING integration_id AS id
        """,
        {
            "organization_id": organization_id,
            "workstream_id": workstream_id,
            "integration_ids": integration_ids,
        },
        Key,
    )


def detach_numbers(
    organization_id: UUID, workstream_id: UUID, *, keep: list[UUID]
) -> Query[Nothing]:
    """Take all numbers from a workstream but those to keep."""
    return Query(
        """
        DELETE FROM workstream_number
        WHERE organization_id = %(organization_id)s AND workstream_id = %(workstream_id)s
          AND NOT integration_id = ANY(%(keep)s::uuid[])
        """,
        {"organization_id": organization_id, "workstream_id": workstream_id, "keep": keep},
        Nothing,
    )
