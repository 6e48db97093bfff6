"""Sets a demo up through the product's own actions and API, once; killed half-way it goes on.

Each step looks at what is there already and is noted when it is behind us, so that a demo may be
stopped and started at any instant.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
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
from tidings.cli.demo_calls import get_token, wait_for
from tidings.cli.demo_history import find_sendable, let_customers_reply, send_notifications
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
from tidings.store.users import UserFilter, select_users
from tidings.store.workstreams import WorkstreamFilter, count_workstreams


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
        for name, step in (
            ("customers", self._ask_customers),
            ("history", self._send_history),
            ("campaign", self._plan_campaign),
            ("desk", self._staff_desk),
            ("workstreams", self._attach_numbers),
        ):
            if name not in self._notes.done:
                await step(caller)
                self._note(name)

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
        self._note("numbers")

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

    async def _send_history(self, caller: Caller) -> None:
        """A handful of notifications, through the front door, and what customers answered."""
        notes, organization_id = self._notes, caller.organization_id
        async with self._database.transaction(organization_id) as connection:
            rows = await _integrations(connection, caller)
            sendable = await find_sendable(connection, organization_id, rows)
        notes.from_address = sendable.numbers[cast.CLINIC.number_id]
        notes.template = sendable.responses["appointment_reminder", "en_US"]
        base_url = self._settings.base_url
        token = await asyncio.to_thread(get_token, base_url, notes.client_id, notes.client_secret)
        await send_notifications(base_url, token, sendable)
        await let_customers_reply(self._simulator)

    async def _plan_campaign(self, caller: Caller) -> None:
        """A campaign that waits for somebody to press Start: all of it or nothing."""
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

    async def _staff_desk(self, caller: Caller) -> None:
        """Queues with everybody of the cast but the administrator: all of it or nothing."""
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

    async def _attach_numbers(self, caller: Caller) -> None:
        """A workstream for each number, which brings its customers to the desk: all or nothing."""
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

    def _note(self, *done: str) -> None:
        self._notes.done.extend(done)
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
