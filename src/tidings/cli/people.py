"""Organizations, people and OAuth clients from the command line, for the first log-in above all.

What is done here is done by the operator, who may do everything, and leaves its audit rows.
"""

import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TextIO, TypeVar

import click

from tidings.actions.grants import access_subject, grant_roles
from tidings.actions.oauth_clients import (
    CLIENT_CREDENTIALS,
    ClientDraft,
    NewSecret,
    create_client,
    delete_client,
    rotate_secret,
)
from tidings.actions.organizations import found_organization, operator
from tidings.actions.passwords import check_password, hash_password, set_password
from tidings.actions.users import UserDraft, change_user, create_user
from tidings.cli.lookups import (
    MANY,
    as_json,
    find_client,
    find_division,
    find_organization,
    find_roles,
    find_user,
    of_organization,
)
from tidings.cli.root import print_json, read_settings, with_database
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.oauth_clients import select_clients
from tidings.store.organizations import OrganizationRow, select_organizations
from tidings.store.query import Connection, fetch
from tidings.store.users import UserFilter, UserRow, select_users

Result = TypeVar("Result")


@click.group()
def org() -> None:
    """Organizations: create, list."""


@org.command("create")
@click.argument("name")
@click.option("--short-name", help="Its name in commands and at log-in; default: made of NAME.")
@click.option("--language", default="en", show_default=True, help="Such as en, de or da.")
@as_json
def org_create(name: str, short_name: str | None, language: str, json_: bool) -> None:
    """Create an organization with its Home division and first roles."""
    short = short_name or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")

    async def work(database: Database) -> OrganizationRow:
        async with database.transaction() as connection:
            return await found_organization(
                connection, name=name, short_name=short, language=language
            )

    made = with_database(work, read_settings())
    hint = f"next: tidings user create EMAIL --name NAME --role admin --org {made.short_name}"
    show([made], ("short_name", "id", "name"), json_=json_, one=True, hint=hint)


@org.command("list")
@as_json
def org_list(json_: bool) -> None:
    """List the organizations."""

    async def work(database: Database) -> list[OrganizationRow]:
        async with database.connection() as connection:
            return await fetch(connection, select_organizations(MANY))

    show(with_database(work, read_settings()), ("short_name", "id", "name"), json_=json_)


@click.group()
def user() -> None:
    """People: create, list, give a password, deactivate."""


@user.command("create")
@click.argument("email")
@click.option("--name", help="Default: what stands before the @.")
@click.option("--role", "roles", multiple=True, metavar="ROLE[:DIVISION]", help="May be repeated.")
@click.option("--division", metavar="NAME", help="Where the person belongs; default: Home.")
@click.option("--language", default="en", show_default=True, help="Of the console.")
@of_organization
@as_json
def user_create(
    email: str,
    name: str | None,
    roles: tuple[str, ...],
    division: str | None,
    language: str,
    org: str | None,
    json_: bool,
) -> None:
    """Create a person who can log in. The password is asked for, or read from standard input.

    Roles are named as `admin` (in all divisions) or `supervisor:North` (in one).
    """
    password = read_password()

    async def work(connection: Connection, caller: Caller) -> UserRow:
        where = None
        if division is not None:
            where = (await find_division(connection, caller.organization_id, division)).id
        draft = UserDraft(
            name=name or email.partition("@")[0],
            email=email,
            language=language,
            division_id=where,
            password_hash=await hash_password(password),
        )
        made = await create_user(connection, caller, draft)
        subject = await access_subject(connection, caller, made.id)
        wanted = await find_roles(connection, caller.organization_id, roles)
        await grant_roles(connection, caller, subject, wanted)
        return made

    show([as_operator(work, org)], ("email", "id", "name", "state"), json_=json_, one=True)


@user.command("list")
@of_organization
@as_json
def user_list(org: str | None, json_: bool) -> None:
    """List the people of an organization."""

    async def work(connection: Connection, caller: Caller) -> list[UserRow]:
        query = select_users(caller.organization_id, UserFilter(), limit=MANY, offset=0)
        return await fetch(connection, query)

    columns = ("email", "id", "name", "state", "division_name")
    show(as_operator(work, org), columns, json_=json_)


@user.command("password")
@click.argument("email")
@of_organization
def user_password(email: str, org: str | None) -> None:
    """Give a person a new password; they are signed out everywhere."""
    password = read_password()

    async def work(connection: Connection, caller: Caller) -> None:
        person = await find_user(connection, caller.organization_id, email)
        await set_password(connection, caller, person.id, await hash_password(password))

    as_operator(work, org)


@user.command("deactivate")
@click.argument("email")
@of_organization
def user_deactivate(email: str, org: str | None) -> None:
    """Let a person log in no more, and sign them out everywhere."""

    async def work(connection: Connection, caller: Caller) -> None:
        person = await find_user(connection, caller.organization_id, email)
        await change_user(connection, caller, person.id, UserDraft(state="inactive"))

    as_operator(work, org)


@click.group("oauth-client")
def oauth_client() -> None:
    """OAuth clients of programs: create, list, rotate, delete."""


@oauth_client.command("create")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=("notifications",),
    show_default=True,
    metavar="ROLE[:DIVISION]",
    help="May be repeated.",
)
@click.option("--token-seconds", type=int, help="Life of its tokens; default a day.")
@of_organization
@as_json
def client_create(
    name: str, roles: tuple[str, ...], token_seconds: int | None, org: str | None, json_: bool
) -> None:
    """Create a client for the client-credentials grant; its secret is shown once."""

    async def work(connection: Connection, caller: Caller) -> NewSecret:
        draft = ClientDraft(
            name=name,
            grant_type=CLIENT_CREDENTIALS,
            token_lifetime_s=token_seconds,
            roles=await find_roles(connection, caller.organization_id, roles),
        )
        return await create_client(connection, caller, draft)

    show_secret(as_operator(work, org), json_=json_)


@oauth_client.command("list")
@of_organization
@as_json
def client_list(org: str | None, json_: bool) -> None:
    """List the clients of an organization."""

    async def work(connection: Connection, caller: Caller) -> Sequence[Any]:
        return await fetch(connection, select_clients(caller.organization_id, limit=MANY, offset=0))

    show(as_operator(work, org), ("id", "name", "state"), json_=json_)


@oauth_client.command("rotate")
@click.argument("client")
@of_organization
@as_json
def client_rotate(client: str, org: str | None, json_: bool) -> None:
    """Give a client (id or name) a new secret; the old one and its tokens stop at once."""

    async def work(connection: Connection, caller: Caller) -> NewSecret:
        found = await find_client(connection, caller.organization_id, client)
        return await rotate_secret(connection, caller, found.id)

    show_secret(as_operator(work, org), json_=json_)


@oauth_client.command("delete")
@click.argument("client")
@of_organization
def client_delete(client: str, org: str | None) -> None:
    """Delete a client (id or name); its tokens stop at once."""

    async def work(connection: Connection, caller: Caller) -> None:
        found = await find_client(connection, caller.organization_id, client)
        await delete_client(connection, caller, found.id)

    as_operator(work, org)


def as_operator(
    work: Callable[[Connection, Caller], Awaitable[Result]], short_name: str | None
) -> Result:
    """Run work in one transaction of an organization, as the operator, and give its result."""

    async def run(database: Database) -> Result:
        organization = await find_organization(database, short_name)
        async with database.transaction(organization.id) as connection:
            return await work(connection, operator(organization.id))

    return with_database(run, read_settings())


def read_password() -> str:
    """A password from the terminal, twice, or the first line of standard input; never argv."""
    # A process that was started without a standard input has none at all.
    stdin: TextIO | None = sys.stdin
    if stdin is not None and stdin.isatty():
        text = str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        text = "" if stdin is None or stdin.closed else stdin.readline().rstrip("\r\n")
    if not text:
        raise click.UsageError(
            "No password was given. Run this in a terminal and it asks for one, or write the "
            "password on standard input: printf '%s\\n' \"$PASSWORD\" | tidings user ..."
        )
    return check_password(text)


def show_secret(made: NewSecret, *, json_: bool) -> None:
    """Print a client with its secret."""
    if json_:
        print_json({"id": made.client.id, "name": made.client.name, "secret": made.secret})
        return
    click.echo(f"id      {made.client.id}\nsecret  {made.secret}")
    click.echo("The secret is not shown again.", err=True)


def show(
    rows: Sequence[Any], columns: tuple[str, ...], *, json_: bool, one: bool = False, hint: str = ""
) -> None:
    """Print rows: tab-separated columns for people, or one JSON value."""
    if json_:
        plain = [{name: getattr(row, name) for name in columns} for row in rows]
        print_json(plain[0] if one else plain)
        return
    for row in rows:
        click.echo("\t".join(str(getattr(row, name)) for name in columns))
    if hint:
        click.echo(hint, err=True)
