"""The cast of a bench: an organization with a number, a template, customers and a client."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.grants import RoleIn
from tidings.actions.integration_drafts import Credentials, IntegrationDraft
from tidings.actions.integrations import create_integration, set_integration_status
from tidings.actions.oauth_clients import ClientDraft, create_client
from tidings.actions.organizations import found_organization, operator
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import send_messages
from tidings.actions.tokens import issue_token
from tidings.cli.benches.stage import Stage
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.domain.sending import Intent
from tidings.domain.templates import TemplateValues
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.integration_states import NumberFacts, update_facts
from tidings.store.integration_upkeep import schedule_upkeep
from tidings.store.query import Connection, execute, fetch, fetch_one
from tidings.store.responses import SyncedResponse, put_synced_responses
from tidings.store.roles import RoleFilter, select_roles
from tidings.store.secret_box import load_secret_box
from tidings.store.template_sync import merge_templates
from tidings.store.templates import ListedTemplate

ACCOUNT_ID = "900100200300400"
NUMBER_ID = "800100200300"
APP_SECRET = "bench-app-secret"  # noqa: S105
ACCESS_TOKEN = "bench-access-token"  # noqa: S105
BUSINESS_NUMBER = "15550100900"
TEMPLATE = {
    "id": "700100200300",
    "name": "order_update",
    "language": "en_US",
    "category": "UTILITY",
    "status": "APPROVED",
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way to you."},
        {"type": "FOOTER", "text": "Harbour Outfitters"},
    ],
}
BATCH = 5_000


class Cast(msgspec.Struct, frozen=True):
    """Who plays: ids and the client's token."""

    organization_id: UUID
    integration_id: UUID
    response_id: UUID
    token: str
    customers: int


def phone(number: int) -> str:
    """The phone ID of the n-th customer."""
    return f"4917{number:08d}"


def simulator_config(settings: Settings, *, batch: int, **habits: Any) -> dict[str, Any]:
    """A world in which the cast's number, token and template exist, without limits of its own."""
    return {
        "settings": {
            "auto_subscribe": True,
            "webhook_batch": batch,
            "webhook_concurrency": 128,
            "enforce_pair_rate": False,
            "retry_base_seconds": 0.2,
        },
        "habits": {
            "delivery_delay_ms": 5,
            "read_probability": 1.0,
            "read_delay_ms": 5,
            "not_on_whatsapp_suffixes": [],
            **habits,
        },
        "apps": [
            {
                "id": "900",
                "name": "bench",
                "secret": APP_SECRET,
                "callback_url": f"http://127.0.0.1:{settings.port}/webhooks/meta",
            }
        ],
        "wabas": [
            {"id": ACCOUNT_ID, "name": "Bench", "business_id": "7", "currency": "EUR",
             "country": "DE"}
        ],
        "numbers": [
            {"id": NUMBER_ID, "waba_id": ACCOUNT_ID, "display_phone_number": "+1 555-010-0900",
             "verified_name": "Bench", "messages_per_second": 0}
        ],
        "tokens": [{"value": ACCESS_TOKEN, "app_id": "900"}],
        "templates": [{**TEMPLATE, "waba_id": ACCOUNT_ID}],
        "customers": [],
    }  # fmt: skip


async def hire_cast(stage: Stage, database: Database, *, customers: int) -> Cast:
    """Create everything a bench needs, through the product's own actions."""
    settings = stage.settings
    async with database.transaction() as connection:
        organization = await found_organization(connection, name="Bench", short_name="bench")
        caller = operator(organization.id)
        row = await create_integration(
            connection,
            caller,
            load_secret_box(settings),
            IntegrationDraft(
                name="Bench",
                account_id=ACCOUNT_ID,
                number_id=NUMBER_ID,
                credentials=Credentials(ACCESS_TOKEN, APP_SECRET, "bench-verify"),
                base_address=graph_address(settings),
                phone_number=BUSINESS_NUMBER,
            ),
        )
        facts = NumberFacts(throughput=100_000, messaging_limit="TIER_UNLIMITED", quality="GREEN")
        await execute(connection, update_facts(organization.id, row.id, facts))
        # The upkeep would set the pace of a real number, at most 1,000 a second.
        later = schedule_upkeep(organization.id, row.id, after=timedelta(days=1))
        await execute(connection, later)
        await set_integration_status(connection, organization.id, row.id, status="active")
        response_id = await store_template(connection, organization.id)
        token = await issue_token(
            connection,
            organization.id,
            kind="bearer",
            subject_kind="client",
            subject_id=await hire_client(connection, caller),
            lifetime_s=86_400,
        )
    await invite_customers(database, organization.id, customers)
    return Cast(organization.id, row.id, response_id, token, customers)


def graph_address(settings: Settings) -> str:
    """The simulator's Graph API."""
    return f"http://127.0.0.1:{settings.simulator_port}/v24.0"


async def store_template(connection: Connection, organization_id: UUID) -> UUID:
    """Store the bench's template as a sync would, and give its response's id."""
    listed = ListedTemplate(
        id=new_id(),
        provider_template_id=str(TEMPLATE["id"]),
        name="order_update",
        language="en_US",
        category="UTILITY",
        status="APPROVED",
        quality="GREEN",
        rejected_reason=None,
        parameter_format="POSITIONAL",
        components=msgspec.convert(TEMPLATE["components"], list[dict[str, Any]]),
    )
    await fetch(connection, merge_templates(organization_id, ACCOUNT_ID, [listed]))
    response = SyncedResponse(
        id=listed.id,
        name=listed.name,
        texts=[],
        substitutions=[],
        messaging_template={"whatsApp": {"name": listed.name, "language": listed.language}},
    )
    await fetch(connection, put_synced_responses(organization_id, ACCOUNT_ID, [response]))
    return listed.id


async def hire_client(connection: Connection, caller: Caller) -> UUID:
    """An OAuth client that may do everything."""
    wanted = RoleFilter(default_roles=["admin"])
    role = await fetch_one(
        connection, select_roles(caller.organization_id, wanted, limit=1, offset=0)
    )
    draft = ClientDraft(
        name="bench", grant_type="CLIENT-CREDENTIALS", roles=[RoleIn(role.id, ALL_DIVISIONS)]
    )
    return (await create_client(connection, caller, draft)).client.id


async def invite_customers(database: Database, organization_id: UUID, count: int) -> None:
    """Customers who agreed to everything."""
    now = datetime.now(UTC)
    for start in range(0, count, BATCH):
        changes = [
            ConsentChange(
                address=phone(number),
                category="all",
                state="opted_in",
                source="bench",
                changed_at=now,
            )
            for number in range(start, min(count, start + BATCH))
        ]
        async with database.transaction() as connection:
            await record_consents(connection, organization_id, changes, recorded_by="bench")


async def queue_messages(database: Database, cast: Cast, count: int) -> None:
    """Queue notifications the way the API does, without its HTTP."""
    catalogue = Catalogue()
    for start in range(0, count, 500):
        intents = [
            Intent(
                organization_id=cast.organization_id,
                sender_kind="client",
                sender_id=cast.integration_id,
                integration_id=cast.integration_id,
                address=phone(number % cast.customers),
                response_id=cast.response_id,
                values=TemplateValues(body={"1": "Amina", "2": f"A-{number}"}),
            )
            for number in range(start, min(count, start + 500))
        ]
        async with database.transaction(cast.organization_id) as connection:
            results = await send_messages(connection, catalogue, intents, render=_no_answer)
        refused = [each for each in results if not isinstance(each, Queued)]
        assert not refused, refused[0]


def _no_answer(_: Queued) -> bytes:
    return b""
