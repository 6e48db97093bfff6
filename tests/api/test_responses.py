"""Canned responses and their libraries: their life, their divisions, and finding them."""

from typing import Any

import pytest

from tests.api_client import Api
from tests.world import World
from tidings.actions.templates import apply_listed_templates
from tidings.domain.templates import Component, Template
from tidings.providers.whatsapp_cloud.manage import FetchedTemplate
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.integrations import NewIntegration, insert_integration
from tidings.store.query import execute

LIBRARIES = "/api/v2/responsemanagement/libraries"
RESPONSES = "/api/v2/responsemanagement/responses"
TEXT = [{"content": "Thank you for your patience.", "contentType": "text/plain"}]


async def new_library(api: Api, name: str, **details: Any) -> dict[str, Any]:
    answer = await api.post(LIBRARIES, {"name": name, **details})
    assert answer.status == 200, answer
    library: dict[str, Any] = answer.json()
    return library


async def new_response(api: Api, library: dict[str, Any], name: str, **details: Any) -> Any:
    body = {"name": name, "libraries": [{"id": library["id"]}], "texts": TEXT, **details}
    answer = await api.post(RESPONSES, body)
    assert answer.status == 200, answer
    return answer.json()


async def test_the_life_of_a_library(api: Api) -> None:
    made = await new_library(api, "Greetings")
    assert made["version"] == 1
    assert made["division"]["name"] == "Home"
    assert "responseType" not in made

    changed = await api.put(made["selfUri"], {"name": "Greetings, all", "version": 1})
    assert changed.json()["name"] == "Greetings, all"
    assert changed.json()["version"] == 2
    stale = await api.put(made["selfUri"], {"name": "Other", "version": 1})
    assert stale.status == 409

    assert (await api.delete(made["selfUri"])).status == 204
    assert (await api.get(made["selfUri"])).status == 404


async def test_a_library_needs_a_free_name_and_a_known_type(api: Api) -> None:
    await new_library(api, "Taken")

    assert (await api.post(LIBRARIES, {"name": "TAKEN"})).status == 409
    nameless = await api.post(LIBRARIES, {"name": " "})
    assert nameless.json()["details"][0]["fieldName"] == "name"
    strange = await api.post(LIBRARIES, {"name": "Strange", "responseType": "Poem"})
    assert strange.json()["details"][0]["fieldName"] == "responseType"
    renamed = await new_library(api, "To rename")
    assert (await api.put(renamed["selfUri"], {"name": "taken"})).status == 409


async def test_libraries_are_found_by_prefix_ids_and_criteria(api: Api) -> None:
    first = await new_library(api, "Find 100% me")
    second = await new_library(api, "Find you")

    async def names(path: str, body: Any = None) -> list[str]:
        answer = await (api.get(path) if body is None else api.post(path, body))
        assert answer.status == 200, answer
        return [library["name"] for library in answer.json()["entities"]]

    assert await names(f"{LIBRARIES}?libraryPrefix=find") == ["Find 100% me", "Find you"]
    assert await names(f"{LIBRARIES}?libraryPrefix=find 100%25 ") == ["Find 100% me"]
    assert await names(f"{LIBRARIES}?libraryPrefix=%25") == []
    assert await names(f"{LIBRARIES}/bulk", {"libraryIds": [second["id"]]}) == ["Find you"]

    def query(key: str, operator: str, value: str) -> dict[str, Any]:
        criterion = {"key": key, "operator": operator, "value": value}
        return {"query": [{"and": [criterion]}]}

    by_name = query("Name", "CONTAINS", "nd y")
    assert await names(f"{LIBRARIES}/query", by_name) == ["Find you"]
    by_ids = query("Id", "IN", f"{first['id']},{second['id']}")
    assert len(await names(f"{LIBRARIES}/query", by_ids)) == 2
    by_both = {"query": [*by_name["query"], *query("Id", "EQUALS", first["id"])["query"]]}
    assert await names(f"{LIBRARIES}/query", by_both) == []
    refused = await api.post(f"{LIBRARIES}/query", query("CreatedBy", "EQUALS", "x"))
    assert refused.status == 400


async def test_a_library_lives_in_its_division(api: Api, world: World) -> None:
    north = {"id": str(world.nordwind.divisions["North"])}
    home = await new_library(api, "At home")
    theirs = await new_library(api.as_(world.nils), "Up north", division=north)

    assert (await api.as_(world.nils).get(home["selfUri"])).status == 404
    assert (await api.as_(world.nils).put(home["selfUri"], {"name": "Mine"})).status == 404
    assert (await api.as_(world.nils).delete(home["selfUri"])).status == 404
    assert (await api.as_(world.nils).post(LIBRARIES, {"name": "At home too"})).status == 403
    assert (await api.as_(world.sven).get(theirs["selfUri"])).status == 404
    assert (await api.as_(world.sven).put(home["selfUri"], {"name": "Mine"})).status == 403
    assert (await api.as_(world.olga).get(home["selfUri"])).status == 404
    nowhere = await api.post(LIBRARIES, {"name": "Nowhere", "division": {"id": str(new_id())}})
    assert nowhere.status == 400


async def test_the_life_of_a_response(api: Api) -> None:
    library = await new_library(api, "Living")
    made = await new_response(api, library, "Thanks")
    assert made["texts"] == TEXT
    assert made["libraries"][0]["name"] == "Living"
    assert "responseType" not in made
    assert (await api.get(made["selfUri"])).json() == made

    changed = await api.put(
        made["selfUri"],
        {**made, "texts": [{"content": "Dear {{name}}"}], "substitutions": [
            {"id": "name", "description": "who", "defaultValue": "customer"}]},
    )  # fmt: skip
    assert changed.json()["version"] == 2
    assert changed.json()["substitutions"][0]["defaultValue"] == "customer"
    assert (await api.put(made["selfUri"], made)).status == 409

    assert (await api.delete(made["selfUri"])).status == 204
    assert (await api.get(made["selfUri"])).status == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"texts": []}, "texts"),
        ({"texts": [{"content": "  "}]}, "texts"),
        ({"texts": [{"content": "x", "contentType": "text/x"}]}, "texts.contentType"),
        ({"libraries": []}, "libraries"),
        ({"libraries": [{"id": "x"}]}, "libraries.id"),
        ({"libraries": [{"id": str(new_id())}]}, "libraries"),
        ({"responseType": "Footer"}, "responseType"),
        ({"responseType": "MessagingTemplate"}, "messagingTemplate.whatsApp"),
        ({"substitutions": [{"id": "a"}, {"id": "a"}]}, "substitutions.id"),
    ],
)
async def test_a_response_that_does_not_fit_names_the_field(
    api: Api, wrong: dict[str, Any], field: str
) -> None:
    library = await new_library(api, f"For {field} {new_id()}")
    body = {"name": "Thanks", "libraries": [{"id": library["id"]}], "texts": TEXT}

    answer = await api.post(RESPONSES, body | wrong)

    assert answer.status == 400, answer
    assert answer.json()["details"][0]["fieldName"] == field


async def test_a_template_must_be_one_of_the_organization(
    api: Api, world: World, database: Database
) -> None:
    library = await new_library(api, "Of templates")
    template = {"whatsApp": {"name": "greeting", "language": "de"}}
    body = {
        "name": "Greeting",
        "libraries": [{"id": library["id"]}],
        "responseType": "MessagingTemplate",
        "messagingTemplate": template,
    }
    unknown = await api.post(RESPONSES, body)
    assert unknown.status == 400
    assert unknown.json()["code"] == "template.unknown"
    assert "greeting" in unknown.json()["message"]

    await sync_greeting(database, world)
    made = await api.post(RESPONSES, body, headers={"Idempotency-Key": "once it is there"})

    assert made.status == 200, made
    assert made.json()["messagingTemplate"]["whatsApp"] == {
        "name": "greeting", "language": "de", "category": "marketing",
        "templateStatus": "APPROVED",
    }  # fmt: skip
    assert made.json()["texts"][0]["content"] == "Guten Tag {{1}}"
    listed = await api.get(f"{LIBRARIES}?messagingTemplateFilter=whatsapp")
    assert {one["name"] for one in listed.json()["entities"]} == {
        "Of templates", "WhatsApp templates: Greets",
    }  # fmt: skip


async def sync_greeting(database: Database, world: World) -> None:
    integration_id = new_id()
    fetched = FetchedTemplate(
        template_id="1",
        template=Template(
            "greeting", "de", "MARKETING", components=[Component("BODY", text="Guten Tag {{1}}")]
        ),
        components=[{"type": "BODY", "text": "Guten Tag {{1}}"}],
    )
    async with database.transaction() as connection:
        await execute(
            connection,
            insert_integration(
                world.nordwind.id,
                integration_id,
                NewIntegration(
                    division_id=world.nordwind.divisions["Home"],
                    name="Greets",
                    phone_number="15550100200",
                    number_id="1",
                    account_id="2",
                    base_address="https://graph.example.org/v24.0",
                    secrets=b"",
                ),
            ),
        )
        await apply_listed_templates(
            connection, world.nordwind.id, "2", [fetched], integration_ids=[integration_id]
        )


async def test_responses_are_seen_through_their_libraries(api: Api, world: World) -> None:
    north = {"id": str(world.nordwind.divisions["North"])}
    home, theirs = await new_library(api, "H"), await new_library(api, "N", division=north)
    both = await new_response(
        api, home, "Both", libraries=[{"id": home["id"]}, {"id": theirs["id"]}]
    )
    only_home = await new_response(api, home, "Home only")
    nils = api.as_(world.nils)

    assert (await nils.get(both["selfUri"])).status == 200
    assert (await nils.get(only_home["selfUri"])).status == 404
    assert (await nils.put(only_home["selfUri"], only_home)).status == 404
    assert (await nils.delete(only_home["selfUri"])).status == 404
    listed = (await nils.get(f"{RESPONSES}?libraryId={home['id']}")).json()
    assert [one["name"] for one in listed["entities"]] == ["Both"]
    assert (await api.as_(world.olga).get(both["selfUri"])).status == 404
    assert (await api.as_(world.sven).delete(both["selfUri"])).status == 403
    smuggled = await nils.post(
        RESPONSES, {"name": "S", "libraries": [{"id": home["id"]}], "texts": TEXT}
    )
    assert smuggled.status == 400


async def test_a_deleted_library_takes_what_is_in_no_other(api: Api) -> None:
    dying, staying = await new_library(api, "Dying"), await new_library(api, "Staying")
    alone = await new_response(api, dying, "Alone")
    both = await new_response(
        api, dying, "Both", libraries=[{"id": dying["id"]}, {"id": staying["id"]}]
    )

    assert (await api.delete(dying["selfUri"])).status == 204

    assert (await api.get(alone["selfUri"])).status == 404
    left = (await api.get(both["selfUri"])).json()
    assert [one["id"] for one in left["libraries"]] == [staying["id"]]


async def test_responses_are_searched(api: Api) -> None:
    library = await new_library(api, "Searched")
    await new_response(api, library, "Opening hours", texts=[{"content": "We open at 8."}])
    await new_response(api, library, "Directions", texts=[{"content": "Second left, 100_m"}])
    of_library = {"name": "libraryId", "operator": "EQUALS", "values": [library["id"]]}

    async def found(*filters: dict[str, Any], **query: Any) -> list[str]:
        answer = await api.post(f"{RESPONSES}/query", {"filters": [of_library, *filters], **query})
        assert answer.status == 200, answer
        return [one["name"] for one in answer.json()["results"]["entities"]]

    assert await found() == ["Directions", "Opening hours"]
    assert await found(queryPhrase="OPEN") == ["Opening hours"]
    assert await found(queryPhrase="100_") == ["Directions"]
    assert await found(queryPhrase="_pen") == []
    assert await found({"name": "name", "operator": "BEGINS_WITH", "values": ["dir"]}) == [
        "Directions"
    ]
    canned = {"name": "responseType", "operator": "NOTEQUALS", "values": ["MessagingTemplate"]}
    assert len(await found(canned, pageSize=1, pageNumber=2)) == 1
    wrong = await api.post(
        f"{RESPONSES}/query", {"filters": [{"name": "mood", "operator": "IN", "values": []}]}
    )
    assert wrong.json()["details"][0]["fieldName"] == "filters.name"


async def test_a_listing_must_name_a_library(api: Api) -> None:
    answer = await api.get(RESPONSES)

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == "libraryId"
