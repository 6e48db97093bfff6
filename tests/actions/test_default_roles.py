"""Default roles of organizations that are older than the program: what a new version adds."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.world import Organization
from tidings.actions.default_roles import renew_default_roles
from tidings.actions.roles import RoleDraft, change_role
from tidings.cli.serve import bring_up_to_date
from tidings.domain.permissions import all_permissions, matches
from tidings.domain.roles import DEFAULT_ROLES, RELEASED, is_untouched, renewed_permissions
from tidings.embedded import EmbeddedPostgres
from tidings.store import default_roles as store
from tidings.store import migrate as migration
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.query import fetch

_count = itertools.count(1)
Rows = list[tuple[object, ...]]
FIRST = UUID(int=0)


async def rows(database: Database, statement: str, *values: object) -> Rows:
    async with database.connection() as connection:
        cursor = await connection.execute(statement, values)
        return await cursor.fetchall()


def at_0003(url: str) -> None:
    """Make a database as the third revision left it."""
    engine = create_engine("postgresql+psycopg://" + url.split("://", 1)[1], poolclass=NullPool)
    with engine.connect() as connection:
        config = migration._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.commit()


OLD_ORGANIZATION = """
    WITH o AS (
      INSERT INTO organization (id, name, short_name) VALUES (%(id)s, 'Old', %(short_name)s))
    INSERT INTO role (organization_id, id, name, description, permissions, default_role)
    SELECT %(id)s, gen_random_uuid(), x.name, '', string_to_array(x.permissions, ' '), x.key
    FROM (SELECT unnest(%(keys)s::text[]) AS key, unnest(%(names)s::text[]) AS name,
                 unnest(%(permissions)s::text[]) AS permissions) x
"""


async def found_old(database: Database, **changed: list[str]) -> object:
    """An organization of the third revision; `changed`: what somebody made of a default role."""
    held = {key: lists[-1] for key, lists in RELEASED.items()} | changed
    organization_id = new_id()
    async with database.transaction() as connection:
        await connection.execute(
            OLD_ORGANIZATION,
            {
                "id": organization_id,
                "short_name": f"old-{next(_count)}",
                "keys": list(held),
                "names": [DEFAULT_ROLES[key].name for key in held],
                "permissions": [" ".join(each) for each in held.values()],
            },
        )
    return organization_id


async def held(database: Database, organization_id: object, key: str) -> list[str]:
    found = await rows(
        database,
        "SELECT permissions FROM role WHERE organization_id = %s AND default_role = %s",
        organization_id,
        key,
    )
    permissions = found[0][0]
    assert isinstance(permissions, list)
    return permissions


@pytest.fixture
async def old(postgres: EmbeddedPostgres) -> AsyncIterator[tuple[Database, str]]:
    """A database at the third revision, and its address."""
    name = f"old_{os.getpid()}_{next(_count)}"
    postgres.psql("postgres", f'CREATE DATABASE "{name}"')
    url = postgres.url_of(name)
    at_0003(url)
    database = Database(url, pool_size=2)
    await database.open()
    yield database, url
    await database.close()


async def test_agents_of_an_old_organization_can_work_at_the_desk_after_migrating(
    old: tuple[Database, str],
) -> None:
    database, url = old
    organization_id = await found_old(database)

    brought = await asyncio.to_thread(bring_up_to_date, url)
    again = await asyncio.to_thread(bring_up_to_date, url)

    assert (brought.revision, brought.renewed > 0) == (migration.newest_revision(), True)
    assert again.renewed == 0
    for key, role in DEFAULT_ROLES.items():
        assert await held(database, organization_id, key) == role.permissions
    assert "conversation:externalTag:edit" in await held(database, organization_id, "agent")
    audits = await rows(
        database,
        "SELECT actor_kind, action, entity_name, before -> 'permissions', after -> 'permissions'"
        " FROM audit WHERE organization_id = %s ORDER BY entity_name",
        organization_id,
    )
    assert ("system", "update", "Agent") in [row[:3] for row in audits]
    assert all(row[3] != row[4] for row in audits)
    names = {row[0] for row in await rows(database, "SELECT name FROM known_permission")}
    assert names == set(all_permissions())


async def test_a_changed_role_keeps_what_it_lost_and_gains_only_what_is_new(
    old: tuple[Database, str],
) -> None:
    database, url = old
    without_notes = [each for each in RELEASED["agent"][-1] if each != "conversation:note:*"]
    organization_id = await found_old(
        database, agent=[*without_notes, "outbound:contact:view"], supervisor=["*:*:*"]
    )

    await asyncio.to_thread(bring_up_to_date, url)

    agent = await held(database, organization_id, "agent")
    assert not any(matches(each, "conversation:note:add") for each in agent)
    assert {"outbound:contact:view", "conversation:externalTag:edit"} <= set(agent)
    assert await held(database, organization_id, "supervisor") == ["*:*:*"]


async def test_a_default_role_that_came_later_is_made_beside_one_of_the_same_name(
    old: tuple[Database, str],
) -> None:
    database, url = old
    organization_id = await found_old(database)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM role WHERE default_role = 'agent'")
        await connection.execute(
            "INSERT INTO role (organization_id, id, name) VALUES (%s, %s, 'agent')",
            (organization_id, new_id()),
        )

    await asyncio.to_thread(bring_up_to_date, url)

    named = await rows(
        database,
        "SELECT name FROM role WHERE organization_id = %s AND default_role = 'agent'",
        organization_id,
    )
    assert named == [("Agent (default)",)]


async def test_many_organizations_are_done_in_portions_and_the_rest_after_a_break(
    old: tuple[Database, str],
) -> None:
    database, url = old
    for _ in range(3):
        await found_old(database)
    await asyncio.to_thread(migration.migrate, url)
    async with database.transaction() as connection:
        first = (await fetch(connection, store.select_organizations_after(FIRST, limit=1)))[0]
        outdated = await fetch(connection, store.lock_outdated_roles([first.id], DEFAULT_ROLES))

    assert len(outdated) == len(DEFAULT_ROLES)
    changed = await renew_default_roles(database)
    assert changed == 3 * sum(
        role.permissions != RELEASED[key][-1] for key, role in DEFAULT_ROLES.items()
    )
    assert await renew_default_roles(database) == 0


async def test_a_new_organization_knows_which_default_role_somebody_changed(
    database: Database,
) -> None:
    async with database.transaction() as connection:
        organization = await Organization.found(connection, "Fresh")
        role_id = organization.roles["agent"]
        draft = RoleDraft(permissions=["conversation:message:view"])
        changed = await change_role(connection, organization.operator, role_id, draft)
        back = RoleDraft(permissions=list(reversed(DEFAULT_ROLES["agent"].permissions)))
        restored = await change_role(connection, organization.operator, role_id, back)

    assert (changed.is_changed, restored.is_changed) == (True, False)


def test_what_an_older_version_had_is_untouched_whatever_its_order() -> None:
    for key, lists in RELEASED.items():
        for each in lists:
            assert is_untouched(key, list(reversed(each)), None)
    assert not is_untouched("agent", ["*:*:*"], None)


def test_a_permission_that_existed_before_is_not_given_to_a_changed_role() -> None:
    known = ["conversation:message:view"]
    existed = [each for each in all_permissions() if each != "conversation:note:add"]

    renewed = renewed_permissions("agent", ["routing:queue:view"], known=known, existed=existed)

    assert renewed == ["routing:queue:view", "conversation:note:add"]
