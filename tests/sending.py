"""What sending and receiving need beside the cast: numbers, templates, customers who agreed.

Everything is made through the product's own actions. Numbers are of the simulated Meta when a
simulation is given to `connect`; without one nothing answers at their address.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from tests.api_client import Answer
from tests.world import Organization, World
from tidings.actions.catalogue import Catalogue
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.integration_drafts import Credentials, IntegrationDraft
from tidings.actions.integrations import create_integration, set_integration_status
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import send_messages
from tidings.domain.sending import Intent, Priority
from tidings.domain.templates import TemplateValues
from tidings.engine.intake import Intake
from tidings.settings import Settings
from tidings.simulator.simulation import Simulation
from tidings.simulator.world import App, Number, Template, Token, Waba
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.integration_states import NumberFacts, update_facts
from tidings.store.query import Connection, execute, fetch
from tidings.store.responses import SyncedResponse, put_synced_responses
from tidings.store.secret_box import load_secret_box
from tidings.store.template_sync import merge_templates
from tidings.store.templates import ListedTemplate, select_account_templates
from tidings.store.threads import Opening, open_windows

AGENTLESS = "/api/v2/conversations/messages/agentless"
HOOK = "/webhooks/meta"
NOWHERE = "http://127.0.0.1:9/v24.0"

Found = TypeVar("Found")
_ids = itertools.count(1)

TEMPLATES: dict[str, dict[str, Any]] = {
    "order_update": {"text": "Hello {{1}}, your order {{2}} is on its way."},
    "offer": {"text": "A boat for you, {{1}}?", "category": "MARKETING"},
    "paused": {"text": "Hello.", "status": "PAUSED"},
    "disabled": {"text": "Hello.", "status": "DISABLED"},
    "in_review": {"text": "Hello.", "status": "PENDING"},
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A connected number, with its account's templates as responses by their names."""

    organization: Organization
    integration_id: UUID
    account_id: str
    number_id: str
    phone_number: str
    app_secret: str
    verify_token: str
    access_token: str
    responses: dict[str, UUID]


class Sending:
    """Connects numbers and invites customers of one database."""

    def __init__(self, database: Database, world: World, settings: Settings) -> None:
        self.database = database
        self.world = world
        self.settings = settings
        self._box = load_secret_box(settings)

    async def connect(
        self,
        organization: Organization | None = None,
        *,
        division: str = "Home",
        status: str = "active",
        reason: tuple[str, str] | None = None,
        simulation: Simulation | None = None,
        callback: str = "",
        throughput: int = 10_000,
        app_secret: str | None = None,
        account_id: str | None = None,
    ) -> Line:
        """A number of its own account, ready to send unless told otherwise."""
        organization = organization or self.world.nordwind
        at = next(_ids)
        account_id = account_id or str(33_000_000 + at)
        details = {
            "account_id": account_id,
            "number_id": str(44_000_000 + at),
            "phone_number": str(1_555_010_0000 + at),
            "app_secret": app_secret or f"secret-of-app-{at}",
            "verify_token": f"verify-{at}",
            "access_token": f"token-{at}",
        }
        async with self.database.transaction() as connection:
            row = await create_integration(
                connection,
                organization.operator,
                self._box,
                IntegrationDraft(
                    name=f"Number {at}",
                    account_id=account_id,
                    number_id=details["number_id"],
                    credentials=Credentials(
                        details["access_token"], details["app_secret"], details["verify_token"]
                    ),
                    base_address=f"{simulation.address}/v24.0" if simulation else NOWHERE,
                    phone_number=details["phone_number"],
                    division_id=organization.divisions[division],
                ),
            )
            facts = NumberFacts(throughput=throughput, messaging_limit="TIER_UNLIMITED")
            await execute(connection, update_facts(organization.id, row.id, facts))
            code, text = reason or (None, None)
            await set_integration_status(
                connection, organization.id, row.id, status=status, reason_code=code, reason=text
            )
            responses = await write_templates(connection, organization.id, account_id)
        line = Line(
            organization=organization, integration_id=row.id, responses=responses, **details
        )
        if simulation is not None:
            add_to_simulation(simulation, line, callback=callback)
        return line

    async def invite(self, *categories: str, to: str | None = None) -> str:
        """A customer of Nordwind who agreed to these (utility, unless told); gives the phone."""
        phone = to or f"49151{20_000_000 + next(_ids)}"
        earlier = datetime.now(UTC) - timedelta(hours=1)
        await self.record("opted_in", phone, categories or ("utility",), at=earlier)
        return phone

    async def refuse(self, phone: str, *categories: str) -> None:
        """The customer withdraws."""
        await self.record("opted_out", phone, categories or ("all",))

    async def record(
        self, state: str, phone: str, categories: Iterable[str], *, at: datetime | None = None
    ) -> None:
        """Write a customer's word down."""
        at = at or datetime.now(UTC)
        changes = [ConsentChange(phone, each, state, "test", at) for each in categories]
        organization_id = self.world.nordwind.id
        async with self.database.transaction(organization_id) as connection:
            await record_consents(connection, organization_id, changes, recorded_by="test")

    async def customer_of(self, phone: str) -> UUID:
        """The customer with this phone."""
        found: UUID = await self.one(
            "SELECT customer_id FROM customer_address WHERE kind = 'phone' AND value = %s", phone
        )
        return found

    async def open_window(self, line: Line, phone: str, *, hours_ago: float) -> None:
        """The customer wrote to this number so long ago, and not since."""
        customer = await self.customer_of(phone)
        at = datetime.now(UTC) - timedelta(hours=hours_ago)
        async with self.database.transaction() as connection:
            opening = Opening(line.integration_id, customer, at)
            await execute(connection, open_windows(line.organization.id, [opening]))
        await self.rows(
            "UPDATE service_window SET last_inbound_at = %s"
            " WHERE integration_id = %s AND customer_id = %s",
            at,
            line.integration_id,
            customer,
        )

    async def queue(
        self, line: Line, count: int = 1, *, priority: Priority = Priority.NOTIFICATION
    ) -> list[UUID]:
        """Queue the template for as many customers, the lane's name in it, without the API."""
        intents = [
            Intent(
                organization_id=line.organization.id,
                sender_kind="client",
                sender_id=self.world.backend.id,
                integration_id=line.integration_id,
                address=await self.invite(),
                response_id=line.responses["order_update"],
                values=TemplateValues(body={"1": priority.name, "2": "A-17"}),
                priority=priority,
            )
            for _ in range(count)
        ]
        async with self.database.transaction(line.organization.id) as connection:
            results = await send_messages(connection, Catalogue(), intents, render=lambda _: b"")
        queued = [each.message_id for each in results if isinstance(each, Queued)]
        assert len(queued) == count, results
        return queued

    async def set_status(self, line: Line, status: str, reason: tuple[str, str] | None) -> None:
        """Put a number out of or into service."""
        code, text = reason or (None, None)
        async with self.database.transaction() as connection:
            await set_integration_status(
                connection,
                line.organization.id,
                line.integration_id,
                status=status,
                reason_code=code,
                reason=text,
            )

    async def apply_webhooks(self) -> None:
        """Apply everything that was received, as the intake of a worker does it."""
        intake = Intake(self.database, self.settings, self._box)
        for lane in range(self.settings.webhook_lanes):
            while await intake.apply_some(lane):
                pass

    async def messages_to(self, phone: str) -> list[UUID]:
        """All messages to a customer, the oldest first."""
        rows = await self.rows("SELECT id FROM message WHERE to_address = %s ORDER BY id", phone)
        return [row[0] for row in rows]

    async def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """What a statement gives, as the owner of the database."""
        async with self.database.connection() as connection:
            cursor = await connection.execute(sql, params)
            return list(await cursor.fetchall()) if cursor.description else []

    async def one(self, sql: str, *params: Any) -> Any:
        """The first field of the first row; None without one."""
        rows = await self.rows(sql, *params)
        return rows[0][0] if rows else None


async def write_templates(
    connection: Connection, organization_id: UUID, account_id: str
) -> dict[str, UUID]:
    """Store an account's templates and their responses as a synchronisation would."""
    listed = [
        ListedTemplate(
            id=new_id(),
            provider_template_id=provider_template_id(account_id, at),
            name=name,
            language="en_US",
            category=details.get("category", "UTILITY"),
            status=details.get("status", "APPROVED"),
            quality="GREEN",
            rejected_reason=None,
            parameter_format="POSITIONAL",
            components=[{"type": "BODY", "text": details["text"]}],
        )
        for at, (name, details) in enumerate(TEMPLATES.items())
    ]
    await fetch(connection, merge_templates(organization_id, account_id, listed))
    stored = await fetch(connection, select_account_templates(organization_id, account_id))
    responses = [
        SyncedResponse(
            id=each.id,
            name=each.name,
            texts=[],
            substitutions=[],
            messaging_template={"whatsApp": {"name": each.name, "language": each.language}},
        )
        for each in stored
    ]
    await fetch(connection, put_synced_responses(organization_id, account_id, responses))
    return {each.name: each.id for each in stored}


def provider_template_id(account_id: str, at: int) -> str:
    """The provider's id of an account's template."""
    return str(int(account_id) * 10 + at)


def add_to_simulation(simulation: Simulation, line: Line, *, callback: str) -> None:
    """Make the number, its app, token and templates known to the simulated Meta."""
    world = simulation.book.world
    app_id = f"7{line.account_id}"
    world.apps.append(App(id=app_id, secret=line.app_secret, callback_url=callback))
    world.wabas.append(Waba(id=line.account_id, subscribed_apps=[app_id]))
    world.numbers.append(
        Number(
            id=line.number_id,
            waba_id=line.account_id,
            display_phone_number=f"+{line.phone_number}",
            messages_per_second=0,
        )
    )
    world.tokens.append(Token(value=line.access_token, app_id=app_id))
    world.templates += [
        Template(
            id=provider_template_id(line.account_id, at),
            waba_id=line.account_id,
            name=name,
            language="en_US",
            category=details.get("category", "UTILITY"),
            status=details.get("status", "APPROVED"),
            components=[{"type": "BODY", "text": details["text"]}],
        )
        for at, (name, details) in enumerate(TEMPLATES.items())
    ]
    simulation.book.changed()


def notification(line: Line, to: str, name: str = "order_update", **changes: Any) -> dict[str, Any]:
    """The body of a send of a template; `changes` replace or add fields."""
    count = TEMPLATES[name]["text"].count("{{") if name in TEMPLATES else 0
    values = [{"id": str(n), "value": value} for n, value in ((1, "Amina"), (2, "A-17"))][:count]
    return {
        "fromAddress": str(line.integration_id),
        "toAddress": to,
        "toAddressMessengerType": "whatsapp",
        "messagingTemplate": {"responseId": str(line.responses[name]), "bodyParameters": values},
        **changes,
    }


def text_message(line: Line, to: str, text: str = "Hello", **changes: Any) -> dict[str, Any]:
    """The body of a send of free text."""
    return {
        "fromAddress": str(line.integration_id),
        "toAddress": to,
        "toAddressMessengerType": "whatsapp",
        "textBody": text,
        **changes,
    }


def refusal(answer: Answer) -> tuple[int, str]:
    """How an answer refuses: its status and code."""
    return answer.status, answer.json()["code"]


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The headers with which Meta posts a webhook."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


def entry(line: Line, *values: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """One entry of a webhook, with a change for each value."""
    metadata = {"display_phone_number": line.phone_number, "phone_number_id": line.number_id}
    frame = {"messaging_product": "whatsapp", "metadata": metadata} if field == "messages" else {}
    changes = [{"field": field, "value": frame | value} for value in values]
    return {"id": line.account_id, "time": int(time.time()), "changes": changes}


def webhook(*entries: Any) -> bytes:
    """A webhook's body."""
    return json.dumps({"object": "whatsapp_business_account", "entry": list(entries)}).encode()


def inbound(text: str, *, sender: str, wamid: str, **changes: Any) -> dict[str, Any]:
    """A change's value with one text of a customer."""
    message = {
        "id": wamid,
        "from": sender,
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
        **changes,
    }
    contact = {"wa_id": sender, "profile": {"name": "Amina"}}
    return {"contacts": [contact], "messages": [message]}


def status(wamid: str, name: str, *, data: str | None = None, **changes: Any) -> dict[str, Any]:
    """One status as Meta reports it."""
    body = {"id": wamid, "status": name, "timestamp": str(int(time.time())), **changes}
    return body if data is None else body | {"biz_opaque_callback_data": data}


async def eventually(look: Callable[[], Awaitable[Found]], seconds: float = 30.0) -> Found:
    """Look again and again until there is something; fails at the deadline with what there is."""
    deadline = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
        await asyncio.sleep(0.01)
    return found
