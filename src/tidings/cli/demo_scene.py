"""Sets a demo up through the product's own actions and API, once; killed half-way it goes on.

Each step looks at what is there already and is noted when it is behind us, so that a demo may be
stopped and started at any instant.
"""

import asyncio
import base64
import json
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tidings.actions.channels import Channels
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.customers import Sighting, ensure_customers
from tidings.actions.divisions import create_division
from tidings.actions.grants import access_subject, grant_roles
from tidings.actions.integration_checks import activate_integration, subscribe_webhooks
from tidings.actions.integration_drafts import Credentials, IntegrationDraft
from tidings.actions.integrations import create_integration
from tidings.actions.oauth_clients import (
    CLIENT_CREDENTIALS,
    ClientDraft,
    create_client,
    rotate_secret,
)
from tidings.actions.organizations import found_organization, operator
from tidings.actions.passwords import hash_password
from tidings.actions.roles import RoleDraft, create_role
from tidings.actions.users import UserDraft, create_user
from tidings.cli import demo_campaign
from tidings.cli import demo_cast as cast
from tidings.cli.demo_notes import Notes, write_notes
from tidings.cli.demo_routing import keep_role, make_desk, make_workstreams
from tidings.cli.lookups import find_division, find_roles
from tidings.domain.permissions import Caller
from tidings.embedded import EmbeddedError
from tidings.settings import Settings
from tidings.store.campaigns import CampaignFilter, count_campaigns
from tidings.store.customers import PHONE
from tidings.store.database import Database
from tidings.store.integrations import (
    IntegrationRow,
    select_integrations,
    update_base_address,
)
from tidings.store.oauth_clients import select_clients
from tidings.store.organizations import select_organization_named
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.queues import QueueFilter, count_queues
from tidings.store.secret_box import load_secret_box
from tidings.store.templates import select_named_templates
from tidings.store.users import UserFilter, select_users
from tidings.store.workstreams import WorkstreamFilter, count_workstreams

START_SECONDS = 60.0


class Scene:
    """A demo that is being set up."""

    def __init__(self, settings: Settings, database: Database, notes: Notes) -> None:
        self._settings = settings
        self._database = database
        self._notes = notes
        self._secrets = load_secret_box(settings)
        self._simulator = f"http://127.0.0.1:{settings.simulator_port}"

    async def set(self) -> None:
        """Do what is not done yet."""
        await wait_for(f"{self._settings.base_url}/readyz")
        await wait_for(f"{self._simulator}/_simulator/state")
        caller = await self._found()
        await self._connect_backend(caller)
        await self._connect_numbers(caller)
        await self._ask_customers(caller)
        await self._send_history(caller)
        await self._plan_campaign(caller)
        await self._staff_desk(caller)
        await self._attach_numbers(caller)

    async def _found(self) -> Caller:
        """The organization with its divisions and people: all of it or nothing."""
        name, short_name = cast.ORGANIZATION
        self._note()
        password_hash = await hash_password(self._notes.password)
        async with self._database.transaction() as connection:
            row = await fetch_optional(connection, select_organization_named(short_name))
            if row is not None:
                caller = operator(row.id)
                await keep_role(connection, caller)
                return caller
            row = await found_organization(connection, name=name, short_name=short_name)
            caller = operator(row.id)
            await create_division(connection, caller, name=cast.NORTH, description="The clinic")
            draft = RoleDraft(
                name=cast.AGENT_ROLE,
                description="Talks with the customers of a division.",
                permissions=cast.AGENT_PERMISSIONS,
            )
            await create_role(connection, caller, draft)
            for person in cast.PEOPLE:
                await _hire(connection, caller, person, password_hash)
        return caller

    async def _connect_backend(self, caller: Caller) -> None:
        """The OAuth client, with a secret that we know."""
        if self._notes.client_secret:
            return
        organization_id = caller.organization_id
        async with self._database.transaction(organization_id) as connection:
            clients = await fetch(connection, select_clients(organization_id, limit=100, offset=0))
            known = next((each for each in clients if each.name == cast.CLIENT), None)
            if known is None:
                roles = await find_roles(connection, organization_id, ("notifications",))
                draft = ClientDraft(name=cast.CLIENT, grant_type=CLIENT_CREDENTIALS, roles=roles)
                made = await create_client(connection, caller, draft)
            else:
                made = await rotate_secret(connection, caller, known.id)
        self._notes.client_id, self._notes.client_secret = str(made.client.id), made.secret
        self._note()

    async def _connect_numbers(self, caller: Caller) -> None:
        """Numbers in service at the addresses of this run, with their templates."""
        graph_address, base_url = f"{self._simulator}/v24.0", self._settings.base_url
        if (self._notes.graph_address, self._notes.base_url) == (graph_address, base_url):
            return
        channels = Channels(self._database, self._settings, self._secrets)
        async with self._database.transaction(caller.organization_id) as connection:
            for line in cast.LINES:
                await self._connect(connection, caller, line, graph_address)
            rows = await _integrations(connection, caller)
        for row in rows:
            await subscribe_webhooks(channels, caller, row.id)
            wanted = row.status != "inactive" or "numbers" not in self._notes.done
            results = await activate_integration(channels, caller, row.id) if wanted else []
            for problem in [each for each in results if not each.ok]:
                raise EmbeddedError(f"{row.name}: {problem.message} {problem.mend}")
        self._notes.graph_address, self._notes.base_url = graph_address, base_url
        self._notes.done.append("numbers")
        self._note()

    async def _connect(
        self, connection: Connection, caller: Caller, line: cast.Line, graph_address: str
    ) -> None:
        for row in await _integrations(connection, caller):
            if row.number_id == line.number_id:
                await execute(
                    connection, update_base_address(row.organization_id, row.id, graph_address)
                )
                return
        division = await find_division(connection, caller.organization_id, line.division)
        draft = IntegrationDraft(
            name=line.name,
            account_id=cast.ACCOUNT_ID,
            number_id=line.number_id,
            credentials=Credentials(
                cast.ACCESS_TOKEN, cast.APP_SECRET, f"demo-verify-{line.number_id}"
            ),
            base_address=graph_address,
            division_id=division.id,
            phone_number=line.phone_number,
        )
        await create_integration(connection, caller, self._secrets, draft)

    async def _ask_customers(self, caller: Caller) -> None:
        """Customers with names; those who were asked, with what they answered."""
        if "customers" in self._notes.done:
            return
        now = datetime.now(UTC)
        changes = [
            ConsentChange(
                address=customer.address,
                category=category,
                state="opted_in" if answer else "opted_out",
                source="web form" if answer else "phone call",
                changed_at=now,
            )
            for customer in cast.CUSTOMERS
            for category, answer in (
                ("utility", customer.utility),
                ("marketing", customer.marketing),
            )
            if answer is not None
        ]
        sightings = [Sighting(PHONE, "", each.address, each.name) for each in cast.CUSTOMERS]
        async with self._database.transaction(caller.organization_id) as connection:
            await ensure_customers(connection, caller.organization_id, sightings)
            await record_consents(
                connection, caller.organization_id, changes, recorded_by=caller.name
            )
        self._notes.done.append("customers")
        self._note()

    async def _send_history(self, caller: Caller) -> None:
        """A handful of notifications, through the front door, and what customers answered."""
        if "history" in self._notes.done:
            return
        numbers, templates = await self._sendable(caller)
        clinic = numbers[cast.CLINIC.number_id]
        self._notes.from_address = clinic
        self._notes.template = templates["appointment_reminder", "en_US"]
        token = await asyncio.to_thread(self._token)
        for count, sending in enumerate(cast.HISTORY):
            body = {
                "fromAddress": numbers[sending.line.number_id],
                "toAddress": sending.address,
                "toAddressMessengerType": "whatsapp",
                "messagingTemplate": {
                    "responseId": templates[sending.template, sending.language],
                    "headerParameters": _parameters(sending.header),
                    "bodyParameters": _parameters(sending.body),
                },
            }
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"demo-{count}"}
            path = "/api/v2/conversations/messages/agentless"
            await asyncio.to_thread(post, self._settings.base_url + path, body, headers)
        for sender, line, text in cast.REPLIES:
            said = {"from": sender, "to": line.number_id, "type": "text", "text": {"body": text}}
            await asyncio.to_thread(post, f"{self._simulator}/_simulator/inbound", said, {})
        self._notes.done.append("history")
        self._note()

    async def _plan_campaign(self, caller: Caller) -> None:
        """A campaign that waits for somebody to press Start: all of it or nothing."""
        if "campaign" in self._notes.done:
            return
        organization_id = caller.organization_id
        async with self._database.transaction(organization_id) as connection:
            chosen = CampaignFilter(None, name_like=demo_campaign.CAMPAIGN)
            if not (await fetch_one(connection, count_campaigns(organization_id, chosen))).count:
                rows = await _integrations(connection, caller)
                clinic = next(row for row in rows if row.number_id == cast.CLINIC.number_id)
                await demo_campaign.make_campaign(
                    connection,
                    caller,
                    division_id=clinic.division_id,
                    integration_id=clinic.id,
                    response_id=UUID(self._notes.template),
                )
        self._notes.done.append("campaign")
        self._note()

    async def _staff_desk(self, caller: Caller) -> None:
        """Queues with everybody of the cast but the administrator: all of it or nothing."""
        if "desk" in self._notes.done:
            return
        organization_id = caller.organization_id
        async with self._database.transaction(organization_id) as connection:
            known = count_queues(organization_id, QueueFilter(None))
            if not (await fetch_one(connection, known)).count:
                people = await fetch(
                    connection, select_users(organization_id, UserFilter(), limit=100, offset=0)
                )
                wanted = {person.email for person in cast.PEOPLE if person.role != "admin"}
                shop, clinic = [
                    (await find_division(connection, organization_id, line.division)).id
                    for line in (cast.SHOP, cast.CLINIC)
                ]
                await make_desk(
                    connection,
                    caller,
                    shop=shop,
                    clinic=clinic,
                    members=[row.id for row in people if row.email in wanted],
                )
        self._notes.done.append("desk")
        self._note()

    async def _attach_numbers(self, caller: Caller) -> None:
        """A workstream for each number, which brings its customers to the desk: all or nothing."""
        if "workstreams" in self._notes.done:
            return
        organization_id = caller.organization_id
        async with self._database.transaction(organization_id) as connection:
            known = count_workstreams(organization_id, WorkstreamFilter(None))
            if not (await fetch_one(connection, known)).count:
                rows = await _integrations(connection, caller)
                numbers = {
                    queue: [row.id for row in rows if row.number_id == line.number_id]
                    for queue, line in (("Shop", cast.SHOP), ("Clinic", cast.CLINIC))
                }
                await make_workstreams(connection, caller, numbers=numbers)
        self._notes.done.append("workstreams")
        self._note()

    async def _sendable(self, caller: Caller) -> tuple[dict[str, str], dict[Any, str]]:
        """Integrations by number and responses by template and language: their ids."""
        organization_id = caller.organization_id
        wanted = {(each.template, each.language) for each in cast.HISTORY}
        async with self._database.transaction(organization_id) as connection:
            numbers = {
                row.number_id: str(row.id) for row in await _integrations(connection, caller)
            }
            templates = {}
            for name, language in wanted:
                query = select_named_templates(organization_id, name, language, divisions=None)
                templates[name, language] = str((await fetch(connection, query))[0].id)
        return numbers, templates

    def _token(self) -> str:
        proof = f"{self._notes.client_id}:{self._notes.client_secret}".encode()
        headers = {"Authorization": "Basic " + base64.b64encode(proof).decode()}
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        answer = post(f"{self._settings.base_url}/oauth/token", form, headers)
        return str(answer["access_token"])

    def _note(self) -> None:
        write_notes(Path(self._settings.home), self._notes)


async def _hire(
    connection: Connection, caller: Caller, person: cast.Person, password_hash: str
) -> None:
    where = None
    if person.division is not None:
        where = (await find_division(connection, caller.organization_id, person.division)).id
    draft = UserDraft(
        name=person.name, email=person.email, division_id=where, password_hash=password_hash
    )
    made = await create_user(connection, caller, draft)
    subject = await access_subject(connection, caller, made.id)
    role = f"{person.role}:{person.division}" if person.division else person.role
    roles = await find_roles(connection, caller.organization_id, (role,))
    await grant_roles(connection, caller, subject, roles)


async def _integrations(connection: Connection, caller: Caller) -> list[IntegrationRow]:
    ours = {line.number_id for line in cast.LINES}
    rows = await fetch(
        connection,
        select_integrations(
            caller.organization_id, divisions=None, provider=None, limit=100, offset=0
        ),
    )
    return [row for row in rows if row.number_id in ours]


def _parameters(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "value": value} for key, value in values.items()]


def post(url: str, body: dict[str, Any] | bytes, headers: dict[str, str]) -> dict[str, Any]:
    """POST JSON, or a form as bytes, and give the JSON answer. Raises OSError with its text."""
    kind = "application/x-www-form-urlencoded" if isinstance(body, bytes) else "application/json"
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310
        url, data, {"Content-Type": kind, **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            given: dict[str, Any] = json.load(answer)
            return given
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")[:500]
        raise OSError(f"{url} answered {error.code}: {text}") from error


async def wait_for(url: str) -> None:
    """Wait until an address answers 200. Raises EmbeddedError when it does not in a minute."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=2).close())  # noqa: S310
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{url} does not answer: {error}") from error
            await asyncio.sleep(0.1)
