"""Files that customers send: the message is there at once, the file soon after, or says why not."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest

from tests.api_client import Api
from tests.channels import channel_settings
from tests.content_profiles import govern, use
from tests.media import (
    DOWNLOADS,
    HTML,
    MESSAGES,
    MP4,
    OPUS,
    PDF,
    announce,
    attachment,
    conversation_of,
    hosted,
    is_stored,
    media_message,
    picture,
    receive,
    sha256,
)
from tests.routing import Desk
from tests.sending import Line, Sending, inbound, refusal
from tests.world import World
from tidings.engine.media_fetch import CLAIM_SECONDS, MediaFetch
from tidings.providers.http import Http
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.media import Medium
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.media_upkeep import claim_due_media
from tidings.store.query import fetch
from tidings.store.secret_box import load_secret_box

LIMIT = 300_000
CUSTOMER = "4915112340001"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = channel_settings(str(tmp_path_factory.mktemp("home")), port=8080)
    return msgspec.structs.replace(settings, media_max_bytes=LIMIT)


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator")) as simulation:
        yield simulation


@pytest.fixture(scope="module")
async def line(sending: Sending, simulation: Simulation) -> Line:
    return await sending.connect(simulation=simulation)


@pytest.fixture(scope="module")
async def fetching(database: Database, settings: Settings) -> AsyncIterator[MediaFetch]:
    http = Http()
    yield MediaFetch(database, settings, load_secret_box(settings), http=http)
    await http.close()


class Phone:
    """A customer who sends files, and the worker that fetches what is due."""

    def __init__(
        self, api: Api, sending: Sending, line: Line, *, simulation: Simulation, work: MediaFetch
    ) -> None:
        self.api = api
        self.sending = sending
        self.line = line
        self.simulation = simulation
        self._work = work

    async def send(
        self, content: bytes, mime_type: str, kind: str, **more: str
    ) -> tuple[UUID, UUID]:
        """A message with a file comes in; gives its id and its conversation's."""
        return await self.send_medium(hosted(self.simulation, content, mime_type), kind, **more)

    async def send_medium(self, medium: Medium, kind: str, **more: str) -> tuple[UUID, UUID]:
        """The same, of a file that is with the provider already."""
        wamid = f"wamid.{new_id()}"
        change = media_message(medium, kind, sender=CUSTOMER, wamid=wamid, **more)
        await receive(self.api, self.sending, self.line, change, change)
        return await conversation_of(self.sending, wamid)

    async def fetch(self) -> None:
        """The worker does what is due."""
        await self._work.look()
        await self._work.settle()

    async def hurry(self) -> None:
        """All that waits is due, and is done."""
        await self.sending.rows("UPDATE media SET due_at = now() WHERE due_at IS NOT NULL")
        await self.fetch()


@pytest.fixture(scope="module")
def phone(
    api: Api, sending: Sending, line: Line, simulation: Simulation, fetching: MediaFetch
) -> Phone:
    return Phone(api, sending, line, simulation=simulation, work=fetching)


async def test_a_picture_is_announced_with_its_message_and_shown_when_it_is_fetched(
    api: Api, phone: Phone, sending: Sending
) -> None:
    content = picture()
    message_id, conversation_id = await phone.send(content, "image/png", "image", caption="Look")

    before = await attachment(api, conversation_id)
    await phone.fetch()
    after = await attachment(api, conversation_id)

    assert (before["status"], before["kind"], "url" in before) == ("pending", "image", False)
    assert after["status"] == "valid"
    assert (after["mime"], after["contentSizeBytes"]) == ("image/png", len(content))
    assert after["sha256"] == sha256(content)
    file = await api.get(after["url"])
    assert file.response.content == content
    assert file.headers["content-type"] == "image/png"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["content-disposition"].startswith("inline")
    thumbnail = await api.get(after["thumbnailUrl"])
    assert thumbnail.headers["content-type"] == "image/webp"
    assert thumbnail.response.content[8:12] == b"WEBP"
    told = "SELECT body FROM event WHERE kind = 'message.media' ORDER BY id DESC LIMIT 1"
    assert (await sending.one(told))["messages"][0]["id"] == str(message_id)


async def test_the_public_api_shows_the_file_as_an_attachment(api: Api, phone: Phone) -> None:
    message_id, conversation_id = await phone.send(picture(), "image/png", "image", caption="Look")
    await phone.fetch()

    answer = await api.get(f"{MESSAGES}/{conversation_id}/messages/{message_id}")

    content = answer.json()["normalizedMessage"]["content"][0]
    assert content["contentType"] == "Attachment"
    shown = content["attachment"]
    assert (shown["mediaType"], shown["text"]) == ("Image", "Look")
    assert shown["url"] == f"{DOWNLOADS}/{message_id}"


@pytest.mark.parametrize(
    ("content", "declared", "kind", "media_type", "mime", "how"),
    [
        (OPUS, "audio/ogg; codecs=opus", "audio", "Audio", "audio/ogg", "inline"),
        (MP4, "video/mp4", "video", "Video", "video/mp4", "inline"),
        (PDF, "application/pdf", "document", "File", "application/pdf", "attachment"),
        (HTML, "text/plain", "document", "File", "text/plain", "attachment"),
        (picture("WEBP"), "image/webp", "sticker", "Image", "image/webp", "inline"),
    ],
)
async def test_every_kind_of_file_is_kept_as_what_it_is(
    api: Api, phone: Phone, content: bytes, declared: str, kind: str, media_type: str, mime: str,
    how: str,
) -> None:  # fmt: skip
    _, conversation_id = await phone.send(content, declared, kind, filename="Bill 7.pdf")
    await phone.fetch()

    shown = await attachment(api, conversation_id)

    assert (shown["status"], shown["mediaType"], shown["mime"]) == ("valid", media_type, mime)
    file = await api.get(shown["url"])
    assert file.response.content == content
    assert file.headers["content-disposition"] == f"{how}; filename*=UTF-8''Bill%207.pdf"


async def test_a_part_of_a_file_is_given_for_moving_in_it(api: Api, phone: Phone) -> None:
    _, conversation_id = await phone.send(MP4, "video/mp4", "video")
    await phone.fetch()
    url = (await attachment(api, conversation_id))["url"]

    part = await api.get(url, headers={"Range": "bytes=4-7"})
    rest = await api.get(url, headers={"Range": "bytes=8-"})
    beyond = await api.get(url, headers={"Range": "bytes=5000-"})

    assert (part.status, part.response.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(MP4)}"
    assert (rest.status, rest.response.content) == (206, MP4[8:])
    assert beyond.status == 400


async def test_a_file_that_is_gone_is_asked_for_again_and_then_shown_as_failed(
    api: Api, phone: Phone, simulation: Simulation, sending: Sending
) -> None:
    medium = hosted(simulation, picture(), "image/png")
    message_id, conversation_id = await phone.send_medium(medium, "image")
    simulation.media.delete(medium)

    await phone.fetch()
    first = await attachment(api, conversation_id)
    await phone.hurry()
    await phone.hurry()
    last = await attachment(api, conversation_id)

    assert first["status"] == "pending"
    assert "WhatsApp did not give the file" in first["failure"]
    assert (last["status"], "url" in last) == ("invalid", False)
    assert (await api.get(f"{DOWNLOADS}/{message_id}")).status == 404
    again = await api.post(f"{MESSAGES}/media/{message_id}/fetch")
    assert (again.status, again.json()["status"]) == (202, "pending")
    assert await sending.one("SELECT due_at <= now() FROM media WHERE id = %s", message_id)


async def test_what_a_mended_token_lets_through_is_fetched_by_hand(
    api: Api, phone: Phone, simulation: Simulation, line: Line
) -> None:
    tokens = simulation.book.world.tokens
    ours = next(each for each in tokens if each.value == line.access_token)
    message_id, conversation_id = await phone.send(picture(), "image/png", "image")
    tokens.remove(ours)
    simulation.book.changed()
    await phone.fetch()
    refused = await attachment(api, conversation_id)
    tokens.append(ours)
    simulation.book.changed()

    await api.post(f"{MESSAGES}/media/{message_id}/fetch")
    await phone.fetch()

    assert (refused["status"], "failure" in refused) == ("pending", True)
    shown = await attachment(api, conversation_id)
    assert (shown["status"], "failure" in shown) == ("valid", False)
    nothing = await api.post(f"{MESSAGES}/media/{message_id}/fetch")
    assert (nothing.status, nothing.json()["code"]) == (409, "media.not.failed")


async def test_a_file_that_is_too_large_is_given_up_and_not_kept(
    api: Api, phone: Phone, settings: Settings
) -> None:
    message_id, conversation_id = await phone.send(
        PDF + bytes(LIMIT), "application/pdf", "document"
    )
    await phone.fetch()

    shown = await attachment(api, conversation_id)

    assert shown["status"] == "invalid"
    assert "larger than 293 kB" in shown["failure"]
    assert not is_stored(settings, message_id)


@pytest.mark.parametrize(
    ("content", "declared", "kind"),
    [(PDF, "image/png", "image"), (HTML, "image/webp", "sticker"), (HTML, "video/mp4", "video")],
)
async def test_a_file_that_is_not_what_its_message_says_is_not_kept(
    api: Api, phone: Phone, settings: Settings, content: bytes, declared: str, kind: str
) -> None:
    message_id, conversation_id = await phone.send(content, declared, kind)
    await phone.fetch()

    shown = await attachment(api, conversation_id)

    assert shown["status"] == "invalid"
    assert f"it says it is {declared}" in shown["failure"].lower().replace("the file", "it")
    assert not is_stored(settings, message_id)


async def test_a_broken_picture_is_kept_without_a_thumbnail(api: Api, phone: Phone) -> None:
    _, conversation_id = await phone.send(picture()[:200], "image/png", "image")
    await phone.fetch()

    shown = await attachment(api, conversation_id)

    assert (shown["status"], "thumbnailUrl" in shown) == ("valid", False)


async def test_what_a_killed_worker_had_begun_is_fetched_a_minute_later(
    api: Api, phone: Phone, database: Database, sending: Sending
) -> None:
    message_id, conversation_id = await phone.send(picture(), "image/png", "image")
    async with database.connection() as connection:
        taken = await fetch(connection, claim_due_media(limit=9, seconds=CLAIM_SECONDS))
    assert message_id in [row.id for row in taken]

    await phone.fetch()
    meanwhile = await attachment(api, conversation_id)
    later = "UPDATE media SET due_at = due_at - interval '61 seconds' WHERE id = %s"
    await sending.rows(later, message_id)
    await phone.fetch()

    assert meanwhile["status"] == "pending"
    assert (await attachment(api, conversation_id))["status"] == "valid"


async def test_a_deleted_file_is_gone_from_the_store_and_its_message_says_so(
    api: Api, phone: Phone, settings: Settings, sending: Sending, world: World
) -> None:
    message_id, conversation_id = await phone.send(picture(), "image/png", "image")
    await phone.fetch()
    assert is_stored(settings, message_id)
    path = f"{MESSAGES}/media/{message_id}"
    refused = await api.as_(world.sven).delete(path)

    deleted = await api.delete(path)
    at_once = await api.get(f"{DOWNLOADS}/{message_id}")
    await phone.fetch()

    assert (refused.status, deleted.status, at_once.status) == (403, 204, 404)
    assert not is_stored(settings, message_id)
    assert (await attachment(api, conversation_id))["status"] == "deleted"
    audit = "SELECT action FROM audit WHERE entity_type = 'media' AND entity_id = %s"
    assert await sending.one(audit, message_id) == "delete"


async def test_a_file_deleted_before_it_was_fetched_is_never_kept(
    api: Api, phone: Phone, settings: Settings
) -> None:
    message_id, conversation_id = await phone.send(picture(), "image/png", "image")
    await api.delete(f"{MESSAGES}/media/{message_id}")

    await phone.fetch()

    assert not is_stored(settings, message_id)
    assert (await attachment(api, conversation_id))["status"] == "deleted"


async def test_a_customer_who_takes_a_picture_back_takes_its_bytes_back(
    api: Api, phone: Phone, settings: Settings, sending: Sending, line: Line
) -> None:
    message_id, _ = await phone.send(picture(), "image/png", "image")
    await phone.fetch()
    wamid = await sending.one("SELECT provider_message_id FROM message WHERE id = %s", message_id)
    revoke = inbound(
        "", sender=CUSTOMER, wamid=f"{wamid}.R", type="revoke",
        revoke={"original_message_id": wamid},
    )  # fmt: skip

    await receive(api, sending, line, revoke)
    await phone.fetch()

    assert not is_stored(settings, message_id)
    assert (await api.get(f"{DOWNLOADS}/{message_id}")).status == 404


async def test_where_a_workstream_takes_no_files_none_is_fetched_or_sent(
    api: Api, phone: Phone, sending: Sending, simulation: Simulation, world: World,
    settings: Settings,
) -> None:  # fmt: skip
    desk = Desk(sending.database, world)
    line = await sending.connect(simulation=simulation)
    await desk.stream(line, await desk.queue(), customer_attachments=False, agent_attachments=False)
    wamid = f"wamid.{new_id()}"
    medium = hosted(simulation, picture(), "image/png")
    change = media_message(medium, "image", sender=CUSTOMER, wamid=wamid, caption="Look")
    await receive(api, sending, line, change)
    message_id, conversation_id = await conversation_of(sending, wamid)

    await phone.hurry()
    again = await api.post(f"{MESSAGES}/media/{message_id}/fetch")
    sent = await announce(api, conversation_id, name="a.pdf", size=9)

    shown = await attachment(api, conversation_id)
    assert (shown["status"], "not taken" in shown["failure"]) == ("withheld", True)
    assert not is_stored(settings, message_id)
    assert again.status == 409
    assert refusal(sent) == (409, "media.not.allowed")


async def test_what_the_content_profile_does_not_take_is_not_fetched_and_the_message_stays(
    api: Api, phone: Phone, line: Line, settings: Settings
) -> None:
    await govern(api, line.integration_id, "Pictures in", inbound=("image/*",))

    message_id, conversation_id = await phone.send(PDF, "application/pdf", "document", caption="X")
    await phone.hurry()
    again = await api.post(f"{MESSAGES}/media/{message_id}/fetch")
    shown = await attachment(api, conversation_id)
    taken_id, _ = await phone.send(picture(), "image/png", "image")
    await phone.fetch()
    await use(api, line.integration_id, None)

    assert shown["status"] == "withheld"
    assert shown["failure"] == (
        "The content profile Pictures in takes no files of the type application/pdf from "
        "customers, so it was not fetched."
    )
    assert again.status == 409
    assert not is_stored(settings, message_id)
    assert is_stored(settings, taken_id)


async def test_a_file_whose_bytes_are_of_a_type_not_taken_is_not_kept(
    api: Api, phone: Phone, line: Line, settings: Settings
) -> None:
    inbound = ("application/pdf", "text/csv")
    await govern(api, line.integration_id, "Papers in", inbound=inbound)

    message_id, conversation_id = await phone.send(HTML, "application/pdf", "document")
    await phone.fetch()
    shown = await attachment(api, conversation_id)
    again = await api.post(f"{MESSAGES}/media/{message_id}/fetch")
    table = hosted(phone.simulation, b"a,b\n1,2\n", "text/plain")
    kept = [
        (await phone.send(PDF, "application/pdf", "document"))[0],
        (await phone.send_medium(table, "document", mime_type="text/csv"))[0],
    ]
    await phone.fetch()
    await use(api, line.integration_id, None)

    assert (shown["status"], shown["failure"]) == (
        "withheld",
        "The content profile Papers in takes no files of the type text/plain from customers, so "
        "it was not kept.",
    )
    assert again.status == 409
    assert not is_stored(settings, message_id)
    assert [is_stored(settings, each) for each in kept] == [True, True]


async def test_a_file_is_shown_only_to_who_may_see_its_conversation(
    api: Api, phone: Phone, world: World
) -> None:
    message_id, _ = await phone.send(picture(), "image/png", "image")
    await phone.fetch()
    url = f"{DOWNLOADS}/{message_id}"

    answers = {
        who: (await api.as_(actor).get(url)).status
        for who, actor in {
            "ada": world.ada, "sven": world.sven, "nils": world.nils, "mia": world.mia,
            "olga": world.olga, "nobody": None,
        }.items()
    }  # fmt: skip

    assert answers == {
        "ada": 200, "sven": 200, "nils": 404, "mia": 403, "olga": 404, "nobody": 401,
    }  # fmt: skip
