"""One app at Meta may serve several organizations: none keeps anything of another's webhooks."""

from typing import Any

import pytest

from tests.api_client import Api
from tests.sending import HOOK, Line, Sending, entry, inbound, sign, webhook
from tests.world import World


@pytest.fixture(scope="module")
def meta(api: Api) -> Api:
    """Whoever posts webhooks: nobody that we know by a token."""
    return api.as_(None)


async def deliver(meta: Api, sending: Sending, line: Line, body: bytes) -> None:
    """A webhook of the line's app comes in and is applied."""
    answer = await meta.post(HOOK, content=body, headers=sign(line.app_secret, body))
    assert (answer.status, answer.text) == (200, "ok")
    await sending.apply_webhooks()


async def test_organizations_that_share_an_app_keep_nothing_of_each_others_webhooks(
    api: Api, meta: Api, sending: Sending, world: World
) -> None:
    ours = await sending.connect(app_secret="common")
    theirs = await sending.connect(world.outsider, app_secret="common")
    spoken = {"statuses": [{"id": "wamid.odd", "status": "dreamt", "timestamp": "1"}]}

    def told(line: Line, words: str) -> dict[str, Any]:
        return inbound(words, sender="4915112345607", wamid=f"wamid.{words}")

    body = webhook(
        entry(ours, told(ours, "ours"), spoken | {"mark": "ours"}),
        entry(theirs, told(theirs, "theirs"), spoken),
        {"id": theirs.account_id, "changes": "theirs broken"},
    )
    await deliver(meta, sending, ours, body)

    for line, own, foreign in ((ours, "ours", "theirs"), (theirs, "theirs", "ours")):
        kept = await sending.rows(
            "SELECT convert_from(body, 'UTF8') FROM inbox WHERE organization_id = %s"
            " AND convert_from(body, 'UTF8') LIKE '%%wamid.odd%%'",
            line.organization.id,
        )
        fragments = await sending.rows(
            "SELECT q.fragment, i.organization_id FROM quarantine q JOIN inbox i ON i.id = inbox_id"
            " WHERE q.organization_id = %s AND q.fragment ~ 'dreamt|broken'",
            line.organization.id,
        )
        assert len(kept) == 1
        assert own in kept[0][0]
        assert foreign not in kept[0][0] + str(fragments)
        assert {row[1] for row in fragments} == {line.organization.id}
        assert len(fragments) == (1 if line is ours else 2)
        (message_id,) = (
            await sending.rows(
                "SELECT id FROM message WHERE provider_message_id = %s", f"wamid.{own}"
            )
        )[0]
        reader = api if line is ours else api.as_(world.olga)
        log = await reader.get(f"/api/v2/conversations/messages/{message_id}/exchanges")
        assert own in log.json()["entities"][0]["request"]


async def test_a_body_nobody_can_read_shows_nothing_where_organizations_share_the_app(
    api: Api, meta: Api, sending: Sending, world: World
) -> None:
    ours = await sending.connect(app_secret="common too")
    theirs = await sending.connect(world.outsider, app_secret="common too")
    body = f'{{"entry":[{{"id":"{ours.account_id}"}},{{"id":"{theirs.account_id}",'.encode()

    await deliver(meta, sending, ours, body)

    ((fragment,),) = await sending.rows(
        "SELECT fragment FROM quarantine q JOIN inbox i ON i.id = inbox_id AND i.body = %s", body
    )
    assert theirs.account_id not in fragment
    assert "share the app" in fragment
