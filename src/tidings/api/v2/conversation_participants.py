"""The agent's part in conversations over the API: accept, decline, park, end and wrap up.

The reference has these paths twice, for conversations and for conversations over messages; they do
the same. A communication has the id of its participant.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, Router, get, patch, post

from tidings.actions.agent_work import find_part, hold_place, see_place
from tidings.actions.conversation_facts import set_attributes
from tidings.actions.offers import accept_offer, decline_offer
from tidings.actions.parking import park, resume
from tidings.actions.wrapups import disconnect_part, read_codes, skip_wrapup, wrap_up
from tidings.api.auth import needs, signed_in
from tidings.api.replay import Once
from tidings.api.v2.participant_views import WrapupView
from tidings.api.v2.wrapup_codes import WrapupCodeView
from tidings.api.views import Body, View, parse_id, parse_moment
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller
from tidings.store.agent_steps import Wrapup
from tidings.store.agent_work import PartRow, select_parts
from tidings.store.database import Database
from tidings.store.query import Connection, fetch

CONVERSATIONS = "/api/v2/conversations"
PART = "/{conversation_id:uuid}/participants/{participant_id:uuid}"
PARTS = (PART, f"/messages{PART}")
COMMUNICATION = f"/messages{PART}/communications/{{communication_id:uuid}}"
WRAPUP = "conversation:participant:wrapup"
DISCONNECT = "conversation:communication:disconnect"
PARK = "conversation:message:park"


class WrapupBody(Body):
    """WrapupInput of the reference."""

    code: str | None = None
    notes: str | None = None

    def wrapup(self) -> Wrapup:
        """The wrap-up as the action takes it."""
        code_id = None if self.code is None else parse_id(self.code, "code")
        return Wrapup(code_id=code_id, notes=self.notes)


class ParticipantBody(Body):
    """MediaParticipantRequest of the reference."""

    state: str | None = None
    wrapup: WrapupBody | None = None
    wrapup_skipped: bool | None = None
    after_call_work: bool | None = None
    resume_time: str | None = None


class AttributesBody(Body):
    """ParticipantAttributes of the reference."""

    attributes: dict[str, str] = msgspec.field(default_factory=dict)


class ParkingBody(Body):
    """ParkingStateRequest of the reference."""

    state: str
    resume_time: str | None = None


class AttributesView(View):
    """ParticipantAttributes of the reference."""

    attributes: dict[str, str]


class DoneView(View):
    """Nothing to tell."""


async def _change(
    connection: Connection, caller: Caller, ids: tuple[UUID, UUID], data: ParticipantBody
) -> None:
    """Do what a PATCH of a participant asks for; its state first."""
    wrapup = None if data.wrapup is None else data.wrapup.wrapup()
    part = find_part(await hold_place(connection, caller, ids[0]), ids[1])
    match data.state:
        case "connected" if part.state == "parked":
            await resume(connection, caller, *ids)
        case "connected":
            await accept_offer(connection, caller, *ids)
        case "parked":
            await park(connection, caller, *ids, resume_at=_resume_at(data.resume_time))
        case "disconnected" if part.state == "alerting" and part.asked_by != caller.id:
            await decline_offer(connection, caller, *ids)
            wrapup = None
        case "disconnected":
            wants = data.after_call_work or False
            await disconnect_part(connection, caller, *ids, wrapup=wrapup, wants_wrapup=wants)
            wrapup = None
        case None:
            pass
        case _:
            raise invalid("state", "state is connected, parked or disconnected.")
    if wrapup is not None:
        await wrap_up(connection, caller, *ids, wrapup)
    if data.wrapup_skipped:
        await skip_wrapup(connection, caller, *ids)


def _resume_at(text: str | None) -> datetime | None:
    return None if text is None else parse_moment(text, "resumeTime")


@patch([*PARTS], guards=[needs(WRAPUP, DISCONNECT)], status_code=200)
async def change_participant(
    conversation_id: UUID,
    participant_id: UUID,
    data: ParticipantBody,
    caller: Caller,
    database: Database,
) -> DoneView:
    """Accept (connected), decline or end (disconnected), park, or wrap up one's part.

    409 says where the participant stands when it cannot do that now.
    """
    async with database.transaction(caller.organization_id) as connection:
        await _change(connection, caller, (conversation_id, participant_id), data)
    return DoneView()


@patch(COMMUNICATION, guards=[needs(WRAPUP, DISCONNECT)], status_code=200)
async def change_communication(
    conversation_id: UUID,
    participant_id: UUID,
    communication_id: UUID,
    data: ParticipantBody,
    caller: Caller,
    database: Database,
) -> DoneView:
    """The same, by the participant's communication."""
    _check_communication(participant_id, communication_id)
    async with database.transaction(caller.organization_id) as connection:
        await _change(connection, caller, (conversation_id, participant_id), data)
    return DoneView()


def _check_communication(participant_id: UUID, communication_id: UUID) -> None:
    if communication_id != participant_id:
        raise absent("communication", communication_id)


@patch(f"/messages{PART}/parkingstate", guards=[needs(PARK)], status_code=204)
async def change_parking(
    conversation_id: UUID,
    participant_id: UUID,
    data: ParkingBody,
    caller: Caller,
    database: Database,
) -> None:
    """Park a conversation (parked), until it is resumed (connected), by whom or by resumeTime."""
    async with database.transaction(caller.organization_id) as connection:
        if data.state == "parked":
            resume_at = _resume_at(data.resume_time)
            await park(connection, caller, conversation_id, participant_id, resume_at=resume_at)
        elif data.state == "connected":
            await resume(connection, caller, conversation_id, participant_id)
        else:
            raise invalid("state", "state is parked or connected.")


@patch([f"{each}/attributes" for each in PARTS], guards=[signed_in()], status_code=200)
async def change_attributes(
    conversation_id: UUID,
    participant_id: UUID,
    data: AttributesBody,
    caller: Caller,
    database: Database,
) -> AttributesView:
    """Set attributes; they belong to the conversation. An empty value takes one away."""
    async with database.transaction(caller.organization_id) as connection:
        await set_attributes(connection, caller, conversation_id, participant_id, data.attributes)
    return AttributesView(attributes=data.attributes)


async def _read_part(
    connection: Connection, caller: Caller, conversation_id: UUID, participant_id: UUID
) -> PartRow:
    await see_place(connection, caller, conversation_id)
    rows = await fetch(connection, select_parts(caller.organization_id, [conversation_id]))
    part = next((row for row in rows if row.id == participant_id), None)
    if part is None:
        raise absent("participant", participant_id)
    return part


@get([f"{each}/wrapup" for each in PARTS], guards=[signed_in()])
async def read_wrapup(
    conversation_id: UUID, participant_id: UUID, caller: Caller, database: Database
) -> WrapupView:
    """What a participant said the conversation came to."""
    async with database.transaction(caller.organization_id) as connection:
        part = await _read_part(connection, caller, conversation_id, participant_id)
    return WrapupView.of(part) or WrapupView(notes="")


@get(f"{COMMUNICATION}/wrapup", guards=[signed_in()])
async def read_communication_wrapup(
    conversation_id: UUID,
    participant_id: UUID,
    communication_id: UUID,
    caller: Caller,
    database: Database,
) -> WrapupView:
    """The same, by the participant's communication."""
    _check_communication(participant_id, communication_id)
    async with database.transaction(caller.organization_id) as connection:
        part = await _read_part(connection, caller, conversation_id, participant_id)
    return WrapupView.of(part) or WrapupView(notes="")


@post(f"{COMMUNICATION}/wrapup", guards=[needs(WRAPUP)], status_code=200)
async def give_wrapup(
    conversation_id: UUID,
    participant_id: UUID,
    communication_id: UUID,
    data: WrapupBody | None,
    caller: Caller,
    once: Once,
) -> Response[DoneView]:
    """Say what the conversation came to; it ends a wrap-up that is under way."""
    _check_communication(participant_id, communication_id)
    wrapup = (data or WrapupBody()).wrapup()
    return await once(
        lambda connection: wrap_up(connection, caller, conversation_id, participant_id, wrapup),
        lambda _: DoneView(),
        is_step=True,
    )


@get([f"{each}/wrapupcodes" for each in PARTS], guards=[signed_in()])
async def list_wrapup_codes(
    conversation_id: UUID, participant_id: UUID, caller: Caller, database: Database
) -> list[WrapupCodeView]:
    """The wrap-up codes that a participant may choose of."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await read_codes(connection, caller, conversation_id, participant_id)
    return [WrapupCodeView.of(row) for row in rows]


conversation_participants_router = Router(
    CONVERSATIONS,
    route_handlers=[
        change_participant,
        change_communication,
        change_parking,
        change_attributes,
        read_wrapup,
        read_communication_wrapup,
        give_wrapup,
        list_wrapup_codes,
    ],
    tags=["Conversations"],
)
