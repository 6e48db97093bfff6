"""Trying campaigns out: who would get what, who not and why, what it costs, a test send (C14)."""

from typing import Any

import pytest

from tests.api_client import Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.pumping import Pumping, phones
from tests.sending import Line, Sending
from tests.world import World


async def mixed(
    api: Api, campaigns: Campaigns, pumping: Pumping, line: Line, name: str, **changes: Any
) -> tuple[dict[str, Any], list[str]]:
    """A campaign with one contact for each reason; only the first three would be messaged."""
    numbers = phones(7)
    contacts: list[list[str | None]] = [
        [numbers[0], "Berta", "A-17", "2001-05-06"],
        [numbers[1], "Anton", "A-18", "31.12.1999"],
        [numbers[2], "Clara", "A-19", None],
        [numbers[3], "Dora", None, None],
        [numbers[4], "Emil", "A-20", None],
        [numbers[5], "Frida", "A-21", None],
        [None, "Gustav", "A-22", None],
        [numbers[0], "Berta again", "A-23", None],
        [numbers[6], "Left out", "A-24", None],
    ]
    contact_list = await campaigns.add_list(name, contacts)
    blocked = await campaigns.add_dnc_list(name, [numbers[4]])
    await pumping.agree([each for each in numbers if each != numbers[5]])
    answer = await api.post(
        CAMPAIGNS,
        campaigns.body(name, contact_list, line, dncLists=[{"id": str(blocked)}], **changes),
    )
    assert answer.status == 200, answer
    return answer.json(), numbers


async def test_a_dry_run_says_the_same_as_the_run(
    api: Api, sending: Sending, campaigns: Campaigns, line: Line
) -> None:
    pumping = Pumping(sending)
    made, _ = await mixed(
        api, campaigns, pumping, line, "Dry", contactSorts=[{"fieldName": "Born"}]
    )

    dry = (await api.post(f"{made['selfUri']}/dryrun")).json()
    await api.post(f"{made['selfUri']}/start")
    await pumping.work(await pumping.pump(line))
    run = (await api.get(f"{made['selfUri']}/progress")).json()

    assert dry["canStart"] is True
    assert dry["contacts"] == 9
    assert dry["excluded"] == {
        "address.missing": 1,
        "address.repeated": 1,
        "dnc.listed": 1,
        "template.parameter.missing": 1,
    }
    assert dry["estimated"] == {"consent.required": 1}
    assert dry["excluded"] | dry["estimated"] == run["numberOfContactsSkipped"]
    assert dry["wouldSend"] == run["queued"] == 4
    assert [each["contactId"] for each in dry["first"]][:2] == ["c1", "c2"]
    assert dry["first"][0]["rendered"]["body"] == "Hello Berta, your order A-17 is on its way."
    assert {each["code"] for each in dry["warnings"]} == {"consent.required", "contact.sort.dates"}


async def test_a_dry_run_names_what_keeps_a_campaign_from_starting(
    api: Api, sending: Sending, campaigns: Campaigns
) -> None:
    line = await sending.connect()
    contact_list = await campaigns.add_list("Blocked")
    only = await campaigns.add_filter(contact_list, "Nobody", "Nobody")
    body = campaigns.body("Blocked", contact_list, line, contactListFilters=[{"id": str(only)}])
    made = (await api.post(CAMPAIGNS, body)).json()
    await sending.set_status(line, "error", ("token.expired", "The token expired."))

    dry = (await api.post(f"{made['selfUri']}/dryrun")).json()

    assert dry["canStart"] is False
    assert [each["code"] for each in dry["blocking"]] == ["integration.error"]
    assert (dry["filteredOut"], dry["wouldSend"], dry["first"]) == (1, 0, [])


async def test_contacts_are_shown_only_to_those_who_may_see_them(
    api: Api, world: World, campaigns: Campaigns, line: Line
) -> None:
    contact_list = await campaigns.add_list("Secret")
    made = (await api.post(CAMPAIGNS, campaigns.body("Secret", contact_list, line))).json()

    assert (await api.as_(world.nils).post(f"{made['selfUri']}/dryrun")).status == 404
    assert (await api.as_(world.olga).post(f"{made['selfUri']}/testsend")).status in (400, 404)


async def test_a_test_send_is_a_message_but_no_contact_of_the_campaign(
    api: Api, sending: Sending, campaigns: Campaigns, line: Line
) -> None:
    contact_list = await campaigns.add_list("Test")
    made = (await api.post(CAMPAIGNS, campaigns.body("Test", contact_list, line))).json()
    (agreed, stranger) = phones(2)
    await Pumping(sending).agree([agreed])

    sent = await api.post(
        f"{made['selfUri']}/testsend", {"addresses": [f"+{agreed}", stranger], "contactId": "c1"}
    )
    wrong = await api.post(f"{made['selfUri']}/testsend", {"addresses": ["12"]})
    nobody = await api.post(
        f"{made['selfUri']}/testsend", {"addresses": [agreed], "contactId": "c9"}
    )

    assert [each["sent"] for each in sent.json()] == [True, False]
    assert sent.json()[1]["refusals"][0]["code"] == "consent.required"
    shown = (await api.get(sent.json()[0]["interactionUri"])).json()
    assert shown["messages"][0]["text"] == "Hello Amina, your order A-17 is on its way."
    assert "campaign" not in shown
    progress = (await api.get(f"{made['selfUri']}/progress")).json()
    assert (progress["totalNumberOfContacts"], progress["queued"]) == (0, 0)
    assert (wrong.status, wrong.json()["details"][0]["fieldName"]) == (400, "addresses[0]")
    assert nobody.status == 404


async def test_a_forecast_counts_by_country_and_price(
    api: Api, sending: Sending, campaigns: Campaigns, line: Line
) -> None:
    contacts = [
        (number, "Amina", "A-17", None)
        for number in ("4915112345671", "4915112345672", "4531123456", "15550100001")
    ]
    contact_list = await campaigns.add_list("Abroad", contacts)
    made = (await api.post(CAMPAIGNS, campaigns.body("Abroad", contact_list, line))).json()
    prices = [
        {"country": "DE", "category": "utility", "price": "0.05"},
        {"country": "DK", "category": "utility", "price": "0.03"},
        {"country": "DE", "category": "marketing", "price": "0.11"},
    ]
    settings = await api.patch("/api/v2/outbound/settings", {"prices": prices})
    assert settings.status < 300, settings

    forecast = (await api.post(f"{made['selfUri']}/forecast")).json()

    assert forecast["category"] == "utility"
    assert forecast["contacts"] == 4
    assert forecast["cost"] == pytest.approx(0.13)
    assert forecast["unpriced"] == 1
    assert forecast["countries"][0] == {
        "country": "DE",
        "contacts": 2,
        "price": 0.05,
        "cost": pytest.approx(0.1),
    }


async def test_a_trial_that_takes_too_long_is_given_up_with_words(
    api: Api,
    sending: Sending,
    campaigns: Campaigns,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, _ = await mixed(api, campaigns, Pumping(sending), line, "Too large")
    monkeypatch.setattr("tidings.actions.campaign_trial.LONGEST_SECONDS", 0.05)
    monkeypatch.setattr("tidings.actions.campaign_forecast.LONGEST_SECONDS", 0.05)
    monkeypatch.setattr("tidings.api.v2.contact_search.LONGEST_SEARCH_MS", 50)
    contacts = f"/api/v2/outbound/contactlists/{made['contactList']['id']}/contacts"

    async with sending.database.transaction() as connection:
        await connection.execute("LOCK TABLE contact IN ACCESS EXCLUSIVE MODE")
        answers = [
            await api.post(f"{made['selfUri']}/dryrun"),
            await api.post(f"{made['selfUri']}/forecast"),
            await api.post(f"{contacts}/search", {}),
        ]

    for answer in answers:
        assert answer.status == 503, answer
        assert answer.json()["code"] == "query.timed.out"
        assert "Narrow" in answer.json()["message"]
