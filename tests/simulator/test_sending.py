"""What the messages endpoint accepts and what it refuses, in Meta's own words."""

import time
from typing import Any

import pytest

from .conftest import AMINA, NUMBER, Meta, Receiver, template, text

BODY = {"body": {"text": "Choose"}}
ROWS = [{"id": "a", "title": "Billing", "description": "Invoices"}]
BUTTONS = [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]
FLOW = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Open"}


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, **BODY, "action": action, **more}}


EVERY_TYPE = {
    "text": text(),
    "image": {"type": "image", "image": {"link": "https://example.org/a.jpg", "caption": "A"}},
    "video": {"type": "video", "video": {"link": "https://example.org/a.mp4"}},
    "audio": {"type": "audio", "audio": {"link": "https://example.org/a.ogg", "voice": True}},
    "sticker": {"type": "sticker", "sticker": {"link": "https://example.org/a.webp"}},
    "document": {
        "type": "document",
        "document": {"link": "https://example.org/a.pdf", "filename": "a.pdf"},
    },
    "location": {"type": "location", "location": {"latitude": 52.5, "longitude": "13.4"}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Jo Doe"}}]},
    "buttons": interactive("button", {"buttons": BUTTONS}, footer={"text": "Thanks"}),
    "list": interactive("list", {"button": "Topics", "sections": [{"rows": ROWS}]}),
    "cta_url": interactive(
        "cta_url",
        {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://example.org"}},
    ),
    "location request": interactive("location_request_message", {"name": "send_location"}),
    "flow": interactive("flow", {"name": "flow", "parameters": FLOW}),
    "template": template(),
}


@pytest.mark.parametrize("payload", EVERY_TYPE.values(), ids=EVERY_TYPE.keys())
async def test_every_message_type_is_accepted_inside_the_window(
    meta: Meta, payload: dict[str, Any]
) -> None:
    await meta.writes()

    answer = await meta.send(payload)

    assert answer.status == 200
    assert answer.json["messaging_product"] == "whatsapp"
    assert answer.json["contacts"][0]["wa_id"] == AMINA
    assert answer.json["contacts"][0]["user_id"].startswith("KE.")
    assert answer.json["messages"][0]["id"].startswith("wamid.")


async def test_only_a_template_tells_its_message_status(meta: Meta) -> None:
    await meta.writes()

    assert (await meta.send(template())).json["messages"][0]["message_status"] == "accepted"
    assert "message_status" not in (await meta.send(text())).json["messages"][0]


async def test_a_reaction_goes_to_a_known_message(meta: Meta) -> None:
    wamid = await meta.writes()

    fits = {"type": "reaction", "reaction": {"message_id": wamid, "emoji": "👍"}}
    answer = await meta.send(fits)
    stray = {"type": "reaction", "reaction": {"message_id": "wamid.NOPE", "emoji": "👍"}}
    refusal = await meta.send(stray)

    assert answer.status == 200
    assert refusal.error["code"] == 131009


@pytest.mark.parametrize(
    ("dialled", "wa_id"),
    [
        ("+55 11 98765-0001", "551187650001"),
        ("+52 55 1234 5678", "5215512345678"),
        ("+54 11 2345-6789", "5491123456789"),
        ("+254 (711) 000-042", "254711000042"),
    ],
)
async def test_the_answer_names_the_id_whatsapp_knows(meta: Meta, dialled: str, wa_id: str) -> None:
    contact = (await meta.send(template(), to=dialled)).json["contacts"][0]

    assert contact["input"] == dialled
    assert contact["wa_id"] == wa_id


WRONG: dict[str, tuple[dict[str, Any], int]] = {
    "no product": ({**text(), "messaging_product": None}, 100),
    "no recipient": ({**text(), "to": None}, 100),
    "no number": ({**text(), "to": "call me"}, 131009),
    "the sender itself": ({**text(), "to": "+1 555 010 0200"}, 131021),
    "a type that is none": ({"type": "telegram", "telegram": {}}, 100),
    "no payload": ({"type": "text"}, 131008),
    "an empty text": (text(""), 131008),
    "a long text": (text("x" * 4097), 131009),
    "a long callback data": ({**text(), "biz_opaque_callback_data": "x" * 513}, 131009),
    "a medium without source": ({"type": "image", "image": {}}, 131008),
    "a medium nobody uploaded": ({"type": "image", "image": {"id": "12345"}}, 131009),
    "a caption on audio": (
        {"type": "audio", "audio": {"link": "https://example.org/a.ogg", "caption": "x"}},
        131009,
    ),
    "an impossible place": (
        {"type": "location", "location": {"latitude": 91, "longitude": 0}},
        131009,
    ),
    "four buttons": (interactive("button", {"buttons": BUTTONS * 4}), 131009),
    "the same button twice": (interactive("button", {"buttons": BUTTONS * 2}), 131009),
    "eleven rows": (
        interactive(
            "list",
            {
                "button": "Go",
                "sections": [{"rows": [{"id": str(n), "title": "T"} for n in range(11)]}],
            },
        ),
        131009,
    ),
    "a quote of nothing": ({**text(), "context": {"message_id": "wamid.NOPE"}}, 131009),
}


@pytest.mark.parametrize(("payload", "code"), WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_message_is_refused_with_metas_code(
    meta: Meta, payload: dict[str, Any], code: int
) -> None:
    await meta.writes()

    answer = await meta.send(payload)

    assert answer.status == 400
    assert answer.error["code"] == code
    assert answer.error["type"] == "OAuthException"
    assert answer.error["fbtrace_id"]
    assert (await meta.control("GET", "ledger"))["accepted"] == 0


async def test_an_unknown_number_is_code_100_subcode_33(meta: Meta) -> None:
    answer = await meta.call("POST", "/v24.0/999/messages", {"messaging_product": "whatsapp"})

    assert answer.status == 400
    assert (answer.error["code"], answer.error["error_subcode"]) == (100, 33)


async def test_tokens_are_missing_wrong_dead_or_too_weak(meta: Meta) -> None:
    world = await meta.control("GET", "world")
    weak = {"value": "weak", "app_id": world["apps"][0]["id"], "scopes": ["email"]}
    other = {"value": "other", "app_id": world["apps"][0]["id"], "waba_ids": ["1"]}
    await meta.control("PUT", "world", {"tokens": [*world["tokens"], weak, other]})
    refusals = []
    for token in ("", "nonsense", "weak", "other"):
        meta.token = token
        answer = await meta.send(template())
        refusals.append((answer.status, answer.error["code"]))
    meta.token = "simulated-access-token"
    await meta.control("POST", "tokens/simulated-access-token/kill", {"subcode": 460})
    dead = await meta.send(template())
    await meta.control("POST", "tokens/simulated-access-token/revive")

    assert refusals == [(401, 104), (401, 190), (403, 10), (400, 100)]
    assert (dead.status, dead.error["code"], dead.error["error_subcode"]) == (401, 190, 460)
    assert (await meta.send(template())).status == 200


async def test_an_unregistered_number_does_not_send(meta: Meta) -> None:
    await meta.call("POST", f"/v24.0/{NUMBER}/deregister", {"messaging_product": "whatsapp"})

    assert (await meta.send(template())).error["code"] == 133010


async def test_throughput_is_limited_per_number(meta: Meta) -> None:
    world = await meta.control("GET", "world")
    world["numbers"][0]["messages_per_second"] = 2
    await meta.control("PUT", "world", {"numbers": world["numbers"]})

    begun = time.monotonic()
    answers = [await meta.send(template(), to=f"+4915100000{n}1") for n in range(20)]
    seconds = time.monotonic() - begun

    taken = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    assert [answer.status for answer in answers[:2]] == [200, 200]
    assert len(taken) <= 2 + 2 * seconds
    assert {(each.status, each.error["code"]) for each in refused} == {(400, 130429)}


async def test_one_person_gets_a_burst_of_45_and_no_more(meta: Meta) -> None:
    begun = time.monotonic()
    answers = [await meta.send(template()) for _ in range(60)]
    seconds = time.monotonic() - begun

    refused = [answer for answer in answers if answer.status != 200]
    assert [answer.status for answer in answers[:45]] == [200] * 45
    assert len(answers) - len(refused) <= 45 + seconds / 6
    assert {(each.status, each.error["code"]) for each in refused} == {(400, 131056)}
    assert (await meta.send(template(), to="+4915112345678")).status == 200


async def test_outside_the_window_a_text_is_accepted_and_then_fails(
    meta: Meta, subscribed: Receiver
) -> None:
    wamid = await meta.accepted(text())

    await subscribed.until(lambda: subscribed.statuses)

    assert subscribed.statuses[0]["id"] == wamid
    assert subscribed.statuses[0]["status"] == "failed"
    assert subscribed.statuses[0]["errors"][0]["code"] == 131047


async def test_late_refusals_can_be_switched_to_immediate_ones(meta: Meta) -> None:
    await meta.control("PUT", "settings", {"late_codes": []})

    assert (await meta.send(text())).error["code"] == 131047
    assert (await meta.send(template(), to="+491510000000")).error["code"] == 131026


async def test_the_window_closes_after_a_day_of_simulated_time(meta: Meta) -> None:
    await meta.control("PUT", "settings", {"late_codes": []})
    await meta.control("POST", "clock", {"offset_seconds": -86_401})
    await meta.writes()
    inside = await meta.send(text())
    await meta.control("POST", "clock", {"offset_seconds": 0})

    assert inside.status == 200
    assert (await meta.send(text())).error["code"] == 131047
    assert (await meta.send(template())).status == 200


async def test_marking_an_inbound_message_read_succeeds_and_an_unknown_one_does_not(
    meta: Meta,
) -> None:
    wamid = await meta.writes()
    path = f"/v24.0/{NUMBER}/messages"
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    typing = {**body, "typing_indicator": {"type": "text"}}

    assert (await meta.call("POST", path, body)).json == {"success": True}
    assert (await meta.call("POST", path, typing)).json == {"success": True}
    unknown = await meta.call("POST", path, {**body, "message_id": "wamid.X"})
    assert unknown.error["code"] == 131009


async def test_a_user_id_is_an_address_except_for_codes(meta: Meta) -> None:
    contact = (await meta.send(template())).json["contacts"][0]
    by_id = {"to": None, "recipient": contact["user_id"]}

    answer = await meta.send(template(), **by_id)
    code = {"type": "button", "sub_type": "url", "index": "0"}
    code["parameters"] = [{"type": "text", "text": "123456"}]  # type: ignore[assignment]
    login = template("login_code", body=("123456",), components=[code])
    refusal = await meta.send(login, **by_id)

    assert answer.json["contacts"] == [{"input": contact["user_id"], "user_id": contact["user_id"]}]
    assert refusal.error["code"] == 131062
    assert (await meta.send(login)).status == 200


async def test_paths_work_with_any_version_and_without(meta: Meta) -> None:
    body = {"messaging_product": "whatsapp", "to": f"+{AMINA}", **template()}
    for path in (f"/v26.0/{NUMBER}/messages", f"/{NUMBER}/messages"):
        assert (await meta.call("POST", path, body)).status == 200
