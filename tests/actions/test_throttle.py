"""The brake on guessing, and people who dismiss each other at the same time."""

import asyncio
import math
import time

import pytest

from tests.world import Actor, World
from tidings.actions.grants import RoleIn, access_subject, revoke_roles
from tidings.actions.throttle import Throttle
from tidings.domain.errors import Rejection
from tidings.domain.permissions import ALL_DIVISIONS
from tidings.settings import Settings
from tidings.store.database import Database


async def test_an_address_has_ten_times_the_tries_of_an_account(database: Database) -> None:
    throttle = Throttle(database, Settings(login_attempts=1, login_block_seconds=700))

    for _ in range(9):
        await throttle.failed("address:192.0.2.1")
    await throttle.check("address:192.0.2.1")
    await throttle.failed("address:192.0.2.1")
    await throttle.failed("account:ada")

    for key in ("address:192.0.2.1", "account:ada"):
        with pytest.raises(Rejection) as blocked:
            await throttle.check(key, "account:other")
        assert 600 < (blocked.value.retry_after_s or 0) <= 700


async def test_a_block_doubles_up_to_an_hour(database: Database) -> None:
    throttle = Throttle(database, Settings(login_attempts=1, login_block_seconds=1000))
    for expected in (1000, 2000, 3600, 3600):
        begun = time.monotonic()
        await throttle.failed("account:bea")
        with pytest.raises(Rejection) as blocked:
            await throttle.check("account:bea")
        waits = blocked.value.retry_after_s or 0
        assert expected - math.ceil(time.monotonic() - begun) <= waits <= expected
        async with database.connection() as connection:
            await connection.execute("UPDATE login_failure SET blocked_until = now()")


async def test_a_success_and_a_quiet_day_forget_failures(database: Database) -> None:
    throttle = Throttle(database, Settings(login_attempts=2))
    await throttle.failed("account:cleo")
    await throttle.succeeded("account:cleo")
    await throttle.failed("account:cleo")
    await throttle.check("account:cleo")

    async with database.connection() as connection:
        await connection.execute("UPDATE login_failure SET last_at = now() - interval '25 hours'")
    await throttle.failed("account:cleo")
    await throttle.check("account:cleo")


async def test_two_administrators_cannot_dismiss_each_other_at_the_same_time(
    database: Database, world: World
) -> None:
    async with database.transaction() as connection:
        second = await world.outsider.using(connection).add_person("Otto", admin="*")
    admin = RoleIn(world.outsider.roles["admin"], ALL_DIVISIONS)

    async def dismiss(who: Actor, whom: Actor) -> None:
        async with database.transaction(world.outsider.id) as connection:
            subject = await access_subject(connection, who.caller, whom.id)
            await revoke_roles(connection, who.caller, subject, [admin])

    results = await asyncio.gather(
        dismiss(world.olga, second), dismiss(second, world.olga), return_exceptions=True
    )

    assert sorted(r is None for r in results) == [False, True]
    assert {r.code for r in results if isinstance(r, Rejection)} == {"last.administrator"}
