"""Analytics' aggregates: conversations, messages and failures by group and step of time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.test_analytics import interval
from tests.api.test_messages import Scene
from tests.api_client import Answer, Api
from tests.world import World
from tidings.store.database import Database

QUERY = "/api/v2/analytics/conversations/aggregates/query"


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Three customers' conversations, one of them with a failed message."""
    return await Scene.build(database, world)


async def query(api: Api, **body: Any) -> Answer:
    return await api.post(QUERY, {"interval": interval(), **body})


def counts(group: dict[str, Any]) -> dict[str, int]:
    """Each metric's count over all steps, and the sum of messages."""
    found: dict[str, int] = {}
    for step in group["data"]:
        for each in step["metrics"]:
            stats = each["stats"]
            found[each["metric"]] = found.get(each["metric"], 0) + stats.get("sum", stats["count"])
    return found


async def test_everything_of_an_interval_is_counted_together(api: Api, scene: Scene) -> None:
    answer = await query(api)

    assert answer.status == 200, answer
    (group,) = answer.json()["results"]
    assert group["group"] == {"mediaType": "message"}
    assert len(group["data"]) == 1
    details = await api.post(
        "/api/v2/analytics/conversations/details/query", {"interval": interval()}
    )
    conversations = details.json()["conversations"]
    assert counts(group)["nConversations"] == len(conversations) == 3
    outbound = [each for each in conversations if each["originatingDirection"] == "outbound"]
    assert counts(group)["nOutbound"] == len(outbound)
    assert counts(group)["nError"] == 1
    assert counts(group)["oMessageCount"] >= 4


async def test_groups_and_filters_divide_what_is_counted(
    api: Api, world: World, scene: Scene
) -> None:
    home = str(world.nordwind.divisions["Home"])
    only = {"dimension": "originatingDirection", "value": "outbound"}
    answer = await query(
        api,
        groupBy=["divisionId", "originatingDirection"],
        metrics=["nConversations"],
        filter={"type": "and", "predicates": [only]},
    )
    none = await query(
        api, filter={"type": "and", "predicates": [{"dimension": "divisionId", "value": "x"}]}
    )

    assert {each["group"]["originatingDirection"] for each in answer.json()["results"]} == {
        "outbound"
    }
    assert answer.json()["results"][0]["group"]["divisionId"] == home
    assert set(counts(answer.json()["results"][0])) == {"nConversations"}
    assert none.json()["results"] == []


async def test_steps_begin_with_the_interval(api: Api, scene: Scene) -> None:
    asked = interval()
    answer = await query(api, interval=asked, granularity="PT30M", metrics=["nConversations"])

    (group,) = answer.json()["results"]
    start = datetime.fromisoformat(asked.split("/")[0])
    for step in group["data"]:
        first, last = (datetime.fromisoformat(each) for each in step["interval"].split("/"))
        assert last - first == timedelta(minutes=30)
        assert (first - start) % timedelta(minutes=30) == timedelta(0)
    assert counts(group)["nConversations"] == 3


async def test_other_organizations_and_times_count_nothing(
    api: Api, world: World, scene: Scene
) -> None:
    elsewhere = await query(api.as_(world.olga))
    earlier = await query(api, interval="2020-01-01T00:00:00Z/2020-02-01T00:00:00Z")
    forbidden = await query(api.as_(world.mia))

    assert elsewhere.json()["results"] == earlier.json()["results"] == []
    assert forbidden.status == 403


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("interval", {"interval": "yesterday"}),
        ("interval", {"interval": "0001-01-01T00:00Z/2026-01-01T00:00Z"}),
        ("interval", {"interval": "2026-01-01T00:00Z/9999-12-31T23:59Z"}),
        ("granularity", {"granularity": "P1M"}),
        ("granularity", {"granularity": "P9999WT1H"}),
        ("granularity", {"granularity": "PT1S"}),
        ("granularity", {"granularity": "P"}),
        ("granularity", {"interval": "2020-01-01T00:00Z/2024-01-01T00:00Z", "granularity": "PT1H"}),
        ("groupBy", {"groupBy": ["queueId"]}),
        ("metrics", {"metrics": ["tTalk"]}),
        ("views", {"views": [{"name": "x"}]}),
        ("filter.predicates.dimension", {"filter": {"predicates": [{"dimension": "ani"}]}}),
    ],
)
async def test_what_is_not_understood_is_named(api: Api, field: str, body: dict[str, Any]) -> None:
    answer = await query(api, **body)

    assert answer.status == 400, answer
    assert answer.json()["details"][0]["fieldName"] == field
