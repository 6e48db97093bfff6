"""Audit rows: who changed what, with the thing before and after."""

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.domain.permissions import Caller
from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query, params_of


class AuditRow(msgspec.Struct, frozen=True):
    """One administrative change."""

    id: UUID
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    action: str
    entity_type: str
    entity_id: UUID | None
    entity_name: str
    division_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation_id: str


INSERT = """
    INSERT INTO audit (organization_id, id, actor_kind, actor_id, actor_name, action,
                       entity_type, entity_id, entity_name, division_id, before, after,
                       correlation_id)
    VALUES (%(organization_id)s, %(id)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s,
            %(action)s, %(entity_type)s, %(entity_id)s, %(entity_name)s, %(division_id)s,
            %(before)s, %(after)s, %(correlation_id)s)
"""


def insert_audit(
    caller: Caller,
    action: str,
    *,
    entity_type: str,
    entity_id: UUID | None,
    entity_name: str = "",
    division_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Query[Nothing]:
    """Write down one change. `before` and `after` hold no secrets: the caller leaves them out."""
    params = {
        "organization_id": caller.organization_id,
        "id": new_id(),
        "actor_kind": caller.kind,
        "actor_id": caller.id,
        "actor_name": caller.name,
        "action": action,
        "entity_type": entity_type,
        "entity_id": entity_id,
        "entity_name": entity_name,
        "division_id": division_id,
        "before": None if before is None else Jsonb(before),
        "after": None if after is None else Jsonb(after),
        "correlation_id": caller.correlation_id,
    }
    return Query(INSERT, params, Nothing)


SELECT_PAGE = """
    SELECT id, actor_kind, actor_id, actor_name, action, entity_type, entity_id, entity_name,
           division_id, before, after, correlation_id
    FROM audit
    WHERE organization_id = %(organization_id)s
      AND id < %(before_id)s AND id >= %(from_id)s
      AND (%(actor_id)s::uuid IS NULL OR actor_id = %(actor_id)s)
      AND (%(entity_type)s::text IS NULL OR entity_type = %(entity_type)s)
      AND (%(entity_id)s::uuid IS NULL OR entity_id = %(entity_id)s)
      AND (%(action)s::text IS NULL OR action = %(action)s)
      AND (%(divisions)s::uuid[] IS NULL OR division_id = ANY(%(divisions)s))
    ORDER BY id DESC
    LIMIT %(limit)s
"""


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes: by their ids, which are their times, from one on and before another."""

    from_id: UUID
    before_id: UUID
    actor_id: UUID | None = None
    entity_type: str | None = None
    entity_id: UUID | None = None
    action: str | None = None
    divisions: list[UUID] | None = None


def select_audits(
    organization_id: UUID, wanted: AuditFilter, *, limit: int = 25
) -> Query[AuditRow]:
    """A page of audit rows, newest first."""
    return Query(SELECT_PAGE, params_of(organization_id, wanted, limit=limit), AuditRow)
