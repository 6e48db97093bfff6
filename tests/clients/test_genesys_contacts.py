"""The official Genesys Cloud SDK, unchanged, makes a contact list, fills it and finds people."""

import asyncio
import urllib.request
from collections.abc import Iterator
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.contacts import run_imports
from tests.serving import Server
from tests.world import World
from tidings.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def outbound(server: Server, world: World) -> Iterator[Any]:
    """The SDK's outbound area, signed in with client credentials."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address
    client = sdk.api_client.ApiClient()
    robot = world.robot
    client.get_client_credentials_token(str(robot.id), robot.secret)
    yield sdk.OutboundApi(client)
    sdk.configuration.host = before


def make_list(outbound: Any, name: str) -> Any:
    """A list with a column of WhatsApp numbers."""
    body = sdk.ContactList()
    body.name = name
    body.column_names = ["id", "phone", "name"]
    column = sdk.WhatsAppColumn()
    column.column_name, column.type = "phone", "cell"
    body.whats_app_columns = [column]
    return outbound.post_outbound_contactlists(body)


async def test_it_makes_a_list_uploads_a_file_and_follows_the_import(
    outbound: Any, server: Server, database: Database
) -> None:
    made = await asyncio.to_thread(make_list, outbound, "From the SDK")
    request = sdk.ContactListUploadUrlRequest()
    request.id, request.content_type, request.contact_id_name = made.id, "text/csv", "id"
    request.signed_url_timeout_seconds = 60
    given = await asyncio.to_thread(outbound.post_outbound_contactlists_uploads, request)
    url = server.address + given.url[given.url.index("/uploads/") :]
    file = urllib.request.Request(
        url, b"id,phone,name\nk1,+49 151 60000001,Amina\nk2,nobody,Jonas\n", given.headers,
        method="PUT",
    )  # fmt: skip
    await asyncio.to_thread(urllib.request.urlopen, file)
    waiting = await asyncio.to_thread(outbound.get_outbound_contactlist_importstatus, made.id)
    await run_imports(database)
    done = await asyncio.to_thread(
        outbound.get_outbound_contactlist, made.id, include_import_status=True, include_size=True
    )

    assert waiting.state == "IN_PROGRESS"
    assert (done.import_status.state, done.import_status.percent_complete) == (None, 100)
    assert done.size == 1
    contact = await asyncio.to_thread(outbound.get_outbound_contactlist_contact, made.id, "k1")
    assert contact.data["phone"] == "4915160000001"


def test_it_adds_finds_changes_and_deletes_contacts(outbound: Any) -> None:
    made = make_list(outbound, "By hand")
    rows = []
    for number in range(3):
        row = sdk.WritableDialerContact()
        row.id, row.contact_list_id = f"k{number}", made.id
        row.data = {"id": f"k{number}", "phone": f"491516100000{number}", "name": f"N{number}"}
        rows.append(row)
    added = outbound.post_outbound_contactlist_contacts(made.id, rows, clear_system_data=True)
    search = sdk.ContactListingRequest()
    search.page_number, search.page_size = 1, 25
    sort = sdk.ContactSort()
    sort.field_name, sort.direction = "name", "DESC"
    search.contact_sorts = [sort]
    found = outbound.post_outbound_contactlist_contacts_search(made.id, search)

    assert [each.id for each in added] == ["k0", "k1", "k2"]
    assert [each.data["name"] for each in found.entities] == ["N2", "N1", "N0"]
    assert found.total == found.contacts_count == 3

    one = found.entities[0]
    one.data["name"] = "Amina"
    changed = outbound.put_outbound_contactlist_contact(made.id, one.id, one)
    assert changed.data["name"] == "Amina"
    several = outbound.post_outbound_contactlist_contacts_bulk(made.id, ["k0", "k2"])
    assert [each.id for each in several] == ["k0", "k2"]
    outbound.delete_outbound_contactlist_contacts(made.id, ["k0", "k2"])
    with pytest.raises(ApiException) as absent:
        outbound.get_outbound_contactlist_contact(made.id, "k0")
    assert absent.value.status == 404


def test_it_lists_renames_and_deletes_lists(outbound: Any) -> None:
    made = make_list(outbound, "Short-lived")
    listed = outbound.get_outbound_contactlists(name="Short", include_size=True)
    view = outbound.get_outbound_contactlists_divisionview(made.id, include_size=True)
    made.name = "Shorter-lived"
    renamed = outbound.put_outbound_contactlist(made.id, made)

    assert [each.id for each in listed.entities] == [made.id]
    assert (view.id, view.size) == (made.id, 0)
    assert (renamed.name, renamed.version) == ("Shorter-lived", 2)
    outbound.delete_outbound_contactlist(made.id)
    with pytest.raises(ApiException) as absent:
        outbound.get_outbound_contactlist(made.id)
    assert absent.value.status == 404
