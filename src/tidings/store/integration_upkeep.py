"""When integrations are looked after next, and who takes those that are due."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tidings.store.integrations import IntegrationKey
from tidings.store.query import Nothing, Query


def claim_upkeep(*, lease: timedelta, limit: int) -> Query[IntegrationKey]:
    """Take integrations in service or in error whose upkeep is due, longest overdue first.

    The claim moves the due time to the end of the lease in the same statement, and rows that
    another worker is just claiming are skipped: one worker at a time has an integration, and
    one that dies is followed when the lease ends.
    """
    return Query(
        """
        WITH due AS MATERIALIZED (
          SELECT organization_id, id FROM integration
          WHERE upkeep_at <= now() AND status IN ('active', 'error') AND deleted_at IS NULL
          ORDER BY upkeep_at
          LIMIT %(limit)s
          FOR UPDATE SKIP LOCKED
        )
        UPDATE integration i SET upkeep_at = now() + %(lease)s
        FROM due
        WHERE i.organization_id = due.organization_id AND i.id = due.id
        RETURNING i.organization_id, i.id
        """,
        {"lease": lease, "limit": limit},
        IntegrationKey,
    )


def schedule_upkeep(
    organization_id: UUID, integration_id: UUID, *, after: timedelta
) -> Query[Nothing]:
    """Look after this integration again after so long."""
    params: dict[str, Any] = {
        "organization_id": organization_id,
        "id": integration_id,
        "after": after,
    }
    return Query(
        """
        UPDATE integration SET upkeep_at = now() + %(after)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        params,
        Nothing,
    )


def schedule_account_upkeep(organization_id: UUID, account_id: str) -> Query[Nothing]:
    """Look after all integrations of an account as soon as possible."""
    return Query(
        """
        UPDATE integration SET upkeep_at = now()
        WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
          AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "account_id": account_id},
        Nothing,
    )
