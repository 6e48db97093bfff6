"""Event rows: what happened, for sockets, counters and other systems; written with the change."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query

INSERT = """
    INSERT INTO event (organization_id, id, kind, entity_id, body)
    VALUES (%(organization_id)s, %(id)s, %(kind)s, %(entity_id)s, %(body)s)
"""


def insert_event(
    organization_id: UUID, kind: str, *, body: dict[str, Any], entity_id: UUID | None = None
) -> Query[Nothing]:
    """Announce one change, or one batch of changes of a kind (`body` then holds the list)."""
    params = {
        "organization_id": organization_id,
        "id": new_id(),
        "kind": kind,
        "entity_id": entity_id,
        "body": Jsonb(body),
    }
    return Query(INSERT, params, Nothing)
