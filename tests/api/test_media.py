"""Files that agents upload: announced, sent, checked, and thrown away when nobody sends them."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.content_profiles import govern, media_types, use
from tests.media import (
    DOWNLOADS,
    HTML,
    MESSAGES,
    PDF,
    announce,
    is_stored,
    picture,
    put,
    stored_files,
    upload,
)
from tests.messaging import Messaging
from tests.sending import Sending, refusal
from tests.world import World
from tidings.domain.media import MB
from tidings.engine.media_fetch import MediaFetch
from tidings.providers.http import Http
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.secret_box import load_secret_box


@pytest.fixture(scope="module")
async def conversation_id(database: Database, world: World) -> UUID:
    messaging = await Messaging.build(database, world)
    return (await messaging.notify("4915112345678")).conversation_id


@pytest.fixture(scope="module")
async def number(sending: Sending, conversation_id: UUID) -> UUID:
    """The number of the conversation."""
    of = "SELECT integration_id FROM conversation WHERE id = %s"
    found: UUID = await sending.one(of, conversation_id)
    return found


async def test_an_uploaded_file_is_valid_and_can_be_read(api: Api, conversation_id: UUID) -> None:
    content = picture("JPEG")
    communication_id = new_id()
    announced = await announce(
        api, conversation_id, name="C:\\holiday\\beach.jpg", size=len(content),
        communication_id=communication_id,
    )  # fmt: skip
    before = (await api.get(announced.json()["selfUri"])).json()

    sent = await put(api, announced.json()["uploadUrl"], content)
    after = (await api.get(announced.json()["selfUri"])).json()

    assert (before["status"], sent.status, after["status"]) == ("uploading", 200, "valid")
    assert announced.json()["name"] == "beach.jpg"
    assert (after["mediaType"], after["contentLengthBytes"]) == ("image/jpeg", len(content))
    assert after["communicationId"] == str(communication_id)
    assert (await api.get(after["url"])).response.content == content
    assert (await api.get(f"{after['url']}/thumbnail")).status == 200
    path = f"{MESSAGES}/{conversation_id}/communications/{communication_id}/messages/media"
    listed = await api.get(path, params={"status": "valid"})
    assert [each["id"] for each in listed.json()["entities"]] == [after["id"]]
    assert (await api.get(path, params={"status": "invalid"})).json()["entities"] == []


async def test_the_older_way_of_the_contract_takes_a_file_that_was_not_described(
    api: Api, conversation_id: UUID
) -> None:
    path = f"{MESSAGES}/{conversation_id}/communications/{new_id()}/messages/media"
    made = (await api.post(path)).json()

    assert (await put(api, made["uploadUrl"], PDF)).status == 200

    assert (await api.get(f"{path}/{made['id']}")).json()["mediaType"] == "application/pdf"


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("setup.exe", 100, "media.type"),
        ("noending", 100, "media.type"),
        ("beach.jpg", 5 * MB + 1, "media.size"),
        ("film.mp4", 50 * MB, "media.size"),
        ("plan.pdf", 101 * MB, "media.size"),
        ("plan.pdf", 0, "invalid.value"),
        (" ", 10, "invalid.value"),
    ],
)
async def test_what_whatsapp_would_not_take_is_refused_before_it_is_sent(
    api: Api, conversation_id: UUID, name: str, size: int, code: str
) -> None:
    assert refusal(await announce(api, conversation_id, name=name, size=size)) == (400, code)


async def test_fifty_megabytes_are_refused_by_their_size_before_a_byte_is_read(
    api: Api, conversation_id: UUID
) -> None:
    announced = (await announce(api, conversation_id, name="beach.png", size=1000)).json()

    sent = await put(api, announced["uploadUrl"], bytes(50 * MB))

    assert refusal(sent) == (413, "media.size")
    assert "larger than 5 MB" in sent.json()["message"]
    seen = (await api.get(announced["selfUri"])).json()
    assert (seen["status"], "larger than 5 MB" in seen["failure"]) == ("invalid", True)


async def test_a_stream_of_unknown_length_is_cut_where_it_becomes_too_large(
    api: Api, conversation_id: UUID, settings: Settings
) -> None:
    announced = (await announce(api, conversation_id, name="beach.png", size=1000)).json()
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 50:
            read += 1
            yield bytes(MB)

    sent = await put(api, announced["uploadUrl"], endless())

    assert refusal(sent) == (413, "media.size")
    assert read <= 7
    assert not is_stored(settings, announced["id"])


async def test_a_file_that_is_not_what_its_name_says_is_judged_by_its_bytes(
    api: Api, conversation_id: UUID, settings: Settings
) -> None:
    program = (await announce(api, conversation_id, name="beach.png", size=1000)).json()
    page = (await announce(api, conversation_id, name="beach.png", size=len(HTML))).json()

    refused = await put(api, program["uploadUrl"], b"MZ" + bytes(500))
    taken = await put(api, page["uploadUrl"], HTML)

    assert refusal(refused) == (400, "media.refused")
    assert (await api.get(program["selfUri"])).json()["status"] == "invalid"
    assert not is_stored(settings, program["id"])
    assert taken.status == 200
    file = await api.get(f"{DOWNLOADS}/{page['id']}")
    assert file.headers["content-type"].startswith("text/plain")
    assert file.headers["content-disposition"].startswith("attachment")


async def test_an_address_takes_one_file_and_needs_its_token(
    api: Api, conversation_id: UUID
) -> None:
    announced = (await announce(api, conversation_id, name="plan.pdf", size=len(PDF))).json()
    url = announced["uploadUrl"]

    forged = await put(api, url[:-8] + "AAAAAAAA", PDF)
    elsewhere = await put(api, url.replace(announced["id"], str(new_id())), PDF)
    first = await put(api, url, PDF)
    second = await put(api, url, PDF)

    assert [each.status for each in (forged, elsewhere, first, second)] == [404, 404, 200, 404]


async def test_what_the_content_profile_does_not_let_out_is_refused_before_it_is_sent(
    api: Api, conversation_id: UUID, number: UUID
) -> None:
    made = await govern(api, number, "Pictures out", outbound=("image/*",))

    refused = await announce(api, conversation_id, name="plan.pdf", size=len(PDF))
    taken = await announce(api, conversation_id, name="beach.png", size=100)
    await api.patch(made["selfUri"], {"mediaTypes": media_types(outbound=())})
    nothing = await announce(api, conversation_id, name="beach.png", size=100)
    await use(api, number, None)
    free = await announce(api, conversation_id, name="plan.pdf", size=len(PDF))

    assert refusal(refused) == (400, "content.not.allowed")
    assert refused.json()["details"][0]["fieldName"] == "fileName"
    for word in ("application/pdf", "Pictures out", "It allows image/*"):
        assert word in refused.json()["message"]
    assert "It allows no files" in nothing.json()["message"]
    assert (taken.status, free.status) == (200, 200)


async def test_the_content_profile_judges_an_upload_once_more_by_its_bytes(
    api: Api, conversation_id: UUID, number: UUID
) -> None:
    await govern(api, number, "JPEG out", outbound=("image/jpeg",))
    announced = (await announce(api, conversation_id, name="beach.jpg", size=len(PDF))).json()
    other = (await announce(api, conversation_id, name="beach.jpg", size=1_000)).json()

    sent = await put(api, announced["uploadUrl"], PDF)
    taken = await put(api, other["uploadUrl"], picture("JPEG"))
    await use(api, number, None)

    seen = (await api.get(announced["selfUri"])).json()
    assert refusal(sent) == (400, "content.not.allowed")
    assert (seen["status"], "JPEG out" in seen["failure"]) == ("invalid", True)
    assert taken.status == 200


async def test_uploads_are_for_who_may_write_in_the_conversation(
    api: Api, conversation_id: UUID, world: World
) -> None:
    answers = {
        who: (await announce(api.as_(actor), conversation_id, name="a.pdf", size=9)).status
        for who, actor in {"sven": world.sven, "nils": world.nils, "mia": world.mia,
                           "olga": world.olga}.items()
    }  # fmt: skip

    assert answers == {"sven": 200, "nils": 404, "mia": 403, "olga": 404}
    media_id = await upload(api, conversation_id, PDF, name="a.pdf")
    assert (await api.as_(world.olga).get(f"{DOWNLOADS}/{media_id}")).status == 404


async def test_what_was_uploaded_and_never_sent_is_thrown_away(
    api: Api, conversation_id: UUID, database: Database, settings: Settings, sending: Sending
) -> None:
    before = stored_files(settings)  # of other tests: they share a store
    media_id = await upload(api, conversation_id, PDF, name="a.pdf")
    half = (await announce(api, conversation_id, name="b.pdf", size=9)).json()
    assert is_stored(settings, media_id)
    http = Http()
    fetching = MediaFetch(database, settings, load_secret_box(settings), http=http)

    await fetching.look()
    await fetching.settle()
    assert is_stored(settings, media_id)
    await sending.rows("UPDATE media SET due_at = now()")
    await fetching.look()
    await fetching.settle()
    await fetching.look()
    await fetching.settle()
    await http.close()

    assert not is_stored(settings, media_id)
    assert stored_files(settings) <= before
    assert (await api.get(f"{DOWNLOADS}/{media_id}")).status == 404
    assert refusal(await put(api, half["uploadUrl"], PDF)) == (404, "not.found")
