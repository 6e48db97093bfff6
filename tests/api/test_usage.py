"""Usage of messaging: grouped, summed, exported, and limited to the caller's divisions."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.test_messages import Scene
from tests.api_client import Api
from tests.world import World
from tidings.store.database import Database
from tidings.store.query import execute
from tidings.store.usage import fold_usage

USAGE = "/api/v2/usage/messaging"
NOTHING = {"conversations": 0, "messages": 0, "delivered": 0, "read": 0, "failed": 0, "received": 0}


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Three customers' conversations."""
    return await Scene.build(database, world)


async def test_usage_is_grouped_as_asked(api: Api, scene: Scene) -> None:
    answer = await api.get(USAGE, params={"groupBy": "integration,category"})

    rows = {
        (each["integration"]["name"], each["category"]): each for each in answer.json()["entities"]
    }
    home = rows["Home number", "utility"]
    assert (home["conversations"], home["messages"], home["delivered"]) == (2, 2, 1)
    assert rows["Home number", "service"]["received"] == 1
    assert rows["North number", "utility"]["failed"] == 1
    assert answer.json()["total"] == NOTHING | {
        "conversations": 3, "messages": 3, "delivered": 1, "failed": 1, "received": 1,
    }  # fmt: skip
    assert "null" not in answer.text


async def test_folding_the_counters_changes_no_sum(
    api: Api, database: Database, scene: Scene
) -> None:
    params = {"groupBy": "day,country"}
    before = (await api.get(USAGE, params=params)).json()
    async with database.connection() as connection:
        await execute(connection, fold_usage())

    assert (await api.get(USAGE, params=params)).json() == before
    now = datetime.now(UTC)
    lately = {f"{now - timedelta(minutes=ago):%Y-%m-%d}" for ago in (0, 10)}  # midnight may pass
    assert {each["day"] for each in before["entities"]} <= lately
    assert {each["country"] for each in before["entities"]} == {"DE"}


async def test_usage_is_exported_as_csv(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{USAGE}/export", params={"groupBy": "integration"})

    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines == [
        "integration,conversations,messages,delivered,read,failed,received",
        "Home number,2,2,1,0,0,1",
        "North number,1,1,0,0,1,0",
    ]


async def test_days_without_messages_have_no_usage(api: Api, scene: Scene) -> None:
    answer = await api.get(USAGE, params={"from": "2020-01-01", "to": "2020-01-31"})

    assert answer.json()["total"] == NOTHING


async def test_days_before_any_telephone_have_no_usage(api: Api, scene: Scene) -> None:
    answer = await api.get(USAGE, params={"from": "0001-01-01", "to": "0001-01-02"})

    assert answer.json()["total"] == NOTHING


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"from": "2024-01-01", "to": "2026-01-01"}, "from"),
        ({"groupBy": "agent"}, "groupBy"),
    ],
)
async def test_a_bad_question_is_named(
    api: Api, scene: Scene, params: dict[str, str], field: str
) -> None:
    answer = await api.get(USAGE, params=params)

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == field


async def test_usage_is_the_divisions_own(api: Api, world: World, scene: Scene) -> None:
    north = (await api.as_(world.nils).get(USAGE, params={"groupBy": "integration"})).json()

    assert [each["integration"]["name"] for each in north["entities"]] == ["North number"]
    assert (await api.as_(world.olga).get(USAGE)).json()["total"] == NOTHING
    assert (await api.as_(world.mia).get(USAGE)).status == 403
    assert (await api.as_(world.mia).get(f"{USAGE}/export")).status == 403
