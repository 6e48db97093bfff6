"""What campaigns do by themselves, how they share a number, and when they wait."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.api_client import Api
from tests.campaigns import CAMPAIGNS
from tests.pumping import Campaign, Pumping, phones, row
from tests.sending import Line, Sending
from tests.statements import counted
from tidings.engine.pump import NumberPump
from tidings.store.campaign_runs import select_allowance
from tidings.store.ids import new_id
from tidings.store.leases import Lease, take_leases
from tidings.store.outbox import claim_due
from tidings.store.query import fetch, fetch_one

SETTINGS = "/api/v2/outbound/settings"


@pytest.fixture(autouse=True)
async def no_other_campaigns(sending: Sending) -> None:
    await sending.rows("UPDATE campaign SET status = 'off'")


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


async def running(pumping: Pumping, line: Line, count: int = 3) -> tuple[Campaign, NumberPump]:
    """A slow campaign that has begun, and its pump."""
    campaign = await pumping.campaign(
        line, [row(each) for each in phones(count)], messages_per_minute=6
    )
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump, 1)
    return campaign, pump


async def told(sending: Sending, campaign: Campaign) -> list[str]:
    rows = await sending.rows(
        "SELECT code FROM outbound_event WHERE entity_id = %s ORDER BY id", campaign.id
    )
    return [each[0] for each in rows]


async def as_if_stopped_earlier(sending: Sending, campaign: Campaign) -> None:
    await sending.rows(
        "UPDATE campaign SET stopped_at = now() - interval '1 second' WHERE id = %s", campaign.id
    )


async def test_a_paused_template_stops_its_campaigns_until_it_is_approved_again(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    campaign, pump = await running(pumping, line)
    change = "UPDATE template SET status = %s WHERE account_id = %s AND name = 'order_update'"

    await sending.rows(change, "PAUSED", line.account_id)
    await pump.look()
    assert await pumping.status(campaign) == "forced_stopping"
    reason = await sending.one("SELECT reason FROM campaign WHERE id = %s", campaign.id)
    assert reason == "The template order_update is paused by WhatsApp because of its quality."
    await as_if_stopped_earlier(sending, campaign)
    await pump.look()
    assert await pumping.status(campaign) == "forced_off"

    await sending.rows(change, "APPROVED", line.account_id)
    await pump.look()
    assert await pumping.status(campaign) == "on"
    assert await told(sending, campaign) == ["template.paused", "template.paused", "campaign.on"]


async def test_a_broken_number_stops_its_campaigns_and_a_mended_one_lets_them_go_on(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    campaign, pump = await running(pumping, line)
    await sending.set_status(line, "error", ("breaker.open", "Too many messages failed."))
    await pump.look()
    assert await pumping.status(campaign) == "forced_stopping"
    code = await sending.one("SELECT reason_code FROM campaign WHERE id = %s", campaign.id)
    assert code == "breaker.open"
    await as_if_stopped_earlier(sending, campaign)
    await pump.look()

    await sending.set_status(line, "active", None)
    await pump.look()

    assert await pumping.status(campaign) == "on"
    assert await sending.one("SELECT reason FROM campaign WHERE id = %s", campaign.id) is None


async def test_what_a_person_stopped_does_not_go_on_by_itself(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    campaign, pump = await running(pumping, line)
    await sending.set_status(line, "error", ("number.banned", "WhatsApp blocked it."))
    await pump.look()
    await pumping.stop(campaign)
    await as_if_stopped_earlier(sending, campaign)
    await sending.set_status(line, "active", None)

    await pump.look()
    await pump.look()

    assert await pumping.status(campaign) == "off"


async def test_a_cause_that_only_people_can_mend_is_left_to_them(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    foreign = await sending.connect()
    campaign = await pumping.campaign(line, [row(each) for each in phones(2)])
    await sending.rows(
        "UPDATE campaign SET response_id = %s WHERE id = %s",
        foreign.responses["order_update"],
        campaign.id,
    )
    await pumping.start(campaign)
    pump = await pumping.pump(line)

    await pumping.work(pump, 3)
    await as_if_stopped_earlier(sending, campaign)
    await pumping.work(pump, 3)

    assert await pumping.status(campaign) == "forced_off"
    assert await pumping.states(campaign) == {("waiting", None): 2}
    assert set(await told(sending, campaign)) == {"template.other_account"}


async def test_a_spent_budget_is_shown_and_stops_nothing(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    await sending.rows(
        "UPDATE integration SET messaging_limit = 'TIER_50' WHERE id = %s", line.integration_id
    )
    await sending.rows(
        "INSERT INTO recipient_day (organization_id, account_id, address, counted_at)"
        " SELECT %s, %s, n::text, now() FROM generate_series(1, 50) n",
        line.organization.id,
        line.account_id,
    )
    campaign, _ = await running(pumping, line)
    code = "SELECT reason_code FROM campaign WHERE id = %s"
    assert await pumping.status(campaign) == "on"
    assert await sending.one(code, campaign.id) == "messaging.limit.spent"

    await sending.rows("DELETE FROM recipient_day WHERE account_id = %s", line.account_id)
    await pumping.work(await pumping.pump(line), 1)

    assert await sending.one(code, campaign.id) is None


async def test_in_quiet_hours_contacts_are_put_off_and_come_when_it_is_their_time(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    now = datetime.now(UTC)
    day, night = phones(2)
    quiet = {
        "from": f"{now - timedelta(hours=2):%H:%M}",
        "to": f"{now + timedelta(hours=2):%H:%M}",
        "timeZoneColumn": "Zone",
    }
    rows = [row(night, "Amina", "A-1", "UTC"), row(day, "Badi", "B-1", "Etc/GMT+9")]
    campaign = await pumping.campaign(line, rows, quiet_hours=quiet)
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [day]
    assert await pumping.states(campaign) == {("taken", None): 1, ("put_off", "quiet_hours"): 1}
    await pumping.send_out(line)
    await pump.look()
    assert await pumping.status(campaign) == "on"

    await sending.rows(
        "UPDATE campaign SET quiet_hours = NULL, version = version + 1 WHERE id = %s", campaign.id
    )
    await sending.rows(
        "UPDATE campaign_put_off SET due_at = now() WHERE campaign_id = %s", campaign.id
    )
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [day, night]


async def test_when_it_is_quiet_for_everybody_nobody_is_touched(
    pumping: Pumping, line: Line
) -> None:
    now = datetime.now(UTC)
    quiet = {
        "from": f"{now - timedelta(hours=1):%H:%M}",
        "to": f"{now + timedelta(hours=1):%H:%M}",
        "timeZoneFromNumber": False,
    }
    campaign = await pumping.campaign(line, [row(each) for each in phones(3)], quiet_hours=quiet)
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))

    assert await pumping.states(campaign) == {("waiting", None): 3}
    assert await pumping.status(campaign) == "on"


async def test_a_campaign_without_quiet_hours_keeps_those_of_the_organization(
    api: Api, pumping: Pumping, line: Line
) -> None:
    now = datetime.now(UTC)
    quiet = {
        "from": f"{now - timedelta(hours=1):%H:%M}",
        "to": f"{now + timedelta(hours=1):%H:%M}",
        "timeZoneFromNumber": False,
    }
    numbers = phones(2)
    follower = await pumping.campaign(line, [row(numbers[0])])
    exempt = await pumping.campaign(line, [row(numbers[1])], quiet_hours={})
    for campaign in (follower, exempt):
        await pumping.start(campaign)
    pump = await pumping.pump(line)

    await api.patch(SETTINGS, {"quietHours": quiet})
    await pump.look()
    await pumping.work(pump)
    shown = (await api.get(f"{CAMPAIGNS}/{follower.id}")).json()

    assert "quietHours" not in shown
    assert shown["effectiveQuietHours"] == quiet | {"timeZone": "UTC"}
    assert await pumping.messaged(follower) == []
    assert await pumping.messaged(exempt) == [numbers[1]]

    await api.patch(SETTINGS, {"quietHours": None})
    await pump.look()
    await pumping.work(pump)

    assert await pumping.messaged(follower) == [numbers[0]]


async def test_a_customer_with_an_agent_waits_some_minutes(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    busy, free = phones(2)
    campaign = await pumping.campaign(line, [row(busy), row(free)])
    await sending.rows(
        "INSERT INTO conversation (organization_id, id, division_id, integration_id, customer_id,"
        " state, direction, initiator, address, last_message_at, started_at)"
        " SELECT a.organization_id, gen_random_uuid(), %s, %s, a.customer_id, 'connected',"
        " 'inbound', 'customer', a.value, now(), now() FROM customer_address a WHERE a.value = %s",
        line.organization.divisions["Home"],
        line.integration_id,
        busy,
    )
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))

    assert await pumping.messaged(campaign) == [free]
    assert (await pumping.states(campaign))["put_off", "conversation.connected"] == 1


async def test_a_small_campaign_is_not_kept_waiting_by_a_large_one(
    pumping: Pumping, line: Line
) -> None:
    large = await pumping.campaign(line, [row(each) for each in phones(400)])
    small = await pumping.campaign(line, [row(each) for each in phones(10)])
    for each in (large, small):
        await pumping.start(each)

    await pumping.work(await pumping.pump(line), 12)

    assert len(await pumping.messaged(small)) == 10


async def test_about_a_second_of_messages_waits_for_the_dispatcher_and_no_more(
    pumping: Pumping, sending: Sending
) -> None:
    line = await sending.connect(throughput=20)
    campaign = await pumping.campaign(line, [row(each) for each in phones(60)])
    await pumping.start(campaign)
    pump = await pumping.pump(line)

    await pumping.work(pump, 30)
    assert len(await pumping.messaged(campaign)) == 20

    await pumping.send_out(line)
    await pumping.work(pump, 30)
    assert len(await pumping.messaged(campaign)) == 40


async def test_the_dispatcher_leaves_out_what_was_stopped_and_takes_it_after_the_start(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    campaign = await pumping.campaign(line, [row(each) for each in phones(2)])
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))
    notification = (await sending.queue(line))[0]
    await pumping.stop(campaign)
    lease = await dispatch_lease(pumping, line)

    async with pumping.database.connection() as connection:
        query = claim_due(lease, line.integration_id, limit=10, counting=False)
        assert [each.message_id for each in await fetch(connection, query)] == [notification]
        await pumping.start(campaign)
        assert len(await fetch(connection, query)) == 2


async def test_what_a_campaign_has_queued_waits_while_its_template_is_stopped(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    """Already before the pump looks and stops the campaign."""
    campaign = await pumping.campaign(line, [row(each) for each in phones(2)])
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))
    lease = await dispatch_lease(pumping, line)
    change = "UPDATE template SET status = %s WHERE account_id = %s AND name = 'order_update'"
    claim = claim_due(lease, line.integration_id, limit=10, counting=False)

    await sending.rows(change, "PAUSED", line.account_id)
    async with pumping.database.connection() as connection:
        assert await fetch(connection, claim) == []
    await sending.rows(change, "APPROVED", line.account_id)
    async with pumping.database.connection() as connection:
        assert len(await fetch(connection, claim)) == 2


async def dispatch_lease(pumping: Pumping, line: Line) -> Lease:
    async with pumping.database.connection() as connection:
        await connection.execute(
            "UPDATE lease SET expires_at = '-infinity' WHERE kind = 'dispatch' AND key = %s",
            [str(line.integration_id)],
        )
        taken = await fetch(connection, take_leases("dispatch", new_id(), most=1000, seconds=60))
    return next(each for each in taken if each.key == str(line.integration_id))


async def test_a_thousand_campaigns_on_one_number_are_looked_at_and_served_together(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    first = await pumping.campaign(line, [row(each) for each in phones(3)])
    await sending.rows(
        "INSERT INTO campaign (organization_id, id, division_id, name, list_id, whatsapp_column,"
        " integration_id, response_id, messages_per_minute, status)"
        " SELECT organization_id, gen_random_uuid(), division_id, name || n, list_id,"
        " whatsapp_column, integration_id, response_id, 60, 'on'"
        " FROM campaign, generate_series(2, 1000) n WHERE id = %s",
        first.id,
    )
    await sending.rows(
        "INSERT INTO campaign_contact"
        " (organization_id, campaign_id, run, sequence, position, state)"
        " SELECT organization_id, c.id, 0, n, n, 'waiting'"
        " FROM campaign c, generate_series(1, 3) n"
        " WHERE integration_id = %s AND status = 'on'",
        line.integration_id,
    )
    await sending.rows(
        "UPDATE campaign SET phase = 'ready', last_sequence = 3, taken_position = 3"
        " WHERE integration_id = %s AND status = 'on'",
        line.integration_id,
    )
    pump = await pumping.pump(line)
    await pump.look()

    with counted() as statements:
        await pump.look()
        await pump.pump_some()

    messaged = await sending.one(
        "SELECT count(DISTINCT campaign_id) FROM message WHERE integration_id = %s",
        line.integration_id,
    )
    assert messaged == 500
    assert len(statements) < 50, Counter(statements)


async def test_who_has_nobody_to_message_uses_nothing_of_the_organizations_maximum(
    pumping: Pumping, line: Line
) -> None:
    idle = await pumping.campaign(line, [row(phones(1)[0])], always_running=True)
    await pumping.start(idle)
    await pumping.work(await pumping.pump(line))
    busy = await pumping.campaign(line, [row(each) for each in phones(30)], messages_per_minute=600)
    await pumping.start(busy)
    pump = await pumping.pump(line)
    await pumping.work(pump, 1)

    async with pumping.database.connection() as connection:
        query = select_allowance(pumping.organization.id)
        allowance = await fetch_one(connection, query)

    assert await pumping.status(idle) == "on"
    assert allowance.all_per_minute == 600
