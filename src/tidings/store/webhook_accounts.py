"""Whose webhooks come in: the numbers of a provider's accounts, and verify tokens.

Over all organizations, for what is not yet known to be anybody's. Secrets are sealed bytes here.
"""

from uuid import UUID

from tidings.store.integrations import IntegrationKey
from tidings.store.query import Query
from tidings.store.supported_content import DECIDED, DECIDING, Governed


class WebhookAccountRow(Governed, frozen=True, kw_only=True):
    """What receiving for one number of a provider's account needs; `secrets` is sealed."""

    organization_id: UUID
    id: UUID
    division_id: UUID
    status: str
    number_id: str
    phone_number: str
    account_id: str
    secrets: bytes


def select_webhook_accounts(provider: str, account_ids: list[str]) -> Query[WebhookAccountRow]:
    """Every connected number of these accounts, of whichever organization; for the engine.

    A webhook names the account and mostly the number; no row means that it is not for us.
    """
    return Query(
        f"""
        SELECT i.organization_id, i.id, i.division_id, i.status, i.number_id, i.phone_number,
               i.account_id, i.secrets, {DECIDED}
        FROM integration i {DECIDING}
        WHERE i.provider = %(provider)s AND i.account_id = ANY(%(account_ids)s)
          AND i.deleted_at IS NULL
        ORDER BY i.account_id, i.id
        """,
        {"provider": provider, "account_ids": account_ids},
        WebhookAccountRow,
    )


def select_verified(verify_hash: bytes) -> Query[IntegrationKey]:
    """An integration that was connected with this verify token."""
    return Query(
        """
        SELECT organization_id, id FROM integration
        WHERE verify_hash = %(verify_hash)s AND deleted_at IS NULL LIMIT 1
        """,
        {"verify_hash": verify_hash},
        IntegrationKey,
    )
