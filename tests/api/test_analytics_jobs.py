"""Analytics' detail jobs: asked for, made by the worker in steps, read by cursor, then gone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.test_analytics import interval, where
from tests.api.test_messages import Scene
from tests.api_client import Api
from tests.world import World
from tidings.actions import detail_jobs as actions
from tidings.engine import detail_jobs as engine
from tidings.engine.detail_jobs import step_detail_jobs
from tidings.store.database import Database
from tidings.store.detail_jobs import delete_expired_detail_jobs, delete_expired_results
from tidings.store.query import execute

JOBS = "/api/v2/analytics/conversations/details/jobs"


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Three customers' conversations."""
    return await Scene.build(database, world)


async def ordered(api: Api, **body: Any) -> str:
    key = {"Idempotency-Key": str(uuid4())}
    answer = await api.post(JOBS, {"interval": interval(), **body}, headers=key)
    assert answer.status == 202, answer
    return f"{JOBS}/{answer.json()['jobId']}"


async def made(api: Api, database: Database, **body: Any) -> str:
    job = await ordered(api, **body)
    while await step_detail_jobs(database):
        pass
    assert (await api.get(job)).json()["state"] == "FULFILLED"
    return job


async def read(api: Api, job: str, **params: Any) -> tuple[list[str], str | None]:
    answer = await api.get(f"{job}/results", params=params)
    assert answer.status == 200, answer
    found = [each["conversationId"] for each in answer.json()["conversations"]]
    return found, answer.json().get("cursor")


async def test_a_job_is_queued_made_and_read_by_cursor_in_the_order_asked_for(
    api: Api, database: Database, scene: Scene
) -> None:
    job = await ordered(api, order="desc")
    before = (await api.get(job)).json()
    early = await api.get(f"{job}/results")
    while await step_detail_jobs(database):
        pass
    after = (await api.get(job)).json()

    first, cursor = await read(api, job, pageSize=2)
    rest, end = await read(api, job, pageSize=2, cursor=cursor)

    assert before["state"] == "QUEUED"
    assert (early.status, early.json()["code"]) == (409, "job.not.ready")
    assert after["state"] == "FULFILLED"
    assert after["submissionDate"] <= after["completionDate"] < after["expirationDate"]
    ids = [str(each.conversation_id) for each in (scene.celia, scene.bruno, scene.amina)]
    assert (first, rest) == (ids[:2], ids[2:])
    assert (cursor is None, end) == (False, None)


async def test_a_job_that_is_resumed_after_each_step_finds_each_conversation_once(
    api: Api, database: Database, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FOUND_AT_A_TIME", 1)
    job = await ordered(api)

    assert await step_detail_jobs(database)
    assert (await api.get(job)).json()["state"] == "PENDING"
    while await step_detail_jobs(database):
        pass

    found, _ = await read(api, job)
    scenes = (scene.amina, scene.bruno, scene.celia)
    assert found == [str(each.conversation_id) for each in scenes]


async def test_filters_and_limits_hold_as_in_queries(
    api: Api, database: Database, scene: Scene
) -> None:
    failed = await made(api, database, segmentFilters=[where(deliveryStatus="Failed")])
    one = await made(api, database, limit=1)

    assert (await read(api, failed))[0] == [str(scene.celia.conversation_id)]
    assert (await read(api, one))[0] == [str(scene.amina.conversation_id)]


async def test_a_job_holds_what_its_owner_may_see_and_is_nobody_elses(
    api: Api, world: World, database: Database, scene: Scene
) -> None:
    nils = api.as_(world.nils)
    job = await made(nils, database)

    assert (await read(nils, job))[0] == [str(scene.celia.conversation_id)]
    for other in (api, api.as_(world.olga)):
        for answer in (await other.get(job), await other.get(f"{job}/results")):
            assert answer.status == 404
        assert (await other.delete(job)).status == 404


async def test_more_than_may_be_kept_fails_the_job_and_says_why(
    api: Api, database: Database, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_FOUND", 2)
    job = await ordered(api)

    while await step_detail_jobs(database):
        pass

    status = (await api.get(job)).json()
    assert status["state"] == "FAILED"
    assert "shorter intervals" in status["errorMessage"]
    assert (await api.get(f"{job}/results")).json()["code"] == "job.failed"


async def test_a_deleted_job_is_gone_at_once_and_its_rows_follow(
    api: Api, database: Database, scene: Scene
) -> None:
    job = await made(api, database)
    waiting = await ordered(api)

    assert [(await api.delete(each)).status for each in (job, waiting)] == [204, 204]

    assert [(await api.get(each)).status for each in (job, waiting)] == [404, 404]
    assert not await step_detail_jobs(database)
    now = datetime.now(UTC)
    async with database.connection() as connection:
        assert await execute(connection, delete_expired_results(now, 2)) == 2
        assert await execute(connection, delete_expired_detail_jobs(now, 10)) == 1
        assert await execute(connection, delete_expired_results(now, 2)) == 1
        assert await execute(connection, delete_expired_detail_jobs(now, 10)) == 1


async def test_what_expired_says_so_until_it_is_dropped(
    api: Api, database: Database, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "GOOD_FOR", timedelta(milliseconds=1))
    job = await ordered(api)

    assert (await api.get(job)).json()["state"] == "EXPIRED"
    assert (await api.get(f"{job}/results")).json()["code"] == "job.expired"


async def test_an_organization_has_only_so_many_jobs_at_work(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_UNFINISHED", 1)
    job = await ordered(api, limit=7)

    refused = await api.post(JOBS, {"interval": interval(), "limit": 8})

    assert (refused.status, refused.json()["code"]) == (429, "job.limit")
    await api.delete(job)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"startOfDayIntervalMatching": True}, "startOfDayIntervalMatching"),
        ({"interval": "yesterday"}, "interval"),
        ({"segmentFilters": [where(mood="good")]}, "segmentFilters.predicates.dimension"),
    ],
)
async def test_what_is_not_understood_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = await api.post(JOBS, {"interval": interval(), **body})

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == field


async def test_a_cursor_is_one_that_was_given(api: Api, database: Database, scene: Scene) -> None:
    job = await made(api, database)

    odd = await api.get(f"{job}/results", params={"cursor": "-1"})

    assert odd.json()["details"][0]["fieldName"] == "cursor"


async def test_everything_up_to_now_is_available(api: Api) -> None:
    told = (await api.get(f"{JOBS}/availability")).json()["dataAvailabilityDate"]

    assert datetime.now(UTC) - datetime.fromisoformat(told) < timedelta(minutes=1)
