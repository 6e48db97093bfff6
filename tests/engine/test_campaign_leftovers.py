"""Runs that are over for good leave nothing behind: housekeeping drops their rows by and by."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api_client import Api
from tests.campaigns import CAMPAIGNS
from tests.pumping import Campaign, Pumping, phones, row
from tests.sending import Line, Sending
from tidings.engine import outbound_sweep
from tidings.settings import Settings
from tidings.store.campaign_counts import fold_campaign_deltas
from tidings.store.campaign_leftovers import TABLES
from tidings.store.query import execute


async def was_run(pumping: Pumping, line: Line) -> Campaign:
    """A campaign at rest that wrote to three, with one whom it left out, and counted it all."""
    rows = [*(row(each) for each in phones(3)), row(None)]
    campaign = await pumping.campaign(line, rows)
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))
    await pumping.send_out(line)
    async with pumping.database.connection() as connection:
        await execute(connection, fold_campaign_deltas())
    await pumping.sending.rows("UPDATE campaign SET status = 'off' WHERE id = %s", campaign.id)
    return campaign


async def left_of(sending: Sending, campaign: Campaign) -> dict[str, list[int]]:
    """The runs of which each table still has rows."""
    found = {}
    for table in TABLES:
        rows = await sending.rows(
            f"SELECT DISTINCT run FROM {table} WHERE campaign_id = %s ORDER BY run", campaign.id
        )
        if rows:
            found[table] = [each[0] for each in rows]
    return found


async def sweep(sending: Sending, settings: Settings, *, days: int = 0) -> None:
    now = datetime.now(UTC) + timedelta(days=days, seconds=1)
    await outbound_sweep.sweep_outbound(sending.database, settings, now)


async def test_a_deleted_campaign_leaves_its_messages_and_nothing_else(
    api: Api,
    pumping: Pumping,
    sending: Sending,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = await sending.connect()
    campaign, other = await was_run(pumping, line), await was_run(pumping, line)
    before = await left_of(sending, other)
    assert set(before) >= {"campaign_contact", "campaign_exclusion", "campaign_address"}
    assert (await api.delete(f"{CAMPAIGNS}/{campaign.id}")).status == 200

    monkeypatch.setattr(outbound_sweep, "AT_A_TIME", 2)
    monkeypatch.setattr(outbound_sweep, "MOST_STEPS", len(TABLES) + 1)
    await sweep(sending, settings)
    assert await left_of(sending, campaign) != {}
    for _ in range(8):
        await sweep(sending, settings)

    assert await left_of(sending, campaign) == {}
    assert await left_of(sending, other) == before
    kept = "SELECT count(*) FROM message WHERE campaign_id = %s"
    assert await sending.one(kept, campaign.id) == 3


async def test_of_a_recycled_campaign_only_the_new_run_stays_and_late_counts_go_too(
    api: Api, pumping: Pumping, sending: Sending, settings: Settings
) -> None:
    line = await sending.connect()
    campaign = await was_run(pumping, line)
    assert (await api.delete(f"{CAMPAIGNS}/{campaign.id}/progress")).status == 204
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))

    await sweep(sending, settings)
    left = await left_of(sending, campaign)
    await sending.rows(
        "INSERT INTO campaign_minute VALUES (%s, %s, 0, now(), 'read', 1)",
        line.organization.id,
        campaign.id,
    )
    await sweep(sending, settings, days=2)

    assert {each for runs in left.values() for each in runs} == {1}
    assert (await left_of(sending, campaign)).get("campaign_minute") in (None, [1])
    noted = "SELECT count(*) FROM campaign_leftover WHERE campaign_id = %s"
    assert await sending.one(noted, campaign.id) == 1
    await sweep(sending, settings, days=40)
    assert await sending.one(noted, campaign.id) == 0
