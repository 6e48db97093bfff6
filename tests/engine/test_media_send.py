"""Files that agents send: handed to the provider once, when they go out."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import pytest

from tests.api_client import Answer, Api
from tests.channels import channel_settings
from tests.content_profiles import govern
from tests.dispatching import accepted, sender
from tests.floor import Floor
from tests.media import MESSAGES, OPUS, PDF, attachment, conversation_of, picture, receive, upload
from tests.sending import Line, Sending, eventually, inbound, refusal
from tests.world import Actor, World
from tidings.actions.queueing import Entry, enter_queue
from tidings.engine.dispatch import Dispatch
from tidings.engine.recorder import observe
from tidings.providers.http import Http
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.secret_box import load_secret_box

QUIET: dict[str, Any] = {
    "settings": {"enforce_pair_rate": False},
    "habits": {"delivery_delay_ms": 0, "read_probability": 0.0},
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return channel_settings(str(tmp_path_factory.mktemp("home")), port=8080)


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator"), config=QUIET) as simulation:
        yield simulation


@pytest.fixture(scope="module")
async def dispatch(database: Database, settings: Settings) -> AsyncIterator[Dispatch]:
    http = Http(observer=observe)
    yield Dispatch(database, settings, load_secret_box(settings), http=http)
    await http.close()


@pytest.fixture(scope="module")
async def floor(database: Database, world: World, api: Api) -> Floor:
    return await Floor.build(database, world, api)


@pytest.fixture(scope="module")
async def queue_id(floor: Floor) -> UUID:
    return await floor.queue()


class Talk(NamedTuple):
    """An agent who talks with a customer of the simulated Meta."""

    api: Api
    line: Line
    conversation_id: UUID
    part_id: UUID

    async def send(self, *media_ids: str, text: str | None = None) -> Answer:
        """The agent sends uploaded files."""
        path = f"{MESSAGES}/{self.conversation_id}/communications/{self.part_id}/messages"
        body = {"mediaIds": list(media_ids)} | ({} if text is None else {"textBody": text})
        return await self.api.post(path, body, headers={"Idempotency-Key": str(new_id())})

    async def write(self, text: str) -> Answer:
        """The agent writes a text."""
        path = f"{MESSAGES}/{self.conversation_id}/communications/{self.part_id}/messages"
        return await self.api.post(path, {"textBody": text})

    async def upload(self, content: bytes, name: str) -> str:
        """The agent uploads a file."""
        return await upload(self.api, self.conversation_id, content, name=name)


@pytest.fixture
async def talk(
    api: Api, floor: Floor, queue_id: UUID, sending: Sending, simulation: Simulation
) -> Talk:
    line = await sending.connect(simulation=simulation)
    agent: Actor = await floor.colleague(queue_id)
    wamid, phone = f"wamid.{new_id()}", await sending.invite()
    await receive(api, sending, line, inbound("Hello", sender=phone, wamid=wamid))
    hello = {"type": "text", "text": {"body": "Hello"}}
    simulation.inbound.write(line.number_id, phone, hello)
    _, conversation_id = await conversation_of(sending, wamid)
    entry = Entry(conversation_id=conversation_id, queue_id=queue_id)
    async with floor.database.transaction() as connection:
        assert await enter_queue(connection, floor.organization_id, [entry])
    (offered,) = await floor.offer((conversation_id, agent))
    part_id = offered.participant_id
    answer = await floor.change(agent, conversation_id, part_id, state="connected")
    assert answer.status == 200, answer
    return Talk(api.as_(agent), line, conversation_id, part_id)


async def test_a_file_is_handed_over_when_it_goes_out_and_again_under_the_same_id(
    talk: Talk, simulation: Simulation, dispatch: Dispatch
) -> None:
    content = picture("JPEG")
    media_id = await talk.upload(content, "beach.jpg")

    first = await talk.send(media_id, text="From the beach")
    second = await talk.send(media_id)
    async with sender(dispatch, talk.line):
        sent = await eventually(lambda: two_accepted(simulation, talk.line))

    assert (first.status, second.status) == (200, 200), first
    shown = first.json()["normalizedMessage"]["content"][0]["attachment"]
    assert (shown["mediaType"], shown["id"], shown["text"]) == (
        "Image",
        media_id,
        "From the beach",
    )
    images = [each["image"] for each in sent]
    assert images[0]["caption"] == "From the beach"
    assert images[0]["id"] == images[1]["id"]
    medium = simulation.media.find(images[0]["id"])
    assert medium is not None
    assert simulation.media.content(medium) == content


async def two_accepted(simulation: Simulation, line: Line) -> list[dict[str, Any]]:
    """The two messages that the platform took, as it got them."""
    sent = [msgspec.json.decode(each.message) for each in accepted(simulation, line)]
    return sent if len(sent) == 2 else []


async def test_a_file_that_the_content_profile_no_longer_lets_out_is_not_sent(
    api: Api, talk: Talk, sending: Sending
) -> None:
    media_id = await talk.upload(PDF, "Offer.pdf")
    await govern(api, talk.line.integration_id, "Pictures out", outbound=("image/*",))

    answer = await talk.send(media_id, text="Our offer")

    assert refusal(answer) == (400, "content.not.allowed")
    assert answer.json()["details"][0]["fieldName"] == "mediaIds"
    assert "lets no files of the type application/pdf go out" in answer.json()["message"]
    waiting = "SELECT count(*) FROM outbox WHERE integration_id = %s"
    assert await sending.one(waiting, talk.line.integration_id) == 0


async def test_several_files_are_messages_of_their_own_and_the_text_goes_with_the_first(
    api: Api, talk: Talk, simulation: Simulation, dispatch: Dispatch, sending: Sending
) -> None:
    ids = [await talk.upload(PDF, "Offer.pdf"), await talk.upload(OPUS, "note.ogg")]

    answer = await talk.send(*ids, text="Here they are")
    async with sender(dispatch, talk.line):
        sent = await eventually(lambda: two_accepted(simulation, talk.line))

    assert answer.status == 200, answer
    bodies = {each["type"]: each[each["type"]] for each in sent}
    assert (bodies["document"]["filename"], bodies["document"]["caption"]) == (
        "Offer.pdf",
        "Here they are",
    )
    assert bodies["audio"]["voice"] is True
    count = "SELECT message_count FROM conversation WHERE id = %s"
    assert await sending.one(count, talk.conversation_id) == 3
    assert (await attachment(api, talk.conversation_id))["kind"] == "audio"


async def test_a_text_behind_a_file_does_not_overtake_it(
    talk: Talk, simulation: Simulation, dispatch: Dispatch
) -> None:
    await talk.send(await talk.upload(picture("JPEG"), "beach.jpg"))
    await talk.write("That was me")

    async with sender(dispatch, talk.line):
        sent = await eventually(lambda: two_accepted(simulation, talk.line))

    assert [each["type"] for each in sent] == ["image", "text"]


async def test_a_file_deleted_before_its_turn_fails_its_message_with_the_reason(
    api: Api, talk: Talk, dispatch: Dispatch, sending: Sending
) -> None:
    media_id = await talk.upload(PDF, "Offer.pdf")
    message_id = (await talk.send(media_id)).json()["id"]
    assert (await api.delete(f"{MESSAGES}/media/{media_id}")).status == 204

    async with sender(dispatch, talk.line):
        code = await eventually(
            lambda: sending.one("SELECT error_code FROM message WHERE id = %s", message_id)
        )

    assert code == "media.gone"
    shown = (await api.get(f"/api/v2/interactions/{talk.conversation_id}")).json()["messages"][-1]
    assert "deleted before" in shown["errorText"]
    assert shown["attachment"]["status"] == "deleted"


async def test_a_store_that_fails_holds_back_messages_with_files_only(
    talk: Talk, dispatch: Dispatch, sending: Sending, settings: Settings, simulation: Simulation
) -> None:
    media_id = await talk.upload(PDF, "Offer.pdf")
    message_id = (await talk.send(media_id)).json()["id"]
    (stored,) = (settings.home_path / "media").rglob(f"*{media_id}")
    stored.unlink()
    stored.symlink_to(stored)  # a link to itself cannot be read, and is there all the same

    async with sender(dispatch, talk.line):
        await talk.write("Do you see it?")
        sent = await eventually(lambda: one_accepted(simulation, talk.line))
    waiting = await sending.one("SELECT status FROM message WHERE id = %s", message_id)

    assert sent[0]["type"] == "text"
    assert waiting == "queued"


async def one_accepted(simulation: Simulation, line: Line) -> list[dict[str, Any]]:
    return [msgspec.json.decode(each.message) for each in accepted(simulation, line)]


async def test_only_complete_files_of_this_conversation_are_sent(
    api: Api, talk: Talk, floor: Floor, queue_id: UUID
) -> None:
    elsewhere, _ = await floor.customer()
    other = await upload(api, elsewhere, PDF, name="a.pdf")

    not_ours, unknown, none = (
        await talk.send(other),
        await talk.send(str(new_id())),
        await talk.send("x"),
    )

    assert refusal(not_ours) == (400, "media.not.valid")
    assert refusal(unknown) == (400, "media.not.valid")
    assert none.status == 400


async def test_sound_takes_no_text_and_nothing_goes_out_after_the_window(
    talk: Talk, floor: Floor
) -> None:
    note = await talk.upload(OPUS, "note.ogg")
    with_text = await talk.send(note, text="Listen")
    await floor.close_window(talk.conversation_id)

    late = await talk.send(note)

    assert (with_text.status, "no text with sound" in with_text.json()["message"]) == (400, True)
    assert late.status == 409


async def test_a_template_goes_without_files(talk: Talk) -> None:
    path = f"{MESSAGES}/{talk.conversation_id}/communications/{talk.part_id}/messages"
    response = {"responseId": str(talk.line.responses["order_update"])}

    answer = await talk.api.post(path, {"mediaIds": [str(new_id())], "messagingTemplate": response})

    assert answer.status == 400
