"""The System page: the installation's state, and the quarantine with replay and dismissal."""

from uuid import UUID, uuid4

import pytest

from tests.api.test_messages import Scene
from tests.api_client import Api
from tests.messaging import ACCOUNT, webhook_body
from tests.world import World
from tidings.settings import Settings
from tidings.store.audit import AuditFilter, AuditRow, select_audits
from tidings.store.database import Database
from tidings.store.inbox import Received, insert_received, lane_of, select_lanes
from tidings.store.leases import beat, insert_lanes, insert_sender_leases, take_leases
from tidings.store.quarantine import Unread, insert_unread
from tidings.store.query import execute, fetch

STATUS = "/api/v2/system/status"
QUARANTINE = "/api/v2/system/quarantine"
WORKER = uuid4()


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Conversations, a worker with a lease, and a webhook that waits."""
    scene = await Scene.build(database, world)
    waiting = Received("whatsapp_cloud", world.nordwind.id, 3, b"{}")
    async with database.connection() as connection:
        await execute(connection, beat(WORKER, host="one.example", pid=7, version="1"))
        await execute(connection, insert_lanes("intake", ["0"]))
        await fetch(connection, take_leases("intake", WORKER, most=1, seconds=60))
        await execute(connection, insert_sender_leases())
        await connection.execute(
            "INSERT INTO lease (kind, key, organization_id) VALUES ('dispatch', %s, %s)",
            (str(uuid4()), world.outsider.id),
        )
    await scene.messaging.notify("4915130000001")
    async with database.connection() as connection:
        await execute(connection, insert_received([waiting]))
    return scene


async def quarantine(database: Database, scene: Scene, fragment: str) -> tuple[UUID, UUID]:
    """Put an element into quarantine; gives the ids of its webhook and of itself."""
    organization_id = scene.messaging.world.nordwind.id
    body = webhook_body([{"id": "wamid.x"}])
    received = Received("whatsapp_cloud", organization_id, 0, body)
    async with database.connection() as connection:
        await execute(connection, insert_received([received]))
        cursor = await connection.execute(
            "DELETE FROM inbox_queue WHERE lane = 0 RETURNING inbox_id"
        )
        row = await cursor.fetchone()
        assert row is not None
        unread = Unread(organization_id, row[0], "whatsapp_cloud", "no such field", fragment)
        await execute(connection, insert_unread([unread]))
        cursor = await connection.execute("SELECT id FROM quarantine ORDER BY id DESC LIMIT 1")
        element = await cursor.fetchone()
    assert element is not None
    return row[0], element[0]


async def audits(database: Database, world: World, element_id: UUID) -> list[AuditRow]:
    """What was written down about an element."""
    async with database.transaction(world.nordwind.id) as connection:
        return await fetch(
            connection,
            select_audits(
                world.nordwind.id,
                AuditFilter(
                    from_id=UUID(int=0), before_id=UUID(int=2**128 - 1), entity_id=element_id
                ),
            ),
        )


async def test_the_state_of_the_installation_is_told(api: Api, scene: Scene) -> None:
    answer = await api.get(STATUS)

    state = answer.json()
    assert [(w["id"], w["host"], w["leases"]) for w in state["workers"]] == [
        (str(WORKER), "one.example", 1)
    ]
    held = [each for each in state["leases"] if each.get("holder")]
    assert [(each["kind"], each["key"]) for each in held] == [("intake", "0")]
    assert [(each["lane"], each["waiting"]) for each in state["lanes"]] == [(3, 1)]
    queues = {(q["integration"]["name"], q["priority"]): q for q in state["queues"]}
    assert queues["Home number", "notification"]["queued"] == 1
    assert state["database"]["sizeBytes"] > 0
    assert state["quarantine"]["count"] >= 0
    assert "null" not in answer.text


async def test_leases_of_others_are_only_counted(api: Api, scene: Scene) -> None:
    state = (await api.get(STATUS)).json()

    own = {str(each) for each in scene.messaging.numbers.values()}
    assert {each["key"] for each in state["leases"] if each["kind"] == "dispatch"} == own
    assert state["otherLeases"] == [{"kind": "dispatch", "total": 1, "held": 0}]


async def test_an_element_is_listed_and_replayed_once(
    api: Api, database: Database, world: World, scene: Scene, settings: Settings
) -> None:
    webhook_id, element_id = await quarantine(database, scene, '{"id": "wamid.x"}')

    listed = (await api.get(QUARANTINE)).json()["entities"][0]
    assert listed["id"] == str(element_id)
    assert listed["reason"] == "no such field"
    assert listed["body"] == {"id": "wamid.x"}
    path = f"{QUARANTINE}/{element_id}/replay"
    assert (await api.post(path)).status == 204
    assert (await api.post(path)).status == 404

    async with database.connection() as connection:
        lanes = {row.lane: row.oldest_id for row in await fetch(connection, select_lanes())}
        await connection.execute("DELETE FROM inbox_queue WHERE inbox_id = %s", (webhook_id,))
    assert lanes[lane_of([ACCOUNT], settings.webhook_lanes)] == webhook_id
    assert [row.action for row in await audits(database, world, element_id)] == ["replay"]


async def test_an_element_is_dismissed(
    api: Api, database: Database, world: World, scene: Scene
) -> None:
    _, element_id = await quarantine(database, scene, "not JSON")

    assert (await api.get(QUARANTINE)).json()["entities"][0]["body"] == "not JSON"
    assert (await api.delete(f"{QUARANTINE}/{element_id}")).status == 204
    assert (await api.delete(f"{QUARANTINE}/{element_id}")).status == 404
    assert str(element_id) not in (await api.get(QUARANTINE)).text
    assert [row.action for row in await audits(database, world, element_id)] == ["dismiss"]


async def test_a_webhook_that_is_gone_cannot_be_replayed(
    api: Api, database: Database, scene: Scene
) -> None:
    webhook_id, element_id = await quarantine(database, scene, "{}")
    async with database.connection() as connection:
        await connection.execute("DELETE FROM inbox WHERE id = %s", (webhook_id,))

    answer = await api.post(f"{QUARANTINE}/{element_id}/replay")

    assert answer.status == 409
    assert answer.json()["code"] == "quarantine.webhook.gone"
    assert str(element_id) in (await api.get(QUARANTINE)).text


async def test_the_system_is_for_administrators_of_everything(
    api: Api, database: Database, world: World, scene: Scene
) -> None:
    _, element_id = await quarantine(database, scene, "{}")
    for path in (STATUS, QUARANTINE):
        assert (await api.as_(world.sven).get(path)).status == 403
        assert (await api.as_(world.nils).get(path)).status == 403
    assert (await api.as_(world.nils).delete(f"{QUARANTINE}/{element_id}")).status == 403
    olga = api.as_(world.olga)
    assert (await olga.get(QUARANTINE)).json()["entities"] == []
    assert (await olga.get(STATUS)).json()["quarantine"]["count"] == 0
    assert (await olga.get(STATUS)).json()["queues"] == []
    assert (await olga.delete(f"{QUARANTINE}/{element_id}")).status == 404
    assert (await olga.post(f"{QUARANTINE}/{element_id}/replay")).status == 404
