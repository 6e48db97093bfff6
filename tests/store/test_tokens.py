"""Tokens in the database: who stands behind one, and when nobody does any more."""

from uuid import UUID

from tests.world import Actor, World
from tidings.actions.tokens import hash_token, new_token_text, organization_of
from tidings.store.database import Database
from tidings.store.query import Connection, execute, fetch_optional
from tidings.store.tokens import (
    TokenRow,
    delete_expired_tokens,
    delete_token,
    insert_token,
    select_token,
)


async def read(connection: Connection, actor: Actor) -> TokenRow | None:
    """What an actor's token stands for now."""
    return await fetch_optional(
        connection, select_token(actor.organization_id, hash_token(actor.token))
    )


async def test_a_token_knows_its_holder_and_every_permission_with_its_division(
    database: Database, world: World
) -> None:
    async with database.connection() as connection:
        row = await read(connection, world.nils)

    assert row is not None
    assert (row.subject_kind, row.subject_id, row.subject_name) == ("user", world.nils.id, "Nils")
    assert row.permissions == ["*:*:*"]
    assert row.divisions == [world.nordwind.divisions["North"]]


async def test_somebody_without_roles_is_known_but_may_nothing(
    database: Database, world: World
) -> None:
    async with database.connection() as connection:
        row = await read(connection, world.mia)

    assert row is not None
    assert row.permissions == row.divisions == []


async def test_nobody_stands_behind_a_revoked_token(database: Database, world: World) -> None:
    async with database.connection() as connection:
        assert await read(connection, world.ruth) is None
        assert await read(connection, world.retired) is None


async def test_a_token_does_not_outlive_its_holder_even_if_its_row_does(
    database: Database, world: World
) -> None:
    async with database.connection() as connection, connection.transaction(force_rollback=True):
        for table, actor in (("user_account", world.ada), ("oauth_client", world.backend)):
            await connection.execute(
                f"UPDATE {table} SET state = 'inactive' WHERE id = %s", (actor.id,)
            )
            assert await read(connection, actor) is None


async def test_an_expired_token_is_worth_nothing_and_swept_away(
    database: Database, world: World
) -> None:
    token_hash = hash_token(new_token_text(world.nordwind.id))
    async with database.connection() as connection:
        await execute(
            connection,
            insert_token(
                world.nordwind.id,
                token_hash,
                kind="bearer",
                subject_kind="user",
                subject_id=world.ada.id,
                csrf_token="",
                lifetime_s=-1,
            ),
        )
        assert not await fetch_optional(connection, select_token(world.nordwind.id, token_hash))
        assert await execute(connection, delete_expired_tokens(100)) == 1
        assert await read(connection, world.ada) is not None


async def test_a_token_is_looked_for_in_its_own_organization(
    database: Database, world: World
) -> None:
    async with database.connection() as connection:
        token_hash = hash_token(world.ada.token)
        assert await fetch_optional(connection, select_token(world.outsider.id, token_hash)) is None
        assert await execute(connection, delete_token(world.outsider.id, token_hash)) == 0


async def test_a_member_of_one_organization_sees_no_token_of_another(
    database: Database, world: World
) -> None:
    async with database.transaction(world.outsider.id) as connection:
        assert await read(connection, world.ada) is None
        assert await read(connection, world.olga) is not None


def test_a_tokens_text_names_its_organization_and_only_ours_do() -> None:
    organization = UUID(int=7)

    assert organization_of(new_token_text(organization)) == organization
    for text in ("", "x", "not base64 at all!", new_token_text(organization)[:-2], "ä" * 54):
        assert organization_of(text) is None
