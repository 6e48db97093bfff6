"""The start of a large campaign: filtered, sorted by four columns, checked against a DNC list."""

import asyncio
import time
from uuid import UUID

from tidings.cli.benches.campaigns import (
    make_campaign,
    make_dnc_list,
    make_filter,
    make_list,
    start,
)
from tidings.cli.benches.cast import Cast, hire_cast
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, set_stage
from tidings.store.campaigns import CampaignRow, select_campaign
from tidings.store.database import Database
from tidings.store.query import fetch_one

CONTACTS_PER_SECOND = 50_000  # as many as the target allows time for: a million in 20 s
LONGEST_SECONDS = 240.0
SORTS = (
    {"fieldName": "City"},
    {"fieldName": "Amount", "numeric": True, "direction": "DESC"},
    {"fieldName": "Since"},
    {"fieldName": "2"},
)


async def run(*, seconds: float = 20.0) -> BenchResult:
    """Fill a list, start the campaign with a worker running, and wait until it is laid out."""
    contacts = int(CONTACTS_PER_SECOND * seconds)
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=1)
        list_id = await make_list(database, cast, contacts)
        dnc_list_id = await make_dnc_list(database, cast, range(0, contacts, 10))
        campaign = await make_campaign(
            database,
            cast,
            list_id,
            filter_id=await make_filter(database, cast, list_id),
            dnc_list_ids=[dnc_list_id],
            sorts=[{"direction": "ASC", "numeric": False, **each} for each in SORTS],
        )
        worker = stage.start("worker")
        await asyncio.sleep(3.0)  # until it holds its leases
        started = time.perf_counter()
        await start(database, cast, campaign.id)
        ready = await wait_until_ready(stage, database, cast, campaign.id)
        took = time.perf_counter() - started
        return BenchResult(
            bench="start",
            rate=contacts / took,
            unit="contacts/s",
            seconds=took,
            rss_mb=worker.memory_mb(),
            detail={
                "contacts": contacts,
                "filtered_out": ready.filtered_out,
                "last_sequence": ready.last_sequence,
            },
        )


async def wait_until_ready(
    stage: Stage, database: Database, cast: Cast, campaign_id: UUID
) -> CampaignRow:
    """Wait until the run is laid out."""
    deadline = time.perf_counter() + LONGEST_SECONDS
    while True:
        async with database.connection() as connection:
            query = select_campaign(cast.organization_id, campaign_id, divisions=None)
            row = await fetch_one(connection, query)
        if row.phase == "ready":
            return row
        if time.perf_counter() > deadline:
            raise RuntimeError(f"the campaign was not laid out: {stage.log_of('worker')}")
        await asyncio.sleep(0.05)
