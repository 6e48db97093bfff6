"""Agents: who works on the desk, with presence, routing status, capacity and load."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class CapacityRow(msgspec.Struct, frozen=True):
    """Units of messaging work that somebody holds at once; None: nothing is set."""

    capacity: int | None


class AgentRow(msgspec.Struct, frozen=True):
    """Where one person stands: presence, routing status, and what they hold."""

    user_id: UUID
    presence_id: UUID | None
    presence: str
    presence_message: str
    presence_at: datetime
    routing_status: str
    routing_at: datetime
    load: int


COLUMNS = """
    g.user_id, g.presence_id, g.presence, g.presence_message, g.presence_at, g.routing_status,
    g.routing_at, g.load
"""
# Off queue is off queue, whatever somebody holds. Who did not answer an offer is asked again only
# when they say that they are there. Who holds something is interacting.
NEXT_STATUS = """
    CASE WHEN excluded.presence <> 'OnQueue' THEN 'OFF_QUEUE'
         WHEN g.routing_status = 'NOT_RESPONDING' AND NOT %(responds)s THEN 'NOT_RESPONDING'
         WHEN g.load > 0 THEN 'INTERACTING'
         ELSE 'IDLE' END
"""


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


def select_agent(organization_id: UUID, user_id: UUID) -> Query[AgentRow]:
    """Where one person stands; no row for who never worked on the desk."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM agent g
        WHERE g.organization_id = %(organization_id)s AND g.user_id = %(user_id)s
        """,
        {"organization_id": organization_id, "user_id": user_id},
        AgentRow,
    )


def put_presence(
    organization_id: UUID,
    user_id: UUID,
    *,
    presence_id: UUID,
    presence: str,
    message: str,
    responds: bool,
) -> Query[AgentRow]:
    """Set somebody's presence, and with it whether they are on queue.

    One statement, so that the routing status is decided by what the row holds now: an offer or an
    answer at the same time waits for it, or it for them. `responds`: they say themselves that they
    are there, which ends NOT_RESPONDING.
    """
    return Query(
        f"""
        INSERT INTO agent AS g (organization_id, user_id, presence_id, presence, presence_message,
                                routing_status, idle_since)
        VALUES (%(organization_id)s, %(user_id)s, %(presence_id)s, %(presence)s, %(message)s,
                CASE WHEN %(presence)s = 'OnQueue' THEN 'IDLE' ELSE 'OFF_QUEUE' END,
                CASE WHEN %(presence)s = 'OnQueue' THEN now() END)
        ON CONFLICT (organization_id, user_id) DO UPDATE
        SET presence_id = excluded.presence_id, presence = excluded.presence,
            presence_message = excluded.presence_message,
            presence_at = CASE WHEN g.presence_id IS NOT DISTINCT FROM excluded.presence_id
                               THEN g.presence_at ELSE now() END,
            routing_status = {NEXT_STATUS},
            routing_at = CASE WHEN g.routing_status = {NEXT_STATUS}
                              THEN g.routing_at ELSE now() END,
            idle_since = coalesce(g.idle_since, excluded.idle_since),
            seen_at = now()
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "user_id": user_id,
            "presence_id": presence_id,
            "presence": presence,
            "message": message,
            "responds": responds,
        },
        AgentRow,
    )
