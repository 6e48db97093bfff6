"""Messages to and from customers, made through the product's own actions without a provider."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tests.world import World
from tidings.actions.catalogue import Catalogue
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.incoming import Incoming
from tidings.actions.queued_messages import Queued
from tidings.actions.receiving import receive_messages
from tidings.actions.send_message import send_messages
from tidings.actions.statuses import Callback, Recording, apply_callbacks, apply_standings
from tidings.domain.delivery import DeliveryStatus
from tidings.domain.inbound import InboundMessage, MessageKind, ProviderError, StatusUpdate
from tidings.domain.outcomes import Fault
from tidings.domain.sending import Intent
from tidings.domain.templates import TemplateValues
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.inbox import Received, insert_received
from tidings.store.integrations import NewIntegration, insert_integration
from tidings.store.leases import insert_sender_leases, release_lease, take_leases
from tidings.store.outbox import claim_due, expire_unknown, settle
from tidings.store.outcomes import Standing
from tidings.store.query import Connection, execute, fetch, fetch_one
from tidings.store.webhook_accounts import select_webhook_accounts

ACCOUNT = "880077"
TEMPLATE = "order_update"
COMPONENTS: list[dict[str, Any]] = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
    {"type": "BODY", "text": "Hello {{1}}, your order is on its way."},
    {"type": "FOOTER", "text": "Nordwind"},
    {
        "type": "BUTTONS",
        "buttons": [{"type": "URL", "text": "Track", "url": "https://nordwind.example/{{1}}"}],
    },
]
RECORDING = Recording(timedelta(days=30))


class Messaging:
    """Two numbers, in Home and in North, and a template that both may send."""

    def __init__(self, database: Database, world: World) -> None:
        self.database = database
        self.world = world
        self.numbers: dict[str, UUID] = {}
        self.response_id = new_id()
        self._catalogue = Catalogue()

    @classmethod
    async def build(cls, database: Database, world: World) -> "Messaging":
        """Connect the numbers and write the template down."""
        self = cls(database, world)
        async with database.transaction() as connection:
            for division in ("Home", "North"):
                self.numbers[division] = await self._connect(connection, division)
            await self._write_template(connection)
        return self

    async def notify(self, to: str, *, number: str = "Home", use_existing: bool = False) -> Queued:
        """Queue the template for a customer, who agreed to it."""
        organization_id = self.world.nordwind.id
        intent = Intent(
            organization_id=organization_id,
            sender_kind="client",
            sender_id=self.world.backend.id,
            integration_id=self.numbers[number],
            address=to,
            response_id=self.response_id,
            values=TemplateValues({"1": "A-17"}, {"1": "Amina"}, {"1": "a17"}),
            use_existing=use_existing,
        )
        agreed = ConsentChange(to, "utility", "opted_in", "test", datetime.now(UTC))
        async with self.database.transaction(organization_id) as connection:
            await record_consents(connection, organization_id, [agreed], recorded_by="test")
            results = await send_messages(
                connection, self._catalogue, [intent], render=lambda queued: b""
            )
        assert isinstance(results[0], Queued), results[0]
        return results[0]

    async def accept(self, message: Queued, *, wamid: str) -> None:
        """The provider takes the message."""
        standing = Standing(
            message.message_id, "sent", provider_message_id=wamid, sent_at=datetime.now(UTC)
        )
        await self.settle(standing)

    async def lose(self, message: Queued) -> None:
        """The call goes out and nothing comes back, as a dispatcher records it."""
        worker_id = new_id()
        async with self.database.transaction() as connection:
            await execute(connection, insert_sender_leases())
            leases = await fetch(
                connection, take_leases("dispatch", worker_id, most=1_000, seconds=60)
            )
            number = message.integration_id
            lease = next(each for each in leases if each.key == str(number))
            await fetch(connection, claim_due(lease, number, limit=1_000, counting=False))
            lost = [message.message_id]
            await fetch(connection, settle(lease, number, ids=lost, longest=timedelta(hours=1)))
            for each in leases:
                await execute(connection, release_lease(each, worker_id))

    async def give_up(self, message: Queued) -> None:
        """The deadline passes in which a callback could have settled a lost call."""
        organization_id = self.world.nordwind.id
        async with self.database.transaction() as connection:
            await fetch(
                connection,
                expire_unknown(organization_id, message.integration_id, deadline=-timedelta(1)),
            )

    async def settle(self, standing: Standing) -> None:
        """Record what became of a call."""
        organization_id = self.world.nordwind.id
        async with self.database.transaction(organization_id) as connection:
            await apply_standings(
                connection, organization_id, [standing], answered=True, recording=RECORDING
            )

    async def report(
        self, message: Queued, status: DeliveryStatus, *, wamid: str, error: str | None = None
    ) -> None:
        """The provider calls back with a status, in a webhook that speaks of a stranger too."""
        organization_id = self.world.nordwind.id
        update = StatusUpdate(
            provider_message_id=wamid,
            account_id=ACCOUNT,
            number_id=f"number-{message.from_address}",
            status=status,
            at=datetime.now(UTC),
            callback_data=str(message.message_id),
            error=ProviderError(error, Fault.RECIPIENT) if error else None,
        )
        body = webhook_body(
            [
                {"id": wamid, "status": status.value},
                {"id": "wamid.stranger", "status": "read", "recipient_id": "4915199999999"},
            ]
        )
        inbox_id = await self.journal(body)
        async with self.database.transaction(organization_id) as connection:
            callback = Callback(message.integration_id, update, inbox_id)
            await apply_callbacks(connection, organization_id, [callback], recording=RECORDING)

    async def write(self, text: str, *, sender: str, number: str = "Home", name: str = "") -> None:
        """A customer writes to one of the numbers."""
        organization_id = self.world.nordwind.id
        async with self.database.connection() as connection:
            accounts = await fetch(connection, select_webhook_accounts("whatsapp_cloud", [ACCOUNT]))
        account = next(each for each in accounts if each.id == self.numbers[number])
        message = InboundMessage(
            provider_message_id=f"wamid.in.{new_id()}",
            account_id=ACCOUNT,
            number_id=account.number_id,
            sent_at=datetime.now(UTC),
            kind=MessageKind.TEXT,
            from_phone=sender,
            from_name=name or None,
            text=text,
            content={"body": text},
        )
        incoming = Incoming(account, message, await self.journal(b"{}"))
        async with self.database.transaction(organization_id) as connection:
            await receive_messages(
                connection, organization_id, [incoming], threading=timedelta(hours=72)
            )

    async def journal(self, body: bytes) -> UUID:
        """Write a webhook down, as if it had been applied already."""
        received = Received("whatsapp_cloud", self.world.nordwind.id, 0, body)
        async with self.database.transaction() as connection:
            await execute(connection, insert_received([received]))
            cursor = await connection.execute("DELETE FROM inbox_queue RETURNING inbox_id")
            row = await cursor.fetchone()
        assert row is not None
        inbox_id: UUID = row[0]
        return inbox_id

    async def _connect(self, connection: Connection, division: str) -> UUID:
        phone = {"Home": "493011111", "North": "493022222"}[division]
        key = await fetch_one(
            connection,
            insert_integration(
                self.world.nordwind.id,
                new_id(),
                NewIntegration(
                    division_id=self.world.nordwind.divisions[division],
                    name=f"{division} number",
                    phone_number=phone,
                    number_id=f"number-{phone}",
                    account_id=ACCOUNT,
                    base_address="http://127.0.0.1:9",
                    secrets=b"",
                    status="active",
                ),
            ),
        )
        return key.id

    async def _write_template(self, connection: Connection) -> None:
        template_id = new_id()
        await connection.execute(
            "INSERT INTO template (organization_id, id, account_id, provider_template_id, name,"
            " language, category, status, components)"
            " VALUES (%s, %s, %s, '1', %s, 'en', 'UTILITY', 'APPROVED', %s)",
            (self.world.nordwind.id, template_id, ACCOUNT, TEMPLATE, Jsonb(COMPONENTS)),
        )
        await connection.execute(
            "INSERT INTO response (organization_id, id, library_ids, name, response_type,"
            " template_id) VALUES (%s, %s, '{}', %s, 'MessagingTemplate', %s)",
            (self.world.nordwind.id, self.response_id, TEMPLATE, template_id),
        )


def webhook_body(statuses: list[dict[str, Any]]) -> bytes:
    """A webhook of statuses as Meta sends it."""
    value = {"messaging_product": "whatsapp", "metadata": {}, "statuses": statuses}
    change = {"field": "messages", "value": value}
    return msgspec.json.encode(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": ACCOUNT, "changes": [change]}],
        }
    )
