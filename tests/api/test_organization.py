"""One's own organization: read by everybody in it, changed by those who may."""

import pytest

from tests.api_client import Api
from tests.sending import Sending
from tests.world import World

ME = "/api/v2/organizations/me"


async def test_an_organization_is_renamed_and_the_change_is_kept(
    api: Api, world: World, sending: Sending
) -> None:
    before = (await api.get(ME)).json()

    answer = await api.patch(ME, {"name": " Nordwind AG ", "version": before["version"]})
    stale = await api.patch(ME, {"name": "Sturm", "version": before["version"]})

    assert answer.status == 200, answer
    assert (await api.as_(world.mia).get(ME)).json()["name"] == "Nordwind AG"
    assert answer.json()["defaultLanguage"] == before["defaultLanguage"]
    assert stale.status == 409
    assert await sending.rows(
        "SELECT actor_name, after ->> 'name' FROM audit"
        " WHERE entity_type = 'organization' AND action = 'update'"
    ) == [("Ada", "Nordwind AG")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"defaultLanguage": "?"}, "defaultLanguage"),
    ],
)
async def test_what_does_not_fit_is_refused(api: Api, body: dict[str, str], field: str) -> None:
    answer = await api.patch(ME, body)

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == field


async def test_only_who_may_everywhere_changes_it(api: Api, world: World) -> None:
    for actor in (world.mia, world.sven, world.nils):
        assert (await api.as_(actor).patch(ME, {"name": "Mine"})).status == 403
