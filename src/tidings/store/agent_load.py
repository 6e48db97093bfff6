"""What agents hold: the only statements that change their load, and with it their status.

Agents are locked by id, after everything else; a step that touches several of them in more than
one statement locks them all first (`lock_agents`).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.query import Query


class LoadRow(msgspec.Struct, frozen=True):
    """An agent after the change; `changed`: their routing status is another now."""

    user_id: UUID
    load: int
    routing_status: str
    changed: bool


class AgentKey(msgspec.Struct, frozen=True):
    """Which agent."""

    user_id: UUID


STATUS_AFTER = """
    CASE WHEN g.routing_status IN ('OFF_QUEUE', 'NOT_RESPONDING') THEN g.routing_status
         WHEN %(not_responding)s THEN 'NOT_RESPONDING'
         WHEN g.load > l.units THEN 'INTERACTING'
         ELSE 'IDLE' END
"""
AFTER = "g.user_id, g.load, g.routing_status, g.routing_at = now() AS changed"


def lock_agents(organization_id: UUID, user_ids: list[UUID]) -> Query[AgentKey]:
    """Hold agents until the transaction ends, by id; for steps that move load between them."""
    return Query(
        """
        SELECT g.user_id FROM agent g
        WHERE g.organization_id = %(organization_id)s AND g.user_id = ANY(%(user_ids)s::uuid[])
        ORDER BY g.user_id FOR UPDATE
        """,
        {"organization_id": organization_id, "user_ids": user_ids},
        AgentKey,
    )


def take_load(organization_id: UUID, units: Mapping[UUID, int]) -> Query[LoadRow]:
    """Let agents hold so many units more, whatever their capacity; who was idle is interacting.

    Who never worked on the desk gets a row, off queue.
    """
    return Query(
        f"""
        INSERT INTO agent AS g (organization_id, user_id, load, last_assigned_at)
        SELECT %(organization_id)s, x.user_id, x.units, now()
        FROM (SELECT unnest(%(user_ids)s::uuid[]) AS user_id,
                     unnest(%(units)s::integer[]) AS units) x
        ORDER BY x.user_id
        ON CONFLICT (organization_id, user_id) DO UPDATE
        SET load = g.load + excluded.load, last_assigned_at = now(),
            routing_status = CASE WHEN g.routing_status = 'IDLE' THEN 'INTERACTING'
                             ELSE g.routing_status END,
            routing_at = CASE WHEN g.routing_status = 'IDLE' THEN now() ELSE g.routing_at END
        RETURNING {AFTER}
        """,
        _params(organization_id, units),
        LoadRow,
    )


def release_load(
    organization_id: UUID, units: Mapping[UUID, int], *, not_responding: bool = False
) -> Query[LoadRow]:
    """Take so many units from agents; who holds nothing any more is idle, from now on.

    `not_responding`: they let an offer pass. Who is on queue is then asked no more until they say
    that they are there.
    """
    return Query(
        f"""
        WITH given AS MATERIALIZED (
          SELECT unnest(%(user_ids)s::uuid[]) AS user_id, unnest(%(units)s::integer[]) AS units
        ), locked AS MATERIALIZED (
          SELECT g.user_id, x.units FROM agent g JOIN given x ON x.user_id = g.user_id
          WHERE g.organization_id = %(organization_id)s
          ORDER BY g.user_id FOR UPDATE OF g
        )
        UPDATE agent g
        SET load = greatest(g.load - l.units, 0),
            routing_status = {STATUS_AFTER},
            routing_at = CASE WHEN g.routing_status = {STATUS_AFTER}
                         THEN g.routing_at ELSE now() END,
            idle_since = CASE WHEN g.load > 0 AND g.load <= l.units THEN now()
                         ELSE g.idle_since END
        FROM locked l
        WHERE g.organization_id = %(organization_id)s AND g.user_id = l.user_id
        RETURNING {AFTER}
        """,
        _params(organization_id, units) | {"not_responding": not_responding},
        LoadRow,
    )


def _params(organization_id: UUID, units: Mapping[UUID, int]) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "user_ids": list(units),
        "units": list(units.values()),
    }
