"""`tidings contacts import`: the file goes in, and the exit code tells whether it did."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.world import World
from tidings.actions.contact_lists import ListDraft, create_list
from tidings.cli.contacts import contacts
from tidings.domain.contact_lists import Columns, TypedColumn
from tidings.domain.errors import Rejection
from tidings.store.database import Database

COLUMNS = Columns(("phone", "name"), whatsapp=(TypedColumn("phone"),))


async def make_list(database: Database, world: World, name: str) -> None:
    async with database.transaction(world.nordwind.id) as connection:
        draft = ListDraft(name=name, columns=COLUMNS)
        await create_list(connection, world.nordwind.operator, draft)


async def run(url: str, *arguments: str) -> Result:
    runner = CliRunner(env={"TIDINGS_DATABASE_URL": url})
    return await asyncio.to_thread(runner.invoke, contacts, ["import", *arguments])


async def test_a_file_goes_in_and_what_became_of_it_is_told(
    database: Database, database_url: str, world: World, tmp_path: Path
) -> None:
    await make_list(database, world, "Spring")
    file = tmp_path / "spring.csv"
    file.write_text("nr;phone;name\n1;+49 151 70000001;Amina\n2;nobody;Jonas\n")

    done = await run(database_url, "spring", str(file), "--org", "nordwind", "--contact-id", "nr")
    again = await run(
        database_url, "spring", str(file), "--org", "nordwind", "--contact-id", "nr", "--json"
    )

    assert done.exit_code == 0, done.output
    assert "1 rows taken, 1 rejected" in done.output
    told = json.loads(again.stdout.splitlines()[-1])
    assert (told["state"], told["acceptedRows"], told["rejectedRows"]) == ("done", 1, 1)


async def test_a_file_that_does_not_fit_ends_with_its_reason(
    database: Database, database_url: str, world: World, tmp_path: Path
) -> None:
    await make_list(database, world, "Summer")
    file = tmp_path / "summer.csv"
    file.write_text("shoe size\n42\n")

    failed = await run(database_url, "Summer", str(file), "--org", "nordwind")
    as_json = await run(database_url, "Summer", str(file), "--org", "nordwind", "--json")

    assert failed.exit_code == as_json.exit_code == 1
    assert "shoe size" in failed.output
    assert json.loads(as_json.stdout)["failureCode"] == "import.unknown.columns"


async def test_a_list_that_is_not_there_is_told(
    database_url: str, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "autumn.csv"
    file.write_text("phone\n")

    absent = await run(database_url, "Autumn", str(file), "--org", "nordwind")

    assert isinstance(absent.exception, Rejection)
    with pytest.raises(Rejection, match="no contact list Autumn"):
        raise absent.exception
