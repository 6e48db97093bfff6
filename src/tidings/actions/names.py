"""Names of things, each of which an organization gives once, and writes that meet a taken one."""

import psycopg

from tidings.domain.errors import Rejection, conflict, invalid, stale_version
from tidings.store.query import Connection, Query, Row, fetch_optional

LONGEST_NAME = 200


def check_name(name: str | None) -> str:
    """A name with something in it, without blanks around it; 400 otherwise."""
    name = (name or "").strip()
    if not name:
        raise invalid("name", "Give a name.", code="constraint.validation")
    if len(name) > LONGEST_NAME:
        raise invalid("name", f"A name has at most {LONGEST_NAME} characters.")
    return name


def name_taken(name: str) -> Rejection:
    """A 409 for a name that is in use."""
    return conflict("general.conflict", f'The name "{name}" is taken; choose another.', name=name)


async def insert_named(connection: Connection, query: Query[Row], name: str) -> Row:
    """Run an insert that gives no row when the name is taken; a 409 then."""
    row = await fetch_optional(connection, query)
    if row is None:
        raise name_taken(name)
    return row


async def update_named(
    connection: Connection,
    query: Query[Row],
    name: str,
    *,
    what: str,
    sent: int | None,
    current: int,
) -> Row:
    """Run a change from a version: a 409 for a taken name, and one when it gives no row, for
    somebody changed the thing meanwhile."""
    try:
        row = await fetch_optional(connection, query)
    except psycopg.errors.UniqueViolation as error:
        raise name_taken(name) from error
    if row is None:
        raise stale_version(what, sent=sent, current=current)
    return row
