"""What a campaign does when its number's content profile does not let its pictures out (I4)."""

import pytest

from tests.api_client import Api
from tests.content_profiles import govern, line_of_pictures
from tests.pumping import Campaign, Pumping, phones, row
from tests.sending import Line, Sending

JPEG = "https://nordwind.example/beach.jpg"
PNG = "https://nordwind.example/beach.png"
FROM_ZONE = [{"component": "header", "id": "1", "column": "Zone"}]


@pytest.fixture
async def line(sending: Sending) -> Line:
    """A number whose template begins with a picture."""
    await sending.rows("UPDATE campaign SET status = 'off'")
    return await line_of_pictures(sending)


async def run(pumping: Pumping, line: Line, *links: str) -> Campaign:
    """A campaign that sends each of its contacts one of these pictures."""
    rows = [
        row(phone, "Amina", "A-17", link)
        for phone, link in zip(phones(len(links)), links, strict=True)
    ]
    campaign = await pumping.campaign(line, rows, parameters=FROM_ZONE)
    await pumping.start(campaign)
    await pumping.work(await pumping.pump(line))
    return campaign


async def test_only_the_contact_whose_picture_is_not_let_out_is_excluded(
    api: Api, pumping: Pumping, line: Line
) -> None:
    await govern(api, line.integration_id, "JPEG only", outbound=("image/jpeg",))

    campaign = await run(pumping, line, JPEG, PNG, JPEG)

    assert await pumping.states(campaign) == {
        ("taken", None): 2,
        ("excluded", "template.parameter.not_allowed"): 1,
    }


async def test_where_no_picture_is_let_out_the_campaign_stops_and_says_so(
    api: Api, pumping: Pumping, line: Line, sending: Sending
) -> None:
    await govern(api, line.integration_id, "Papers only", outbound=("application/*",))

    campaign = await run(pumping, line, JPEG, PNG)

    assert await pumping.states(campaign) == {("waiting", None): 2}
    assert await pumping.status(campaign) in ("forced_stopping", "forced_off")
    why = "SELECT reason_code, reason FROM campaign WHERE id = %s"
    ((code, reason),) = await sending.rows(why, campaign.id)
    assert code == "content.not.allowed"
    assert reason.startswith("The content profile Papers only lets no image go out.")
