"""What tests of contact lists need: a list, a file sent into it, and how the import ended."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from tests.api_client import Answer, Api
from tidings.engine.imports import run_next_import
from tidings.store.database import Database
from tidings.store.ids import new_id

LISTS = "/api/v2/outbound/contactlists"
COLUMNS = ("phone", "name", "city")

Row = dict[str, Any]


async def make_list(
    api: Api, columns: Sequence[str] = COLUMNS, *, whatsapp: Sequence[str] = ("phone",), **more: Any
) -> Row:
    """A contact list; its first column holds phone IDs unless told otherwise."""
    body = {
        "name": f"List {new_id()}",
        "columnNames": list(columns),
        "whatsAppColumns": [{"columnName": name, "type": "cell"} for name in whatsapp],
        **more,
    }
    answer = await api.post(LISTS, body)
    assert answer.status == 200, answer
    made: Row = answer.json()
    return made


async def send_file(api: Api, made: Row, content: bytes | str, **query: str) -> Answer:
    """A file into a list, sent as the console does it."""
    body = content.encode() if isinstance(content, str) else content
    return await api.post(
        f"{made['selfUri']}/imports",
        content=body,
        headers={"Content-Type": "text/csv"},
        params={"fileName": f"{new_id()}.csv", **query},
    )


async def run_imports(database: Database) -> None:
    """Let whatever waits be imported."""
    while await run_next_import(database):
        pass


async def imported(
    api: Api, database: Database, made: Row, content: bytes | str, **query: str
) -> Row:
    """Send a file, run what waits, and give the import as it ended."""
    answer = await send_file(api, made, content, **query)
    assert answer.status == 202, answer
    await run_imports(database)
    ended: Row = (await api.get(answer.json()["selfUri"])).json()
    return ended


async def contacts(api: Api, made: Row, **body: Any) -> list[Row]:
    """The contacts of a list in its order, up to a hundred."""
    answer = await api.post(
        f"{made['selfUri']}/contacts/search", {"pageNumber": 1, "pageSize": 100, **body}
    )
    assert answer.status == 200, answer
    found: list[Row] = answer.json()["entities"]
    return found


async def size(api: Api, made: Row) -> int:
    """How many contacts the list says it has."""
    answer = await api.get(made["selfUri"], params={"includeSize": "true"})
    return int(answer.json()["size"])


async def rejects(api: Api, job: Row) -> list[list[str]]:
    """Line, reason and content of every row that was not taken."""
    answer = await api.get(f"{job['selfUri']}/rejects")
    return list(csv.reader(io.StringIO(answer.text)))[1:]
