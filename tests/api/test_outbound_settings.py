"""Outbound settings and events: what holds for all campaigns, and what happened to them."""

from typing import Any
from uuid import UUID

from tests.api_client import Api
from tests.world import World
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.outbound_events import (
    Category,
    Level,
    OutboundEvent,
    insert_outbound_events,
)
from tidings.store.query import execute

SETTINGS = "/api/v2/outbound/settings"
EVENTS = "/api/v2/outbound/events"


async def test_settings_have_defaults_and_keep_what_is_not_sent(api: Api) -> None:
    defaults = (await api.get(SETTINGS)).json()
    prices = [{"country": "de", "category": "marketing", "price": 0.1131}]
    quiet = {"from": "21:00", "to": "08:00", "days": ["monday"], "timeZone": "Europe/Berlin"}

    changed = await api.patch(SETTINGS, {"prices": prices, "quietHours": quiet, "version": 1})
    again = await api.patch(SETTINGS, {"maxMessagesPerMinute": 1200, "maxCallsPerAgent": 5})
    stale = await api.patch(SETTINGS, {"priceCurrency": "USD", "version": 1})

    assert (defaults["maxMessagesPerMinute"], defaults["version"]) == (60_000, 1)
    assert defaults["prices"] == []
    assert changed.json()["version"] == 2
    assert changed.json()["prices"] == [{"country": "DE", "category": "marketing", "price": 0.1131}]
    assert again.json()["quietHours"] == quiet
    assert (again.json()["maxMessagesPerMinute"], again.json()["version"]) == (1200, 3)
    assert stale.status == 409
    assert (await api.get(SETTINGS)).json() == again.json()
    cleared = await api.patch(SETTINGS, {"quietHours": None, "prices": []})
    assert "quietHours" not in cleared.json()


async def test_settings_that_make_no_sense_are_refused_at_their_field(api: Api) -> None:
    price = {"country": "DE", "category": "marketing", "price": 0.1}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"maxMessagesPerMinute": 0}, "maxMessagesPerMinute"),
        ({"priceCurrency": "Euro"}, "priceCurrency"),
        ({"timeZone": "Mars"}, "timeZone"),
        ({"quietHours": {"from": "25:00", "to": "08:00"}}, "quietHours.from"),
        ({"prices": [price | {"country": "Germany"}]}, "prices[0].country"),
        ({"prices": [price | {"category": "spam"}]}, "prices[0].category"),
        ({"prices": [price | {"price": -1}]}, "prices[0].price"),
        ({"prices": [price, price]}, "prices[1]"),
    ]
    for wrong, field in cases:
        answer = await api.patch(SETTINGS, wrong)
        assert answer.status == 400, (wrong, answer)
        assert answer.json()["details"][0]["fieldName"] == field, (wrong, answer)


def event(code: str, entity_id: UUID, **more: Any) -> OutboundEvent:
    defaults: dict[str, Any] = {
        "level": Level.INFO,
        "category": Category.MESSAGING_CAMPAIGN,
        "message": "It was started.",
        "entity_type": "campaign",
        "entity_name": "Spring",
    }
    return OutboundEvent(code=code, entity_id=entity_id, **defaults | more)


async def test_events_are_listed_newest_first_by_level_category_and_thing(
    api: Api, database: Database, world: World
) -> None:
    campaign, listed = new_id(), new_id()
    home, north = (world.nordwind.divisions[each] for each in ("Home", "North"))
    problem = {"level": Level.ERROR, "category": Category.IMPORT_ERROR, "entity_type": "dncList"}
    events = [
        event("CAMPAIGN_STARTED", campaign, division_id=home, actor="Ada"),
        event("IMPORT_INVALID_DATA", listed, division_id=north, **problem),
        event("CAMPAIGN_STOPPED", campaign, division_id=home),
    ]
    async with database.transaction() as connection:
        await execute(connection, insert_outbound_events(world.nordwind.id, events))

    async def codes(client: Api = api, **params: Any) -> list[str]:
        answer = (await client.get(EVENTS, params=params)).json()
        return [each["eventMessage"]["code"] for each in answer["entities"]]

    everything = (await api.get(EVENTS)).json()
    newest, oldest = everything["entities"][0], everything["entities"][2]
    assert everything["total"] == 3
    assert await codes() == ["CAMPAIGN_STOPPED", "IMPORT_INVALID_DATA", "CAMPAIGN_STARTED"]
    assert oldest["actor"] == "Ada"
    assert newest["errorEntity"]["selfUri"].endswith(f"messagingcampaigns/{campaign}")
    assert await codes(level="ERROR") == ["IMPORT_INVALID_DATA"]
    assert await codes(category="MESSAGING_CAMPAIGN", pageSize=1) == ["CAMPAIGN_STOPPED"]
    assert await codes(entityId=str(listed)) == ["IMPORT_INVALID_DATA"]
    assert await codes(before=newest["id"], pageSize=1) == ["IMPORT_INVALID_DATA"]
    assert await codes(api.as_(world.nils)) == ["IMPORT_INVALID_DATA"]
    assert await codes(api.as_(world.olga)) == []
    assert (await api.get(newest["selfUri"])).json() == newest
    assert (await api.as_(world.nils).get(newest["selfUri"])).status == 404
    assert (await api.get(EVENTS, params={"pageNumber": 1000, "pageSize": 100})).status == 400
