"""Campaigns are made, changed and deleted; what does not fit is named (C2 to C10, C12)."""

from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.sending import Line, Sending
from tests.statements import counted
from tests.world import World
from tidings.store.ids import new_id

LIBRARIES = "/api/v2/responsemanagement/libraries"
RESPONSES = "/api/v2/responsemanagement/responses"


@pytest.fixture(scope="module")
async def usual(campaigns: Campaigns) -> Any:
    """A contact list that can be used."""
    return await campaigns.add_list("Customers")


def codes(answer: Answer) -> set[str]:
    """The codes of all that was refused, with the fields."""
    return {each["errorCode"] for each in answer.json()["details"]}


async def test_a_campaign_is_made_off_and_read_again(
    api: Api, world: World, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    only = await campaigns.add_filter(usual, "Only Amina", "Amina")
    blocked = await campaigns.add_dnc_list("Blocked")
    made = await api.post(
        CAMPAIGNS,
        campaigns.body(
            "  Autumn & winter, 50 %!  ",
            usual,
            line,
            contactListFilters=[{"id": str(only)}],
            dncLists=[{"id": str(blocked)}],
            contactSorts=[{"fieldName": "Born", "direction": "DESC"}, {"fieldName": "1"}],
            parameterMappings=[{"component": "body", "id": "2", "constant": "B-1"}],
            quietHours={"from": "21:00", "to": "08:00", "days": ["monday"]},
        ),
    )
    read = await api.get(made.json()["selfUri"])

    assert made.status == 200, made
    body = read.json()
    assert body == made.json()
    assert body["name"] == "Autumn & winter, 50 %!"
    assert body["campaignStatus"] == "off"
    assert body["division"]["id"] == str(world.nordwind.divisions["Home"])
    assert body["contactListFilters"][0]["name"] == "Only Amina"
    assert body["dncLists"][0]["name"] == "Blocked"
    assert [each["fieldName"] for each in body["contactSorts"]] == ["Born", "1"]
    assert body["parameterMappings"][0]["constant"] == "B-1"
    assert body["quietHours"]["from"] == "21:00"
    assert "statusReason" not in body
    assert None not in body.values()


async def test_a_name_is_needed_and_taken_only_once(
    api: Api, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    await api.post(CAMPAIGNS, campaigns.body("Spring", usual, line))

    nameless = await api.post(CAMPAIGNS, campaigns.body(" ", usual, line))
    taken = await api.post(CAMPAIGNS, campaigns.body("SPRING", usual, line))

    assert (nameless.status, nameless.json()["details"][0]["fieldName"]) == (400, "name")
    assert (taken.status, taken.json()["code"]) == (409, "general.conflict")


async def test_a_repeated_request_makes_one_campaign(
    api: Api, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    body = campaigns.body("Once", usual, line)

    first, second = await api.post(CAMPAIGNS, body), await api.post(CAMPAIGNS, body)

    assert first.json()["id"] == second.json()["id"]


async def test_a_campaign_is_not_created_on(
    api: Api, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    answer = await api.post(CAMPAIGNS, campaigns.body("On", usual, line, campaignStatus="on"))

    assert (answer.status, answer.json()["details"][0]["fieldName"]) == (400, "campaignStatus")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"column": "1"}, "whatsapp.column.unknown", "whatsAppConfig.whatsAppColumns"),
        ({"template": "paused"}, "template.paused", "whatsAppConfig.contentTemplate"),
        ({"template": "in_review"}, "template.pending", "whatsAppConfig.contentTemplate"),
        (
            {"contactSorts": [{"fieldName": each} for each in ("1", "2", "Born", "WhatsApp", "1")]},
            "contact.sorts.limit",
            "contactSorts",
        ),
        (
            {"contactSorts": [{"fieldName": "Nothing"}]},
            "contact.sort.column.unknown",
            "contactSorts[0].fieldName",
        ),
        (
            {"contactSorts": [{"fieldName": "1"}, {"fieldName": "1"}]},
            "contact.sort.column.repeated",
            "contactSorts[1].fieldName",
        ),
        ({"messagesPerMinute": 0}, "messages.per.minute.range", "messagesPerMinute"),
        (
            {"parameterMappings": [{"component": "body", "id": "9", "constant": "x"}]},
            "template.parameter.unknown",
            "parameterMappings[0].id",
        ),
        (
            {"parameterMappings": [{"component": "body", "id": "1", "column": "Nothing"}]},
            "contact.column.unknown",
            "parameterMappings[0].column",
        ),
        ({"quietHours": {"from": "21:00"}}, "invalid.value", "quietHours.from"),
        ({"contactListFilters": [{"id": str(new_id())}]}, "contact.list.filter.not.found", ""),
        ({"dncLists": [{"id": str(new_id())}]}, "dnc.list.not.found", "dncLists"),
        ({"callableTimeSet": {"id": "x"}}, "invalid.value", "callableTimeSet"),
        ({"smsConfig": {}}, "invalid.value", "smsConfig"),
    ],
)
async def test_what_does_not_fit_is_named_with_its_field(
    api: Api,
    campaigns: Campaigns,
    line: Line,
    usual: Any,
    changes: dict[str, Any],
    code: str,
    field: str,
) -> None:
    answer = await api.post(CAMPAIGNS, campaigns.body("Wrong", usual, line, **changes))

    assert answer.status == 400, answer
    found = answer.json()["details"]
    assert code in {each["errorCode"] for each in found}
    assert not field or field in {each["fieldName"] for each in found}


async def test_the_pace_is_at_most_what_number_and_organization_allow(
    api: Api, sending: Sending, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    slow = await sending.connect(throughput=20)

    answer = await api.post(CAMPAIGNS, campaigns.body("Fast", usual, slow, messagesPerMinute=1201))
    above = await api.post(CAMPAIGNS, campaigns.body("Fast", usual, line, messagesPerMinute=60_001))

    assert answer.json()["code"] == "messages.per.minute.range"
    assert "1200" in answer.json()["message"]
    assert "60000" in above.json()["message"]


async def test_a_list_that_cannot_be_used_says_why(
    api: Api, campaigns: Campaigns, line: Line
) -> None:
    unusable = {
        "no.whatsapp.column": await campaigns.add_list("No column", whatsapp_columns=()),
        "empty": await campaigns.add_list("Empty", ()),
        "import.running": await campaigns.add_list("Running"),
        "import.failed": await campaigns.add_list("Failed"),
    }
    await campaigns.add_import(unusable["import.running"].id, "running")
    await campaigns.add_import(unusable["import.failed"].id, "failed")

    for code, contact_list in unusable.items():
        answer = await api.post(CAMPAIGNS, campaigns.body("Unusable", contact_list, line))
        assert answer.status == 400
        assert f"contact.list.{code}" in codes(answer), answer
    always = campaigns.body("Later", unusable["empty"], line, alwaysRunning=True)
    assert (await api.post(CAMPAIGNS, always)).status == 200


async def test_filter_and_template_belong_to_list_and_number(
    api: Api, sending: Sending, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    other_list = await campaigns.add_list("Others")
    foreign = await campaigns.add_filter(other_list, "Of others", "x")
    other_line = await sending.connect()

    filtered = campaigns.body("Foreign", usual, line, contactListFilters=[{"id": str(foreign)}])
    body = campaigns.body("Foreign", usual, line)
    body["whatsAppConfig"]["contentTemplate"]["id"] = str(other_line.responses["order_update"])

    assert codes(await api.post(CAMPAIGNS, filtered)) == {"contact.list.filter.other.list"}
    assert codes(await api.post(CAMPAIGNS, body)) == {"template.other_account"}


async def test_do_not_contact_lists_that_protect_nobody_are_refused(
    api: Api, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    empty = await campaigns.add_dnc_list("Nobody", ())
    mails = await campaigns.add_dnc_list("Mails", method="Email")

    both = [{"id": str(empty)}, {"id": str(mails)}]
    answer = await api.post(CAMPAIGNS, campaigns.body("Dnc", usual, line, dncLists=both))

    assert codes(answer) == {"dnc.list.empty", "dnc.list.not.phone"}


async def test_parameters_that_nothing_fills_are_named(
    api: Api, campaigns: Campaigns, line: Line
) -> None:
    bare = await campaigns.add_list("Bare", [("4915112345678",)], columns=("WhatsApp",))

    answer = await api.post(CAMPAIGNS, campaigns.body("Bare", bare, line))

    assert codes(answer) == {"template.parameter.unmapped"}
    assert len(answer.json()["details"]) == 2


async def test_a_change_keeps_what_this_api_has_beside_the_reference(
    api: Api, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    mapping = [{"component": "body", "id": "2", "constant": "B-1"}]
    body = campaigns.body("Change", usual, line)
    made = (await api.post(CAMPAIGNS, body | {"parameterMappings": mapping})).json()

    changed = await api.put(
        made["selfUri"], body | {"messagesPerMinute": 30, "version": made["version"]}
    )
    stale = await api.put(made["selfUri"], body | {"version": made["version"]})
    cleared = await api.put(made["selfUri"], body | {"parameterMappings": []})

    assert changed.json()["messagesPerMinute"] == 30
    assert changed.json()["parameterMappings"] == mapping
    assert changed.json()["version"] == made["version"] + 1
    assert (stale.status, stale.json()["code"]) == (409, "general.conflict")
    assert cleared.json()["parameterMappings"] == []


async def test_what_became_unusable_does_not_keep_other_things_from_being_changed(
    api: Api, sending: Sending, campaigns: Campaigns
) -> None:
    line = await sending.connect()
    contact_list = await campaigns.add_list("Soon broken")
    body = campaigns.body("Soon broken", contact_list, line)
    made = (await api.post(CAMPAIGNS, body)).json()
    await sending.set_status(line, "error", ("token.expired", "The token expired."))
    await campaigns.add_import(contact_list.id, "failed")

    renamed = await api.put(made["selfUri"], body | {"name": "Broken"})

    assert (renamed.status, renamed.json()["name"]) == (200, "Broken")


async def test_other_divisions_see_and_use_nothing(
    api: Api, world: World, sending: Sending, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    made = (await api.post(CAMPAIGNS, campaigns.body("Home's", usual, line))).json()
    nils = api.as_(world.nils)
    north = {"division": {"id": str(world.nordwind.divisions["North"])}}

    used = await nils.post(CAMPAIGNS, campaigns.body("North's", usual, line, **north))
    home = await nils.post(CAMPAIGNS, campaigns.body("North's", usual, line))

    assert (await nils.get(made["selfUri"])).status == 404
    assert (await nils.delete(made["selfUri"])).status == 404
    assert (await nils.get(CAMPAIGNS)).json()["total"] == 0
    assert codes(used) == {"contact.list.not.found", "integration.not.found"}
    assert (home.status, home.json()["code"]) == (403, "missing.division.permission")
    away = await sending.connect(division="North")
    list_of_north = await campaigns.add_list("Of North", division="North")
    own = await nils.post(CAMPAIGNS, campaigns.body("North's", list_of_north, away, **north))
    assert own.status == 200, own


async def test_campaigns_are_listed_filtered_and_sorted(
    api: Api, campaigns: Campaigns, sending: Sending
) -> None:
    line = await sending.connect()
    contact_list = await campaigns.add_list("Listed")
    made = [
        (await api.post(CAMPAIGNS, campaigns.body(f"Listed {at}", contact_list, line))).json()
        for at in range(3)
    ]
    ids = ",".join(each["id"] for each in made[:2])

    async def names(**params: Any) -> list[str]:
        answer = await api.get(CAMPAIGNS, params=params)
        assert answer.status == 200, answer
        return [each["name"] for each in answer.json()["entities"]]

    assert await names(contactListId=str(contact_list.id)) == ["Listed 0", "Listed 1", "Listed 2"]
    assert await names(id=ids, sortOrder="descending") == ["Listed 1", "Listed 0"]
    assert await names(name="sted 2") == ["Listed 2"]
    assert await names(name="Listed", campaignStatus="on") == []
    assert await names(name="Listed", type="SMS") == []
    assert await names(contentTemplateId=str(line.responses["order_update"]), pageSize=2) == [
        "Listed 0",
        "Listed 1",
    ]
    refused = await api.get(CAMPAIGNS, params={"campaignStatus": "running"})
    assert refused.status == 400
    both = (await api.get("/api/v2/outbound/campaigns/all", params={"name": "Listed"})).json()
    assert {each["mediaType"] for each in both["entities"]} == {"whatsapp"}
    views = (await api.get(f"{CAMPAIGNS}/divisionviews", params={"name": "Listed"})).json()
    assert [each["name"] for each in views["entities"]] == ["Listed 0", "Listed 1", "Listed 2"]
    assert set(views["entities"][0]) == {"id", "name", "division", "selfUri"}
    assert (await api.get(views["entities"][0]["selfUri"])).json() == views["entities"][0]
    voice = await api.get("/api/v2/outbound/campaigns/all", params={"mediaType": "voice,sms"})
    assert voice.json()["total"] == 0


async def test_a_deleted_campaign_is_gone_with_its_schedule(
    api: Api, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    made = (await api.post(CAMPAIGNS, campaigns.body("Short", usual, line))).json()
    schedule = f"/api/v2/outbound/schedules/whatsappcampaigns/{made['id']}"
    window = [{"start": "2099-01-01T09:00:00", "end": "2099-01-01T17:00:00"}]
    assert (await api.put(schedule, {"intervals": window})).status == 200

    deleted = await api.delete(made["selfUri"])

    assert (deleted.status, deleted.json()["id"]) == (200, made["id"])
    assert (await api.get(made["selfUri"])).status == 404
    assert (await api.get(schedule)).status == 404


async def test_a_response_that_a_campaign_sends_stays(
    api: Api, world: World, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    """Its library stays too; who may not see the campaign is not told its name."""
    north = {"id": str(world.nordwind.divisions["North"])}
    library = (await api.post(LIBRARIES, {"name": "Of the campaign", "division": north})).json()
    template = {"whatsApp": {"name": "order_update", "language": "en_US"}}
    response = {
        "name": "Mine",
        "libraries": [{"id": library["id"]}],
        "texts": [],
        "responseType": "MessagingTemplate",
        "messagingTemplate": template,
    }
    made = (await api.post(RESPONSES, response)).json()
    body = campaigns.body("Sends mine", usual, line)
    body["whatsAppConfig"]["contentTemplate"] = {"id": made["id"]}
    campaign = (await api.post(CAMPAIGNS, body)).json()

    refused = [await api.delete(each["selfUri"]) for each in (made, library)]

    for each in refused:
        assert (each.status, each.json()["code"]) == (409, "response.in.use")
        assert '"Sends mine"' in each.json()["message"]
    unseen = await api.as_(world.nils).delete(made["selfUri"])
    assert (unseen.status, "Sends mine" in unseen.json()["message"]) == (409, False)
    assert (await api.get(made["selfUri"])).status == 200
    assert (await api.delete(campaign["selfUri"])).status == 200
    assert (await api.delete(library["selfUri"])).status == 204
    assert (await api.get(made["selfUri"])).status == 404


async def test_an_organization_has_at_most_1_000_campaigns(
    api: Api, world: World, sending: Sending, campaigns: Campaigns, line: Line, usual: Any
) -> None:
    await sending.rows(
        "INSERT INTO campaign (organization_id, id, division_id, name, list_id, whatsapp_column,"
        " integration_id, response_id, messages_per_minute)"
        " SELECT %s, gen_random_uuid(), %s, 'Many ' || n, %s, 'WhatsApp', %s, %s, 60"
        " FROM generate_series(1, 1000 - (SELECT count(*) FROM campaign WHERE organization_id = %s)"
        "::integer) n",
        world.nordwind.id,
        world.nordwind.divisions["Home"],
        usual.id,
        line.integration_id,
        line.responses["order_update"],
        world.nordwind.id,
    )

    refused = await api.post(CAMPAIGNS, campaigns.body("One more", usual, line))
    with counted() as statements:
        page = (await api.get(CAMPAIGNS, params={"pageSize": 100, "pageNumber": 10})).json()

    assert (refused.status, refused.json()["code"]) == (409, "campaign.limit")
    assert "delete old ones" in refused.json()["message"]
    assert (page["total"], len(page["entities"])) == (1_000, 100)
    assert len(statements) < 20, statements
