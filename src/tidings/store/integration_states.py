"""How integrations are: their status, and what the provider says of their numbers."""

from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.store.integrations import IntegrationKey
from tidings.store.query import Nothing, Query, params_of

LOOK_AGAIN = timedelta(minutes=30)


class NumberFacts(msgspec.Struct, frozen=True):
    """What the provider says of a number; None leaves what is known."""

    phone_number: str | None = None
    verified_name: str | None = None
    quality: str | None = None
    messaging_limit: str | None = None
    throughput: int | None = None


def update_status(
    organization_id: UUID,
    integration_id: UUID,
    *,
    status: str,
    reason_code: str | None,
    reason: str | None,
) -> Query[IntegrationKey]:
    """Set the status; no row when status and reason code are so already, or it was deleted.

    Of two that set the same status at once the second sees the first one's and changes nothing,
    so each change is announced once. One in error is looked after soon: it may be mended.
    """
    return Query(
        """
        UPDATE integration
        SET status = %(status)s, reason_code = %(reason_code)s, reason = %(reason)s,
            reason_at = CASE WHEN %(reason_code)s::text IS NOT NULL THEN now() END,
            upkeep_at = CASE WHEN %(status)s = 'error'
                        THEN least(upkeep_at, now() + %(look_again)s) ELSE upkeep_at END,
            modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
          AND (status, coalesce(reason_code, '')) <> (%(status)s, coalesce(%(reason_code)s, ''))
        RETURNING organization_id, id
        """,
        {
            "organization_id": organization_id,
            "id": integration_id,
            "status": status,
            "reason_code": reason_code,
            "reason": reason,
            "look_again": LOOK_AGAIN,
        },
        IntegrationKey,
    )


def update_facts(organization_id: UUID, integration_id: UUID, facts: NumberFacts) -> Query[Nothing]:
    """Keep what the provider says of the number, and that it was asked just now."""
    return Query(
        """
        UPDATE integration
        SET phone_number = coalesce(%(phone_number)s, phone_number),
            verified_name = coalesce(%(verified_name)s, verified_name),
            quality = coalesce(%(quality)s, quality),
            messaging_limit = coalesce(%(messaging_limit)s, messaging_limit),
            throughput = coalesce(%(throughput)s, throughput),
            checked_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        """,
        params_of(organization_id, facts, id=integration_id),
        Nothing,
    )


def update_templates_synced(organization_id: UUID, account_id: str) -> Query[Nothing]:
    """The account's templates were read just now: true for each of its integrations."""
    return Query(
        """
        UPDATE integration SET templates_synced_at = now()
        WHERE organization_id = %(organization_id)s AND account_id = %(account_id)s
          AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "account_id": account_id},
        Nothing,
    )
