"""Contact lists with contacts, put straight into the database for tests of what stands on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.api_client import Api
from tests.world import World
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.query import Connection

LIST = """
    INSERT INTO contact_list (organization_id, id, division_id, name, columns, whatsapp_columns,
                              contact_count, next_position)
    VALUES (%(organization_id)s, %(id)s, %(division_id)s, %(name)s, %(columns)s, %(whatsapp)s,
            %(count)s, %(count)s + 1)
"""
CONTACTS = """
    INSERT INTO contact (organization_id, list_id, position, id, values)
    SELECT %(organization_id)s, %(id)s, r.position, 'contact-' || r.position,
           ARRAY(SELECT jsonb_array_elements_text(r.cells))
    FROM jsonb_array_elements(%(rows)s) WITH ORDINALITY AS r(cells, position)
"""


async def insert_contact_list(
    connection: Connection,
    organization_id: UUID,
    division_id: UUID,
    *,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | None]] = (),
) -> UUID:
    """A contact list whose first column holds phone IDs; contacts are contact-1, contact-2, ..."""
    params = {
        "organization_id": organization_id,
        "id": new_id(),
        "division_id": division_id,
        "name": name,
        "columns": list(columns),
        "whatsapp": Jsonb([{"columnName": columns[0], "type": "cell"}]),
        "count": len(rows),
        "rows": Jsonb([list(each) for each in rows]),
    }
    await connection.execute(LIST, params)
    await connection.execute(CONTACTS, params)
    made: UUID = params["id"]  # type: ignore[assignment]
    return made


async def make_contact_list(
    database: Database,
    world: World,
    *,
    name: str,
    columns: Sequence[str] = ("Phone", "City", "Age", "Due"),
    rows: Sequence[Sequence[str | None]] = (),
    division: str = "Home",
) -> UUID:
    """A contact list of Nordwind's in a transaction of its own."""
    async with database.transaction() as connection:
        return await insert_contact_list(
            connection,
            world.nordwind.id,
            world.nordwind.divisions[division],
            name=name,
            columns=columns,
            rows=rows,
        )


async def make_dnc_list(api: Api, name: str, **more: Any) -> dict[str, Any]:
    """A list of WhatsApp numbers, made through the public API; gives the answer."""
    body = {"name": name, "dncSourceType": "rds", "contactMethod": "WhatsApp"} | more
    answer = await api.post("/api/v2/outbound/dnclists", body)
    assert answer.status == 200, answer
    listed: dict[str, Any] = answer.json()
    return listed
