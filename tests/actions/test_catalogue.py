"""What a process remembers of senders and templates is there when it is used."""

from tests.sending import Sending
from tidings.actions.catalogue import MOST_REMEMBERED, Catalogue
from tidings.store.database import Database
from tidings.store.ids import new_id


async def test_what_was_just_read_stays_however_much_is_read_beside_it(
    database: Database, sending: Sending
) -> None:
    line = await sending.connect()
    organization_id, response_id = line.organization.id, line.responses["order_update"]
    catalogue = Catalogue()
    many = [new_id() for _ in range(MOST_REMEMBERED + 1)]

    async with database.connection() as connection:
        await catalogue.load(
            connection, organization_id, senders=[line.integration_id], responses=[response_id]
        )
        for others in (many, [new_id()]):
            await catalogue.load(connection, organization_id, senders=others, responses=others)

    assert catalogue.sender(organization_id, line.integration_id) is not None
    assert catalogue.template(organization_id, response_id) is not None
