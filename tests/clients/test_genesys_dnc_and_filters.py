"""The official Genesys Cloud SDK, unchanged: contact filters, DNC lists, exports, settings."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.outbound import make_contact_list
from tests.serving import Server
from tests.world import World
from tidings.engine.exports import run_next_export
from tidings.engine.imports import run_next_import
from tidings.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
async def listed(database: Database, world: World) -> UUID:
    rows: list[list[str | None]] = [
        ["4915110000001", "Berlin", "17", None],
        ["4915110000002", "Berlin", "30", None],
        ["4915110000003", "Bonn", "41", None],
    ]
    return await make_contact_list(database, world, name="SDK people", rows=rows)


def adults(listed: UUID, name: str) -> Any:
    """A filter in the SDK's own models."""
    predicate = sdk.ContactListFilterPredicate()
    predicate.column, predicate.column_type = "Age", "numeric"
    predicate.operator = "BETWEEN"
    predicate.range = sdk.ContactListFilterRange()
    predicate.range.min, predicate.range.max = "18", "40"
    predicate.inverted = False
    clause = sdk.ContactListFilterClause()
    clause.filter_type, clause.predicates = "AND", [predicate]
    wanted = sdk.ContactListFilter()
    wanted.name, wanted.filter_type, wanted.clauses = name, "AND", [clause]
    wanted.contact_list = sdk.DomainEntityRef()
    wanted.contact_list.id = str(listed)
    return wanted


async def test_it_filters_contacts(outbound: Any, listed: UUID) -> None:
    made = await asyncio.to_thread(
        outbound.post_outbound_contactlistfilters, adults(listed, "SDK adults")
    )
    preview = await asyncio.to_thread(
        outbound.post_outbound_contactlistfilters_preview, adults(listed, "SDK adults")
    )
    made.name = "SDK grown-ups"
    changed = await asyncio.to_thread(outbound.put_outbound_contactlistfilter, made.id, made)
    page = await asyncio.to_thread(
        outbound.get_outbound_contactlistfilters, name="SDK", filter_type="Prefix"
    )

    assert made.clauses[0].predicates[0].operator == "BETWEEN"
    assert (preview.filtered_contacts, preview.total_contacts) == (1, 3)
    assert preview.preview[0].data["City"] == "Berlin"
    assert (changed.name, changed.version) == ("SDK grown-ups", 2)
    assert [each.id for each in page.entities] == [made.id]
    await asyncio.to_thread(outbound.delete_outbound_contactlistfilter, made.id)
    with pytest.raises(ApiException) as gone:
        await asyncio.to_thread(outbound.get_outbound_contactlistfilter, made.id)
    assert gone.value.status == 404


def dnc_list(outbound: Any, name: str) -> Any:
    wanted = sdk.DncListCreate()
    wanted.name, wanted.dnc_source_type, wanted.contact_method = name, "rds", "WhatsApp"
    return outbound.post_outbound_dnclists(wanted)


def size_of(outbound: Any, listed: Any) -> int:
    size: int = outbound.get_outbound_dnclist(listed.id, include_size=True).size
    return size


async def test_it_keeps_a_dnc_list(outbound: Any) -> None:
    def keep() -> None:
        made = dnc_list(outbound, "SDK out")
        change = sdk.DncPatchWhatsAppNumbersRequest()
        change.action, change.whats_app_numbers = "Add", ["+49 151 10000001", "+1 317 153 4777"]
        change.expiration_date_time = "2099-01-31T08:30Z"
        outbound.patch_outbound_dnclist_whatsappnumbers(made.id, change)
        outbound.post_outbound_dnclist_phonenumbers(made.id, ["4915110000002"])
        assert size_of(outbound, made) == 3
        change.action = "Remove"
        outbound.patch_outbound_dnclist_whatsappnumbers(made.id, change)
        assert size_of(outbound, made) == 1
        outbound.delete_outbound_dnclist_whatsappnumbers(made.id, expired_only=True)
        assert size_of(outbound, made) == 1
        views = outbound.get_outbound_dnclists_divisionviews(name="SDK out", include_size=True)
        assert [each.size for each in views.entities] == [1]
        made.name = "SDK never"
        assert outbound.put_outbound_dnclist(made.id, made).version == 2
        outbound.delete_outbound_dnclist(made.id)

    await asyncio.to_thread(keep)


async def test_it_uploads_a_dnc_file(outbound: Any, database: Database, server: Server) -> None:
    made = await asyncio.to_thread(dnc_list, outbound, "SDK file")
    request = sdk.DNCListUploadUrlRequest()
    request.id, request.content_type, request.phone_columns = made.id, "text/csv", "Phone"

    upload = await asyncio.to_thread(outbound.post_outbound_dnclists_uploads, request)
    path = "/" + upload.url.split("/", 3)[3]
    async with httpx.AsyncClient(base_url=server.address) as plain:
        sent = await plain.put(
            path, content=b"Phone\n+49 151 10000001\n", headers=dict(upload.headers)
        )
    assert sent.status_code == 200
    status = await asyncio.to_thread(outbound.get_outbound_dnclist_importstatus, made.id)
    assert status.state == "IN_PROGRESS"
    assert await run_next_import(database)

    status = await asyncio.to_thread(outbound.get_outbound_dnclist_importstatus, made.id)
    assert (status.state, status.percent_complete) == (None, 100)
    assert await asyncio.to_thread(size_of, outbound, made) == 1


async def test_it_exports_a_contact_list(
    outbound: Any, database: Database, listed: UUID, server: Server, world: World
) -> None:
    ref = await asyncio.to_thread(outbound.post_outbound_contactlist_export, str(listed))
    with pytest.raises(ApiException) as early:
        await asyncio.to_thread(outbound.get_outbound_contactlist_export, str(listed))
    assert await run_next_export(database)

    export = await asyncio.to_thread(outbound.get_outbound_contactlist_export, str(listed))
    async with httpx.AsyncClient(base_url=server.address, follow_redirects=True) as plain:
        file = await plain.get(export.uri, headers={"Authorization": f"Bearer {world.robot.token}"})

    assert early.value.status == 404
    assert export.uri.endswith(ref.id)
    assert file.content.startswith(b"\xef\xbb\xbfinin-outbound-id,Phone,City")
    assert len(file.text.splitlines()) == 4


async def test_it_reads_events_and_changes_settings(outbound: Any) -> None:
    def change() -> None:
        assert outbound.get_outbound_events(page_size=5).page_size == 5
        settings = outbound.get_outbound_settings()
        settings.time_zone = "Europe/Copenhagen"
        outbound.patch_outbound_settings(settings)
        assert outbound.get_outbound_settings().time_zone == "Europe/Copenhagen"

    await asyncio.to_thread(change)
