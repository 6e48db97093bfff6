"""Workstreams: their rules, numbers and texts, drafts that are resumed, and trying them."""

from typing import Any

import pytest

from tests.api.test_operating_hours import HOURS, MONDAY
from tests.api.test_queues import NOBODY, QUEUES
from tests.api.test_skills import LANGUAGES, SKILLS, made, names
from tests.api_client import Answer, Api
from tests.sending import Sending
from tests.world import World

STREAMS = "/api/v2/routing/workstreams"


@pytest.fixture(scope="module")
async def queue(api: Api, world: World) -> dict[str, Any]:
    return await made(api, QUEUES, name="Front desk")


def ref(thing: dict[str, Any]) -> dict[str, str]:
    return {"id": thing["id"]}


def fields(answer: Answer) -> list[str]:
    assert answer.status == 400, answer
    return [each["fieldName"] for each in answer.json()["details"]]


async def test_a_workstream_has_defaults_and_keeps_what_is_not_named(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    stream = await made(api, STREAMS, name=" Shop ", fallbackQueue=ref(queue))

    assert (stream["name"], stream["channel"], stream["isDraft"]) == ("Shop", "whatsapp", False)
    assert stream["allowedPresences"] == ["OnQueue"]
    assert stream["autoClose"] == {"openHours": 720, "connectedHours": 720, "parkedHours": 24}
    assert not {"survey", "threadingHours", "operatingHours"} & stream.keys()
    changed = await api.put(
        stream["selfUri"],
        {"capacityUnits": 2, "attachments": {"customers": False}, "threadingHours": 0},
    )
    assert changed.json() == {
        **stream,
        "capacityUnits": 2,
        "attachments": {"customers": False, "agents": True},
        "threadingHours": 0,
        "version": 2,
        "dateModified": changed.json()["dateModified"],
    }
    cleared = (await api.put(stream["selfUri"], {"threadingHours": None})).json()
    assert "threadingHours" not in cleared
    assert (await api.get(stream["selfUri"])).json() == cleared


async def test_everything_of_it_is_kept(api: Api, world: World) -> None:
    queue = await made(api, QUEUES, name="Tea room")
    skill, language = await made(api, SKILLS, name="Tea"), await made(api, LANGUAGES, name="Welsh")
    hours = await made(api, HOURS, name="Tea time", week=[MONDAY])
    rule = {
        "name": "Tea",
        "conditions": [{"field": "text", "test": "containsAny", "values": ["tea"]}],
        "queue": ref(queue),
        "skills": [ref(skill)],
        "language": ref(language),
        "priority": 5,
    }
    said = {
        "messages": [
            {"trigger": "greeting", "language": "en", "text": "Hello {{customer}}"},
            {"trigger": "waiting", "language": "en", "text": "{{position}}.", "afterSeconds": 60},
        ],
        "survey": {"expiryHours": 6},
        "quickReplies": [{"name": "Bye", "text": "Goodbye {{customer}}."}],
        "operatingHours": ref(hours),
    }

    stream = await made(
        api,
        STREAMS,
        name="Tea",
        fallbackQueue=ref(queue),
        rules=[rule],
        distribution="pick",
        **said,
    )

    kept = stream["rules"][0]
    assert (kept["queue"]["id"], kept["priority"]) == (queue["id"], 5)
    assert (kept["skills"], kept["language"]) == ([ref(skill)], ref(language))
    assert kept["conditions"] == rule["conditions"]
    assert stream["messages"][1]["afterSeconds"] == 60
    assert stream["survey"] == {"enabled": True, "expiryHours": 6, "askComment": True, "texts": []}
    assert stream["quickReplies"] == said["quickReplies"]
    for thing, code in ((hours, "hours.in.use"), (skill, "skill.in.use"), (queue, "queue.in.use")):
        needed = await api.delete(thing["selfUri"])
        assert (needed.status, needed.json()["code"]) == (409, code)
        assert "Tea" in needed.json()["message"]
    language_needed = await api.delete(f"{LANGUAGES}/{language['id']}")
    assert (language_needed.status, language_needed.json()["code"]) == (409, "language.in.use")


async def test_a_draft_is_left_resumed_and_finished(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    assert fields(await api.post(STREAMS, {"name": "Unfinished"})) == ["fallbackQueue"]
    draft = await made(api, STREAMS, name="Unfinished", isDraft=True, language="de")

    assert names(await api.get(STREAMS, params={"isDraft": "true"})) == ["Unfinished"]
    assert "Unfinished" not in names(await api.get(STREAMS, params={"isDraft": "false"}))
    assert fields(await api.put(draft["selfUri"], {"isDraft": False})) == ["fallbackQueue"]
    done = await api.put(draft["selfUri"], {"isDraft": False, "fallbackQueue": ref(queue)})
    assert (done.json()["isDraft"], done.json()["language"]) == (False, "de")
    assert fields(await api.put(draft["selfUri"], {"isDraft": True})) == ["isDraft"]


async def test_a_number_has_one_workstream(
    api: Api, world: World, sending: Sending, queue: dict[str, Any]
) -> None:
    line = await sending.connect()
    number = {"id": str(line.integration_id)}
    first = await made(api, STREAMS, name="First", fallbackQueue=ref(queue), numbers=[number])

    assert first["numbers"][0]["phoneNumber"] == line.phone_number
    taken = await api.post(
        STREAMS, {"name": "Second", "fallbackQueue": ref(queue), "numbers": [number]}
    )
    assert (taken.status, taken.json()["code"]) == (409, "number.attached")
    assert "First" in taken.json()["message"]
    assert names(await api.get(STREAMS, params={"name": "Second"})) == []
    found = (await api.get(f"{first['selfUri']}/dependents")).json()
    assert found == {"numbers": first["numbers"], "conversationCount": 0}
    kept = await api.delete(first["selfUri"])
    assert (kept.status, kept.json()["code"]) == (409, "workstream.in.use")
    assert (await api.put(first["selfUri"], {"numbers": []})).json()["numbers"] == []
    second = await made(api, STREAMS, name="Second", fallbackQueue=ref(queue), numbers=[number])
    gone = await api.delete(second["selfUri"], params={"detachNumbers": "true"})
    assert gone.status == 204
    assert (await api.get(second["selfUri"])).status == 404
    assert (await api.put(first["selfUri"], {"numbers": [number]})).status == 200


async def test_a_number_is_deleted_after_its_workstream_was_named(
    api: Api, world: World, sending: Sending, queue: dict[str, Any]
) -> None:
    line = await sending.connect()
    number = {"id": str(line.integration_id)}
    stream = await made(api, STREAMS, name="Of it", fallbackQueue=ref(queue), numbers=[number])
    path = f"/api/v2/conversations/messaging/integrations/whatsapp/{line.integration_id}"

    kept = await api.delete(path)
    assert (kept.status, kept.json()["messageParams"]["workstream"]) == (409, "Of it")
    gone = await api.delete(path, params={"force": "true"})

    assert gone.status in (200, 202, 204)
    assert (await api.get(stream["selfUri"])).json()["numbers"] == []
    assert (await api.delete(stream["selfUri"])).status == 204


async def test_only_numbers_of_its_channel_that_one_sees_are_attached(
    api: Api, world: World, sending: Sending, queue: dict[str, Any]
) -> None:
    line, foreign = await sending.connect(), await sending.connect(world.outsider)
    body = {"name": "Wrong numbers", "fallbackQueue": ref(queue)}

    for wrong in (
        {"numbers": [{"id": str(foreign.integration_id)}]},
        {"numbers": [{"id": str(line.integration_id)}], "channel": "instagram"},
    ):
        assert fields(await api.post(STREAMS, {**body, **wrong})) == ["numbers"]


RULE = {"name": "Bills", "queue": {"id": NOBODY}}
UNSOUND = {"field": "text", "test": "matches", "values": ["("]}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"name": " "}, ["name"]),
        ({"capacityUnits": 0, "declineLimit": 6}, ["capacityUnits", "declineLimit"]),
        ({"agentAwayMinutes": 1441}, ["agentAwayMinutes"]),
        ({"threadingHours": 73}, ["threadingHours"]),
        ({"autoClose": {"openHours": 0}}, ["autoClose.openHours"]),
        ({"allowedPresences": ["Offline"]}, ["allowedPresences"]),
        ({"allowedPresences": []}, ["allowedPresences"]),
        ({"language": "German"}, ["language"]),
        ({"fallbackQueue": {"id": NOBODY}}, ["fallbackQueue"]),
        ({"fallbackQueue": None}, ["fallbackQueue"]),
        ({"operatingHours": {"id": NOBODY}}, ["operatingHours"]),
        ({"rules": [RULE]}, ["rules[0].queue"]),
        ({"rules": [{**RULE, "priority": 10**12}]}, ["rules[0].priority"]),
        (
            {"rules": [{**RULE, "conditions": [UNSOUND]}]},
            ["rules[0].conditions[0].values"],
        ),
        ({"messages": [{"trigger": "greeting", "language": "en", "text": "{{x}}"}]},
         ["messages[0].text"]),
        ({"messages": [{"trigger": "waiting", "language": "en", "text": "Soon"}]},
         ["messages[0].afterSeconds"]),
        ({"messages": [{"trigger": "closed", "language": "en", "text": "Bye"}] * 2},
         ["messages[1]"]),
        ({"survey": {"expiryHours": 24}}, ["survey.expiryHours"]),
        ({"quickReplies": [{"name": "", "text": "{{queue}}"}]}, ["quickReplies[0].name"]),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_named(
    api: Api, world: World, queue: dict[str, Any], wrong: dict[str, Any], expected: list[str]
) -> None:
    body = {"name": "Never there", "fallbackQueue": ref(queue), **wrong}

    assert fields(await api.post(STREAMS, body)) == expected
    assert names(await api.get(STREAMS, params={"name": "Never there"})) == []


async def test_what_a_rule_names_must_be_there_and_the_rule_is_told(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    good = {"name": "Good", "queue": ref(queue)}
    bad = {**good, "name": "Bad", "skills": [{"id": NOBODY}], "language": {"id": NOBODY}}

    answer = await api.post(
        STREAMS, {"name": "Named", "fallbackQueue": ref(queue), "rules": [good, bad]}
    )

    assert fields(answer) == ["rules[1].skills", "rules[1].language"]
    assert answer.json()["message"] == f"Rule Bad: there is no skill {NOBODY}."


async def test_a_name_is_taken_once_and_an_old_version_is_refused(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    stream = await made(api, STREAMS, name="Returns", fallbackQueue=ref(queue))
    other = await made(api, STREAMS, name="Parcels", fallbackQueue=ref(queue))

    assert (await api.post(STREAMS, {"name": "RETURNS", "isDraft": True})).status == 409
    assert (await api.put(other["selfUri"], {"name": "returns"})).status == 409
    assert (await api.put(stream["selfUri"], {"language": "de", "version": 1})).status == 200
    stale = await api.put(stream["selfUri"], {"language": "da", "version": 1})
    assert (stale.status, stale.json()["messageParams"]["currentVersion"]) == (409, "2")


async def test_a_message_is_tried_and_each_rule_says_why(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    care = await made(api, QUEUES, name="Care")
    skill = await made(api, SKILLS, name="Patience")
    hours = await made(api, HOURS, name="Mondays", week=[MONDAY], timeZone="Europe/Berlin")
    bills = {"field": "text", "test": "containsAny", "values": ["bill", "invoice"]}
    shut = {"field": "hours", "test": "is", "values": ["closed"]}
    stream = await made(
        api,
        STREAMS,
        name="Tried",
        fallbackQueue=ref(queue),
        operatingHours=ref(hours),
        rules=[
            {"name": "At night", "queue": ref(queue), "conditions": [bills, shut]},
            {"name": "Bills", "queue": ref(care), "conditions": [bills], "skills": [ref(skill)]},
        ],
    )
    path = f"{stream['selfUri']}/try"
    monday, tuesday = "2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z"

    by_day = (await api.post(path, {"text": "My Invoice?", "dateTime": monday})).json()
    assert (by_day["ruleName"], by_day["queue"]["name"]) == ("Bills", "Care")
    assert by_day["skills"] == [{"id": skill["id"], "name": "Patience"}]
    assert (by_day["operatingHours"], by_day["isFallback"]) == ("open", False)
    assert by_day["rules"] == [
        {
            "name": "At night",
            "fits": False,
            "why": 'Not so: hours is "closed".',
            "failed": {"field": "hours", "test": "is", "values": ["closed"]},
        },
        {"name": "Bills", "fits": True},
    ]
    closed = (await api.post(path, {"text": "My Invoice?", "dateTime": tuesday})).json()
    assert (closed["ruleName"], closed["operatingHours"]) == ("At night", "closed")
    other = (await api.post(path, {"text": "Hello", "dateTime": monday})).json()
    assert (other["isFallback"], other["queue"]["id"]) == (True, queue["id"])
    assert "ruleName" not in other
    assert fields(await api.post(path, {"dateTime": "9999-12-31T00:00:00Z"})) == ["dateTime"]


async def test_an_unfinished_draft_asks_nobody(api: Api, world: World) -> None:
    draft = await made(api, STREAMS, name="Nobody asked", isDraft=True)

    tried = (await api.post(f"{draft['selfUri']}/try", {"text": "Hello"})).json()

    assert "queue" not in tried
    assert tried["isFallback"] is False


async def test_the_desk_reads_quick_replies_without_seeing_the_rules(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    reply = {"name": "Hello", "text": "Good day."}
    stream = await made(
        api, STREAMS, name="On the desk", fallbackQueue=ref(queue), quickReplies=[reply]
    )
    agent = api.as_(world.backend)  # may read messages, but no workstreams

    assert (await agent.get(stream["selfUri"])).status == 403
    seen = (await agent.get(f"{stream['selfUri']}/desk")).json()
    assert (seen["quickReplies"], seen["attachments"]["agents"]) == ([reply], True)


async def test_workstreams_of_other_divisions_are_not_there(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    home = await made(api, STREAMS, name="At home", fallbackQueue=ref(queue))
    north = {"id": str(world.nordwind.divisions["North"])}
    ours = await made(api, STREAMS, name="Up north", fallbackQueue=ref(queue), division=north)
    nils, sven = api.as_(world.nils), api.as_(world.sven)

    assert names(await nils.get(STREAMS)) == ["Up north"]
    assert (await nils.put(ours["selfUri"], {"language": "da"})).status == 200
    for path in (home["selfUri"], f"{home['selfUri']}/dependents", f"{home['selfUri']}/desk"):
        assert (await nils.get(path)).status == 404
    assert (await nils.post(f"{home['selfUri']}/try", {"text": "x"})).status == 404
    assert (await nils.post(STREAMS, {"name": "Mine", "isDraft": True})).status == 403
    assert (await sven.get(home["selfUri"])).status == 200
    assert (await sven.put(home["selfUri"], {"language": "da"})).status == 403


async def test_a_repeated_request_creates_one_workstream(
    api: Api, world: World, queue: dict[str, Any]
) -> None:
    body = {"name": "Once", "fallbackQueue": ref(queue)}
    key = {"Idempotency-Key": "one-workstream"}

    first = await api.post(STREAMS, body, headers=key)

    assert (await api.post(STREAMS, body, headers=key)).json() == first.json()
