"""Campaigns under way: lists of customers who agreed, campaigns on a number, and its pump."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.outbound import make_contact_list
from tests.sending import Line, Sending
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.statuses import Recording, apply_standings
from tidings.engine.pump import NumberPump, Pump
from tidings.store.campaign_counts import Progress, gather_progress, select_progress
from tidings.store.campaign_retries import retry_failed
from tidings.store.campaigns import (
    CampaignContent,
    begin_new_run,
    insert_campaign,
    set_campaign_ended,
    set_campaign_on,
)
from tidings.store.ids import new_id
from tidings.store.leases import Lease, insert_sender_leases, take_leases
from tidings.store.outcomes import Standing
from tidings.store.query import execute, fetch, fetch_one

COLUMNS = ("Phone", "1", "2", "Zone", "Rank")
_numbers = itertools.count(1)

Row = Sequence[str | None]


class Campaign(msgspec.Struct, frozen=True):
    """A campaign that was made, with its list and number."""

    id: UUID
    list_id: UUID
    line: Line


def phones(count: int) -> list[str]:
    """Phone IDs that nobody else in the run has."""
    return [f"49152{30_000_000 + next(_numbers)}" for _ in range(count)]


def row(phone: str | None, *more: str | None) -> list[str | None]:
    """A contact's cells: the phone, two values for the template, and what is given."""
    cells: list[str | None] = [phone, "Amina", "A-17", None, None]
    cells[1 : 1 + len(more)] = more
    return cells


class Pumping:
    """Makes campaigns for Nordwind and lets their pump work step by step."""

    def __init__(self, sending: Sending) -> None:
        self.sending = sending
        self.database = sending.database
        self.organization = sending.world.nordwind

    async def agree(self, numbers: Sequence[str]) -> None:
        """These customers agreed to messages about their orders."""
        earlier = datetime.now(UTC) - timedelta(hours=1)
        changes = [ConsentChange(each, "utility", "opted_in", "test", earlier) for each in numbers]
        async with self.database.transaction(self.organization.id) as connection:
            await record_consents(connection, self.organization.id, changes, recorded_by="test")

    @asynccontextmanager
    async def refusing_messages_to(self, phone: str) -> AsyncIterator[None]:
        """The database takes no message to this customer, as after a defect of ours."""
        rule = sql.SQL(
            "ALTER TABLE message ADD CONSTRAINT poison CHECK (to_address <> {}) NOT VALID"
        )
        async with self.database.connection() as connection:
            await connection.execute(rule.format(phone))
        try:
            yield
        finally:
            await self.sending.rows("ALTER TABLE message DROP CONSTRAINT poison")

    async def campaign(
        self, line: Line, rows: Sequence[Row], *, agreed: bool = True, **content: Any
    ) -> Campaign:
        """A campaign over a list of its own, off; its customers agreed unless told otherwise."""
        name = f"Campaign {next(_numbers)}"
        list_id = await make_contact_list(
            self.database, self.sending.world, name=name, columns=COLUMNS, rows=rows
        )
        if agreed:
            await self.agree(sorted({each[0] for each in rows if each[0]}))
        return await self.campaign_over(line, list_id, name=name, **content)

    async def campaign_over(
        self, line: Line, list_id: UUID, *, name: str | None = None, **content: Any
    ) -> Campaign:
        """A campaign over a list that is there, off."""
        campaign_id = new_id()
        wanted = CampaignContent(
            division_id=self.organization.divisions["Home"],
            name=name or f"Campaign {next(_numbers)}",
            list_id=list_id,
            whatsapp_column="Phone",
            integration_id=line.integration_id,
            response_id=line.responses[content.pop("template", "order_update")],
            **{"messages_per_minute": 60_000, **content},
        )
        async with self.database.transaction() as connection:
            query = insert_campaign(self.organization.id, campaign_id, wanted, created_by=None)
            await fetch(connection, query)
        return Campaign(campaign_id, list_id, line)

    async def add_contacts(self, list_id: UUID, rows: Sequence[Row]) -> None:
        """More contacts of a list, as an import adds them: positions under the list's lock."""
        async with self.database.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE contact_list SET next_position = next_position + %s,"
                " contact_count = contact_count + %s WHERE id = %s"
                " RETURNING next_position",
                [len(rows), len(rows), list_id],
            )
            found = await cursor.fetchone()
            assert found is not None
            first = found[0] - len(rows)
            for at, cells in enumerate(rows):
                await connection.execute(
                    "INSERT INTO contact (organization_id, list_id, position, id, values)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    [self.organization.id, list_id, first + at, f"c{first + at}", list(cells)],
                )

    async def dnc_list(self, *numbers: str) -> UUID:
        """A do-not-contact list with these numbers."""
        list_id = new_id()
        await self.sending.rows(
            "INSERT INTO dnc_list (organization_id, id, division_id, name) VALUES (%s, %s, %s, %s)",
            self.organization.id,
            list_id,
            self.organization.divisions["Home"],
            f"DNC {next(_numbers)}",
        )
        for each in numbers:
            await self.add_to_dnc(list_id, each)
        return list_id

    async def add_to_dnc(self, list_id: UUID, number: str) -> None:
        """One more number that must not be messaged."""
        await self.sending.rows(
            "INSERT INTO dnc_entry (organization_id, list_id, kind, key, value)"
            " VALUES (%s, %s, 'phone', address_key(%s), %s)",
            self.organization.id,
            list_id,
            number,
            number,
        )

    async def filter(self, campaign: Campaign, predicate: dict[str, str]) -> None:
        """Only contacts that meet this shall be messaged."""
        filter_id = new_id()
        await self.sending.rows(
            "INSERT INTO contact_list_filter (organization_id, id, list_id, name, clauses)"
            " VALUES (%s, %s, %s, %s, %s)",
            self.organization.id,
            filter_id,
            campaign.list_id,
            f"Filter {next(_numbers)}",
            Jsonb([{"filterType": "AND", "predicates": [predicate]}]),
        )
        await self.sending.rows(
            "UPDATE campaign SET filter_id = %s WHERE id = %s", filter_id, campaign.id
        )

    async def retry(self, campaign: Campaign, codes: list[str]) -> int:
        """Failed contacts with these errors shall be tried again; gives how many there were."""
        async with self.database.transaction() as connection:
            query = retry_failed(self.organization.id, campaign.id, codes=codes, limit=100)
            return (await fetch_one(connection, query)).contacts

    async def start(self, campaign: Campaign) -> None:
        """Somebody starts it."""
        async with self.database.transaction() as connection:
            await execute(connection, set_campaign_on(self.organization.id, campaign.id))

    async def stop(self, campaign: Campaign) -> None:
        """Somebody stops it."""
        async with self.database.transaction() as connection:
            query = set_campaign_ended(self.organization.id, campaign.id, status="stopping")
            await execute(connection, query)

    async def recycle(self, campaign: Campaign) -> None:
        """Somebody begins a new run."""
        async with self.database.transaction() as connection:
            await execute(connection, begin_new_run(self.organization.id, campaign.id))

    async def hold(self, line: Line) -> Lease:
        """Take the number's pump lease, from whoever held it before."""
        async with self.database.connection() as connection:
            await execute(connection, insert_sender_leases())
            await connection.execute(
                "UPDATE lease SET expires_at = now() - interval '1 second'"
                " WHERE kind = 'pump' AND key = %s",
                [str(line.integration_id)],
            )
            taken = await fetch(connection, take_leases("pump", new_id(), most=1000, seconds=600))
        return next(lease for lease in taken if lease.key == str(line.integration_id))

    async def pump(self, line: Line) -> NumberPump:
        """A pump of the number that has done nothing yet."""
        return NumberPump(Pump(self.database), await self.hold(line))

    async def work(self, pump: NumberPump, rounds: int = 8) -> None:
        """Let the pump look and go round so often; layouts that it begins are waited for."""
        for _ in range(rounds):
            await pump.look()
            await pump.layout_done()
            await pump.pump_some()

    async def status(self, campaign: Campaign) -> str:
        """The campaign's status."""
        status: str = await self.sending.one(
            "SELECT status FROM campaign WHERE id = %s", campaign.id
        )
        return status

    async def messaged(self, campaign: Campaign) -> list[str]:
        """To whom messages were written, in their order."""
        rows = await self.sending.rows(
            "SELECT to_address FROM message WHERE campaign_id = %s ORDER BY id", campaign.id
        )
        return [each[0] for each in rows]

    async def states(self, campaign: Campaign, run: int = 0) -> Counter[tuple[str, str | None]]:
        """How many contacts are in each state, with its reason."""
        rows = await self.sending.rows(
            "SELECT state, reason, count(*) FROM campaign_contact"
            " WHERE campaign_id = %s AND run = %s GROUP BY 1, 2",
            campaign.id,
            run,
        )
        return Counter({(state, reason): count for state, reason, count in rows})

    async def progress(self, campaign: Campaign) -> Progress:
        """How far the campaign is, as its counters say."""
        async with self.database.connection() as connection:
            query = select_progress(self.organization.id, [campaign.id])
            return gather_progress(await fetch(connection, query)).get(campaign.id, Progress())

    async def send_out(self, line: Line, status: str = "sent", code: str | None = None) -> int:
        """Everything that is queued on the number goes out with this outcome, as if called."""
        rows = await self.sending.rows(
            "SELECT o.message_id FROM outbox o"
            " LEFT JOIN campaign c ON c.id = o.campaign_id"
            " WHERE o.integration_id = %s AND (o.campaign_id IS NULL OR c.status = 'on')",
            line.integration_id,
        )
        standings = [
            Standing(each[0], status, provider_message_id=f"wamid.{each[0]}", error_code=code)
            for each in rows
        ]
        recording = Recording(timedelta(days=1))
        async with self.database.transaction(self.organization.id) as connection:
            await apply_standings(
                connection, self.organization.id, standings, answered=True, recording=recording
            )
        return len(standings)
