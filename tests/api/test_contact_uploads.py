"""Files by an address that was given out, and by the contract's older form."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api_client import Answer, Api
from tests.contacts import LISTS, contacts, make_list, run_imports, size
from tests.world import World
from tidings.actions import imports as actions
from tidings.store.database import Database

CSV = "phone,name\n4915150000001,Amina\n"


async def ask(api: Api, made: dict[str, Any], **more: Any) -> Answer:
    body = {"id": made["id"], "contentType": "text/csv", **more}
    return await api.post(f"{LISTS}/uploads", body)


async def put(api: Api, url: str, content: bytes | str = CSV) -> Answer:
    headers = {"Content-Type": "text/csv"}
    return await api.as_(None).put(urlsplit(url).path, content=content, headers=headers)


async def test_a_file_goes_to_its_address_once(api: Api, database: Database) -> None:
    made = await make_list(api)
    given = (await ask(api, made)).json()
    assert given["headers"] == {"Content-Type": "text/csv"}
    assert (await api.get(f"{made['selfUri']}/imports")).json()["entities"] == []

    sent = await put(api, given["url"])
    again = await put(api, given["url"])
    await run_imports(database)

    assert (sent.status, sent.json()["id"]) == (200, given["uploadKey"])
    assert (again.status, again.json()["code"]) == (404, "upload.address.not.good")
    assert [each["data"]["name"] for each in await contacts(api, made)] == ["Amina"]
    [listed] = (await api.get(f"{made['selfUri']}/imports")).json()["entities"]
    assert (listed["id"], listed["state"]) == (given["uploadKey"], "done")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"signedUrlTimeoutSeconds": 0}, "signedUrlTimeoutSeconds"),
        ({"signedUrlTimeoutSeconds": 604_801}, "signedUrlTimeoutSeconds"),
        ({"contentType": "image/png"}, "contentType"),
        ({"id": None}, "id"),
        ({"contactIdName": "x" * 101}, "contactIdName"),
    ],
)
async def test_an_address_that_cannot_be_is_refused(
    api: Api, more: dict[str, Any], field: str
) -> None:
    answer = await ask(api, await make_list(api), **more)

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == field


async def test_an_address_that_is_too_old_takes_nothing(
    api: Api, world: World, database: Database
) -> None:
    made = await make_list(api)
    given = (await ask(api, made, signedUrlTimeoutSeconds=1)).json()
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE file_import SET expires_at = now() WHERE id = %s", (given["uploadKey"],)
        )

    assert (await put(api, given["url"])).status == 404
    assert (await put(api, f"{given['url']}x")).status == 404
    await run_imports(database)
    cancel = f"{made['selfUri']}/imports/{given['uploadKey']}/cancel"
    assert (await api.post(cancel)).status == 404


async def test_an_upload_that_is_too_large_may_be_tried_again(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make_list(api)
    given = (await ask(api, made)).json()
    with monkeypatch.context() as patched:
        patched.setattr(actions, "LARGEST_FILE_BYTES", 10)
        assert (await put(api, given["url"])).status == 413

    assert (await put(api, given["url"])).status == 200
    await run_imports(database)

    assert await size(api, made) == 1


async def test_the_older_form_takes_a_file(api: Api, database: Database) -> None:
    made = await make_list(api)

    sent = await api.request(
        "POST",
        "/uploads/v2/contactlist",
        data={"fileType": "contactlist", "id": made["id"], "contact-id-name": "nr"},
        files={"file": ("may.csv", b"nr,phone\n7,4915150000002\n", "text/csv")},
    )
    await run_imports(database)

    assert sent.status == 200, sent
    assert sent.json()["fileName"] == "may.csv"
    assert [each["id"] for each in await contacts(api, made)] == ["7"]


@pytest.mark.parametrize(
    ("data", "files"),
    [
        ({"id": "nonsense"}, {"file": ("a.csv", b"x", "text/csv")}),
        ({"id": "ours"}, {}),
        ({"id": "ours", "fileType": "dice"}, {"file": ("a.csv", b"x", "text/csv")}),
    ],
)
async def test_a_form_that_does_not_fit_is_refused(
    api: Api, data: dict[str, str], files: dict[str, Any]
) -> None:
    made = await make_list(api)
    data = {**data, "id": made["id"] if data["id"] == "ours" else data["id"]}

    answer = await api.request("POST", "/uploads/v2/contactlist", data=data, files=files or None)

    assert answer.status == 400, answer


async def test_files_go_only_into_lists_that_one_may_upload_into(api: Api, world: World) -> None:
    made = await make_list(api)
    file = {"file": ("a.csv", CSV.encode(), "text/csv")}
    for other in (api.as_(world.nils), api.as_(world.olga)):
        assert (await ask(other, made)).status == 404
        answer = await other.post(f"{made['selfUri']}/imports", content=CSV)
        assert answer.status == 404
        sent = await other.request(
            "POST", "/uploads/v2/contactlist", data={"id": made["id"]}, files=file
        )
        assert sent.status == 404
    assert (await ask(api.as_(world.mia), made)).status == 403


@pytest.mark.parametrize(
    ("content", "separator", "encoding"),
    [
        ("phone;name\n4915150000001;Jörg\n49151".encode("cp1252"), ";", "utf-8 or windows-1252"),
        ("\ufeffphone\tname\n4915150000001\tJörg\n49151".encode("utf-16-le"), "\t", "utf-16-le"),
        (b'phone|name\r\n4915150000001|"J\xc3\xb6rg"\r\n49151', "|", "utf-8 or windows-1252"),
    ],
)
async def test_a_file_is_shown_as_it_would_be_read(
    api: Api, content: bytes, separator: str, encoding: str
) -> None:
    answer = await api.post(f"{LISTS}/uploads/preview", content=content)

    assert answer.json() == {
        "encoding": encoding,
        "separator": separator,
        "columnNames": ["phone", "name"],
        "rows": [["4915150000001", "Jörg"], ["49151"]],
    }


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x89PNG\0\0" + bytes(1_500_000)])
async def test_what_is_no_csv_has_no_preview(api: Api, content: bytes) -> None:
    answer = await api.post(f"{LISTS}/uploads/preview", content=content)

    assert answer.status == 400
