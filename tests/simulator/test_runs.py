"""Runs: customers follow scripts, many at once, and the same again with the same seed."""

from pathlib import Path
from typing import Any

import pytest

from tests.sending import eventually

from .conftest import NUMBER, OTHER_NUMBER, QUICK, Meta, Receiver, running, text

SAY = {"do": "say", "text": "Hello", "pause_ms": 0}
WAIT = {"do": "wait", "seconds": 20}
BYE = {"do": "say", "text": "Thank you", "pause_ms": 0}
FIRST = "4916010000001"


async def start(meta: Meta, *steps: dict[str, Any], **more: Any) -> int:
    """Let one customer follow these steps; returns the run's id."""
    await meta.control("POST", "scripts", {"name": "mine", "steps": list(steps)})
    order = {"scripts": {"mine": 1}, "rate": 1000, **more}
    return int((await meta.control("POST", "runs", order))["id"])


async def state_of(meta: Meta, run_id: int) -> dict[str, Any]:
    page = await meta.control("GET", f"runs/{run_id}/customers")
    customer: dict[str, Any] = page["customers"][0]
    return customer


async def over(meta: Meta, run_id: int) -> dict[str, Any]:
    """The report of a run that has come to its end."""

    async def is_over() -> bool:
        return bool((await meta.control("GET", f"runs/{run_id}"))["over"])

    await eventually(is_over)
    report: dict[str, Any] = await meta.control("GET", f"runs/{run_id}")
    return report


async def heard(receiver: Receiver, count: int) -> dict[str, Any]:
    """The business's webhook of the customer's message number `count`."""
    await receiver.until(lambda: len(receiver.messages) >= count)
    return receiver.messages[count - 1]


async def answer(meta: Meta, body: str = "Good morning", to: str = FIRST, **payload: Any) -> None:
    await meta.accepted(payload or text(body), to=f"+{to}")


async def test_a_customer_asks_waits_for_the_answer_and_says_thank_you(
    meta: Meta, subscribed: Receiver
) -> None:
    run = await start(meta, SAY, WAIT, BYE)
    first = await heard(subscribed, 1)
    waiting = await state_of(meta, run)
    await answer(meta)
    second = await heard(subscribed, 2)
    report = await over(meta, run)

    assert (first["text"]["body"], second["text"]["body"]) == ("Hello", "Thank you")
    assert (waiting["state"], waiting["step"]) == ("waiting", 1)
    assert report["customers"] == {"done": 1}
    assert report["sent"] == {"text": 2}
    assert report["answers"]["count"] == 1
    contact = subscribed.webhooks[0].values[0]["contacts"][0]
    assert contact["profile"]["name"] != FIRST


async def test_only_an_answer_with_the_awaited_words_counts(
    meta: Meta, subscribed: Receiver
) -> None:
    run = await start(meta, SAY, {**WAIT, "matching": "order number"}, BYE)
    await heard(subscribed, 1)
    await answer(meta, "One moment please")
    await subscribed.until(lambda: len(subscribed.statuses) == 2)
    still = await state_of(meta, run)
    await answer(meta, "Your ORDER NUMBER please")
    await over(meta, run)

    assert (still["state"], still["heard"]) == ("waiting", 1)
    assert len(subscribed.messages) == 2


@pytest.mark.parametrize(
    ("otherwise", "state", "sent"),
    [("give_up", "gave_up", 1), ("go_on", "done", 2), ("end", "done", 1)],
)
async def test_patience_ends(
    meta: Meta, subscribed: Receiver, otherwise: str, state: str, sent: int
) -> None:
    wait = {"do": "wait", "seconds": 5, "otherwise": otherwise}
    run = await start(meta, SAY, wait, BYE, speed=500)
    report = await over(meta, run)
    customer = await state_of(meta, run)

    assert report["customers"] == {state: 1}
    assert customer["sent"] == sent
    assert ("no answer within 5 s" in customer.get("note", "")) == (state == "gave_up")


async def test_a_customer_sends_everything_there_is(meta: Meta, subscribed: Receiver) -> None:
    order = {"scripts": {"everything": 1}, "speed": 1000}
    run = (await meta.control("POST", "runs", order))["id"]
    await heard(subscribed, 12)
    await answer(meta, "Oh dear")
    reaction = await heard(subscribed, 13)
    await over(meta, run)
    by_type = {message["type"]: message for message in subscribed.messages}
    texts = {m["id"]: m["text"]["body"] for m in subscribed.messages if m["type"] == "text"}

    assert set(by_type) == {
        "text", "image", "document", "audio", "location", "contacts", "sticker", "unsupported",
        "edit", "revoke", "reaction",
    }  # fmt: skip
    assert texts[by_type["edit"]["edit"]["original_message_id"]] == "Pleas send a new one"
    assert texts[by_type["revoke"]["revoke"]["original_message_id"]] == "Or rather my money back"
    assert by_type["audio"]["audio"]["voice"] is True
    assert by_type["unsupported"]["errors"][0]["code"] == 131051
    assert reaction["reaction"]["emoji"] == "👍"


@pytest.mark.parametrize("kind", ["image", "document", "voice", "sticker"])
async def test_a_file_that_a_script_sends_can_be_downloaded(
    meta: Meta, subscribed: Receiver, kind: str
) -> None:
    await start(meta, {"do": "send", "kind": kind, "pause_ms": 0})
    message = await heard(subscribed, 1)
    payload = message[message["type"]]
    resolved = (await meta.call("GET", f"/v24.0/{payload['id']}")).json
    file = (await meta.call("GET", resolved["url"])).raw

    head = {"image": b"\xff\xd8\xff", "document": b"%PDF-", "voice": b"OggS", "sticker": b"RIFF"}
    assert file.startswith(head[kind])
    assert resolved["mime_type"] == payload["mime_type"]


BUTTONS: dict[str, Any] = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "What is it about?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": f"b-{word}", "title": word}}
                for word in ("Billing", "Delivery")
            ]
        },
    },
}
LIST: dict[str, Any] = {
    "type": "interactive",
    "interactive": {
        "type": "list",
        "body": {"text": "How was it?"},
        "action": {
            "button": "Choose",
            "sections": [
                {
                    "title": "Stars",
                    "rows": [{"id": f"rating:{n}", "title": f"{n} stars"} for n in range(1, 6)],
                }
            ],
        },
    },
}


async def test_a_customer_taps_the_button_they_look_for(meta: Meta, subscribed: Receiver) -> None:
    run = await start(meta, SAY, WAIT, {"do": "tap", "title": "Delivery", "pause_ms": 0})
    await heard(subscribed, 1)
    await answer(meta, **BUTTONS)
    tapped = await heard(subscribed, 2)
    await over(meta, run)

    reply = {"id": "b-Delivery", "title": "Delivery"}
    assert tapped["interactive"] == {"type": "button_reply", "button_reply": reply}
    assert tapped["context"]["from"] == "15550100200"


async def test_who_is_offered_nothing_taps_what_the_script_says_or_fails(
    meta: Meta, subscribed: Receiver
) -> None:
    tap = {"do": "tap", "what": "list", "title": "Invoices", "id": "inv", "pause_ms": 0}
    await over(meta, await start(meta, SAY, tap))
    tapped = await heard(subscribed, 2)
    lost = await start(meta, SAY, WAIT, {"do": "tap", "pause_ms": 0})
    await heard(subscribed, 3)
    await answer(meta)
    await over(meta, lost)

    reply = {"id": "inv", "title": "Invoices"}
    assert tapped["interactive"] == {"type": "list_reply", "list_reply": reply}
    assert (await state_of(meta, lost))["state"] == "failed"
    assert "nothing to tap" in (await state_of(meta, lost))["note"]


@pytest.mark.parametrize("question", [LIST, text("From 1 to 5, how was it?")])
async def test_a_survey_is_answered_with_score_and_comment(
    meta: Meta, subscribed: Receiver, question: dict[str, Any]
) -> None:
    rate = {"do": "rate", "scores": [4], "comment": "Very friendly", "pause_ms": 0}
    run = await start(meta, SAY, rate)
    await heard(subscribed, 1)
    await answer(meta, **question)
    score = await heard(subscribed, 2)
    await answer(meta, "Anything else you want to tell us?")
    comment = await heard(subscribed, 3)
    report = await over(meta, run)

    if question is LIST:
        assert score["interactive"]["list_reply"]["id"] == "rating:4"
    else:
        assert score["text"]["body"] == "4"
    assert comment["text"]["body"] == "Very friendly"
    assert report["customers"] == {"done": 1}


async def test_a_survey_without_a_question_for_a_comment_is_answered_too(
    meta: Meta, subscribed: Receiver
) -> None:
    rate = {"do": "rate", "comment_seconds": 20, "pause_ms": 0}
    run = await start(meta, SAY, rate, speed=100)
    await heard(subscribed, 1)
    await answer(meta, **LIST)
    report = await over(meta, run)

    assert report["customers"] == {"done": 1}
    assert len(subscribed.messages) == 2


async def test_a_silent_customer_says_nothing_more(meta: Meta, subscribed: Receiver) -> None:
    run = await start(meta, SAY, {"do": "silence"})
    report = await over(meta, run)
    await answer(meta)

    assert report["customers"] == {"silent": 1}
    assert (await meta.control("GET", f"runs/{run}"))["heard"] == 0


async def test_a_pause_of_silence_ends(meta: Meta, subscribed: Receiver) -> None:
    await over(meta, await start(meta, SAY, {"do": "silence", "seconds": 5}, BYE, speed=500))

    assert [m["text"]["body"] for m in subscribed.messages] == ["Hello", "Thank you"]


async def test_a_customer_returns_when_the_clock_has_moved_far_enough(
    meta: Meta, subscribed: Receiver
) -> None:
    await meta.control("POST", "clock", {"offset_seconds": -90_000})
    run = await start(meta, SAY, {"do": "return", "after_seconds": 86_400}, BYE)
    first = await heard(subscribed, 1)
    await meta.control("POST", "clock", {"advance_seconds": 80_000})
    early = await state_of(meta, run)
    await meta.control("POST", "clock", {"offset_seconds": 0})
    second = await heard(subscribed, 2)
    await over(meta, run)

    assert early["state"] == "away"
    assert int(second["timestamp"]) - int(first["timestamp"]) >= 86_400


@pytest.mark.parametrize("by", ["word", "menu"])
async def test_a_customer_says_stop_and_that_is_the_end(
    meta: Meta, subscribed: Receiver, by: str
) -> None:
    run = await start(meta, SAY, {"do": "stop", "by": by, "pause_ms": 0}, BYE)
    report = await over(meta, run)
    await subscribed.until(lambda: len(subscribed.messages) == 2 if by == "word" else True)
    await subscribed.until(lambda: by == "word" or subscribed.field("user_preferences"))

    assert report["customers"] == {"stopped": 1}
    assert [m["text"]["body"] for m in subscribed.messages][1:] == ["STOP"] * (by == "word")


async def test_many_begin_at_their_pace_write_to_both_numbers_and_are_paged(
    meta: Meta, subscribed: Receiver
) -> None:
    run = await start(meta, SAY, customers=40, rate=400, to=["+49 30 5550100", NUMBER])
    report = await over(meta, run)
    await subscribed.until(lambda: len(subscribed.messages) == 40)
    page = await meta.control("GET", f"runs/{run}/customers?limit=30")
    rest = await meta.control("GET", f"runs/{run}/customers?limit=30&after={page['next']}")

    assert report["customers"] == {"done": 40}
    assert report["seconds"] >= 39 / 400
    assert len({message["from"] for message in subscribed.messages}) == 40
    rows = page["customers"] + rest["customers"]
    assert [row["number_id"] for row in rows] == [OTHER_NUMBER, NUMBER] * 20
    assert "next" not in rest


async def test_no_more_than_wanted_are_under_way_at_once(meta: Meta, subscribed: Receiver) -> None:
    run = await start(meta, SAY, WAIT, customers=3, at_once=2)
    await heard(subscribed, 2)
    before = (await meta.control("GET", f"runs/{run}"))["customers"]
    await answer(meta)
    await heard(subscribed, 3)
    await answer(meta, to=str(int(FIRST) + 1))
    await answer(meta, to=str(int(FIRST) + 2))
    report = await over(meta, run)

    assert before == {"coming": 1, "waiting": 2}
    assert report["customers"] == {"done": 3}


async def test_a_stopped_run_says_nothing_more_and_its_customers_are_free(
    meta: Meta, subscribed: Receiver
) -> None:
    run = await start(meta, SAY, WAIT, customers=2, at_once=1)
    await heard(subscribed, 1)
    taken = await meta.call("POST", "/_simulator/runs", {"scripts": {"mine": 1}})
    report = await meta.control("POST", f"runs/{run}/stop")
    await answer(meta)
    again = await meta.control("POST", "runs", {"scripts": {"mine": 1}})

    assert taken.status == 400
    assert f"customer {FIRST} is still in another run" in taken.json["error"]
    assert (report["over"], report["customers"]) == (True, {"halted": 2})
    assert again["id"] == run + 1


async def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    courses = []
    for folder, seed in (("one", 7), ("two", 7), ("three", 8)):
        async with running(tmp_path / folder, QUICK) as meta:
            steps = [SAY, {"do": "repeat", "times": [1, 9], "steps": [{**BYE, "text": ["A", "B"]}]}]
            await meta.control("POST", "scripts", {"name": "babble", "steps": steps})
            order = {"scripts": {"babble": 1, "stop": 1}, "customers": 12, "speed": 1000}
            run = await meta.control("POST", "runs", {**order, "rate": 1000, "seed": seed})
            await over(meta, run["id"])
            rows = (await meta.control("GET", f"runs/{run['id']}/customers"))["customers"]
            said = [
                [bubble["text"] for chat in view["chats"] for bubble in chat["messages"]]
                for row in rows
                for view in [await meta.control("GET", f"phone/chats?who={row['wa_id']}")]
            ]
            courses.append((said, [row["script"] for row in rows]))

    assert courses[0] == courses[1] != courses[2]
    assert set(courses[0][1]) == {"babble", "stop"}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"scripts": {}}, "scripts must name one script or more"),
        ({"scripts": {"nonsense": 1}}, "no script 'nonsense'; there are: "),
        ({"scripts": {"talk": 1}, "customers": 0}, "customers must be 1 to"),
        ({"scripts": {"talk": 1}, "rate": 0}, "rate must be more than 0"),
        ({"scripts": {"talk": 1}, "at_once": 0}, "at_once must be 1 or more"),
        ({"scripts": {"talk": 1}, "to": ["+1 999"]}, "'+1 999' is no business number"),
        ({"scripts": {"talk": 1}, "first": "Amina"}, "first 'Amina' must be a phone number"),
        ({"scripts": {"talk": 1}, "speed": 0}, "speed must be"),
        ({"scripts": {"talk": 1}, "people": 3}, "unknown field `people`"),
    ],
)
async def test_a_run_that_cannot_be_is_refused(
    meta: Meta, order: dict[str, Any], words: str
) -> None:
    answer = await meta.call("POST", "/_simulator/runs", order)

    assert answer.status == 400
    assert words in answer.json["error"]
    assert await meta.control("GET", "runs") == []


async def test_reset_ends_all_runs(meta: Meta, subscribed: Receiver) -> None:
    run = await start(meta, SAY, WAIT)
    await heard(subscribed, 1)
    await meta.control("POST", "reset")

    assert await meta.control("GET", "runs") == []
    assert (await meta.call("GET", f"/_simulator/runs/{run}")).status == 400
