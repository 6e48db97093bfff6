"""Secrets at rest, numbers connected once, and upkeep that one worker at a time does."""

import asyncio
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.world import World
from tidings.settings import SettingError, Settings
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.integration_states import update_status
from tidings.store.integration_upkeep import claim_upkeep, schedule_upkeep
from tidings.store.integrations import (
    WHATSAPP_CLOUD,
    IntegrationKey,
    NewIntegration,
    delete_integration,
    insert_integration,
)
from tidings.store.query import execute, fetch, fetch_optional
from tidings.store.secret_box import SecretBox, SecretError, load_key, load_secret_box
from tidings.store.senders import select_senders
from tidings.store.webhook_accounts import select_webhook_accounts

VALUES = {"access_token": "t", "app_secret": "s", "verify_token": "v"}
OURS, ROW = new_id(), new_id()


def test_what_is_sealed_opens_only_for_its_own_row() -> None:
    box = SecretBox(bytes(32))
    sealed = box.seal(VALUES, organization_id=OURS, owner_id=ROW)

    assert box.open(sealed, organization_id=OURS, owner_id=ROW) == VALUES
    assert b"access_token" not in sealed
    assert sealed != box.seal(VALUES, organization_id=OURS, owner_id=ROW)
    for organization_id, owner_id in ((ROW, ROW), (OURS, OURS)):
        with pytest.raises(SecretError):
            box.open(sealed, organization_id=organization_id, owner_id=owner_id)


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x01" * 12, b"\x02" + bytes(60)])
def test_a_damaged_value_is_told_as_such(damage: bytes) -> None:
    with pytest.raises(SecretError, match="Put back"):
        SecretBox(bytes(32)).open(damage, organization_id=OURS, owner_id=ROW)


def test_another_key_is_told_as_such() -> None:
    sealed = SecretBox(bytes(32)).seal(VALUES, organization_id=OURS, owner_id=ROW)

    with pytest.raises(SecretError, match="TIDINGS_SECRET_KEY"):
        SecretBox(b"x" * 32).open(sealed, organization_id=OURS, owner_id=ROW)


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "home"))

    key = load_key(settings)

    file = tmp_path / "home" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_key(settings) == key
    assert len(key) == 32
    assert [entry.name for entry in file.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    program = (
        "import sys; from tidings.settings import Settings\n"
        "from tidings.store.secret_box import load_key\n"
        "sys.stdin.read()\n"
        f"print(load_key(Settings(home={str(tmp_path)!r})).hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    keys = {process.communicate()[0].strip() for process in started}

    assert len(keys) == 1
    assert len(keys.pop()) == 64


@pytest.mark.parametrize("text", ["short", "AAAA", "%" * 44, "ä" * 44])
def test_a_key_that_is_none_names_where_it_came_from(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingError, match="TIDINGS_SECRET_KEY"):
        load_secret_box(Settings(home=str(tmp_path), secret_key=text))
    (tmp_path / "secret.key").write_text(text)
    with pytest.raises(SettingError, match=r"secret\.key"):
        load_secret_box(Settings(home=str(tmp_path)))


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()

    with pytest.raises(SettingError, match="mend its permissions"):
        load_key(Settings(home=str(tmp_path)))


async def connect(
    database: Database, organization_id: UUID, division_id: UUID, **details: Any
) -> UUID | None:
    """Connect a number as a member of the organization; None when it was connected already."""
    integration_id = new_id()
    values: dict[str, Any] = {
        "name": str(integration_id),
        "phone_number": "15550100200",
        "number_id": str(integration_id),
        "account_id": "1",
        "base_address": "https://graph.example.org/v24.0",
        "secrets": b"sealed",
        **details,
    }
    async with database.transaction(organization_id) as connection:
        made = await fetch_optional(
            connection,
            insert_integration(
                organization_id, integration_id, NewIntegration(division_id=division_id, **values)
            ),
        )
    return None if made is None else made.id


async def test_of_many_who_connect_a_number_at_once_one_gets_it(
    database: Database, world: World
) -> None:
    homes = [(o.id, o.divisions["Home"]) for o in (world.nordwind, world.outsider)]

    made = await asyncio.gather(*(connect(database, *home, number_id="777") for home in homes * 3))

    assert len([each for each in made if each is not None]) == 1


async def test_a_name_is_taken_in_one_organization_only(database: Database, world: World) -> None:
    home, theirs = world.nordwind.divisions["Home"], world.outsider.divisions["Home"]
    assert await connect(database, world.nordwind.id, home, name="Clinic")
    assert await connect(database, world.outsider.id, theirs, name="Clinic")

    with pytest.raises(psycopg.errors.UniqueViolation):
        await connect(database, world.nordwind.id, home, name="CLINIC", number_id="778")
    # The failed one left the number free.
    assert await connect(database, world.nordwind.id, home, number_id="778")


async def test_senders_are_read_for_many_integrations_at_once(
    database: Database, world: World
) -> None:
    ours = await connect(database, world.nordwind.id, world.nordwind.divisions["Home"])
    theirs = await connect(database, world.outsider.id, world.outsider.divisions["Home"])
    assert ours
    assert theirs
    organizations = [world.nordwind.id, world.outsider.id, world.nordwind.id]

    async with database.connection() as connection:
        rows = await fetch(connection, select_senders(organizations, [ours, theirs, theirs]))
    assert {(row.organization_id, row.id) for row in rows} == {
        (world.nordwind.id, ours),
        (world.outsider.id, theirs),
    }
    async with database.transaction(world.nordwind.id) as connection:
        rows = await fetch(connection, select_senders(organizations, [ours, theirs, theirs]))
    assert [row.id for row in rows] == [ours]


async def test_webhooks_find_all_numbers_of_an_account_until_they_are_deleted(
    database: Database, world: World
) -> None:
    home = world.nordwind.divisions["Home"]
    first = await connect(database, world.nordwind.id, home, account_id="55", number_id="551")
    second = await connect(
        database, world.outsider.id, world.outsider.divisions["Home"],
        account_id="55", number_id="552",
    )  # fmt: skip
    assert first
    assert second

    async def found() -> dict[str, bytes]:
        async with database.connection() as connection:
            rows = await fetch(connection, select_webhook_accounts(WHATSAPP_CLOUD, ["55", "x"]))
        return {row.number_id: row.secrets for row in rows}

    assert await found() == {"551": b"sealed", "552": b"sealed"}
    async with database.transaction(world.nordwind.id) as connection:
        await execute(connection, delete_integration(world.nordwind.id, first, modified_by=None))
    assert await found() == {"552": b"sealed"}
    assert await connect(database, world.nordwind.id, home, number_id="551")


async def test_a_status_changes_once_however_often_it_is_set(
    database: Database, world: World
) -> None:
    made = await connect(database, world.nordwind.id, world.nordwind.divisions["Home"])
    assert made

    async def park() -> bool:
        async with database.transaction(world.nordwind.id) as connection:
            query = update_status(
                world.nordwind.id, made, status="error", reason_code="meta.190", reason="dead"
            )
            return await fetch_optional(connection, query) is not None

    assert sum(await asyncio.gather(*(park() for _ in range(5)))) == 1


async def test_due_upkeep_is_claimed_by_one_worker_at_a_time(
    database: Database, world: World
) -> None:
    home = world.nordwind.divisions["Home"]
    async with database.connection() as connection:
        await connection.execute("UPDATE integration SET status = 'inactive'")
    due = {await connect(database, world.nordwind.id, home, status="active") for _ in range(6)}
    await connect(database, world.nordwind.id, home, status="inactive")

    async def claim() -> list[IntegrationKey]:
        async with database.transaction() as connection:
            query = claim_upkeep(lease=timedelta(minutes=10), limit=2)
            return await fetch(connection, query)

    claimed = [key.id for batch in await asyncio.gather(*(claim() for _ in range(6)))
               for key in batch]  # fmt: skip
    claimed += [key.id for key in await claim()]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == due

    async with database.transaction() as connection:
        query = schedule_upkeep(world.nordwind.id, claimed[0], after=timedelta(0))
        await execute(connection, query)
    assert [key.id for key in await claim()] == [claimed[0]]
