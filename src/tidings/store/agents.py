"""Agents: who works on the desk, with presence, routing status, capacity and load."""

from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class CapacityRow(msgspec.Struct, frozen=True):
    """Units of messaging work that somebody holds at once; None: nothing is set."""

    capacity: int | None


def wake_router(organization_id: UUID) -> Query[Nothing]:
    """Tell the router of an organization, after the commit, to look at its rows again."""
    return Query(
        "SELECT pg_notify('tidings_routing', %(organization_id)s)",
        {"organization_id": str(organization_id)},
        Nothing,
    )


def select_default_capacity(organization_id: UUID) -> Query[CapacityRow]:
    """The capacity of agents for whom none is set; no row while nobody changed it."""
    return Query(
        """
        SELECT default_capacity AS capacity FROM routing_settings
        WHERE organization_id = %(organization_id)s
        """,
        {"organization_id": organization_id},
        CapacityRow,
    )


def put_default_capacity(organization_id: UUID, capacity: int) -> Query[Nothing]:
    """Set the capacity of agents for whom none is set."""
    return Query(
        """
        INSERT INTO routing_settings AS s (organization_id, default_capacity)
        VALUES (%(organization_id)s, %(capacity)s)
        ON CONFLICT (organization_id) DO UPDATE
        SET default_capacity = excluded.default_capacity, version = s.version + 1
        """,
        {"organization_id": organization_id, "capacity": capacity},
        Nothing,
    )


def delete_default_capacity(organization_id: UUID) -> Query[Nothing]:
    """Go back to the capacity that everybody has from the start."""
    return Query(
        "DELETE FROM routing_settings WHERE organization_id = %(organization_id)s",
        {"organization_id": organization_id},
        Nothing,
    )


def select_capacity(organization_id: UUID, user_id: UUID) -> Query[CapacityRow]:
    """The capacity set for one person; no row for who never worked on the desk."""
    return Query(
        """
        SELECT capacity FROM agent
        WHERE organization_id = %(organization_id)s AND user_id = %(user_id)s
        """,
        {"organization_id": organization_id, "user_id": user_id},
        CapacityRow,
    )


def put_capacity(organization_id: UUID, user_id: UUID, capacity: int | None) -> Query[Nothing]:
    """Set the capacity of one person; None: the organization's."""
    return Query(
        """
        INSERT INTO agent (organization_id, user_id, capacity)
        VALUES (%(organization_id)s, %(user_id)s, %(capacity)s)
        ON CONFLICT (organization_id, user_id) DO UPDATE SET capacity = excluded.capacity
        """,
        {"organization_id": organization_id, "user_id": user_id, "capacity": capacity},
        Nothing,
    )
