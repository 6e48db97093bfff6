"""Calls to providers on their way into the exchange log."""

from uuid import UUID

from tidings.providers.exchanges import Exchange
from tidings.store.exchanges import NewExchange
from tidings.store.ids import new_id_of


def describe_exchange(
    exchange: Exchange, integration_id: UUID, *, message_id: UUID | None, most: int
) -> NewExchange:
    """The row of one call, with at most so many bytes of each body; its id is of its beginning.

    Without a message it belongs to looking after the integration.
    """
    return NewExchange(
        id=new_id_of(exchange.started_at),
        integration_id=integration_id,
        message_id=message_id,
        method=exchange.method,
        url=exchange.url,
        status=exchange.status,
        duration_ms=int(exchange.duration_ms),
        request=_readable(exchange.request_body, most),
        response=_readable(exchange.response_body or b"", most),
        error=exchange.error,
    )


def _readable(body: bytes, most: int) -> str:
    return body[:most].decode("utf-8", "replace").replace("\0", "\ufffd")
