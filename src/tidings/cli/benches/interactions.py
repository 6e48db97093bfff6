"""First pages of the interactions list over millions of conversations, by every filter."""

import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tidings.actions.divisions import create_division
from tidings.actions.integration_drafts import Credentials, IntegrationDraft
from tidings.actions.integrations import create_integration
from tidings.actions.interaction_walk import Search, find_page
from tidings.actions.organizations import operator
from tidings.cli.benches.cast import ACCOUNT_ID, Cast, hire_cast
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import Stage, open_database, set_stage
from tidings.store.database import Database
from tidings.store.divisions import select_home
from tidings.store.ids import new_id
from tidings.store.interaction_filters import InteractionFilter
from tidings.store.query import execute, fetch_one
from tidings.store.sample_traffic import (
    SampleTraffic,
    analyze_traffic,
    insert_sample_customers,
    insert_sample_traffic,
)
from tidings.store.secret_box import load_secret_box

AT_A_TIME = 50_000
PAGES_EACH = 20
PAGE_SIZE = 25
DAYS = 100


async def run(*, seconds: float = 100.0, conversations: int | None = None) -> BenchResult:
    """Write the conversations, then read the first page by each filter, again and again.

    There are 100,000 for each of `seconds` unless their number is given: ten million by default.
    `p50_ms` and `p99_ms` are over all pages; `detail` has the 95th percentile of all and of each
    filter, and the time that writing took.
    """
    conversations = conversations or int(100_000 * seconds)
    async with set_stage() as stage, open_database(stage) as database:
        cast = await hire_cast(stage, database, customers=1)
        began = time.monotonic()
        traffic = await write_traffic(stage, database, cast, conversations)
        wrote = time.monotonic() - began
        began = time.monotonic()
        took = {
            name: await time_pages(database, traffic, wanted)
            for name, wanted in filters(traffic).items()
        }
        seconds = time.monotonic() - began
    everything = sorted(ms for times in took.values() for ms in times)
    detail = {"seeding_s": wrote, "conversations": float(conversations)}
    detail["p95_ms"] = statistics.quantiles(everything, n=20)[-1]
    detail |= {f"p95_ms {name}": statistics.quantiles(ms, n=20)[-1] for name, ms in took.items()}
    return BenchResult(
        bench="interactions",
        rate=len(everything) / seconds,
        unit="pages/s",
        seconds=seconds,
        p50_ms=statistics.median(everything),
        p99_ms=statistics.quantiles(everything, n=100)[-1],
        detail={name: round(value, 2) for name, value in detail.items()},
    )


async def write_traffic(
    stage: Stage, database: Database, cast: Cast, conversations: int
) -> SampleTraffic:
    """A second number in a division of its own, and the conversations of the last 100 days."""
    owner = operator(cast.organization_id)
    box = load_secret_box(stage.settings)
    async with database.transaction() as connection:
        division = await create_division(connection, owner, name="Rare", description="")
        home = await fetch_one(connection, select_home(cast.organization_id))
        draft = IntegrationDraft(
            name="Rare number",
            account_id=ACCOUNT_ID,
            number_id="800100200301",
            credentials=Credentials("rare-token", "rare-secret", "rare-verify"),
            base_address="http://127.0.0.1:9/v24.0",
            phone_number="15550100901",
            division_id=division.id,
        )
        rare = await create_integration(connection, owner, box, draft)
    traffic = SampleTraffic(
        organization_id=cast.organization_id,
        division_id=home.id,
        integration_id=cast.integration_id,
        rare_division_id=division.id,
        rare_integration_id=rare.id,
        template_id=cast.response_id,
        campaign_id=new_id(),
        first_at=datetime.now(UTC) - timedelta(days=DAYS),
        step_ms=max(1, DAYS * 86_400_000 // conversations),
        customers=max(1, conversations // 10),
    )
    async with database.connection() as connection:
        await execute(connection, insert_sample_customers(traffic))
        for first in range(0, conversations, AT_A_TIME):
            last = min(first + AT_A_TIME, conversations) - 1
            await execute(connection, insert_sample_traffic(traffic, first=first, last=last))
        await execute(connection, analyze_traffic())
    return traffic


def filters(traffic: SampleTraffic) -> dict[str, InteractionFilter]:
    """Each way to ask, by name."""
    middle = traffic.first_at + timedelta(days=DAYS / 2)
    return {
        "nothing": InteractionFilter(),
        "hour": InteractionFilter(starts_at=middle, ends_at=middle + timedelta(hours=1)),
        "number": InteractionFilter(integration_id=traffic.rare_integration_id),
        "customer": InteractionFilter(customer_ids=[UUID("00000000-0000-7000-8000-000000000005")]),
        "failed": InteractionFilter(statuses=("failed",)),
        "queued": InteractionFilter(statuses=("queued",)),
        "unknown": InteractionFilter(statuses=("unknown",)),
        "delivered": InteractionFilter(statuses=("delivered",)),
        "read (none)": InteractionFilter(statuses=("read",)),
        "open": InteractionFilter(state="open"),
        "inbound (none)": InteractionFilter(direction="inbound"),
        "marketing (none)": InteractionFilter(category="marketing"),
        "template": InteractionFilter(template_ids=[traffic.template_id]),
        "campaign": InteractionFilter(campaign_id=traffic.campaign_id),
        "division": InteractionFilter(divisions=[traffic.rare_division_id]),
        "failed of number": InteractionFilter(
            statuses=("failed",), integration_id=traffic.rare_integration_id
        ),
    }


async def time_pages(
    database: Database, traffic: SampleTraffic, wanted: InteractionFilter
) -> list[float]:
    """Milliseconds of each first page, read as the API reads it: the first one cold."""
    took = []
    for _ in range(PAGES_EACH):
        began = time.perf_counter()
        async with database.transaction(traffic.organization_id) as connection:
            search = Search.newest_first(traffic.organization_id, wanted, after=None)
            await find_page(connection, search, page_size=PAGE_SIZE)
        took.append((time.perf_counter() - began) * 1000)
    return took
