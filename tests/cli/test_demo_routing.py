"""The demo's desk is made by the product's own actions."""

from tests.api.test_queues import QUEUES
from tests.api.test_skills import names
from tests.api_client import Api
from tests.world import World
from tidings.cli.demo_routing import make_desk
from tidings.store.database import Database


async def test_the_desk_has_queues_with_members_and_codes(
    api: Api, world: World, database: Database
) -> None:
    divisions = world.nordwind.divisions
    async with database.transaction(world.nordwind.id) as connection:
        await make_desk(
            connection,
            world.nordwind.operator,
            shop=divisions["Home"],
            clinic=divisions["North"],
            members=[world.sven.id, world.nils.id],
        )

    queues = (await api.get(QUEUES)).json()["entities"]
    assert [(each["name"], each["memberCount"]) for each in queues] == [("Clinic", 2), ("Shop", 2)]
    codes = names(await api.get(f"{queues[0]['selfUri']}/wrapupcodes"))
    assert codes == ["Not for us", "Solved", "To be called back"]
    skills = names(await api.get(f"/api/v2/users/{world.sven.id}/routingskills"))
    assert skills == ["Appointments", "Returns"]
