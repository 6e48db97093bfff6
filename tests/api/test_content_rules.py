"""For which numbers a content profile decides, and which templates it lets out (I4)."""

from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.channels import WHATSAPP
from tests.content_profiles import PROFILES, govern, line_of_pictures, media_types, profile, use
from tests.sending import AGENTLESS, Line, Sending, notification, refusal
from tests.world import World

DEFAULT = f"{PROFILES}/default"
INTEGRATIONS = "/api/v2/conversations/messaging/integrations"
JPEG = "https://nordwind.example/beach.jpg"


async def names(api: Api, content_id: str, path: str = WHATSAPP) -> list[str]:
    listed = await api.get(path, params={"supportedContent.id": content_id, "pageSize": 100})
    assert listed.json()["total"] == len(listed.json()["entities"])
    return [each["name"] for each in listed.json()["entities"]]


async def test_a_number_names_a_profile_or_follows_the_default(
    api: Api, sending: Sending, world: World
) -> None:
    line = await sending.connect()
    path = f"{WHATSAPP}/{line.integration_id}"
    default = (await api.get(DEFAULT)).json()
    followed = (await api.get(path)).json()

    made = await profile(api, "For one number", outbound=())
    chosen = (await use(api, line.integration_id, made["id"])).json()
    renamed = (await api.patch(path, {"name": "Still chosen"})).json()
    back = (await use(api, line.integration_id, None)).json()

    assert (followed["followsDefaultContent"], followed["supportedContent"]["id"]) == (
        True,
        default["id"],
    )
    assert chosen["followsDefaultContent"] is False
    assert chosen["supportedContent"] == {
        "id": made["id"],
        "name": "For one number",
        "mediaTypes": media_types(outbound=()),
        "selfUri": made["selfUri"],
    }
    assert renamed["supportedContent"] == chosen["supportedContent"]
    assert back["supportedContent"] == followed["supportedContent"]


async def test_a_profile_of_nobody_or_of_others_is_not_chosen(
    api: Api, sending: Sending, world: World
) -> None:
    line = await sending.connect()
    theirs = (await api.as_(world.olga).get(DEFAULT)).json()

    for wrong in (theirs["id"], "00000000-0000-0000-0000-000000000001", "everything"):
        body = {"supportedContent": {"id": wrong}}
        answer = await api.patch(f"{WHATSAPP}/{line.integration_id}", body)
        assert answer.status == 400
        assert answer.json()["details"][0]["fieldName"] == "supportedContent.id"


async def test_numbers_are_listed_by_the_profile_that_decides_for_them(
    api: Api, sending: Sending
) -> None:
    chosen, follows = await sending.connect(), await sending.connect()
    made = await govern(api, chosen.integration_id, "For the filter")
    default = (await api.get(DEFAULT)).json()
    ours, other = [
        (await api.get(f"{WHATSAPP}/{each.integration_id}")).json()["name"]
        for each in (chosen, follows)
    ]

    assert await names(api, made["id"]) == [ours]
    assert await names(api, made["id"], INTEGRATIONS) == [ours]
    assert other in await names(api, default["id"])
    assert ours not in await names(api, default["id"])


async def test_a_profile_in_use_stays_and_says_by_whom_it_is_used(
    api: Api, sending: Sending, world: World
) -> None:
    line, north = await sending.connect(), await sending.connect(division="North")
    made = await govern(api, line.integration_id, "Used")
    await use(api, north.integration_id, made["id"])
    name = (await api.get(f"{WHATSAPP}/{line.integration_id}")).json()["name"]

    refused = await api.delete(made["selfUri"])
    await use(api, north.integration_id, None)
    gone = await api.delete(f"{WHATSAPP}/{line.integration_id}", params={"force": "true"})

    assert refusal(refused) == (409, "content.in.use")
    assert name in refused.json()["message"]
    assert refused.json()["messageParams"]["count"] == "2"
    assert gone.status == 200, gone
    assert (await api.delete(made["selfUri"])).status == 204


@pytest.fixture
async def line(sending: Sending) -> Line:
    """A number whose template begins with a picture; a new one each time, known to no process."""
    return await line_of_pictures(sending)


async def notify(api: Api, sending: Sending, line: Line, link: str) -> Answer:
    """A backend sends the template with this picture."""
    body: dict[str, Any] = notification(line, await sending.invite())
    body["messagingTemplate"]["headerParameters"] = [{"id": "1", "value": link}]
    return await api.post(AGENTLESS, body)


@pytest.mark.parametrize(
    ("outbound", "link", "expected"),
    [
        (("image/jpeg",), JPEG, None),
        (("image/jpeg",), f"{JPEG}?size=2#top", None),
        (("image/*",), "https://nordwind.example/beach.png", None),
        (("image/jpeg",), "https://nordwind.example/picture-of-today", None),
        (("image/jpeg",), "123456789", None),
        (("image/jpeg",), "https://nordwind.example/a.png", "template.parameter.not_allowed"),
        (("application/pdf",), JPEG, "content.not.allowed"),
        ((), JPEG, "content.not.allowed"),
    ],
)
async def test_a_templates_picture_goes_out_only_where_the_profile_lets_it(
    api: Api, sending: Sending, line: Line, outbound: tuple[str, ...], link: str,
    expected: str | None,
) -> None:  # fmt: skip
    await govern(api, line.integration_id, f"Case {link} {outbound}", outbound=outbound)
    before = await sending.one("SELECT count(*) FROM outbox")

    answer = await notify(api, sending, line, link)

    queued = await sending.one("SELECT count(*) FROM outbox") - before
    assert queued == (expected is None), answer
    if expected is not None:
        assert answer.json()["code"] == expected
        assert "Case" in answer.json()["message"]


async def test_a_template_without_a_picture_goes_out_whatever_the_profile_allows(
    api: Api, sending: Sending
) -> None:
    line = await sending.connect()
    await govern(api, line.integration_id, "Only words", outbound=())

    answer = await api.post(AGENTLESS, notification(line, await sending.invite()))

    assert answer.status == 202, answer
