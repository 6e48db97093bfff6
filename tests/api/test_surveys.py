"""Results of surveys: listed, narrowed, summed up, and seen by those who may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.routing import Desk
from tests.sending import Sending
from tests.world import World
from tidings.store.ids import new_id
from tidings.store.query import execute
from tidings.store.surveys import NewSurvey, SurveyChange, change_surveys, insert_surveys

SURVEYS = "/api/v2/routing/surveys"


class Results:
    """Surveys of two workstreams, as conversations would have left them."""

    def __init__(self, desk: Desk, world: World) -> None:
        self.desk = desk
        self.world = world
        self.shop, self.care = new_id(), new_id()

    async def add(
        self, stream_id: UUID, rating: int | None, comment: str | None = None, **changes: Any
    ) -> UUID:
        """One survey: answered with this, or not at all."""
        conversation_id, survey_id = await self.desk.conversation(), new_id()
        new = NewSurvey(
            conversation_id=conversation_id,
            id=survey_id,
            workstream_id=stream_id,
            integration_id=new_id(),
            customer_id=new_id(),
            agent_id=changes.get("agent_id"),
            queue_id=changes.get("queue_id"),
            expiry_hours=1,
        )
        state = "asked" if rating is None else "rated" if comment is None else "done"
        change = SurveyChange(
            id=survey_id,
            conversation_id=conversation_id,
            state=state,
            rating=rating,
            comment=comment,
        )
        organization_id = self.desk.organization_id
        async with self.desk.database.transaction() as connection:
            await execute(connection, insert_surveys(organization_id, [new]))
            await execute(connection, change_surveys(organization_id, [change]))
        return survey_id

    async def name(self, stream_id: UUID, name: str) -> None:
        """Give one of the workstreams its row."""
        async with self.desk.database.transaction() as connection:
            await connection.execute(
                "INSERT INTO workstream (organization_id, id, division_id, name)"
                " VALUES (%s, %s, %s, %s)",
                (
                    self.desk.organization_id,
                    stream_id,
                    self.world.nordwind.divisions["Home"],
                    name,
                ),
            )


@pytest.fixture(scope="module")
async def results(sending: Sending, world: World) -> Results:
    found = Results(Desk(sending.database, world), world)
    await found.name(found.shop, "Shop")
    await found.name(found.care, "Care")
    queue_id = await found.desk.queue(name="Surveyed")
    await found.add(found.shop, 5, "Great.", agent_id=world.sven.id, queue_id=queue_id)
    await found.add(found.shop, 2, agent_id=world.mia.id, queue_id=queue_id)
    await found.add(found.shop, None, agent_id=world.mia.id)
    await found.add(found.care, 4, agent_id=world.sven.id)
    return found


async def test_surveys_are_listed_newest_first_with_what_they_are_about(
    api: Api, results: Results
) -> None:
    first = (await api.get(SURVEYS, params={"pageSize": "3"})).json()
    rest = (await api.get(first["nextUri"])).json()

    found = first["entities"] + rest["entities"]
    assert [each.get("rating") for each in found] == [4, None, 2, 5]
    assert "nextUri" not in rest
    last = found[-1]
    assert (last["workstream"]["name"], last["agent"]["name"]) == ("Shop", "Sven")
    assert (last["queue"]["name"], last["comment"], last["state"]) == ("Surveyed", "Great.", "done")
    assert "dateAnswered" in last
    assert not {"queue", "comment"} & found[0].keys()


@pytest.mark.parametrize(
    ("narrowed", "ratings"),
    [
        ({"state": "asked"}, [None]),
        ({"rating": "4"}, [4]),
        ({"state": "done"}, [5]),
        ({"from": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
          "to": (datetime.now(UTC) + timedelta(days=2)).isoformat()}, []),
    ],
)  # fmt: skip
async def test_surveys_are_narrowed(
    api: Api, results: Results, narrowed: dict[str, str], ratings: list[int | None]
) -> None:
    found = (await api.get(SURVEYS, params=narrowed)).json()["entities"]

    assert [each.get("rating") for each in found] == ratings


async def test_surveys_are_narrowed_by_workstream_and_agent(api: Api, results: Results) -> None:
    params = {"workstreamId": str(results.shop), "agentId": str(results.world.mia.id)}

    found = (await api.get(SURVEYS, params=params)).json()["entities"]

    assert [each.get("rating") for each in found] == [None, 2]


async def test_they_are_summed_up_by_workstream_and_agent(api: Api, results: Results) -> None:
    by_stream = (await api.get(f"{SURVEYS}/aggregates")).json()
    by_agent = (await api.get(f"{SURVEYS}/aggregates", params={"groupBy": "agent"})).json()

    shop = by_stream["groups"][0]
    assert shop == {
        "group": {"id": str(results.shop), "name": "Shop"},
        "asked": 3,
        "answered": 2,
        "commented": 1,
        "averageRating": 3.5,
        "ratings": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1},
    }
    averages = {each["group"]["name"]: each["averageRating"] for each in by_agent["groups"]}
    assert averages == {"Sven": 4.5, "Mia": 2.0}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from": "2026-01-01", "to": "2026-12-31"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-31"}, "from"),
        ({"to": "later"}, "to"),
    ],
)
async def test_a_span_that_does_not_fit_is_refused(
    api: Api, results: Results, wrong: dict[str, str], field: str
) -> None:
    for path in (SURVEYS, f"{SURVEYS}/aggregates"):
        answer = await api.get(path, params=wrong)
        assert (answer.status, answer.json()["details"][0]["fieldName"]) == (400, field)


async def test_other_divisions_and_organizations_see_none_of_them(
    api: Api, world: World, results: Results
) -> None:
    for who in (world.nils, world.olga):
        assert (await api.as_(who).get(SURVEYS)).json()["entities"] == []
        assert (await api.as_(who).get(f"{SURVEYS}/aggregates")).json()["groups"] == []
    assert len((await api.as_(world.sven).get(SURVEYS)).json()["entities"]) == 4
