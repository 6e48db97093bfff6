"""The official Genesys Cloud SDK, unchanged, makes a campaign, runs it, reads what came of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.pumping import Pumping, phones
from tests.sending import Line, Sending

pytestmark = pytest.mark.filterwarnings("ignore")


def ref(identifier: Any) -> Any:
    """A reference to another entity."""
    made = sdk.DomainEntityRef()
    made.id = str(identifier)
    return made


def make_list(outbound: Any, name: str, numbers: list[str]) -> Any:
    """A contact list with a contact for each number."""
    body = sdk.ContactList()
    body.name, body.column_names = name, ["phone", "1", "2"]
    column = sdk.WhatsAppColumn()
    column.column_name, column.type = "phone", "cell"
    body.whats_app_columns = [column]
    made = outbound.post_outbound_contactlists(body)
    rows = []
    for at, number in enumerate(numbers):
        row = sdk.WritableDialerContact()
        row.id, row.contact_list_id = f"k{at}", made.id
        row.data = {"phone": number, "1": f"Amina {at}", "2": f"A-{at}"}
        rows.append(row)
    outbound.post_outbound_contactlist_contacts(made.id, rows)
    return made


def make_filter(outbound: Any, contact_list: Any, left_out: str) -> Any:
    """A filter of the list: everybody but one."""
    predicate = sdk.ContactListFilterPredicate()
    predicate.column, predicate.column_type = "1", "alphabetic"
    predicate.operator, predicate.value, predicate.inverted = "EQUALS", left_out, True
    clause = sdk.ContactListFilterClause()
    clause.filter_type, clause.predicates = "AND", [predicate]
    body = sdk.ContactListFilter()
    body.name, body.contact_list = f"Not {left_out}", ref(contact_list.id)
    body.filter_type, body.clauses = "AND", [clause]
    return outbound.post_outbound_contactlistfilters(body)


def make_dnc(outbound: Any, number: str) -> Any:
    """A do-not-contact list with one number."""
    body = sdk.DncListCreate()
    body.name, body.dnc_source_type, body.contact_method = "Never", "rds", "WhatsApp"
    made = outbound.post_outbound_dnclists(body)
    patch = sdk.DncPatchWhatsAppNumbersRequest()
    patch.action, patch.whats_app_numbers = "Add", [number]
    outbound.patch_outbound_dnclist_whatsappnumbers(made.id, patch)
    return made


def make_campaign(outbound: Any, line: Line, contact_list: Any, **more: Any) -> Any:
    """A campaign over the list, off."""
    body = sdk.MessagingCampaign()
    body.name, body.contact_list = f"Campaign of {contact_list.name}", ref(contact_list.id)
    body.messages_per_minute = 60_000
    config = sdk.WhatsAppConfig()
    config.whats_app_columns = ["phone"]
    config.whats_app_integration = sdk.AddressableEntityRef()
    config.whats_app_integration.id = str(line.integration_id)
    config.content_template = ref(line.responses["order_update"])
    body.whats_app_config = config
    sort = sdk.ContactSort()
    sort.field_name, sort.direction, sort.numeric = "1", "DESC", False
    body.contact_sorts = [sort]
    for name, value in more.items():
        setattr(body, name, value)
    return outbound.post_outbound_messagingcampaigns(body)


async def test_it_makes_a_campaign_runs_it_and_reads_its_progress(
    outbound: Any, sending: Sending, line: Line
) -> None:
    pumping, numbers = Pumping(sending), phones(4)
    await pumping.agree(numbers)
    call = asyncio.to_thread
    listed = await call(make_list, outbound, "Customers", numbers)
    chosen = await call(make_filter, outbound, listed, "Amina 3")
    dnc = await call(make_dnc, outbound, numbers[2])
    made = await call(
        make_campaign,
        outbound,
        line,
        listed,
        contact_list_filters=[ref(chosen.id)],
        dnc_lists=[ref(dnc.id)],
    )
    assert made.campaign_status == "off"

    made.campaign_status = "on"
    started = await call(outbound.put_outbound_messagingcampaign, made.id, made)
    await pumping.work(await pumping.pump(line))
    progress = await call(outbound.get_outbound_messagingcampaign_progress, made.id)
    diagnostics = await call(outbound.get_outbound_messagingcampaign_diagnostics, made.id)
    several = await call(outbound.post_outbound_messagingcampaigns_progress, [made.id])

    assert started.campaign_status == "on"
    assert started.version > made.version
    assert progress.total_number_of_contacts == 3
    assert progress.number_of_contacts_called == 2
    assert progress.number_of_contacts_skipped == {"dnc.listed": 1}
    assert progress.percentage == 100
    assert diagnostics.filtered_out_contacts_count == 1
    assert several[0].campaign.id == made.id
    assert await sent_to(sending, made.id) == [numbers[1], numbers[0]]


async def sent_to(sending: Sending, campaign_id: str) -> list[str]:
    """To whom the campaign wrote, in its order."""
    rows = await sending.rows(
        "SELECT to_address FROM message WHERE campaign_id = %s ORDER BY id", campaign_id
    )
    return [each[0] for each in rows]


async def test_it_finds_the_campaigns_messages_with_their_disposition(
    client: Any, outbound: Any, sending: Sending, line: Line
) -> None:
    pumping, numbers = Pumping(sending), phones(2)
    await pumping.agree(numbers)
    listed = await asyncio.to_thread(make_list, outbound, "Found", numbers)
    made = await asyncio.to_thread(make_campaign, outbound, line, listed)
    await asyncio.to_thread(outbound.post_outbound_messagingcampaign_start, made.id)
    await pumping.work(await pumping.pump(line))
    await pumping.send_out(line)
    query = sdk.ConversationQuery()
    now = datetime.now(UTC)
    start, end = now - timedelta(hours=1), now + timedelta(hours=1)
    query.interval = f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"
    query.segment_filters = [segment_filter("outboundCampaignId", made.id)]

    found = await asyncio.to_thread(
        sdk.AnalyticsApi(client).post_analytics_conversations_details_query, query
    )
    query.segment_filters.append(segment_filter("wrapUpCode", "OUTBOUND-MESSAGE-FAILED"))
    failed = await asyncio.to_thread(
        sdk.AnalyticsApi(client).post_analytics_conversations_details_query, query
    )

    assert len(found.conversations) == 2
    sessions = [
        session
        for conversation in found.conversations
        for participant in conversation.participants
        for session in participant.sessions
        if participant.purpose == "campaign"
    ]
    assert {each.outbound_campaign_id for each in sessions} == {made.id}
    assert {each.outbound_contact_id for each in sessions} == {"k0", "k1"}
    assert {each.outbound_contact_list_id for each in sessions} == {listed.id}
    assert {each.segments[0].wrap_up_code for each in sessions} == {"OUTBOUND-MESSAGE-SENT"}
    assert not failed.conversations


def segment_filter(dimension: str, value: str) -> Any:
    """A filter on one dimension of a segment."""
    predicate = sdk.SegmentDetailQueryPredicate()
    predicate.type, predicate.dimension = "dimension", dimension
    predicate.operator, predicate.value = "matches", value
    made = sdk.SegmentDetailQueryFilter()
    made.type, made.predicates = "and", [predicate]
    return made


def test_it_lists_schedules_stops_recycles_and_deletes(outbound: Any, line: Line) -> None:
    listed = make_list(outbound, "Managed", phones(1))
    made = make_campaign(outbound, line, listed)
    body = sdk.WhatsAppCampaignSchedule()
    interval = sdk.ScheduleInterval()
    interval.start, interval.end = "2099-01-01T09:00:00.000Z", "2099-01-01T17:00:00.000Z"
    body.intervals, body.time_zone = [interval], "Europe/Berlin"
    body.whats_app_campaign = sdk.DivisionedDomainEntityRef()
    body.whats_app_campaign.id = made.id

    schedule = outbound.put_outbound_schedules_whatsappcampaign(made.id, body)
    names = [each.name for each in outbound.get_outbound_messagingcampaigns().entities]
    common = outbound.get_outbound_campaigns_all(media_type=["whatsapp"], id=[made.id])
    outbound.post_outbound_messagingcampaign_start(made.id)
    outbound.post_outbound_messagingcampaign_stop(made.id)
    with pytest.raises(ApiException) as refused:
        outbound.delete_outbound_messagingcampaign(made.id)

    assert schedule.id == made.id
    assert schedule.intervals[0].start == "2099-01-01T09:00:00.000Z"
    assert made.name in names
    assert common.entities[0].media_type == "whatsapp"
    assert refused.value.status == 409
    other = make_campaign(outbound, line, make_list(outbound, "Short", phones(1)))
    outbound.delete_outbound_messagingcampaign_progress(other.id)
    assert outbound.delete_outbound_messagingcampaign(other.id).id == other.id
    outbound.delete_outbound_schedules_whatsappcampaign(made.id)
    assert outbound.get_outbound_schedules_whatsappcampaigns().entities == []
