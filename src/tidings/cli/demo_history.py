"""What happened before the demo begins: some notifications, and what customers answered."""

import asyncio
from uuid import UUID

import msgspec

from tidings.cli import demo_cast as cast
from tidings.cli.demo_calls import post
from tidings.store.integrations import IntegrationRow
from tidings.store.query import Connection, fetch
from tidings.store.templates import select_named_templates


class Sendable(msgspec.Struct, frozen=True):
    """What to send from and with: numbers by their provider's id, and responses.

    A response stands under its template's name and language.
    """

    numbers: dict[str, str]
    responses: dict[tuple[str, str], str]


async def find_sendable(
    connection: Connection, organization_id: UUID, rows: list[IntegrationRow]
) -> Sendable:
    """The ids of the numbers, and of the templates that the history needs."""
    responses = {}
    for name, language in {(each.template, each.language) for each in cast.HISTORY}:
        query = select_named_templates(organization_id, name, language, divisions=None)
        responses[name, language] = str((await fetch(connection, query))[0].id)
    return Sendable({row.number_id: str(row.id) for row in rows}, responses)


async def send_notifications(base_url: str, token: str, sendable: Sendable) -> None:
    """Send a handful through the front door; sent again they are known by their keys."""
    for count, sending in enumerate(cast.HISTORY):
        body = {
            "fromAddress": sendable.numbers[sending.line.number_id],
            "toAddress": sending.address,
            "toAddressMessengerType": "whatsapp",
            "messagingTemplate": {
                "responseId": sendable.responses[sending.template, sending.language],
                "headerParameters": _parameters(sending.header),
                "bodyParameters": _parameters(sending.body),
            },
        }
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"demo-{count}"}
        path = "/api/v2/conversations/messages/agentless"
        await asyncio.to_thread(post, base_url + path, body, headers)


async def let_customers_reply(simulator: str) -> None:
    """What customers write, from their phones in the simulator."""
    for sender, line, text in cast.REPLIES:
        said = {"from": sender, "to": line.number_id, "type": "text", "text": {"body": text}}
        await asyncio.to_thread(post, f"{simulator}/_simulator/inbound", said, {})


def _parameters(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "value": value} for key, value in values.items()]
