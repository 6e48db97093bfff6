"""What lies on one's desk: all of it, page by page, what is urgent first."""

from uuid import UUID

import pytest

from tests.floor import CONVERSATIONS, MESSAGES, Floor
from tests.world import Actor


@pytest.fixture
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue(acw_mode="MANDATORY")


async def park(floor: Floor, agent: Actor, ids: tuple[UUID, UUID], state: str = "parked") -> None:
    path = f"{MESSAGES}/{ids[0]}/participants/{ids[1]}/parkingstate"
    answer = await floor.api.as_(agent).patch(path, {"state": state})
    assert answer.status == 204, answer


async def test_offers_come_first_and_what_is_parked_last_however_old(
    floor: Floor, queue_id: UUID
) -> None:
    ben = await floor.colleague(queue_id)
    waiting = await floor.queued(queue_id)
    talking = await floor.connected(queue_id, ben)
    over = await floor.connected(queue_id, ben)
    parked = [await floor.connected(queue_id, ben) for _ in range(2)]
    for each in parked:
        await park(floor, ben, each)
    ended = await floor.change(ben, *over, state="disconnected")
    assert ended.status == 200, ended
    assert await floor.offer((waiting, ben))

    listed = [each["id"] for each in await floor.mine(ben)]

    expected = [waiting, talking[0], over[0], parked[1][0], parked[0][0]]
    assert listed == [str(each) for each in expected]


@pytest.mark.parametrize("path", [CONVERSATIONS, MESSAGES])
async def test_many_parked_ones_are_read_page_by_page_though_some_move(
    floor: Floor, queue_id: UUID, path: str
) -> None:
    ben = await floor.colleague(queue_id)
    parked = []
    for _ in range(5):
        parked.append(await floor.connected(queue_id, ben))
        await park(floor, ben, parked[-1])
    ids = [str(each[0]) for each in reversed(parked)]
    api = floor.api.as_(ben)

    first = (await api.get(path, params={"pageSize": 2})).json()
    await park(floor, ben, parked[4], state="connected")
    second = (await api.get(first["nextUri"])).json()
    third = (await api.get(second["nextUri"])).json()

    assert [first["total"], second["total"]] == [5, 5]
    pages = [[each["id"] for each in page["entities"]] for page in (first, second, third)]
    assert pages == [ids[:2], ids[2:4], ids[4:]]
    assert "nextUri" not in third
    numbered = (await api.get(path, params={"pageSize": 2, "pageNumber": 3})).json()
    assert [each["id"] for each in numbered["entities"]] == ids[4:]
    for wrong in ("yesterday", "9", "1~x", "12~" + ids[0]):
        assert (await api.get(path, params={"after": wrong})).status == 400
