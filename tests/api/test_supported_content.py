"""Content profiles: made, changed, deleted, one the default, seen by their organization only."""

from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.content_profiles import PICTURES, PROFILES, create, media_types, profile
from tests.sending import refusal
from tests.world import World
from tidings.domain.supported_content import MOST_TYPES

DEFAULT = f"{PROFILES}/default"


def names(answer: Answer) -> list[str]:
    return [each["name"] for each in answer.json()["entities"]]


def fields(answer: Answer) -> list[str]:
    return [each["fieldName"] for each in answer.json()["details"]]


async def test_an_organization_begins_with_a_default_that_allows_everything(
    api: Api, world: World
) -> None:
    ours = (await api.get(DEFAULT)).json()
    theirs = (await api.as_(world.olga).get(DEFAULT)).json()

    assert ours["isDefault"] is True
    assert ours["mediaTypes"] == media_types(("*/*",), ("*/*",))
    assert ours["id"] != theirs["id"]
    assert (await api.get(ours["selfUri"])).json() == ours


async def test_a_profile_is_created_changed_and_deleted(api: Api) -> None:
    made = await profile(api, " Pictures ", outbound=("IMAGE/*", "image/*", "application/pdf"))
    path = made["selfUri"]

    assert (made["name"], made["version"], made["isDefault"]) == ("Pictures", 1, False)
    assert made["mediaTypes"] == media_types(PICTURES, ("image/*", "application/pdf"))
    none_in = {"name": "None in", "mediaTypes": {"allow": {"inbound": []}}, "version": 1}
    changed = (await api.patch(path, none_in)).json()
    assert (changed["name"], changed["version"]) == ("None in", 2)
    assert changed["mediaTypes"] == media_types((), ("image/*", "application/pdf"))
    assert (await api.get(path)).json() == changed
    assert (await api.delete(path)).status == 204
    assert (await api.get(path)).status == 404


async def test_a_profile_that_names_no_types_lets_nothing_through(api: Api) -> None:
    made = await api.post(PROFILES, {"name": "Words only"})

    assert made.json()["mediaTypes"] == media_types((), ())


async def test_profiles_are_listed_by_name_page_by_page(api: Api) -> None:
    for name in ("Listed c", "listed A", "Listed b"):
        await profile(api, name)

    first = await api.get(PROFILES, params={"name": "listed", "pageSize": 2})
    second = await api.get(first.json()["nextUri"])

    assert first.json()["total"] == 3
    assert names(first) + names(second) == ["listed A", "Listed b", "Listed c"]


@pytest.mark.parametrize(
    "wrong",
    ["jpeg", "*", "*/jpeg", "image/", "image/jpeg; q=1", "image/jpeg/x", "", "a/" + "b" * 200],
)
async def test_what_is_no_type_is_named_by_its_place(api: Api, wrong: str) -> None:
    answer = await create(api, "Wrong", inbound=("image/*",), outbound=("image/png", wrong))

    assert refusal(answer) == (400, "invalid.value")
    assert fields(answer) == ["mediaTypes.allow.outbound[1].type"]
    assert "image/jpeg" in answer.json()["message"]


async def test_too_many_types_are_refused(api: Api) -> None:
    many = tuple(f"image/x-{n}" for n in range(MOST_TYPES + 1))

    answer = await create(api, "Many", inbound=many)

    assert (refusal(answer), fields(answer)) == (
        (400, "invalid.value"),
        ["mediaTypes.allow.inbound"],
    )


async def test_a_name_is_needed_and_taken_only_once(api: Api) -> None:
    await profile(api, "Unique")
    other = await profile(api, "Another")

    assert fields(await create(api, "  ")) == ["name"]
    assert refusal(await create(api, "UNIQUE")) == (409, "general.conflict")
    assert refusal(await api.patch(other["selfUri"], {"name": "unique"})) == (
        409,
        "general.conflict",
    )


async def test_a_change_from_an_older_version_is_refused(api: Api) -> None:
    made = await profile(api, "Twice")
    await api.patch(made["selfUri"], {"name": "Twice changed"})

    late = await api.patch(made["selfUri"], {"name": "Late", "version": 1})

    assert refusal(late) == (409, "general.conflict")
    assert "version numbers do not match" in late.json()["message"]


async def test_the_default_is_chosen_and_cannot_be_deleted(api: Api) -> None:
    before = (await api.get(DEFAULT)).json()
    made = await profile(api, "For all")

    chosen = await api.put(DEFAULT, {"id": made["id"]})
    again = await api.put(DEFAULT, {"id": made["id"]})
    refused = await api.delete(made["selfUri"])

    assert (chosen.json()["id"], chosen.json()["isDefault"]) == (made["id"], True)
    assert again.json() == chosen.json() == (await api.get(DEFAULT)).json()
    assert (await api.get(before["selfUri"])).json()["isDefault"] is False
    assert refusal(refused) == (409, "content.is.default")
    assert "For all is the default" in refused.json()["message"]
    await api.put(DEFAULT, {"id": before["id"]})
    assert (await api.delete(made["selfUri"])).status == 204


async def test_only_a_profile_of_ones_own_becomes_the_default(api: Api, world: World) -> None:
    theirs = (await api.as_(world.olga).get(DEFAULT)).json()
    kept = (await api.get(DEFAULT)).json()

    for wrong in (theirs["id"], "00000000-0000-0000-0000-000000000001", "everything"):
        answer = await api.put(DEFAULT, {"id": wrong})
        assert (answer.status, fields(answer)) == (400, ["id"])
    assert (await api.get(DEFAULT)).json() == kept


async def test_who_administers_one_division_reads_profiles_and_changes_none(
    api: Api, world: World
) -> None:
    made = await profile(api, "Not for North")
    nils = api.as_(world.nils)

    assert (await nils.get(made["selfUri"])).status == 200
    for answer in (
        await create(nils, "Of North"),
        await nils.patch(made["selfUri"], {"name": "Taken"}),
        await nils.put(DEFAULT, {"id": made["id"]}),
        await nils.delete(made["selfUri"]),
    ):
        assert refusal(answer) == (403, "missing.division.permission")
    assert (await api.as_(world.sven).get(PROFILES)).status == 200


async def test_every_change_leaves_a_trail(api: Api, world: World) -> None:
    before = (await api.get(DEFAULT)).json()
    made = await profile(api, "Trailed")
    await api.patch(made["selfUri"], {"name": "Trailed on"})
    await api.put(DEFAULT, {"id": made["id"]})
    await api.put(DEFAULT, {"id": before["id"]})
    await api.delete(made["selfUri"])

    entries = await api.get("/api/v2/audits", params={"entityId": made["id"]})
    actions: list[Any] = [each["action"] for each in entries.json()["entities"]]

    assert actions == ["delete", "update", "update", "create"]
