"""Integrations: the numbers through which an organization talks, and how they are kept.

What sending needs of them is senders.py, what receiving needs webhook_accounts.py. Secrets are
sealed bytes here (see secret_box).
"""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of
from tidings.store.supported_content import DECIDED, DECIDING, Governed

WHATSAPP_CLOUD = "whatsapp_cloud"


COLUMNS = f"""
    i.id, i.organization_id, i.division_id, d.name AS division_name, i.provider, i.name, i.status,
    i.reason_code, i.reason, i.reason_at, i.phone_number, i.number_id, i.account_id,
    i.base_address, i.verified_name, i.quality, i.messaging_limit, i.throughput, i.checked_at,
    i.templates_synced_at, i.supported_content_id, i.version, i.created_by, i.created_at,
    i.modified_by, i.modified_at, {DECIDED}
"""
JOINED = f"""
    integration i JOIN division d
      ON d.organization_id = i.organization_id AND d.id = i.division_id
    {DECIDING}
"""


class IntegrationRow(Governed, frozen=True, kw_only=True):
    """One integration without its secrets. `status` is active, inactive or error.

    `supported_content_id` is the profile it names, if any; `content` the one that decides.
    """

    id: UUID
    organization_id: UUID
    division_id: UUID
    division_name: str
    provider: str
    name: str
    status: str
    reason_code: str | None
    reason: str | None
    reason_at: datetime | None
    phone_number: str
    number_id: str
    account_id: str
    base_address: str
    verified_name: str | None
    quality: str | None
    messaging_limit: str | None
    throughput: int
    checked_at: datetime | None
    templates_synced_at: datetime | None
    supported_content_id: UUID | None
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_by: UUID | None
    modified_at: datetime


class IntegrationKey(msgspec.Struct, frozen=True):
    """Which integration."""

    organization_id: UUID
    id: UUID


class NewIntegration(msgspec.Struct, frozen=True, kw_only=True):
    """An integration to create; its secrets are sealed."""

    division_id: UUID
    name: str
    phone_number: str
    number_id: str
    account_id: str
    base_address: str
    secrets: bytes
    verify_hash: bytes = b""
    supported_content_id: UUID | None = None
    created_by: UUID | None = None
    provider: str = WHATSAPP_CLOUD
    status: str = "inactive"


class Queued(msgspec.Struct, frozen=True):
    """Messages of an integration that have not come to an end."""

    queued: int
    under_way: int


class Recipients(msgspec.Struct, frozen=True):
    """Unique customers counted against an account's limit within 24 hours."""

    account_id: str
    count: int


def insert_integration(
    organization_id: UUID, integration_id: UUID, new: NewIntegration
) -> Query[IntegrationKey]:
    """Create an integration. No row when the number is connected, in whichever organization.

    The number is taken by connected_number's key, which waits for a transaction that is just
    taking the same one. A taken name raises a UniqueViolation of integration_name.
    """
    return Query(
        """
        WITH taken AS (
          INSERT INTO connected_number (provider, number_id, organization_id, integration_id)
          VALUES (%(provider)s, %(number_id)s, %(organization_id)s, %(id)s)
          ON CONFLICT DO NOTHING
          RETURNING provider, number_id
        )
        INSERT INTO integration (organization_id, id, division_id, provider, name, status,
                                 phone_number, number_id, account_id, base_address, secrets,
                                 verify_hash, supported_content_id, created_by, modified_by)
        SELECT %(organization_id)s, %(id)s, %(division_id)s, provider, %(name)s, %(status)s,
               %(phone_number)s, number_id, %(account_id)s, %(base_address)s, %(secrets)s,
               %(verify_hash)s, %(supported_content_id)s, %(created_by)s, %(created_by)s
        FROM taken
        RETURNING organization_id, id
        """,
        params_of(organization_id, new, id=integration_id),
        IntegrationKey,
    )


def select_integration(
    organization_id: UUID, integration_id: UUID, *, divisions: list[UUID] | None = None
) -> Query[IntegrationRow]:
    """One integration that was not deleted, if it is in one of the divisions (None: any)."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED}
        WHERE i.organization_id = %(organization_id)s AND i.id = %(id)s AND i.deleted_at IS NULL
          AND (%(divisions)s::uuid[] IS NULL OR i.division_id = ANY(%(divisions)s))
        """,
        {"organization_id": organization_id, "id": integration_id, "divisions": divisions},
        IntegrationRow,
    )


def select_integrations(
    organization_id: UUID,
    *,
    divisions: list[UUID] | None,
    provider: str | None = None,
    content_id: UUID | None = None,
    limit: int,
    offset: int,
) -> Query[IntegrationRow]:
    """A page of integrations by name, of this content profile. They are few: page numbers do."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM {JOINED}
        WHERE i.organization_id = %(organization_id)s AND i.deleted_at IS NULL
          AND (%(provider)s::text IS NULL OR i.provider = %(provider)s)
          AND (%(content_id)s::uuid IS NULL OR p.id = %(content_id)s)
          AND (%(divisions)s::uuid[] IS NULL OR i.division_id = ANY(%(divisions)s))
        ORDER BY lower(i.name), i.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "organization_id": organization_id,
            "divisions": divisions,
            "provider": provider,
            "content_id": content_id,
            "limit": limit,
            "offset": offset,
        },
        IntegrationRow,
    )


def count_integrations(
    organization_id: UUID,
    *,
    divisions: list[UUID] | None,
    provider: str | None = None,
    content_id: UUID | None = None,
) -> Query[Count]:
    """How many integrations the same conditions give."""
    return Query(
        f"""
        SELECT count(*) AS count FROM integration i {DECIDING}
        WHERE i.organization_id = %(organization_id)s AND i.deleted_at IS NULL
          AND (%(provider)s::text IS NULL OR i.provider = %(provider)s)
          AND (%(content_id)s::uuid IS NULL OR p.id = %(content_id)s)
          AND (%(divisions)s::uuid[] IS NULL OR i.division_id = ANY(%(divisions)s))
        """,
        {
            "organization_id": organization_id,
            "divisions": divisions,
            "provider": provider,
            "content_id": content_id,
        },
        Count,
    )


def update_integration(
    organization_id: UUID,
    integration_id: UUID,
    *,
    name: str,
    division_id: UUID,
    supported_content_id: UUID | None,
    secrets: bytes | None,
    verify_hash: bytes | None,
    version: int,
    modified_by: UUID | None,
) -> Query[IntegrationKey]:
    """Change an integration from this version; `secrets` None keeps them. No row: stale."""
    return Query(
        """
        UPDATE integration
        SET name = %(name)s, division_id = %(division_id)s,
            supported_content_id = %(supported_content_id)s,
            secrets = coalesce(%(secrets)s, secrets),
            verify_hash = coalesce(%(verify_hash)s, verify_hash), version = version + 1,
            modified_by = %(modified_by)s, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
          AND deleted_at IS NULL
        RETURNING organization_id, id
        """,
        {
            "organization_id": organization_id,
            "id": integration_id,
            "name": name,
            "division_id": division_id,
            "supported_content_id": supported_content_id,
            "secrets": secrets,
            "verify_hash": verify_hash,
            "version": version,
            "modified_by": modified_by,
        },
        IntegrationKey,
    )


def delete_integration(
    organization_id: UUID, integration_id: UUID, *, modified_by: UUID | None
) -> Query[Nothing]:
    """Mark an integration deleted, forget its secrets and free its number and its name."""
    return Query(
        """
        WITH freed AS (
          DELETE FROM connected_number
          WHERE organization_id = %(organization_id)s AND integration_id = %(id)s
        )
        UPDATE integration
        SET deleted_at = now(), status = 'inactive', secrets = '', verify_hash = '',
            supported_content_id = NULL, version = version + 1,
            modified_by = %(modified_by)s, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "id": integration_id, "modified_by": modified_by},
        Nothing,
    )


def count_queued(organization_id: UUID, integration_id: UUID) -> Query[Queued]:
    """How many messages still wait to go out or are on their way."""
    return Query(
        """
        SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
               count(*) FILTER (WHERE state <> 'queued') AS under_way
        FROM outbox
        WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
        """,
        {"organization_id": organization_id, "integration_id": integration_id},
        Queued,
    )


def count_recipients(organization_id: UUID, account_ids: list[str]) -> Query[Recipients]:
    """Unique customers of the last 24 hours for each account that has any (W6)."""
    return Query(
        """
        SELECT account_id, count(*) AS count FROM recipient_day
        WHERE organization_id = %(organization_id)s AND account_id = ANY(%(account_ids)s)
          AND counted_at > now() - interval '24 hours'
        GROUP BY account_id
        """,
        {"organization_id": organization_id, "account_ids": account_ids},
        Recipients,
    )


def update_base_address(
    organization_id: UUID, integration_id: UUID, base_address: str
) -> Query[Nothing]:
    """Let calls of an integration go to another address (the demo's simulator moved)."""
    return Query(
        """
        UPDATE integration SET base_address = %(base_address)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "id": integration_id, "base_address": base_address},
        Nothing,
    )
