"""What sending through integrations needs of them. Secrets are sealed bytes here."""

from uuid import UUID

from tidings.store.query import Query
from tidings.store.supported_content import DECIDED, DECIDING, Governed


class SenderRow(Governed, frozen=True, kw_only=True):
    """What sending through an integration needs; `secrets` is sealed."""

    id: UUID
    organization_id: UUID
    division_id: UUID
    status: str
    reason_code: str | None
    reason: str | None
    provider: str
    name: str
    phone_number: str
    number_id: str
    account_id: str
    base_address: str
    secrets: bytes
    throughput: int
    messaging_limit: str | None


def select_senders(organization_ids: list[UUID], integration_ids: list[UUID]) -> Query[SenderRow]:
    """What sending needs, for many integrations at once; the two lists run in parallel.

    Deleted integrations give no row; inactive and failed ones do, with their reason.
    """
    return Query(
        f"""
        SELECT i.id, i.organization_id, i.division_id, i.status, i.reason_code, i.reason,
               i.provider, i.name, i.phone_number, i.number_id, i.account_id, i.base_address,
               i.secrets, i.throughput, i.messaging_limit, {DECIDED}
        FROM (SELECT unnest(%(organization_ids)s::uuid[]) AS organization_id,
                     unnest(%(integration_ids)s::uuid[]) AS id) x
        JOIN integration i ON i.organization_id = x.organization_id AND i.id = x.id
        {DECIDING}
        WHERE i.deleted_at IS NULL
        """,
        {"organization_ids": organization_ids, "integration_ids": integration_ids},
        SenderRow,
    )
