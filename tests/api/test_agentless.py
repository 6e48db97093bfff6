"""Agentless notifications, through their front door (A1 to A8, T9)."""

from uuid import UUID, uuid4

import pytest

from tests.api_client import Answer, Api
from tests.sending import AGENTLESS, Line, Sending, notification, refusal, text_message
from tests.world import World
from tidings.store.ids import new_id

PREVIEW = f"{AGENTLESS}/preview"


@pytest.fixture(scope="module")
def backend(api: Api, world: World) -> Api:
    """The program that sends notifications and may do nothing else."""
    return api.as_(world.backend)


def named_fields(answer: Answer) -> list[str]:
    return [each["fieldName"] for each in answer.json()["details"]]


async def test_a_notification_is_accepted_with_its_ids_and_the_canonical_address(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()

    answer = await backend.post(
        AGENTLESS, notification(line, f"+{phone[:2]} ({phone[2:5]}) {phone[5:]}")
    )

    assert answer.status == 202, answer
    body = answer.json()
    assert body["toAddress"] == phone
    assert body["fromAddress"] == str(line.integration_id)
    assert body["textBody"] == "Hello Amina, your order A-17 is on its way."
    assert body["message"]["status"] == "queued"
    assert body["message"]["conversationId"] == body["conversationId"]
    assert body["message"]["fromAddress"] == line.phone_number
    assert [UUID(body["id"])] == await sending.messages_to(phone)
    stored = await sending.rows(
        "SELECT state, direction, message_count FROM conversation WHERE id = %s",
        body["conversationId"],
    )
    assert stored == [("disconnected", "outbound", 1)]


async def test_a_conversation_that_a_person_begins_is_told_from_a_programs(
    api: Api, backend: Api, sending: Sending, line: Line, world: World
) -> None:
    begun = {}
    for who, sender in (("person", api.as_(world.ada)), ("program", backend)):
        sent = await sender.post(AGENTLESS, notification(line, await sending.invite()))
        assert sent.status == 202, sent
        shown = await api.get(f"/api/v2/interactions/{sent.json()['conversationId']}")
        begun[who] = shown.json()["initiator"]

    assert begun == {"person": "agent", "program": "api"}


async def test_an_accepted_message_waits_for_its_number_in_the_lane_of_notifications(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()

    body = (await backend.post(AGENTLESS, notification(line, phone))).json()

    waiting = await sending.rows(
        "SELECT integration_id, state, priority FROM outbox WHERE message_id = %s", body["id"]
    )
    assert waiting == [(line.integration_id, "queued", 1)]


async def test_of_a_refused_message_nothing_remains(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = "4915119990001"

    assert (await backend.post(AGENTLESS, notification(line, phone))).status == 409

    assert await sending.messages_to(phone) == []
    assert await sending.one("SELECT count(*) FROM customer_address WHERE value = %s", phone) == 0


@pytest.mark.parametrize("token", ["", "nonsense", f"{uuid4()}.nonsense"])
async def test_a_wrong_token_is_refused(api: Api, line: Line, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    answer = await api.as_(None).post(AGENTLESS, notification(line, "491"), headers=headers)

    assert answer.status == 401, answer


async def test_a_token_is_worth_nothing_once_it_is_expired(
    api: Api, sending: Sending, line: Line
) -> None:
    world = sending.world
    async with sending.database.transaction() as connection:
        client = await world.nordwind.using(connection).add_client("Late", notifications="*")
        await connection.execute(
            "UPDATE access_token SET expires_at = now() WHERE subject_id = %s",
            [client.id],
        )

    answer = await api.as_(client).post(AGENTLESS, notification(line, "4915112345678"))

    assert answer.status == 401, answer


async def test_a_revoked_clients_token_stops_at_once(api: Api, world: World, line: Line) -> None:
    answer = await api.as_(world.retired).post(AGENTLESS, notification(line, "4915112345678"))

    assert answer.status == 401, answer


@pytest.mark.parametrize("path", [AGENTLESS, PREVIEW])
async def test_without_the_permission_it_is_named(
    api: Api, world: World, line: Line, path: str
) -> None:
    answer = await api.as_(world.mia).post(path, notification(line, "4915112345678"))

    assert answer.status == 403, answer
    assert "conversation:message:create" in answer.json()["message"]


async def test_an_unknown_template_is_not_found(backend: Api, sending: Sending, line: Line) -> None:
    phone = await sending.invite()
    body = notification(line, phone)
    body["messagingTemplate"]["responseId"] = str(new_id())

    answer = await backend.post(AGENTLESS, body)

    assert answer.status == 404, answer


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("paused", "template.paused"),
        ("disabled", "template.disabled"),
        ("in_review", "template.pending"),
    ],
)
async def test_a_template_that_is_not_approved_is_refused_at_its_field(
    backend: Api, sending: Sending, line: Line, name: str, code: str
) -> None:
    phone = await sending.invite()

    answer = await backend.post(AGENTLESS, notification(line, phone, name))

    assert refusal(answer) == (400, code)
    assert named_fields(answer) == ["messagingTemplate.responseId"]
    assert name in answer.json()["message"]


async def test_a_template_of_another_account_is_refused(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    other = await sending.connect()
    body = notification(line, phone)
    body["messagingTemplate"]["responseId"] = str(other.responses["order_update"])

    answer = await backend.post(AGENTLESS, body)

    assert refusal(answer) == (400, "template.other_account")


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"1": "Amina"}, "template.parameter.missing", "bodyParameters.2"),
        ({"1": "Amina", "2": "  "}, "template.parameter.missing", "bodyParameters.2"),
        ({"1": "A", "2": "B", "3": "C"}, "template.parameter.surplus", "bodyParameters.3"),
        ({"1": "A", "2": "B", "": "C"}, "template.parameter.surplus", "bodyParameters."),
        ({"1": "two\nlines", "2": "B"}, "template.parameter.invalid", "bodyParameters.1"),
        ({"1": "a     b", "2": "B"}, "template.parameter.invalid", "bodyParameters.1"),
        ({"1": "x" * 1100, "2": "B"}, "template.parameter.too_long", "bodyParameters"),
    ],
)
async def test_a_value_that_does_not_fit_is_named(
    backend: Api, sending: Sending, line: Line, values: dict[str, str], code: str, field: str
) -> None:
    phone = await sending.invite()
    body = notification(line, phone)
    given = [{"id": key, "value": value} for key, value in values.items()]
    body["messagingTemplate"]["bodyParameters"] = given

    answer = await backend.post(AGENTLESS, body)

    assert refusal(answer) == (400, code)
    assert any(each.startswith(f"messagingTemplate.{field}") for each in named_fields(answer))


@pytest.mark.parametrize("both", [True, False])
async def test_either_a_text_or_a_template_is_sent(
    backend: Api, sending: Sending, line: Line, both: bool
) -> None:
    body = notification(line, await sending.invite())
    if both:
        body["textBody"] = "Hello"
    else:
        del body["messagingTemplate"]

    answer = await backend.post(AGENTLESS, body)

    assert answer.status == 400, answer
    assert named_fields(answer) == ["messagingTemplate"]


async def test_free_text_is_refused_outside_the_window(
    backend: Api, sending: Sending, line: Line
) -> None:
    never, late = await sending.invite(), await sending.invite()
    await sending.open_window(line, late, hours_ago=24.01)

    for phone in (never, late):
        answer = await backend.post(AGENTLESS, text_message(line, phone))
        assert refusal(answer) == (409, "window.closed")


async def test_free_text_goes_out_inside_the_window(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    await sending.open_window(line, phone, hours_ago=23.9)

    answer = await backend.post(AGENTLESS, text_message(line, phone, "We are here."))

    assert answer.status == 202, answer
    assert answer.json()["textBody"] == "We are here."


async def test_the_window_is_of_the_number_that_the_customer_wrote_to(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()
    await sending.open_window(await sending.connect(), phone, hours_ago=1)

    assert refusal(await backend.post(AGENTLESS, text_message(line, phone))) == (
        409,
        "window.closed",
    )


@pytest.mark.parametrize("text", ["", "   ", "x" * 4097])
async def test_a_text_that_cannot_be_sent_is_refused_at_its_field(
    backend: Api, sending: Sending, line: Line, text: str
) -> None:
    answer = await backend.post(AGENTLESS, text_message(line, await sending.invite(), text))

    assert answer.status == 400, answer
    assert named_fields(answer) == ["textBody"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address.empty"),
        ("4915x12345678", "address.characters"),
        ("015112345678", "address.leading_zero"),
        ("123456", "address.too_short"),
        ("1234567890123456", "address.too_long"),
        ("+", "address.empty"),
        ("user@nordwind.example", "address.characters"),
    ],
)
async def test_an_address_that_is_none_is_refused(
    backend: Api, line: Line, address: str, code: str
) -> None:
    answer = await backend.post(AGENTLESS, notification(line, address))

    assert refusal(answer) == (400, code)
    assert named_fields(answer) == ["toAddress"]


@pytest.mark.parametrize(("agreed", "dialled"), [("556199998888", "5561999998888"),
                                                 ("5561999997777", "556199997777")])  # fmt: skip
async def test_a_brazilian_is_one_customer_with_and_without_the_ninth_digit(
    backend: Api, sending: Sending, line: Line, agreed: str, dialled: str
) -> None:
    await sending.invite(to=agreed)

    answer = await backend.post(AGENTLESS, notification(line, f"+{dialled}"))

    assert answer.status == 202, answer
    assert answer.json()["toAddress"] == dialled
    customer = await sending.one("SELECT customer_id FROM message WHERE to_address = %s", dialled)
    assert customer == await sending.customer_of(agreed)


@pytest.mark.parametrize("kind", ["", "sms", "facebook"])
async def test_only_whatsapp_is_sent(backend: Api, sending: Sending, line: Line, kind: str) -> None:
    body = notification(line, await sending.invite(), toAddressMessengerType=kind)

    answer = await backend.post(AGENTLESS, body)

    assert answer.status == 400, answer
    assert named_fields(answer) == ["toAddressMessengerType"]


async def test_an_unknown_number_is_not_found(backend: Api, sending: Sending, line: Line) -> None:
    body = notification(line, await sending.invite(), fromAddress=str(new_id()))

    assert (await backend.post(AGENTLESS, body)).status == 404


async def test_another_organizations_number_is_not_found(backend: Api, sending: Sending) -> None:
    theirs = await sending.connect(sending.world.outsider)

    answer = await backend.post(AGENTLESS, notification(theirs, await sending.invite()))

    assert answer.status == 404, answer


async def test_a_number_of_another_division_is_not_found(api: Api, sending: Sending) -> None:
    nils = api.as_(sending.world.nils)
    phone = await sending.invite()
    north, home = await sending.connect(division="North"), await sending.connect()

    assert (await nils.post(AGENTLESS, notification(home, phone))).status == 404
    assert (await nils.post(AGENTLESS, notification(north, phone))).status == 202


@pytest.mark.parametrize(
    ("status", "reason"),
    [("inactive", None), ("error", ("meta.190.463", "The access token has expired."))],
)
async def test_a_number_out_of_service_tells_why(
    backend: Api, sending: Sending, status: str, reason: tuple[str, str] | None
) -> None:
    resting = await sending.connect(status=status, reason=reason)

    answer = await backend.post(AGENTLESS, notification(resting, await sending.invite()))

    assert refusal(answer) == (409, f"integration.{status}")
    assert (reason or ("", "administrator"))[1] in answer.json()["message"]
    assert answer.json()["messageParams"]["integrationId"] == str(resting.integration_id)


async def test_without_an_opt_in_nothing_is_sent(backend: Api, line: Line) -> None:
    answer = await backend.post(AGENTLESS, notification(line, "4915119990002"))

    assert refusal(answer) == (409, "consent.required")


async def test_a_customer_who_opted_out_is_not_messaged(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite("all")
    await sending.refuse(phone)

    answer = await backend.post(AGENTLESS, notification(line, phone))

    assert refusal(answer) == (409, "consent.withdrawn")
    assert await sending.messages_to(phone) == []


async def test_consent_to_utility_is_none_to_marketing(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite("utility")

    assert refusal(await backend.post(AGENTLESS, notification(line, phone, "offer"))) == (
        409,
        "consent.required",
    )
    assert (await backend.post(AGENTLESS, notification(line, phone))).status == 202


async def test_who_stops_marketing_still_hears_of_orders(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite("all")
    await sending.refuse(phone, "marketing")

    assert refusal(await backend.post(AGENTLESS, notification(line, phone, "offer"))) == (
        409,
        "consent.withdrawn",
    )
    assert (await backend.post(AGENTLESS, notification(line, phone))).status == 202


@pytest.mark.parametrize(
    ("suppressed", "dialled"),
    [("4915119990003", "4915119990003"), ("5561988887777", "556188887777")],
)
async def test_a_number_that_is_not_on_whatsapp_is_refused_with_when_it_was_learnt(
    backend: Api, sending: Sending, line: Line, suppressed: str, dialled: str
) -> None:
    await sending.invite(to=dialled)
    await sending.rows(
        "INSERT INTO suppression VALUES (%s, 'whatsapp', %s, 'meta.131026', '2026-03-01 10:00Z',"
        " now() + interval '1 day')",
        line.organization.id,
        suppressed,
    )

    answer = await backend.post(AGENTLESS, notification(line, dialled))

    assert refusal(answer) == (409, "recipient.suppressed")
    assert "2026-03-01 10:00 UTC" in answer.json()["message"]
    assert answer.json()["messageParams"]["learntTime"].startswith("2026-03-01T10:00")


async def test_a_suppression_ends_by_itself(backend: Api, sending: Sending, line: Line) -> None:
    phone = await sending.invite()
    await sending.rows(
        "INSERT INTO suppression VALUES (%s, 'whatsapp', %s, 'meta.131026', '2026-03-01',"
        " now() - interval '1 second')",
        line.organization.id,
        phone,
    )

    assert (await backend.post(AGENTLESS, notification(line, phone))).status == 202


async def test_a_preview_tells_all_that_stands_against_a_message_and_sends_nothing(
    backend: Api, sending: Sending
) -> None:
    resting = await sending.connect(status="inactive")
    phone = "4915119990010"

    answer = await backend.post(PREVIEW, notification(resting, phone, "paused"))

    assert answer.status == 200, answer
    told = answer.json()
    assert told["allowed"] is False
    assert [each["code"] for each in told["refusals"]] == [
        "integration.inactive",
        "template.paused",
        "consent.required",
    ]
    assert await sending.messages_to(phone) == []


async def test_a_preview_names_every_value_that_does_not_fit(
    backend: Api, sending: Sending, line: Line
) -> None:
    body = notification(line, await sending.invite())
    body["messagingTemplate"]["bodyParameters"] = [{"id": "7", "value": "x"}]

    told = (await backend.post(PREVIEW, body)).json()

    assert [(each["code"], each["field"]) for each in told["refusals"]] == [
        ("template.parameter.missing", "messagingTemplate.bodyParameters.1"),
        ("template.parameter.missing", "messagingTemplate.bodyParameters.2"),
        ("template.parameter.surplus", "messagingTemplate.bodyParameters.7"),
    ]


async def test_a_preview_shows_the_message_as_the_customer_will_see_it(
    backend: Api, sending: Sending, line: Line
) -> None:
    phone = await sending.invite()

    told = (await backend.post(PREVIEW, notification(line, f"+{phone}"))).json()

    assert told["allowed"] is True
    assert told["refusals"] == []
    assert told["toAddress"] == phone
    assert told["rendered"]["body"] == "Hello Amina, your order A-17 is on its way."
    assert await sending.messages_to(phone) == []
