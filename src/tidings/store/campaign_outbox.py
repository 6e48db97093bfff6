"""What a campaign still has in the outbox."""

from uuid import UUID

import msgspec

from tidings.store.query import Query


class TakenBack(msgspec.Struct, frozen=True):
    """A message that will not go out."""

    message_id: UUID


def take_queued(
    organization_id: UUID, integration_id: UUID, *, campaign_id: UUID, limit: int
) -> Query[TakenBack]:
    """Take a campaign's messages that wait out of the outbox of its number.

    A row that a dispatcher is claiming just now is locked, and then 'sending': the condition is
    looked at again after the lock, so what is on its way stays.
    """
    return Query(
        """
        WITH taken AS MATERIALIZED (
          SELECT message_id FROM outbox
          WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
            AND campaign_id = %(campaign_id)s AND state = 'queued'
          LIMIT %(limit)s
          FOR UPDATE
        )
        DELETE FROM outbox o USING taken t
        WHERE o.organization_id = %(organization_id)s AND o.message_id = t.message_id
        RETURNING o.message_id
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "campaign_id": campaign_id,
            "limit": limit,
        },
        TakenBack,
    )
