"""What web processes tell of who is there: any number of them, some of which stop or hang."""

from uuid import UUID

import pytest

from tests.api_client import Api
from tests.routing import Desk
from tests.world import Actor, World
from tidings.api.application import Application
from tidings.api.attendance import BROKEN_AFTER_SECONDS, Attendance
from tidings.store.attendance import note_attendance
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.ids import new_id
from tidings.store.query import execute


class Hall:
    """Agents whom nobody has seen for an hour, and processes that tell of them."""

    def __init__(self, database: Database, world: World) -> None:
        self.desk = Desk(database, world)
        self._database = database

    async def agent(self) -> Actor:
        """Somebody not seen for an hour."""
        agent = await self.desk.agent()
        back = "UPDATE agent SET seen_at = now() - interval '1 hour' WHERE user_id = %s"
        await self.run(back, agent.id)
        return agent

    async def tell(self, process_id: UUID, seen: dict[Actor, float] | None = None) -> None:
        """A process tells whom it saw, and how many seconds ago."""
        organization_id = self.desk.organization_id
        people = {(organization_id, each.id): ago for each, ago in (seen or {}).items()}
        query = note_attendance(process_id, people, [], broken_after_s=BROKEN_AFTER_SECONDS)
        async with self._database.connection() as connection:
            await execute(connection, query)

    async def silent(self, *, seconds: int) -> None:
        """All processes are silent for so long."""
        await self.run(
            "UPDATE attendance SET told_at = told_at - make_interval(secs => %s)", seconds
        )

    async def seen_minutes_ago(self, agent: Actor) -> int:
        """How long it is since somebody was seen."""
        row = await self.run(
            "SELECT round(extract(epoch FROM now() - seen_at) / 60)::integer FROM agent"
            " WHERE user_id = %s",
            agent.id,
        )
        return int(row[0])

    async def run(self, statement: str, *values: object) -> tuple[int, ...]:
        """Run a statement; gives its first row, if it has one."""
        async with self._database.connection() as connection:
            cursor = await connection.execute(statement, values)
            row = await cursor.fetchone() if cursor.description else None
        return row or ()


@pytest.fixture
async def hall(database: Database, world: World) -> Hall:
    """No process has told anything yet."""
    found = Hall(database, world)
    await found.run("DELETE FROM attendance")
    return found


async def test_a_process_tells_who_asks_and_who_listens(
    hall: Hall, api: Api, application: Application
) -> None:
    asking, listening, gone = [await hall.agent() for _ in range(3)]
    channel = await api.as_(listening).post("/api/v2/notifications/channels")
    socket = await application.hub.join(hall.desk.organization_id, channel.json()["id"])
    assert socket is not None
    await application.attendance.tell()
    await hall.run("UPDATE agent SET seen_at = now() - interval '1 hour'")

    await api.as_(asking).get("/api/v2/users/me")
    await application.attendance.tell()
    application.hub.leave(socket)

    assert [await hall.seen_minutes_ago(each) for each in (asking, listening, gone)] == [0, 0, 60]


async def test_sockets_of_a_process_that_hung_count_from_its_second_word_on(
    hall: Hall, api: Api, application: Application
) -> None:
    agent = await hall.agent()
    channel = await api.as_(agent).post("/api/v2/notifications/channels")
    socket = await application.hub.join(hall.desk.organization_id, channel.json()["id"])
    assert socket is not None
    await application.attendance.tell()
    await hall.run("UPDATE agent SET seen_at = now() - interval '1 hour'")
    await hall.silent(seconds=61)

    await application.attendance.tell()
    assert await hall.seen_minutes_ago(agent) == 60
    await application.attendance.tell()
    application.hub.leave(socket)

    assert await hall.seen_minutes_ago(agent) == 0


async def test_what_a_process_saw_counts_as_of_then_and_never_moves_anybody_back(
    hall: Hall,
) -> None:
    agent, hung, other = await hall.agent(), new_id(), new_id()

    await hall.tell(hung, {agent: 600})
    assert await hall.seen_minutes_ago(agent) == 10
    await hall.tell(other, {agent: 120})
    await hall.tell(hung, {agent: 600})

    assert await hall.seen_minutes_ago(agent) == 2


async def test_a_process_that_stops_within_its_work_holds_up_no_other(
    hall: Hall, database: Database
) -> None:
    held, agent, hung, other = await hall.agent(), await hall.agent(), new_id(), new_id()
    await hall.tell(hung)
    async with database.transaction() as stopped:
        await stopped.execute("SELECT 1 FROM agent WHERE user_id = %s FOR UPDATE", (held.id,))
        await stopped.execute("SELECT 1 FROM attendance FOR UPDATE")

        await hall.tell(other, {held: 0, agent: 0})

    assert await hall.seen_minutes_ago(agent) == 0
    assert await hall.run("SELECT count(*) FROM attendance") == (2,)


async def test_the_time_told_without_a_break_is_handed_on_until_all_are_silent(
    hall: Hall,
) -> None:
    first, second, third = new_id(), new_id(), new_id()
    since = "SELECT round(extract(epoch FROM now() - since) / 60)::integer FROM attendance"
    await hall.tell(first)
    await hall.run("UPDATE attendance SET since = now() - interval '1 hour'")

    await hall.silent(seconds=59)
    await hall.tell(second)
    assert await hall.run(f"{since} WHERE process_id = %s", second) == (60,)
    await hall.silent(seconds=61)
    await hall.tell(third)
    await hall.tell(first)

    for each in (first, third):
        assert await hall.run(f"{since} WHERE process_id = %s", each) == (0,)


async def test_who_asked_while_the_database_was_away_is_told_of_later(
    hall: Hall, api: Api, application: Application, database: Database
) -> None:
    agent = await hall.agent()
    away = Database(database.url, pool_size=1)
    attendance = Attendance(away, application.identities, application.hub)
    await api.as_(agent).get("/api/v2/users/me")

    with pytest.raises(UNAVAILABLE):
        await attendance.tell()
    await away.open()
    await attendance.tell()
    await away.close()

    assert await hall.seen_minutes_ago(agent) == 0


async def test_processes_that_are_long_gone_are_forgotten(hall: Hall) -> None:
    gone, here = new_id(), new_id()
    await hall.tell(gone)
    await hall.silent(seconds=90_000)

    await hall.tell(here)

    assert await hall.run("SELECT count(*) FROM attendance") == (1,)
