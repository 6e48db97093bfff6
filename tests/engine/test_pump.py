"""Campaigns message each contact of their list once, in order, and say why not."""

import pytest

from tests.pumping import Pumping, phones, row
from tests.sending import Line, Sending


@pytest.fixture(autouse=True)
async def no_other_campaigns(sending: Sending) -> None:
    """Those of earlier tests run no more, so that the organization's maximum is free."""
    await sending.rows("UPDATE campaign SET status = 'off'")


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


async def test_each_contact_gets_one_message_with_its_own_values(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    amina, badi = phones(2)
    rows = [row(amina, "Amina", "A-1"), row(badi, "Badi", "B-2")]
    campaign = await pumping.campaign(line, rows)
    await pumping.start(campaign)

    await pumping.work(await pumping.pump(line))

    found = await sending.rows(
        "SELECT to_address, body, contact_id, campaign_run, sender_kind FROM message"
        " WHERE campaign_id = %s ORDER BY id",
        campaign.id,
    )
    assert found == [
        (amina, "Hello Amina, your order A-1 is on its way.", "contact-1", 0, "campaign"),
        (badi, "Hello Badi, your order B-2 is on its way.", "contact-2", 0, "campaign"),
    ]
    assert await pumping.states(campaign) == {("taken", None): 2}
    progress = await pumping.progress(campaign)
    assert (progress.laid_out, progress.queued, progress.remaining) == (2, 2, 0)


async def test_who_cannot_be_messaged_is_excluded_with_the_reason(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    good, twice, stranger, refuser, unnamed = phones(5)
    rows = [
        row(good),
        row(None),
        row("12"),
        row(twice),
        row(twice, "Again"),
        row(stranger),
        row(refuser),
        row(unnamed, None),
    ]
    campaign = await pumping.campaign(line, rows, agreed=False)
    await pumping.agree([good, twice, refuser, unnamed])
    await sending.refuse(refuser)
    await pumping.start(campaign)

    await pumping.work(await pumping.pump(line))

    assert await pumping.messaged(campaign) == [good, twice]
    reasons: dict[str, int] = {
        "address.missing": 1,
        "address.invalid": 1,
        "address.repeated": 1,
        "consent.required": 1,
        "consent.withdrawn": 1,
        "template.parameter.missing": 1,
    }
    states = await pumping.states(campaign)
    assert states.pop(("taken", None)) == 2
    assert {reason: count for (_, reason), count in states.items()} == reasons
    progress = await pumping.progress(campaign)
    assert progress.excluded == reasons
    assert progress.remaining == 0


async def test_numbers_on_a_do_not_contact_list_are_left_out_also_when_added_meanwhile(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    before, during, free = phones(3)
    dnc_list_id = await pumping.dnc_list(before)
    campaign = await pumping.campaign(
        line, [row(before), row(free), row(during)], dnc_list_ids=[dnc_list_id]
    )
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pump.look()
    await pump.layout_done()
    assert await pumping.states(campaign) == {("waiting", None): 2, ("excluded", "dnc.listed"): 1}

    await pumping.add_to_dnc(dnc_list_id, during)
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [free]
    assert (await pumping.progress(campaign)).excluded == {"dnc.listed": 2}


async def test_a_contact_edited_while_the_campaign_runs_is_messaged_as_it_is_now(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    first, second, third, fourth = phones(4)
    campaign = await pumping.campaign(line, [row(each) for each in (first, second, third, fourth)])
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pump.look()
    await pump.layout_done()
    change = "UPDATE contact SET values[%s] = %s WHERE list_id = %s AND position = %s"
    await sending.rows(change, 2, "Badi", campaign.list_id, 2)
    await sending.rows(change, 1, first, campaign.list_id, 3)
    await sending.rows("DELETE FROM contact WHERE list_id = %s AND position = 4", campaign.list_id)

    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [first, second]
    assert await pumping.states(campaign) == {
        ("taken", None): 2,
        ("excluded", "address.repeated"): 1,
        ("excluded", "contact.deleted"): 1,
    }
    body = await sending.one("SELECT body FROM message WHERE to_address = %s", second)
    assert body == "Hello Badi, your order A-17 is on its way."


async def test_stopped_it_takes_nobody_and_started_again_it_goes_on_where_it_was(
    pumping: Pumping, line: Line
) -> None:
    customers = phones(30)
    campaign = await pumping.campaign(
        line, [row(each) for each in customers], messages_per_minute=6
    )
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump, 1)
    taken = await pumping.messaged(campaign)
    assert taken == customers[:1]

    await pumping.stop(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump, 3)
    assert await pumping.messaged(campaign) == taken

    await pumping.start(campaign)
    await pumping.send_out(line)
    await pumping.work(await pumping.pump(line), 1)
    assert await pumping.messaged(campaign) == customers[:2]


async def test_stopping_becomes_off_only_when_no_call_is_under_way(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    campaign = await pumping.campaign(line, [row(each) for each in phones(2)])
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump, 2)
    await sending.rows("UPDATE outbox SET state = 'sending' WHERE campaign_id = %s", campaign.id)
    await pumping.stop(campaign)
    await sending.rows(
        "UPDATE campaign SET stopped_at = now() - interval '1 second' WHERE id = %s", campaign.id
    )

    await pump.look()
    assert await pumping.status(campaign) == "stopping"

    await sending.rows("DELETE FROM outbox WHERE campaign_id = %s", campaign.id)
    await pump.look()
    assert await pumping.status(campaign) == "off"


async def test_it_is_complete_when_nothing_is_left_and_not_before(
    pumping: Pumping, line: Line, sending: Sending
) -> None:
    campaign = await pumping.campaign(line, [row(each) for each in phones(3)])
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)
    assert await pumping.status(campaign) == "on"

    await pumping.send_out(line)
    await pump.look()

    assert await pumping.status(campaign) == "complete"
    progress = await pumping.progress(campaign)
    assert (progress.queued, progress.sent, progress.remaining) == (3, 3, 0)
    told = await sending.rows(
        "SELECT code FROM outbound_event WHERE entity_id = %s ORDER BY id", campaign.id
    )
    assert told == [("campaign.complete",)]


async def test_contacts_added_while_it_runs_come_at_the_end_unsorted(
    pumping: Pumping, line: Line
) -> None:
    second, first, later, last = phones(4)
    rows = [row(second, "Amina", "A-1", None, "2"), row(first, "Badi", "B-1", None, "1")]
    campaign = await pumping.campaign(
        line, rows, sorts=[{"fieldName": "Rank", "numeric": True}], always_running=True
    )
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)
    await pumping.send_out(line)
    await pumping.work(pump)
    assert await pumping.status(campaign) == "on"

    await pumping.agree([later, last])
    added = [row(later, "Cleo", "C-1", None, "9"), row(last, "Dora", "D-1", None, "0")]
    await pumping.add_contacts(campaign.list_id, added)
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [first, second, later, last]
    assert (await pumping.progress(campaign)).laid_out == 4


async def test_recycled_it_messages_everybody_again(pumping: Pumping, line: Line) -> None:
    customers = phones(2)
    campaign = await pumping.campaign(line, [row(each) for each in customers])
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)
    await pumping.send_out(line)
    await pump.look()

    await pumping.recycle(campaign)
    await pumping.start(campaign)
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == customers * 2
    assert await pumping.states(campaign, run=0) == await pumping.states(campaign, run=1)
    assert (await pumping.progress(campaign)).queued == 2


async def test_failed_contacts_that_can_heal_are_tried_again_only_when_asked(
    pumping: Pumping, line: Line
) -> None:
    healing, hopeless = phones(2)
    campaign = await pumping.campaign(line, [row(healing)])
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)
    await pumping.send_out(line, "failed", "meta.131049")
    await pumping.agree([hopeless])
    await pumping.add_contacts(campaign.list_id, [row(hopeless)])
    await pumping.work(pump)
    await pumping.send_out(line, "failed", "meta.131026")
    await pump.look()
    assert await pumping.status(campaign) == "complete"

    assert await pumping.retry(campaign, ["meta.131049"]) == 1
    assert await pumping.retry(campaign, ["meta.131049"]) == 0
    await pumping.start(campaign)
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [healing, hopeless, healing]
    progress = await pumping.progress(campaign)
    assert (progress.retried, progress.queued, progress.remaining) == (1, 3, 0)


async def test_a_defect_costs_the_contact_at_fault_only(pumping: Pumping, line: Line) -> None:
    good, poison, other = phones(3)
    campaign = await pumping.campaign(line, [row(good), row(poison), row(other)])
    await pumping.start(campaign)
    pump = await pumping.pump(line)

    async with pumping.refusing_messages_to(poison):
        await pumping.work(pump)

    assert await pumping.messaged(campaign) == [good, other]
    assert (await pumping.progress(campaign)).excluded == {"internal.defect": 1}


async def test_a_pump_that_slept_through_its_lease_takes_nobody(
    pumping: Pumping, line: Line
) -> None:
    campaign = await pumping.campaign(line, [row(each) for each in phones(3)])
    await pumping.start(campaign)
    sleeper = await pumping.pump(line)
    heir = await pumping.pump(line)

    await pumping.work(sleeper)
    assert await pumping.states(campaign) == {}

    await pumping.work(heir)
    await pumping.work(sleeper)
    assert await pumping.states(campaign) == {("taken", None): 3}
    assert len(await pumping.messaged(campaign)) == 3
