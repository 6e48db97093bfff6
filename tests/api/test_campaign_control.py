"""Starting, stopping and recycling campaigns; what may change meanwhile; how far they are (C11)."""

import csv
from datetime import timedelta
from typing import Any

import pytest

from tests.api_client import Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.pumping import Pumping, phones
from tests.sending import Line, Sending
from tests.world import World
from tidings.actions.statuses import Recording, apply_standings
from tidings.engine.exports import run_next_export
from tidings.store.ids import new_id
from tidings.store.outcomes import Standing


@pytest.fixture
async def line(sending: Sending) -> Line:
    """A number of the test's own."""
    return await sending.connect()


@pytest.fixture
async def made(
    api: Api, campaigns: Campaigns, line: Line, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """A campaign over a list of two customers, off."""
    name = request.node.name
    contacts = [(each, "Amina", "A-17", None) for each in phones(2)]
    contact_list = await campaigns.add_list(name, contacts)
    body = campaigns.body(name, contact_list, line)
    answer = await api.post(CAMPAIGNS, body)
    assert answer.status == 200, answer
    return body | {key: answer.json()[key] for key in ("id", "selfUri", "version")}


async def set_status(sending: Sending, campaign: dict[str, Any], status: str) -> None:
    """What the pump would find."""
    await sending.rows("UPDATE campaign SET status = %s WHERE id = %s", status, campaign["id"])


async def test_a_campaign_starts_and_stops_and_tells_so(
    api: Api, world: World, made: dict[str, Any]
) -> None:
    path = made["selfUri"]

    started = await api.post(f"{path}/start")
    again = await api.post(f"{path}/start")
    running = (await api.get(path)).json()
    stopped = await api.post(f"{path}/stop")
    stopping = (await api.get(path)).json()
    timeline = (await api.get(f"{path}/timeline")).json()
    trail = (await api.get("/api/v2/audits", params={"entityId": made["id"]})).json()

    assert (started.status, again.status, stopped.status) == (204, 204, 204)
    assert running["campaignStatus"] == "on"
    assert "dateStarted" in running
    assert stopping["campaignStatus"] == "stopping"
    assert [each["code"] for each in timeline["events"]] == ["campaign.stop", "campaign.start"]
    assert timeline["events"][0]["actor"] == world.ada.name
    assert len(trail["entities"]) == 3


async def test_status_on_and_off_in_a_change_start_and_stop(api: Api, made: dict[str, Any]) -> None:
    on = await api.put(made["selfUri"], made | {"campaignStatus": "on"})
    off = await api.put(made["selfUri"], made | {"campaignStatus": "off", "version": None})

    assert on.json()["campaignStatus"] == "on"
    assert off.json()["campaignStatus"] == "stopping"
    wrong = await api.put(made["selfUri"], made | {"campaignStatus": "soon"})
    assert wrong.status == 400


async def test_a_start_names_everything_that_keeps_it_from_running(
    api: Api, sending: Sending, campaigns: Campaigns, line: Line, made: dict[str, Any]
) -> None:
    await sending.set_status(line, "error", ("token.expired", "The access token expired."))
    await campaigns.add_import(made["contactList"]["id"], "failed")

    refused = await api.post(f"{made['selfUri']}/start")

    assert refused.status == 409
    assert {each["errorCode"] for each in refused.json()["details"]} == {
        "integration.error",
        "contact.list.import.failed",
    }
    assert (await api.get(made["selfUri"])).json()["campaignStatus"] == "off"


async def test_a_running_campaign_changes_in_few_ways(
    api: Api, campaigns: Campaigns, made: dict[str, Any]
) -> None:
    dnc = await campaigns.add_dnc_list(f"For {made['name']}")
    await api.post(f"{made['selfUri']}/start")
    body = {key: value for key, value in made.items() if key != "version"}

    allowed = await api.put(
        made["selfUri"],
        body | {"name": "Renamed", "messagesPerMinute": 30, "dncLists": [{"id": str(dnc)}]},
    )
    sorted_anew = await api.put(
        made["selfUri"],
        body
        | {"name": "Renamed", "dncLists": [{"id": str(dnc)}], "messagesPerMinute": 30}
        | {"contactSorts": [{"fieldName": "1"}]},
    )
    deleted = await api.delete(made["selfUri"])
    recycled = await api.delete(f"{made['selfUri']}/progress")

    assert allowed.json()["messagesPerMinute"] == 30
    assert allowed.json()["dncLists"][0]["id"] == str(dnc)
    assert (sorted_anew.status, sorted_anew.json()["code"]) == (409, "campaign.running")
    assert "contactSorts" in sorted_anew.json()["message"]
    assert (deleted.status, deleted.json()["code"]) == (409, "campaign.running")
    assert (recycled.status, recycled.json()["code"]) == (409, "campaign.running")


async def test_a_complete_campaign_is_not_stopped(
    api: Api, sending: Sending, made: dict[str, Any]
) -> None:
    await set_status(sending, made, "complete")

    stopped = await api.post(f"{made['selfUri']}/stop")
    kept = await api.put(made["selfUri"], made | {"campaignStatus": "off"})

    assert (stopped.status, stopped.json()["code"]) == (400, "campaign.complete")
    assert kept.json()["campaignStatus"] == "complete"


async def test_an_invalid_campaign_says_what_is_wrong_as_the_reference_does(
    api: Api, sending: Sending, made: dict[str, Any]
) -> None:
    await sending.rows(
        "UPDATE campaign SET status = 'invalid', reason_code = 'template.removed',"
        " reason = 'The template is gone.', reason_at = now() WHERE id = %s",
        made["id"],
    )

    shown = (await api.get(made["selfUri"])).json()

    assert shown["errors"] == [{"error": "template.removed", "details": "The template is gone."}]
    assert shown["statusReason"]["code"] == "template.removed"
    await api.post(f"{made['selfUri']}/stop")
    assert (await api.get(made["selfUri"])).json()["campaignStatus"] == "off"


async def test_a_run_is_followed_to_its_end_and_recycled(
    api: Api, pumping: Pumping, line: Line, made: dict[str, Any]
) -> None:
    """The first of the two customers agreed; the second is not messaged, and it says why."""
    agreed, other = await contacts_of(pumping, made)
    await pumping.agree([agreed])
    await api.post(f"{made['selfUri']}/start")
    before = (await api.get(f"{made['selfUri']}/progress")).json()
    await pumping.work(await pumping.pump(line))

    progress = (await api.get(f"{made['selfUri']}/progress")).json()
    several = await api.post(f"{CAMPAIGNS}/progress", [made["id"]])
    results = (await api.get(f"{made['selfUri']}/contacts")).json()["entities"]

    assert (before["totalNumberOfContacts"], before["percentage"]) == (0, 0)
    assert progress["totalNumberOfContacts"] == 2
    assert progress["numberOfContactsSkipped"] == {"consent.required": 1}
    assert (progress["queued"], progress["remaining"], progress["percentage"]) == (1, 0, 100)
    assert [each["campaign"]["id"] for each in several.json()] == [made["id"]]
    assert [(each["contactId"], each["state"]) for each in results] == [
        ("c1", "taken"),
        ("c2", "excluded"),
    ]
    assert results[0]["deliveryStatus"] == "queued"
    assert results[1]["reason"] == "consent.required"
    changed = await api.put(
        made["selfUri"],
        made | {"contactSorts": [{"fieldName": "1"}], "version": None},
    )
    assert (changed.status, changed.json()["code"]) == (409, "campaign.running")
    await set_status(pumping.sending, made, "off")
    laid_out = await api.put(
        made["selfUri"], made | {"contactSorts": [{"fieldName": "1"}], "version": None}
    )
    assert (laid_out.status, laid_out.json()["code"]) == (409, "campaign.laid.out")

    assert (await api.delete(f"{made['selfUri']}/progress")).status == 204
    fresh = (await api.get(f"{made['selfUri']}/progress")).json()
    message = await pumping.sending.rows(
        "SELECT status, error_code FROM message WHERE campaign_id = %s", made["id"]
    )
    assert (fresh["totalNumberOfContacts"], fresh["run"], fresh["phase"]) == (0, 1, "preparing")
    assert message == [("failed", "campaign.withdrawn")]
    assert (await api.get(f"{made['selfUri']}/contacts")).json()["entities"] == []
    assert other


async def contacts_of(pumping: Pumping, campaign: dict[str, Any]) -> list[str]:
    """The addresses of a campaign's list."""
    rows = await pumping.sending.rows(
        "SELECT values[1] FROM contact WHERE list_id = %s ORDER BY position",
        campaign["contactList"]["id"],
    )
    return [each[0] for each in rows]


async def test_results_are_found_by_state_reason_status_and_person(
    api: Api, sending: Sending, pumping: Pumping, campaigns: Campaigns, line: Line
) -> None:
    numbers = phones(6)
    contacts: list[list[str | None]] = [[each, "Amina", "A-17", None] for each in numbers]
    contacts[4][0] = None
    contact_list = await campaigns.add_list("Results", contacts)
    await pumping.agree([each for each in numbers if each != numbers[5]])
    made = (await api.post(CAMPAIGNS, campaigns.body("Results", contact_list, line))).json()
    await api.post(f"{made['selfUri']}/start")
    await pumping.work(await pumping.pump(line))
    await settle(pumping, numbers[0], "failed", "meta.131053")
    await settle(pumping, numbers[1], "delivered")

    async def found(**params: Any) -> list[str]:
        ids: list[str] = []
        path, query = f"{made['selfUri']}/contacts", params | {"pageSize": 2}
        while path:
            page = (await api.get(path, params=query or None)).json()
            ids += [each["contactId"] for each in page["entities"]]
            path, query = page.get("nextUri", ""), {}
        return ids

    assert await found() == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert await found(contactState="excluded") == ["c5", "c6"]
    assert await found(reason="address.missing") == ["c5"]
    assert await found(deliveryStatus="failed") == ["c1"]
    assert await found(disposition="OUTBOUND-MESSAGE-SENT") == ["c2"]
    assert await found(disposition="OUTBOUND-MESSAGE-FAILED") == ["c1"]
    assert await found(disposition="OUTBOUND-MESSAGE-FAILED", deliveryStatus="read") == []
    assert await found(search="c3") == ["c3"]
    assert await found(search=f"+{numbers[3]}") == ["c4"]
    assert await found(search=numbers[5]) == ["c6"]
    failed = await api.get(f"{made['selfUri']}/contacts", params={"deliveryStatus": "failed"})
    entity = failed.json()["entities"][0]
    assert entity["errorCode"] == "meta.131053"
    assert entity["errorText"]
    assert (await api.get(entity["interactionUri"])).json()["wrapUpCode"] == (
        "OUTBOUND-MESSAGE-FAILED"
    )
    wrong = await api.get(f"{made['selfUri']}/contacts", params={"after": "x"})
    assert wrong.status == 400


async def test_the_interactions_of_a_campaign_are_listed_by_disposition_and_exported(
    api: Api, pumping: Pumping, line: Line, made: dict[str, Any]
) -> None:
    numbers = await contacts_of(pumping, made)
    await pumping.agree(numbers)
    await api.post(f"{made['selfUri']}/start")
    await pumping.work(await pumping.pump(line))
    await settle(pumping, numbers[0], "failed", "meta.131026")
    await settle(pumping, numbers[1], "delivered")
    ours = {"outboundCampaignId": made["id"]}

    async def found(**params: str) -> list[str]:
        page = await api.get("/api/v2/interactions", params=ours | params)
        return [each["customer"]["address"] for each in page.json()["entities"]]

    assert sorted(await found()) == sorted(numbers)
    assert await found(wrapUpCode="OUTBOUND-MESSAGE-FAILED") == [numbers[0]]
    assert await found(wrapUpCode="OUTBOUND-MESSAGE-SENT") == [numbers[1]]
    assert await found(outboundCampaignId=str(new_id())) == []
    chosen = ours | {"wrapUpCode": "OUTBOUND-MESSAGE-FAILED", "format": "csv"}
    ordered = await api.post("/api/v2/interactions/export", params=chosen)
    await run_next_export(pumping.database)
    text = (await api.get(f"{ordered.json()['selfUri']}/file")).text
    [told] = csv.DictReader(text.splitlines())
    assert (told["campaign"], told["disposition"]) == (made["name"], "OUTBOUND-MESSAGE-FAILED")


async def settle(pumping: Pumping, number: str, status: str, code: str | None = None) -> None:
    """What became of the message to this number."""
    message_id = (await pumping.sending.messages_to(number))[0]
    standing = Standing(message_id, status, provider_message_id=f"w.{number}", error_code=code)
    owner = pumping.organization.id
    async with pumping.database.transaction(owner) as connection:
        await apply_standings(
            connection, owner, [standing], answered=True, recording=Recording(timedelta(days=1))
        )


async def test_what_can_heal_is_tried_again_and_the_results_are_a_file(
    api: Api, pumping: Pumping, line: Line, made: dict[str, Any]
) -> None:
    healing, broken = await contacts_of(pumping, made)
    await pumping.agree([healing, broken])
    await api.post(f"{made['selfUri']}/start")
    pump = await pumping.pump(line)
    await pumping.work(pump)
    await settle(pumping, healing, "failed", "meta.131016")
    await settle(pumping, broken, "failed", "meta.131026")

    before = await api.get(f"{made['selfUri']}/retry")
    retried = await api.post(f"{made['selfUri']}/retry")
    after = await api.get(f"{made['selfUri']}/retry")
    await pumping.work(pump)
    await api.post(f"{made['selfUri']}/export")
    await run_next_export(pumping.database)
    file = (await api.get(f"{made['selfUri']}/export")).json()
    text = (await api.get(f"{file['uri']}/file")).text

    assert before.json() == {"contacts": 1, "more": False}
    assert retried.json()["contacts"] == before.json()["contacts"]
    assert after.json()["contacts"] == 0
    assert len(await pumping.sending.messages_to(healing)) == 2
    assert len(await pumping.sending.messages_to(broken)) == 1
    assert file["rows"] == 2
    [listed] = (await api.get(f"{made['selfUri']}/exports")).json()["entities"]
    assert (listed["state"], listed["uri"]) == ("done", f"{file['uri']}/file")
    assert f"c2,{broken},taken,,0,failed,OUTBOUND-MESSAGE-FAILED,meta.131026" in text
