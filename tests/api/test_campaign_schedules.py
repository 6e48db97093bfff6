"""Campaigns start and stop by their schedules; a start that is refused says why (C14)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api_client import Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.sending import Line, Sending
from tests.world import World
from tidings.engine.campaign_schedules import run_one

SCHEDULES = "/api/v2/outbound/schedules/whatsappcampaigns"
LATER = [{"start": "2099-01-01T09:00:00", "end": "2099-01-01T17:00:00"}]


@pytest.fixture
async def made(
    api: Api, sending: Sending, line: Line, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """A campaign, off."""
    campaigns, name = Campaigns(sending), request.node.name
    answer = await api.post(CAMPAIGNS, campaigns.body(name, await campaigns.add_list(name), line))
    assert answer.status == 200, answer
    campaign: dict[str, Any] = answer.json()
    return campaign


def around_now() -> list[dict[str, str]]:
    """A window that has begun and goes on."""
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    return [{"start": (now - hour).isoformat(), "end": (now + hour).isoformat()}]


async def pass_time(sending: Sending, campaign: dict[str, Any]) -> None:
    """What is due next is due now."""
    await sending.rows(
        "UPDATE campaign_schedule SET next_at = now() - interval '1 second' WHERE campaign_id = %s",
        campaign["id"],
    )


async def status(api: Api, campaign: dict[str, Any]) -> str:
    """The campaign's status."""
    return str((await api.get(campaign["selfUri"])).json()["campaignStatus"])


async def test_a_schedule_is_set_read_changed_and_deleted(
    api: Api, world: World, made: dict[str, Any]
) -> None:
    path = f"{SCHEDULES}/{made['id']}"
    weekly = {
        "start": "2098-03-03T09:00:00",
        "end": "2098-03-03T17:00:00",
        "pattern": {"type": "Weekly", "interval": 1, "daysOfWeek": ["Monday"]},
        "range": {"type": "NoEnd"},
    }

    new = await api.put(path, {"intervals": LATER, "timeZone": "Europe/Berlin"})
    changed = await api.put(path, {"intervals": LATER, "recurrences": [weekly], "version": 1})
    stale = await api.put(path, {"intervals": LATER, "version": 1})
    listed = (await api.get(SCHEDULES)).json()

    assert new.json()["next"] == {"action": "start", "at": "2099-01-01T09:00:00.000Z"}
    assert new.json()["whatsAppCampaign"]["id"] == made["id"]
    assert changed.json()["version"] == 2
    assert changed.json()["recurrences"] == [weekly]
    assert (stale.status, stale.json()["code"]) == (409, "general.conflict")
    assert (await api.get(path)).json() == changed.json()
    assert made["id"] in [each["id"] for each in listed["entities"]]
    assert (await api.as_(world.nils).get(path)).status == 404
    assert (await api.delete(path)).status == 204
    assert (await api.get(path)).status == 404


async def test_the_schedule_of_one_campaign_is_asked_for_whether_it_has_one_or_not(
    api: Api, made: dict[str, Any]
) -> None:
    wanted = {"campaignId": made["id"]}
    assert (await api.get(SCHEDULES, params=wanted)).json()["entities"] == []

    await api.put(f"{SCHEDULES}/{made['id']}", {"intervals": LATER})

    found = (await api.get(SCHEDULES, params=wanted)).json()
    assert [each["id"] for each in found["entities"]] == [made["id"]]
    assert found["total"] == 1


async def test_what_has_no_time_left_or_no_zone_is_refused(api: Api, made: dict[str, Any]) -> None:
    path = f"{SCHEDULES}/{made['id']}"
    past = [{"start": "2020-01-01T09:00:00", "end": "2020-01-01T17:00:00"}]

    assert (await api.put(path, {"intervals": past})).status == 400
    nowhere = await api.put(path, {"intervals": LATER, "timeZone": "Nowhere"})
    assert nowhere.json()["details"][0]["fieldName"] == "timeZone"


async def test_a_campaign_starts_and_stops_when_it_is_due(
    api: Api, sending: Sending, made: dict[str, Any]
) -> None:
    await api.put(f"{SCHEDULES}/{made['id']}", {"intervals": around_now()})

    await run_one(sending.database)
    started = await status(api, made)
    after_start = (await api.get(f"{SCHEDULES}/{made['id']}")).json()
    await pass_time(sending, made)
    await run_one(sending.database)

    assert started == "on"
    assert after_start["next"]["action"] == "stop"
    assert await status(api, made) == "stopping"
    assert await run_one(sending.database) is False


async def test_a_start_that_is_refused_is_an_event_that_says_why(
    api: Api, sending: Sending, line: Line, made: dict[str, Any]
) -> None:
    await Campaigns(sending).add_import(made["contactList"]["id"], "failed")
    await api.put(f"{SCHEDULES}/{made['id']}", {"intervals": around_now()})

    await run_one(sending.database)
    timeline = (await api.get(f"{made['selfUri']}/timeline")).json()

    assert await status(api, made) == "off"
    assert timeline["events"][0]["code"] == "contact.list.import.failed"
    assert timeline["events"][0]["level"] == "ERROR"


async def test_a_window_that_passed_while_nobody_worked_is_told_and_skipped(
    api: Api, sending: Sending, made: dict[str, Any]
) -> None:
    await api.put(f"{SCHEDULES}/{made['id']}", {"intervals": LATER})
    await pass_time(sending, made)

    await run_one(sending.database)
    timeline = (await api.get(f"{made['selfUri']}/timeline")).json()

    assert await status(api, made) == "off"
    assert timeline["events"][0]["code"] == "schedule.missed"
