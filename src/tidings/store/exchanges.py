"""The exchange log: every call to a provider, redacted and cut, readable from its message."""

from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class NewExchange(msgspec.Struct, frozen=True):
    """One call to write down. The id is of the time it began."""

    id: UUID
    integration_id: UUID
    message_id: UUID | None
    method: str
    url: str
    status: int | None
    duration_ms: int
    request: str
    response: str
    error: str | None


FIELDS = {
    "id": "uuid", "integration_id": "uuid", "message_id": "uuid", "method": "text", "url": "text",
    "status": "smallint", "duration_ms": "integer", "request": "text", "response": "text",
    "error": "text",
}  # fmt: skip


def insert_exchanges(organization_id: UUID, rows: list[NewExchange]) -> Query[Nothing]:
    """Write calls down."""
    columns = ", ".join(f"unnest(%({name})s::{type_}[])" for name, type_ in FIELDS.items())
    params: dict[str, object] = {name: [getattr(row, name) for row in rows] for name in FIELDS}
    params["organization_id"] = organization_id
    return Query(
        f"""
        INSERT INTO exchange (organization_id, {", ".join(FIELDS)})
        SELECT %(organization_id)s, {columns}
        """,
        params,
        Nothing,
    )


class ExchangeRow(msgspec.Struct, frozen=True):
    """One call of ours."""

    id: UUID
    method: str
    url: str
    status: int | None
    duration_ms: int
    request: str
    response: str
    error: str | None


def select_exchanges(organization_id: UUID, message_id: UUID) -> Query[ExchangeRow]:
    """Our calls about one message, in the order of time; webhooks are in the journal."""
    return Query(
        """
        SELECT id, method, url, status, duration_ms, request, response, error
        FROM exchange
        WHERE organization_id = %(organization_id)s AND message_id = %(message_id)s
        ORDER BY id LIMIT 200
        """,
        {"organization_id": organization_id, "message_id": message_id},
        ExchangeRow,
    )


def select_upkeep_exchanges(
    organization_id: UUID, integration_id: UUID, *, before_id: UUID, limit: int
) -> Query[ExchangeRow]:
    """Our calls about an integration itself, not about a message: the newest first, by keyset."""
    return Query(
        """
        SELECT id, method, url, status, duration_ms, request, response, error
        FROM exchange
        WHERE organization_id = %(organization_id)s AND integration_id = %(integration_id)s
          AND message_id IS NULL AND id < %(before_id)s
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "integration_id": integration_id,
            "before_id": before_id,
            "limit": limit,
        },
        ExchangeRow,
    )
