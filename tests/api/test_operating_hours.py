"""Operating hours: a week, its holidays, and what they say of a moment."""

from typing import Any

import pytest

from tests.api.test_skills import made, names
from tests.api_client import Api
from tests.world import World

HOURS = "/api/v2/routing/operatinghours"
MONDAY = {"day": "monday", "from": "09:00", "to": "17:00"}
CHRISTMAS = {"date": "2026-12-25", "name": "Christmas"}


async def test_hours_are_created_changed_and_deleted(api: Api, world: World) -> None:
    hours = await made(
        api, HOURS, name=" Office ", timeZone="Europe/Berlin", week=[MONDAY], holidays=[CHRISTMAS]
    )

    assert (hours["name"], hours["version"]) == ("Office", 1)
    assert (hours["week"], hours["holidays"]) == ([MONDAY], [CHRISTMAS])
    changed = (await api.put(hours["selfUri"], {"holidays": [], "version": 1})).json()
    assert (changed["week"], changed["holidays"], changed["version"]) == ([MONDAY], [], 2)
    assert (await api.get(hours["selfUri"])).json() == changed
    stale = await api.put(hours["selfUri"], {"name": "Shop", "version": 1})
    assert (stale.status, stale.json()["messageParams"]["currentVersion"]) == (409, "2")
    assert (await api.post(HOURS, {"name": "OFFICE"})).status == 409
    other = await made(api, HOURS, name="Shop")
    assert (await api.put(other["selfUri"], {"name": "office"})).status == 409
    assert names(await api.get(HOURS, params={"name": "off"})) == ["Office"]
    assert (await api.delete(hours["selfUri"])).status == 204
    assert (await api.get(hours["selfUri"])).status == 404


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T08:00:00Z", {"state": "open", "dateChanges": "2026-11-23T16:00:00.000Z"}),
        ("2026-11-24T08:00:00Z", {"state": "closed", "dateChanges": "2026-11-30T08:00:00.000Z"}),
        ("2026-12-25T09:00:00+01:00", {"state": "holiday", "holiday": "Christmas"}),
    ],
)
async def test_they_say_what_a_moment_is(
    api: Api, world: World, at: str, expected: dict[str, str]
) -> None:
    hours = await made(
        api, HOURS, name=f"At {at}", timeZone="Europe/Berlin", week=[MONDAY], holidays=[CHRISTMAS]
    )

    found = await api.get(f"{hours['selfUri']}/evaluate", params={"at": at})

    assert expected.items() <= found.json().items()


async def test_without_open_times_it_is_open_now(api: Api, world: World) -> None:
    hours = await made(api, HOURS, name="Always")

    found = (await api.get(f"{hours['selfUri']}/evaluate")).json()

    assert found["state"] == "open"
    assert "dateChanges" not in found


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"timeZone": "Mars"}, ["timeZone"]),
        (
            {"week": [{**MONDAY, "day": "Mon", "to": "5pm"}], "holidays": [{"date": "12-25"}]},
            ["week[0].day", "week[0].to", "holidays[0].date"],
        ),
        ({"holidays": [{**CHRISTMAS, "from": "10:00"}]}, ["holidays[0].from"]),
    ],
)
async def test_all_that_does_not_fit_is_named(
    api: Api, world: World, wrong: dict[str, Any], fields: list[str]
) -> None:
    answer = await api.post(HOURS, {"name": "Never there", **wrong})

    assert answer.status == 400
    assert [each["fieldName"] for each in answer.json()["details"]] == fields
    assert names(await api.get(HOURS, params={"name": "Never there"})) == []


async def test_a_moment_out_of_reach_is_refused(api: Api, world: World) -> None:
    hours = await made(api, HOURS, name="Bounded")

    for at in ("9999-12-31T00:00:00Z", "soon"):
        answer = await api.get(f"{hours['selfUri']}/evaluate", params={"at": at})
        assert (answer.status, answer.json()["details"][0]["fieldName"]) == (400, "at")


async def test_a_supervisor_sees_hours_and_changes_none(api: Api, world: World) -> None:
    hours = await made(api, HOURS, name="Seen")
    sven = api.as_(world.sven)

    assert (await sven.get(hours["selfUri"])).status == 200
    assert (await sven.put(hours["selfUri"], {"name": "Mine"})).status == 403
    assert (await api.as_(world.olga).get(hours["selfUri"])).status == 404
