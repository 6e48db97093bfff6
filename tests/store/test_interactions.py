"""How interactions are found: the plans behind each filter, and long walks a window at a time."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.volume import Volume, fill
from tests.world import World
from tidings.actions.interaction_walk import Search
from tidings.store.database import Database
from tidings.store.interaction_filters import InteractionFilter, choose_source, span_of
from tidings.store.interactions import (
    WINDOW,
    select_found,
    select_interactions,
    select_window_end,
)
from tidings.store.message_details import select_messages
from tidings.store.query import Connection, Query
from tidings.store.segment_conditions import Clause, Operator, Predicate, segment_condition

FIRST_AT = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 20_000
SCANNED = re.compile(r"Seq Scan on (conversation|message)\b.*")


@pytest.fixture(scope="module")
async def volume(database: Database, world: World) -> Volume:
    """Twenty thousand conversations, a second apart."""
    async with database.transaction() as connection:
        return await fill(connection, world, count=COUNT, first_at=FIRST_AT)


async def plan_of(connection: Connection, query: Query) -> str:  # type: ignore[type-arg]
    """The plan of a statement, as text."""
    cursor = await connection.execute(f"EXPLAIN {query.sql}", query.params)
    return "\n".join(row[0] for row in await cursor.fetchall())


async def find_all(
    database: Database, volume: Volume, wanted: InteractionFilter, *, limit: int = 100
) -> tuple[list[UUID], int]:
    """Everything that fits, and the number of pages it took."""
    ids: list[UUID] = []
    after, pages = None, 0
    while True:
        search = Search.newest_first(volume.organization_id, wanted, after=after)
        async with database.transaction(volume.organization_id) as connection:
            found = await search.find(connection, limit=limit, windows=2)
        ids += [each.conversation_id for each in found]
        pages += 1
        if search.is_done:
            return ids, pages
        after = search.next_key


def filters(volume: Volume) -> dict[str, InteractionFilter]:
    """Each way to ask, by name."""
    return {
        "nothing": InteractionFilter(),
        "a time": InteractionFilter(
            starts_at=FIRST_AT + timedelta(hours=1), ends_at=FIRST_AT + timedelta(hours=2)
        ),
        "a number": InteractionFilter(integration_id=volume.integrations["north"]),
        "a customer": InteractionFilter(
            customer_ids=[UUID("00000000-0000-7000-8000-000000000005")]
        ),
        "failed": InteractionFilter(statuses=("failed",)),
        "queued": InteractionFilter(statuses=("queued",)),
        "unknown": InteractionFilter(statuses=("unknown",)),
        "delivered": InteractionFilter(statuses=("delivered",)),
        "open": InteractionFilter(state="open"),
        "a direction": InteractionFilter(direction="inbound"),
        "a category": InteractionFilter(category="marketing"),
        "a template": InteractionFilter(template_ids=[volume.template_id]),
        "a division": InteractionFilter(divisions=[volume.integrations["home"]]),
    }


async def test_no_filter_reads_conversations_or_messages_from_end_to_end(
    database: Database, volume: Volume
) -> None:
    # Each filter walks one index: the primary key, the integration's, the customer's, the active
    # conversations', the failures' or the outbox; all else is a look-up by key for each row.
    for name, wanted in filters(volume).items():
        source = choose_source(wanted)
        span = span_of(wanted, source, None)
        async with database.transaction(volume.organization_id) as connection:
            end = select_window_end(volume.organization_id, wanted, source, span=span)
            page = select_found(volume.organization_id, wanted, source, span=span, limit=25)
            plans = [await plan_of(connection, end), await plan_of(connection, page)]
        for plan in plans:
            assert not SCANNED.search(plan), f"{name}:\n{plan}"


async def test_what_a_page_shows_is_looked_up_by_key(database: Database, volume: Volume) -> None:
    async with database.transaction(volume.organization_id) as connection:
        found = await Search.newest_first(
            volume.organization_id, InteractionFilter(), after=None
        ).find(connection, limit=50, windows=1)
        ids = [each.conversation_id for each in found]
        for query in (
            select_interactions(volume.organization_id, ids),
            select_interactions(volume.organization_id, ids, by_sent_message=True),
            select_messages(volume.organization_id, ids, before_id=UUID(int=2**128 - 1), limit=50),
        ):
            plan = await plan_of(connection, query)
            assert not SCANNED.search(plan), plan


async def test_analytics_segments_are_looked_up_by_key(database: Database, volume: Volume) -> None:
    clause = Clause(
        any_of=False,
        parts=(
            Predicate("purpose", Operator.MATCHES, ("api",)),
            Predicate("deliveryStatus", Operator.MATCHES, ("read",)),
        ),
    )
    wanted = InteractionFilter()
    source = choose_source(wanted)
    async with database.transaction(volume.organization_id) as connection:
        plan = await plan_of(
            connection,
            select_found(
                volume.organization_id,
                wanted,
                source,
                span=span_of(wanted, source, None),
                limit=100,
                segments=(segment_condition(clause, number=0),),
            ),
        )
    assert not SCANNED.search(plan), plan


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("a time", 3_600),
        ("a number", COUNT // 100),
        ("a customer", 10),
        ("failed", COUNT // 1_000),
        ("queued", COUNT // 2_000),
        ("unknown", 0),
        ("a template", COUNT // 50),
        ("a category", 0),
    ],
)
async def test_a_walk_over_many_windows_finds_each_conversation_once(
    database: Database, volume: Volume, name: str, count: int
) -> None:
    ids, _ = await find_all(database, volume, filters(volume)[name])

    assert len(ids) == count
    assert ids == sorted(set(ids), reverse=True)


async def test_a_rare_filter_gives_short_pages_instead_of_a_long_walk(
    database: Database, volume: Volume
) -> None:
    ids, pages = await find_all(database, volume, filters(volume)["a category"])

    assert ids == []
    assert pages == COUNT / WINDOW / 2 + 1


async def test_a_walk_in_ascending_order_gives_the_same_conversations(
    database: Database, volume: Volume
) -> None:
    wanted = filters(volume)["a template"]
    newest_first, _ = await find_all(database, volume, wanted)
    search = Search.by_start(volume.organization_id, wanted)
    async with database.transaction(volume.organization_id) as connection:
        found = await search.find(connection, limit=COUNT, windows=COUNT)

    assert [each.conversation_id for each in found] == newest_first[::-1]
    assert search.is_done
