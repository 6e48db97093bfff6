"""How a command finds what a person names: an organization, somebody, a role in a division."""

from uuid import UUID

import click

from tidings.actions.grants import RoleIn
from tidings.domain.errors import Kind, Rejection, conflict
from tidings.domain.permissions import ALL_DIVISIONS
from tidings.store.database import Database
from tidings.store.divisions import DivisionRow, select_divisions
from tidings.store.oauth_clients import OAuthClientRow, select_clients
from tidings.store.organizations import (
    OrganizationRow,
    select_organization_named,
    select_organizations,
)
from tidings.store.query import Connection, fetch, fetch_optional
from tidings.store.roles import RoleFilter, RoleRow, select_roles
from tidings.store.users import Criterion, UserFilter, UserRow, select_users

MANY = 10_000

of_organization = click.option(
    "--org", metavar="SHORT_NAME", help="The organization; needed when there are several."
)
as_json = click.option("--json", "json_", is_flag=True, help="Print JSON, one value on one line.")


async def find_organization(database: Database, short_name: str | None) -> OrganizationRow:
    """The organization of this short name; without one the only organization there is."""
    async with database.connection() as connection:
        if short_name is not None:
            found = await fetch_optional(connection, select_organization_named(short_name))
            if found is None:
                raise missing(f"no organization {short_name}; `tidings org list` shows them all")
            return found
        every = await fetch(connection, select_organizations(2))
    if not every:
        raise missing("no organization yet; make one with `tidings org create NAME`")
    if len(every) > 1:
        raise conflict("organization.required", "there are several organizations: say --org")
    return every[0]


async def find_user(connection: Connection, organization_id: UUID, email: str) -> UserRow:
    """The person with this address."""
    pattern = email.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    wanted = UserFilter(criteria=(Criterion(pattern, in_name=False),))
    users = await fetch(connection, select_users(organization_id, wanted, limit=1, offset=0))
    if not users:
        raise missing(f"nobody with the address {email}")
    return users[0]


async def find_client(connection: Connection, organization_id: UUID, named: str) -> OAuthClientRow:
    """The OAuth client with this id, or with this name if only one has it."""
    every = await fetch(connection, select_clients(organization_id, limit=MANY, offset=0))
    found = [each for each in every if named in (str(each.id), each.name)]
    if not found:
        raise missing(f"no OAuth client {named}")
    if len(found) > 1:
        raise conflict("client.ambiguous", f"several OAuth clients are called {named}: say the id")
    return found[0]


async def find_division(connection: Connection, organization_id: UUID, name: str) -> DivisionRow:
    """The division of this name, whatever its case."""
    every = await divisions_of(connection, organization_id)
    for each in every:
        if each.name.lower() == name.lower():
            return each
    names = ", ".join(each.name for each in every)
    raise missing(f"no division {name}; there are {names}")


async def find_roles(
    connection: Connection, organization_id: UUID, named: tuple[str, ...]
) -> list[RoleIn]:
    """Roles as typed: `admin` in all divisions, `supervisor:North` in one."""
    every = await fetch(
        connection, select_roles(organization_id, RoleFilter(), limit=MANY, offset=0)
    )
    found = []
    for text in named:
        name, _, division = text.partition(":")
        role = _role_named(every, name)
        where = ALL_DIVISIONS
        if division:
            where = (await find_division(connection, organization_id, division)).id
        found.append(RoleIn(role.id, where))
    return found


async def divisions_of(connection: Connection, organization_id: UUID) -> list[DivisionRow]:
    """All divisions of an organization."""
    return await fetch(
        connection,
        select_divisions(organization_id, name_like=None, ids=None, limit=MANY, offset=0),
    )


def missing(what: str) -> Rejection:
    """What the operator named does not exist."""
    return Rejection(Kind.ABSENT, "not.found", f"there is {what}")


def _role_named(every: list[RoleRow], name: str) -> RoleRow:
    for role in every:
        if name.lower() in (role.default_role, role.name.lower()):
            return role
    names = ", ".join(role.default_role or role.name for role in every)
    raise missing(f"no role {name}; there are {names}")
