"""`tidings user create`: how it gets the password, and what it says without one."""

import asyncio

from click.testing import CliRunner, Result

from tests.world import World
from tidings.cli.people import user


async def create(url: str, email: str, typed: str | None) -> Result:
    runner = CliRunner(env={"TIDINGS_DATABASE_URL": url})
    return await asyncio.to_thread(
        runner.invoke, user, ["create", email, "--org", "nordwind"], input=typed
    )


async def test_the_password_comes_from_standard_input(database_url: str, world: World) -> None:
    done = await create(database_url, "kim@nordwind.example", "correct horse battery\n")

    assert done.exit_code == 0, done.output
    assert "kim@nordwind.example" in done.output


async def test_without_a_password_it_says_how_to_give_one(database_url: str, world: World) -> None:
    for typed in (None, "", "\n"):
        refused = await create(database_url, "lee@nordwind.example", typed)

        assert refused.exit_code == 2
        assert "No password was given" in refused.output
        assert "standard input" in refused.output
