"""Hundreds of malformed webhooks, rightly signed: each is stored, each is accounted for.

Every body carries good messages around what is broken: those must be applied, the rest must be
in quarantine, and nothing may stay in a lane.
"""

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api_client import Api
from tests.sending import HOOK, Line, Sending, entry, inbound, sign, status, webhook

_ids = itertools.count(1)
SENDER = "4915112340000"
HUGE = 10**400
ODD: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "huge": HUGE,
    "fraction": 1.5e300,
    "empty_text": "",
    "text": "nonsense",
    "nul": "a\0b",
    "surrogate": "\ud83d",
    "long": "x" * 70_000,
    "list": [],
    "nested_list": [[[]]],
    "object": {},
    "object_of_nulls": {"a": None},
}


@pytest.fixture(scope="module")
def meta(api: Api) -> Api:
    return api.as_(None)


def good(line: Line) -> dict[str, Any]:
    """A change with one good message."""
    value = inbound("good", sender=SENDER, wamid=f"wamid.good.{next(_ids)}")
    change: dict[str, Any] = entry(line, value)["changes"][0]
    return change


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a value."""
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for key, part in parts:
        yield (*prefix, key)
        yield from paths(part, (*prefix, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at that place; Ellipsis takes the place away."""
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return copy


def victim(line: Line) -> dict[str, Any]:
    """A change with a message and statuses in which anything may be broken."""
    value = inbound("victim", sender=SENDER, wamid=f"wamid.victim.{next(_ids)}")
    value["statuses"] = [status(f"wamid.status.{next(_ids)}", "sent")]
    change: dict[str, Any] = entry(line, value)["changes"][0]
    return change


def bad_changes(line: Line) -> Iterator[tuple[str, Any]]:
    """Every place of a change, gone or with every odd value in turn."""
    whole = victim(line)
    for number, path in enumerate(paths(whole)):
        yield f"{path} is missing", replaced(victim(line), path, ...)
        for offset in range(8):  # half of the odd values at each place, all of them in all
            name = list(ODD)[(number * 7 + offset) % len(ODD)]
            yield f"{path} is {name}", replaced(victim(line), path, ODD[name])
    for name, odd in ODD.items():
        yield f"a change is {name}", odd


async def counts(sending: Sending, line: Line) -> dict[str, int]:
    """What became of everything so far."""
    rows = await sending.rows(
        "SELECT (SELECT count(*) FROM inbox_queue), (SELECT count(*) FROM inbox),"
        " (SELECT count(*) FROM quarantine),"
        " (SELECT count(*) FROM message WHERE integration_id = %s),"
        " (SELECT count(*) FROM message WHERE integration_id = %s AND body = 'good'),"
        " (SELECT count(*) FROM message_status)",
        line.integration_id,
        line.integration_id,
    )
    names = ("waiting", "journalled", "quarantined", "messages", "good", "statuses")
    return dict(zip(names, rows[0], strict=True))


def encoded(body: Any) -> bytes:
    """JSON as a careless sender writes it: NaN and lone surrogates included."""
    return json.dumps(body).encode()


async def test_whatever_is_broken_in_a_change_its_neighbours_are_applied(
    meta: Api, sending: Sending, line: Line
) -> None:
    before = await counts(sending, line)
    bad = list(bad_changes(line))
    assert len(bad) >= 200
    for what, change in bad:
        frame = {"id": line.account_id, "changes": [good(line), change, good(line)]}
        body = encoded({"object": "whatsapp_business_account", "entry": [frame]})
        answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
        assert (answer.status, answer.text) == (200, "ok"), what

    await sending.apply_webhooks()

    after = await counts(sending, line)
    assert after["waiting"] == 0
    assert after["journalled"] == before["journalled"] + len(bad)
    assert after["good"] - before["good"] >= 2 * len(bad), "a good neighbour is missing"
    assert await unreadable(sending) == []
    dealt_with = sum(after[n] - before[n] for n in ("messages", "quarantined", "statuses"))
    assert dealt_with >= 3 * len(bad) - len(ODD)


async def unreadable(sending: Sending) -> list[tuple[Any, ...]]:
    """Webhooks that could not be applied at all: there must be none."""
    return await sending.rows("SELECT reason FROM quarantine WHERE reason LIKE 'could not be%%'")


async def test_whatever_is_broken_in_an_entry_its_neighbours_are_applied(
    meta: Api, sending: Sending, line: Line
) -> None:
    before = await counts(sending, line)
    frames = [{"id": line.account_id, "changes": odd} for odd in ODD.values()]
    frames += [{"id": line.account_id, "time": odd, "changes": []} for odd in ODD.values()]
    frames += [{"id": line.account_id}]
    for frame in frames:
        around = [{"id": line.account_id, "changes": [good(line)]} for _ in range(2)]
        body = encoded(
            {"object": "whatsapp_business_account", "entry": [around[0], frame, around[1]]}
        )
        answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
        assert answer.status == 200, frame

    await sending.apply_webhooks()

    after = await counts(sending, line)
    assert after["waiting"] == 0
    assert after["good"] - before["good"] == 2 * len(frames)
    assert await unreadable(sending) == []


@pytest.mark.parametrize("name", ODD)
async def test_an_entry_that_is_none_hides_no_account(
    meta: Api, sending: Sending, line: Line, name: str
) -> None:
    """The door reads the accounts to find the secrets; one odd entry must not blind it."""
    before = await counts(sending, line)
    body = encoded(
        {
            "object": "whatsapp_business_account",
            "entry": [ODD[name], {"id": line.account_id, "changes": [good(line)]}],
        }
    )

    answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
    await sending.apply_webhooks()

    assert answer.status == 200
    assert (await counts(sending, line))["good"] == before["good"] + 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"not json",
        b"\xff\xfe\x00",
        b'{"entry": {}}',
        b'{"entry": [{"id": {}}]}',
        b'{"entry": ' + b"[" * 100_000,
    ],
)
async def test_a_body_that_names_no_account_of_ours_is_refused_whoever_signed(
    meta: Api, sending: Sending, line: Line, body: bytes
) -> None:
    before = await counts(sending, line)

    answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))

    assert (answer.status, answer.text) == (403, "refused")
    assert await counts(sending, line) == before


def frame_with(line: Line, broken: bytes) -> bytes:
    """A body with raw bytes as the value of the change between two good ones."""
    first, last = (json.dumps(good(line)).encode() for _ in range(2))
    return (
        b'{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":['
        b'%s,{"field":"messages","value":%s},%s]}]}'
        % (line.account_id.encode(), first, broken, last)
    )


DEEP = b"[" * 5_000 + b"]" * 5_000
RAW = {
    "overflow": b'{"a": 1e400}',
    "long_number": b"9" * 100_000,
    "escaped_nul": b'{"statuses": "\\u0000"}',
    "lone_surrogate": b'{"a": "\\ud83d"}',
    "broken_utf8": b'{"a": "\xff\xfe"}',
    "latin1": '{"a": "Grüße"}'.encode("latin-1"),
    "overlong_utf8": b'{"a": "\xc0\x80"}',
    "utf8_surrogate": b'{"a": "\xed\xa0\x80"}',
    "duplicate_keys": b'{"metadata": 1, "metadata": 2}',
    "raw_control": b'{"a": "\x01"}',
}


@pytest.mark.parametrize("name", RAW)
async def test_bytes_that_json_does_not_allow_spoil_only_their_own_change(
    meta: Api, sending: Sending, line: Line, name: str
) -> None:
    before = await counts(sending, line)
    body = frame_with(line, RAW[name])

    answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
    await sending.apply_webhooks()

    after = await counts(sending, line)
    assert answer.status == 200
    assert after["waiting"] == 0
    assert after["quarantined"] > before["quarantined"]
    assert after["good"] == before["good"] + 2
    assert await unreadable(sending) == []


@pytest.mark.parametrize(
    ("place", "applied", "quarantined"),
    [
        ("object", 1, 0),
        ("trailing", 1, 0),
        ("entry", 1, 1),
        ("change", 2, 1),
        ("object_in_change", 2, 1),
    ],
)
async def test_a_nesting_bomb_spoils_only_its_own_element(
    meta: Api, sending: Sending, line: Line, place: str, applied: int, quarantined: int
) -> None:
    before = await counts(sending, line)
    frame = json.dumps({"id": line.account_id, "changes": [good(line)]}).encode()
    subject = b'"whatsapp_business_account"'
    body = {
        "object": b'{"bomb":%s,"object":%s,"entry":[%s]}' % (DEEP, subject, frame),
        "entry": b'{"object":%s,"entry":[%s,{"id":"1","bomb":%s}]}' % (subject, frame, DEEP),
        "trailing": b'{"object":%s,"entry":[%s],"bomb":%s}' % (subject, frame, DEEP),
        "change": frame_with(line, DEEP),
        "object_in_change": frame_with(line, b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    }[place]

    answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
    await sending.apply_webhooks()

    after = await counts(sending, line)
    assert answer.status == 200
    assert after["waiting"] == 0
    assert after["good"] - before["good"] == applied
    assert after["quarantined"] - before["quarantined"] == quarantined
    assert await sending.one("SELECT body FROM inbox ORDER BY id DESC LIMIT 1") == body


async def test_three_megabytes_with_a_thousand_statuses_are_applied(
    meta: Api, sending: Sending, line: Line
) -> None:
    before = await counts(sending, line)
    padding = "x" * 2_800
    statuses = [status(f"wamid.big.{n}", "read", padding=padding) for n in range(1_000)]
    statuses[500] = {"id": "wamid.broken", "status": "read", "timestamp": "soon"}
    body = webhook(entry(line, {"statuses": statuses}))
    assert 2_800_000 < len(body) < 3_100_000
    begun = time.process_time()

    answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
    await sending.apply_webhooks()

    after = await counts(sending, line)
    assert answer.status == 200
    assert after["statuses"] - before["statuses"] == 999
    assert after["quarantined"] - before["quarantined"] == 1
    assert time.process_time() - begun < 10


async def test_the_same_webhook_fifty_times_says_it_once(
    meta: Api, sending: Sending, line: Line
) -> None:
    before = await counts(sending, line)
    body = webhook({"id": line.account_id, "changes": [good(line)] * 3})

    for _ in range(50):
        answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
        assert answer.status == 200
    await sending.apply_webhooks()

    after = await counts(sending, line)
    assert after["good"] == before["good"] + 1
    assert after["quarantined"] == before["quarantined"]
