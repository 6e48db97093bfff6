"""Do-not-contact files: several columns, any format, other columns ignored, bad rows told."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api_client import Api
from tests.outbound import make_dnc_list
from tests.world import World
from tidings.engine.imports import run_next_import
from tidings.engine.outbound_sweep import sweep_outbound
from tidings.settings import Settings
from tidings.store.database import Database

LISTS = "/api/v2/outbound/dnclists"


async def imported(
    api: Api, database: Database, listed: dict[str, Any], text: str | bytes, **params: Any
) -> dict[str, Any]:
    """Send a file by page and have it read; gives the import."""
    sent = await api.post(
        f"{listed['selfUri']}/imports",
        content=text.encode() if isinstance(text, str) else text,
        headers={"Content-Type": "text/csv"},
        params=params,
    )
    assert sent.status == 202, sent
    assert await run_next_import(database)
    job: dict[str, Any] = (await api.get(sent.json()["selfUri"])).json()
    return job


async def state(api: Api, listed: dict[str, Any]) -> dict[str, Any]:
    params = {"includeSize": "true", "includeImportStatus": "true"}
    answer: dict[str, Any] = (await api.get(listed["selfUri"], params=params)).json()
    return answer


async def test_several_phone_columns_in_any_format_go_in_and_others_are_ignored(
    api: Api, database: Database
) -> None:
    listed = await make_dnc_list(api, "US", defaultRegion="US")
    text = (
        "Name;Phone 1;Phone 2;Note\n"
        "Ann;317-153-4777;(317) 153-4778;x\n"
        "Bob;+49 (0)1511 2345678;;y\n"
        "Eve;1.317.153.4777;;again\n"
    )

    job = await imported(api, database, listed, text)

    assert (job["state"], job["acceptedRows"], job["rejectedRows"]) == ("done", 3, 0)
    after = await state(api, listed)
    assert after["size"] == 3
    assert after["unusableReasons"] == []
    assert after["importStatus"] == {
        "totalRecords": 3,
        "completedRecords": 3,
        "percentComplete": 100,
    }


async def test_named_columns_are_read_whatever_they_are_called(
    api: Api, database: Database
) -> None:
    listed = await make_dnc_list(api, "Named", contactMethod="Any")
    text = "A,B,C\n4915110000001,a@b.example,4915110000002\n"

    await imported(api, database, listed, text, phoneColumns="a, c", emailColumns="B")

    assert (await state(api, listed))["size"] == 3


async def test_a_row_with_one_bad_number_is_told_and_gives_its_good_ones(
    api: Api, database: Database
) -> None:
    listed = await make_dnc_list(api, "Partly")
    text = "phone1,phone2\n4915110000001,nonsense\n,\n4915110000003,\nx,y\n"

    job = await imported(api, database, listed, text)
    rejects = (await api.get(f"{job['selfUri']}/rejects")).text

    assert (job["acceptedRows"], job["rejectedRows"]) == (1, 2)
    after = await state(api, listed)
    assert after["size"] == 2
    assert after["unusableReasons"] == ["import.failed.partly"]
    assert 'phone2: ""nonsense"" is none of the phone numbers. The rest' in rejects
    assert after["importStatus"]["rejectedRecords"] == 2


async def test_bad_bytes_cost_their_own_line_only(api: Api, database: Database) -> None:
    listed = await make_dnc_list(api, "Bad bytes")
    rows = [
        b"phone,phone,note",
        b"4915110000001,4915110000002,two columns of one name",
        b"4915110000003,,J\xf6rg",
        "4915110000004,,Jörg".encode(),
        b"49151100\x0000005,,damaged",
        b'4915110000006,,"never closed',
        b"4915110000007,," + b"x" * 512,
        b"7" * 512 + b",,no number",
    ]

    job = await imported(api, database, listed, b"\n".join(rows))
    rejects = (await api.get(f"{job['selfUri']}/rejects")).text.splitlines()

    assert job["state"] == "done"
    assert (await state(api, listed))["size"] == 6
    assert [line.split(",")[0] for line in rejects[1:]] == ["5", "8"]
    assert "NUL" in rejects[1]
    assert "is none of the phone numbers" in rejects[2]


async def test_a_list_that_was_imported_in_part_is_accepted_until_the_next_import(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_dnc_list(api, "Accepted")
    text = "phone\n4915110000001\nnonsense\n"
    accept = f"{listed['selfUri']}/importstatus/accept"

    await imported(api, database, listed, text)
    accepted = (await api.post(accept)).json()
    shown = await api.get(f"{listed['selfUri'].replace('dnclists', 'dnclists/divisionviews')}")
    await imported(api, database, listed, f"{text}other nonsense\n")

    assert accepted["unusableReasons"] == []
    assert shown.json()["unusableReasons"] == []
    assert (await state(api, listed))["unusableReasons"] == ["import.failed.partly"]
    assert (await api.as_(world.nils).post(accept)).status == 404
    assert (await api.as_(world.mia).post(accept)).status == 403


async def test_an_import_that_goes_on_is_not_accepted(api: Api, database: Database) -> None:
    listed = await make_dnc_list(api, "Not yet")
    sent = await api.post(
        f"{listed['selfUri']}/imports",
        content=b"phone\n4915110000001\n",
        headers={"Content-Type": "text/csv"},
    )
    assert sent.status == 202, sent

    answer = await api.post(f"{listed['selfUri']}/importstatus/accept")

    assert (answer.status, answer.json()["code"]) == (409, "dnc.list.import.running")
    assert await run_next_import(database)


async def test_a_file_without_numbers_fails_with_what_to_do(api: Api, database: Database) -> None:
    listed = await make_dnc_list(api, "Wrong file")

    job = await imported(api, database, listed, "name,city\nAnn,Bonn\n")
    after = await state(api, listed)
    events = await api.get("/api/v2/outbound/events", params={"entityId": listed["id"]})

    assert (job["state"], job["failureCode"]) == ("failed", "import.no.dnc.column")
    assert '"name", "city"' in job["failure"]
    assert after["importStatus"]["state"] == "FAILED"
    assert after["unusableReasons"] == ["import.failed", "empty"]
    assert [each["eventMessage"]["code"] for each in events.json()["entities"]] == ["IMPORT_FAILED"]


async def test_entries_of_a_file_may_expire(api: Api, database: Database) -> None:
    listed = await make_dnc_list(api, "Until")
    text = (
        "phone,until\n4915110000001,2099-01-31T08:30Z\n4915110000002,\n"
        "4915110000003,2020-01-01T00:00Z\n4915110000004,soon\n"
    )

    job = await imported(api, database, listed, text, expirationDateTimeColumn="Until")

    assert (job["acceptedRows"], job["rejectedRows"]) == (2, 2)
    assert (await state(api, listed))["size"] == 2


async def test_a_custom_list_takes_the_values_of_its_column(api: Api, database: Database) -> None:
    listed = await make_dnc_list(
        api, "Custom", dncSourceType="rds_custom", customExclusionColumn="Customer number"
    )

    await imported(api, database, listed, "Phone,CUSTOMER NUMBER\n4915110000001,K-1\n,K-2\n")

    assert (await state(api, listed))["size"] == 2


async def test_a_file_is_sent_to_an_address_that_was_given_out(
    api: Api, database: Database
) -> None:
    listed = await make_dnc_list(api, "By address")
    asked = {"id": listed["id"], "contentType": "text/csv", "whatsAppColumns": "Number"}

    upload = (await api.post(f"{LISTS}/uploads", asked)).json()
    path = "/" + upload["url"].split("/", 3)[3]
    sent = await api.as_(None).put(
        path, content=b"Number\n4915110000001\n", headers=upload["headers"]
    )
    again = await api.as_(None).put(path, content=b"x", headers=upload["headers"])

    assert (sent.status, again.status) == (200, 404)
    running = await state(api, listed)
    assert running["importStatus"]["state"] == "IN_PROGRESS"
    assert running["unusableReasons"] == ["import.running", "empty"]
    assert await run_next_import(database)
    assert (await state(api, listed))["size"] == 1


async def test_a_list_that_is_deleted_takes_its_imports_along(api: Api, database: Database) -> None:
    listed = await make_dnc_list(api, "Going")
    sent = await api.post(
        f"{listed['selfUri']}/imports",
        content=b"phone\n4915110000001\n",
        headers={"Content-Type": "text/csv"},
    )

    assert (await api.delete(listed["selfUri"])).status == 204

    assert (await api.get(sent.json()["selfUri"])).status == 404
    assert not await run_next_import(database)


async def test_rows_that_were_not_taken_go_after_some_weeks_and_are_said_to_be_gone(
    api: Api, database: Database, settings: Settings
) -> None:
    listed = await make_dnc_list(api, "Rejects expire")
    job = await imported(api, database, listed, "phone\n4915110000001\nnobody\nno one\n")
    later = datetime.now(UTC) + timedelta(days=settings.import_reject_days, minutes=1)

    before = await api.get(f"{job['selfUri']}/rejects")
    await sweep_outbound(database, settings, datetime.now(UTC))
    kept = await api.get(f"{job['selfUri']}/rejects")
    await sweep_outbound(database, settings, later)

    gone = await api.get(f"{job['selfUri']}/rejects")
    shown = (await api.get(job["selfUri"])).json()
    assert before.text == kept.text
    assert before.text.count("\n") == 3
    assert (gone.status, gone.json()["code"]) == (404, "import.rejects.expired")
    assert "rejectsExpired" not in job
    assert (shown["rejectedRows"], shown["rejectsExpired"]) == (2, True)
