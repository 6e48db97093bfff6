"""The demo's desk is made by the product's own actions."""

from tests.api.test_queues import QUEUES
from tests.api.test_skills import names
from tests.api.test_workstreams import STREAMS
from tests.api_client import Api
from tests.sending import Sending
from tests.world import World
from tidings.actions.roles import RoleDraft, create_role
from tidings.cli.demo_cast import AGENT_PERMISSIONS, AGENT_ROLE
from tidings.cli.demo_routing import keep_role, make_desk, make_workstreams
from tidings.store.database import Database


async def test_the_desk_has_queues_with_members_and_codes(
    api: Api, world: World, database: Database, sending: Sending
) -> None:
    divisions = world.nordwind.divisions
    line = await sending.connect()
    async with database.transaction(world.nordwind.id) as connection:
        await make_desk(
            connection,
            world.nordwind.operator,
            shop=divisions["Home"],
            clinic=divisions["North"],
            members=[world.sven.id, world.nils.id],
        )
        numbers = {"Shop": [line.integration_id], "Clinic": []}
        await make_workstreams(connection, world.nordwind.operator, numbers=numbers)

    queues = (await api.get(QUEUES)).json()["entities"]
    assert [(each["name"], each["memberCount"]) for each in queues] == [("Clinic", 2), ("Shop", 2)]
    codes = names(await api.get(f"{queues[0]['selfUri']}/wrapupcodes"))
    assert codes == ["Not for us", "Solved", "To be called back"]
    skills = names(await api.get(f"/api/v2/users/{world.sven.id}/routingskills"))
    assert skills == ["Appointments", "Returns"]
    clinic, shop = (await api.get(STREAMS)).json()["entities"]
    assert (clinic["numbers"], len(shop["numbers"])) == ([], 1)
    tried = await api.post(f"{shop['selfUri']}/try", {"text": "I'd like a REFUND"})
    assert (tried.json()["ruleName"], tried.json()["queue"]["name"]) == ("Returns", "Shop")
    urgent = await api.post(f"{clinic['selfUri']}/try", {"text": "Dringend!"})
    assert (urgent.json()["ruleName"], urgent.json()["priority"]) == ("Urgent", 30)


async def test_agents_of_a_demo_of_before_gain_what_agents_may_do_now(
    api: Api, world: World, database: Database
) -> None:
    before = ["conversation:message:view", "messaging:usage:view"]
    async with database.transaction(world.nordwind.id) as connection:
        operator = world.nordwind.operator
        draft = RoleDraft(name=AGENT_ROLE, permissions=before)
        role = await create_role(connection, operator, draft)
        await keep_role(connection, operator)
        await keep_role(connection, operator)

    kept = (await api.get(f"/api/v2/authorization/roles/{role.id}")).json()
    assert set(kept["permissions"]) == {*before, *AGENT_PERMISSIONS}
    assert kept["version"] == role.version + 1
