"""Analytics' detail queries: intervals, filters with clauses, order and pages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.test_messages import AMINA, BRUNO, CELIA, Scene
from tests.api_client import Answer, Api
from tests.world import World
from tidings.store.database import Database

QUERY = "/api/v2/analytics/conversations/details/query"
DETAILS = "/api/v2/analytics/conversations"


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Three customers' conversations."""
    return await Scene.build(database, world)


def interval(hours: int = 1) -> str:
    """The hours around now."""
    now = datetime.now(UTC)
    return "/".join(f"{now + timedelta(hours=h):%Y-%m-%dT%H:%M:%S.000Z}" for h in (-hours, hours))


async def query(api: Api, **body: Any) -> Answer:
    """Ask analytics."""
    return await api.post(QUERY, {"interval": interval(), **body})


async def found(api: Api, **body: Any) -> list[str]:
    """The customers of the conversations that a query gives."""
    answer = await query(api, **body)
    assert answer.status == 200, answer
    return [
        participant["sessions"][0]["remote"]
        for each in answer.json()["conversations"]
        for participant in each["participants"]
        if participant["purpose"] == "customer"
    ]


def where(joined: str = "and", **dimensions: str) -> dict[str, Any]:
    """A filter of predicates."""
    predicates = [
        {"type": "dimension", "dimension": d, "operator": "matches", "value": v}
        for d, v in dimensions.items()
    ]
    return {"type": joined, "predicates": predicates}


async def test_conversations_of_an_interval_come_in_the_order_of_their_start(
    api: Api, scene: Scene
) -> None:
    assert await found(api) == [AMINA, BRUNO, CELIA]
    assert await found(api, order="desc", orderBy="conversationStart") == [CELIA, BRUNO, AMINA]
    assert await found(api, interval="2026-01-01T00:00:00Z/2026-01-02T00:00:00Z") == []


async def test_a_detail_tells_delivery_and_its_reason(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{DETAILS}/{scene.celia.conversation_id}/details")

    shown = answer.json()
    assert shown["originatingDirection"] == "outbound"
    assert shown["conversationInitiator"] == "api"
    assert shown["customerParticipation"] is False
    customer, program = shown["participants"]
    assert (customer["purpose"], program["purpose"]) == ("customer", "api")
    session = program["sessions"][0]
    assert session["mediaType"] == "message"
    assert session["messageType"] == "whatsapp"
    assert session["addressTo"] == CELIA
    assert session["deliveryStatus"] == "Failed"
    assert session["extendedDeliveryStatus"] == "RecipientOptedOut"
    assert "stopped marketing" in session["errorCodeDescription"]
    assert session["deliveryStatusChangeDate"].endswith("Z")
    assert session["segments"][0]["disconnectType"] == "error"
    assert "null" not in answer.text


@pytest.mark.parametrize(
    ("segments", "customers"),
    [
        ([where(deliveryStatus="Failed")], [CELIA]),
        ([where(deliveryStatus="Queued")], [BRUNO]),
        ([where(deliveryStatus="DeliverySuccess", mediaType="message")], [AMINA]),
        ([where("or", deliveryStatus="Failed", addressTo=AMINA)], [AMINA, CELIA]),
        ([where(addressTo=BRUNO, direction="outbound")], [BRUNO]),
        ([where(purpose="customer", deliveryStatus="Received")], [AMINA]),
        ([where(purpose="api", deliveryStatus="Received")], []),
        ([where(purpose="agent")], []),
        ([where(messageType="whatsapp"), where(disconnectType="error")], [CELIA]),
        ([where(deliveryStatus="Published")], []),
        (
            [{"type": "and", "predicates": [{"dimension": "errorCode", "operator": "exists"}]}],
            [CELIA],
        ),
        (
            [
                {
                    "type": "and",
                    "clauses": [
                        where("or", addressTo=AMINA),
                        where("or", deliveryStatus="Failed", purpose="api"),
                    ],
                }
            ],
            [AMINA],
        ),
    ],
)
async def test_segment_filters_ask_for_one_segment_that_fits(
    api: Api, scene: Scene, segments: list[dict[str, Any]], customers: list[str]
) -> None:
    assert await found(api, segmentFilters=segments) == customers


async def test_conversation_filters(api: Api, world: World, scene: Scene) -> None:
    north = str(world.nordwind.divisions["North"])
    amina = str(scene.amina.conversation_id)

    assert await found(api, conversationFilters=[where(divisionId=north)]) == [CELIA]
    assert await found(api, conversationFilters=[where(conversationId=amina)]) == [AMINA]
    assert await found(api, conversationFilters=[where(originatingDirection="inbound")]) == []
    assert await found(api, conversationFilters=[where(customerParticipation="true")]) == [AMINA]
    assert (
        await found(
            api,
            interval="2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
            conversationFilters=[where(conversationId=amina)],
        )
        == []
    )


async def test_pages_are_numbered_and_end(api: Api, scene: Scene) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        seen += await found(api, paging={"pageSize": 1, "pageNumber": number})
    last = await query(api, paging={"pageSize": 1, "pageNumber": 4})

    assert seen == [AMINA, BRUNO, CELIA]
    assert last.json() == {"conversations": [], "totalHits": 3}
    first = (await query(api, paging={"pageSize": 1, "pageNumber": 1})).json()
    assert first["totalHits"] == 2


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"interval": "today"}, "interval"),
        ({"interval": "2026-01-02T00:00:00Z/2026-01-01T00:00:00Z"}, "interval"),
        ({"orderBy": "segmentEnd"}, "orderBy"),
        ({"paging": {"pageSize": 25, "pageNumber": 101}}, "paging.pageNumber"),
        ({"paging": {"pageSize": 101, "pageNumber": 1}}, "paging.pageSize"),
        ({"segmentFilters": [where(queueId="x")]}, "queueId"),
        ({"conversationFilters": [where(externalTag="x")]}, "externalTag"),
        ({"segmentFilters": [{"type": "xor"}]}, "segmentFilters.type"),
        ({"surveyFilters": [{"type": "and"}]}, "surveyFilters"),
        ({"segmentFilters": [{"type": "and", "predicates": [{"type": "metric"}]}]}, "type"),
    ],
)
async def test_what_is_not_supported_is_named(
    api: Api, scene: Scene, body: dict[str, Any], named: str
) -> None:
    answer = await query(api, **body)

    assert answer.status == 400
    assert named in answer.text


async def test_details_by_ids_leave_out_what_is_not_there(api: Api, scene: Scene) -> None:
    ids = f"{scene.bruno.conversation_id},{uuid4()},{scene.amina.conversation_id}"

    answer = await api.get(f"{DETAILS}/details", params={"id": ids})

    assert [each["conversationId"] for each in answer.json()["conversations"]] == [
        str(scene.bruno.conversation_id),
        str(scene.amina.conversation_id),
    ]
    assert (await api.get(f"{DETAILS}/details")).status == 400


async def test_divisions_and_organizations_keep_to_themselves(
    api: Api, world: World, scene: Scene
) -> None:
    path = f"{DETAILS}/{scene.amina.conversation_id}/details"
    ids = {"id": str(scene.amina.conversation_id)}

    assert await found(api.as_(world.nils)) == [CELIA]
    assert await found(api.as_(world.olga)) == []
    for stranger in (world.nils, world.olga):
        assert (await api.as_(stranger).get(path)).status == 404
        listed = await api.as_(stranger).get(f"{DETAILS}/details", params=ids)
        assert listed.json() == {"conversations": []}
    assert (await query(api.as_(world.mia))).status == 403
