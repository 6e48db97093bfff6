"""The exports of a list: how far each is, where its file is, and who may know."""

from uuid import uuid4

from tests.api_client import Api
from tests.outbound import make_contact_list
from tests.world import World
from tidings.engine.exports import run_next_export
from tidings.store.database import Database

OUTBOUND = "/api/v2/outbound"


async def test_an_export_is_listed_from_its_order_to_its_file(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_contact_list(
        database, world, name="Exports listed", rows=[["4915110000001", "Berlin", "30", None]]
    )
    path = f"{OUTBOUND}/contactlists/{listed}"
    assert (await api.get(f"{path}/exports")).json()["entities"] == []

    assert (await api.post(f"{path}/export", {})).status == 200
    [ordered] = (await api.get(f"{path}/exports")).json()["entities"]
    assert (ordered["state"], "uri" in ordered) == ("queued", False)

    while await run_next_export(database):
        pass
    [made] = (await api.get(f"{path}/exports")).json()["entities"]
    assert (made["id"], made["state"], made["rows"]) == (ordered["id"], "done", 1)
    file = await api.get(made["uri"])
    assert file.status == 200
    assert len(file.response.content) == made["totalBytes"]


async def test_the_exports_of_no_list_are_not_told(api: Api) -> None:
    for kind in ("contactlists", "dnclists"):
        answer = await api.get(f"{OUTBOUND}/{kind}/{uuid4()}/exports")
        assert answer.status == 404, answer
