"""Customers come into being once, however many see them at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from tests.statements import counted
from tidings.actions.customers import Sighting, ensure_customers
from tidings.actions.organizations import found_organization
from tidings.store.customers import AddressKey, find_customers
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.query import fetch

See = Callable[..., Awaitable[dict[AddressKey, UUID]]]


@pytest.fixture
async def organization_id(database: Database) -> UUID:
    async with database.transaction() as connection:
        name = f"o-{new_id().hex}"
        return (await found_organization(connection, name=name, short_name=name)).id


@pytest.fixture
def see(database: Database, organization_id: UUID) -> See:
    async def see(*sightings: Sighting) -> dict[AddressKey, UUID]:
        async with database.transaction(organization_id) as connection:
            return await ensure_customers(connection, organization_id, sightings)

    return see


def phone(value: str, **more: object) -> Sighting:
    return Sighting("phone", "", value, **more)  # type: ignore[arg-type]


async def customers(database: Database, organization_id: UUID) -> dict[UUID, str]:
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT id, name FROM customer WHERE organization_id = %s", (organization_id,)
        )
        return dict(await rows.fetchall())


async def test_the_same_person_seen_again_is_the_same_customer(
    database: Database, organization_id: UUID, see: See
) -> None:
    first = await see(phone("4915112345678", name="Amina"), phone("4915112345679"))
    again = await see(phone("4915112345679", name="Bo"), phone("4915112345678", name="Other"))

    assert again == first
    assert sorted((await customers(database, organization_id)).values()) == ["Amina", "Bo"]


async def test_a_phone_and_a_user_id_of_one_message_are_one_customer(
    database: Database, organization_id: UUID, see: See
) -> None:
    user_id = ("user_id", "waba-1", "DE.123")
    seen = await see(
        phone("4915112345678", also=(user_id,)), Sighting(*user_id), phone("4915100000000")
    )
    later = await see(Sighting(*user_id))

    assert later[user_id] == seen[user_id] == seen["phone", "", "4915112345678"]
    assert len(await customers(database, organization_id)) == 2


async def test_addresses_that_are_two_customers_stay_two_and_the_phone_decides(
    database: Database, organization_id: UUID, see: See
) -> None:
    user_id = ("user_id", "waba-1", "DE.123")
    by_id = (await see(Sighting(*user_id)))[user_id]
    by_phone = (await see(phone("4915112345678")))["phone", "", "4915112345678"]

    both = await see(phone("4915112345678", also=(user_id,)))

    assert both == {("phone", "", "4915112345678"): by_phone, user_id: by_id}


@pytest.mark.parametrize(
    ("dialled", "reported"),
    [
        ("5511987650001", "551187650001"),
        ("525512345678", "5215512345678"),
        ("541112345678", "5491112345678"),
    ],
)
async def test_a_number_is_found_by_either_of_its_forms(
    database: Database, organization_id: UUID, see: See, dialled: str, reported: str
) -> None:
    seen = await see(phone(dialled))
    again = await see(phone(reported))

    assert again["phone", "", reported] == seen["phone", "", dialled]
    async with database.transaction(organization_id) as connection:
        found = await fetch(
            connection, find_customers(organization_id, [reported, dialled, "4915100000009"])
        )
    assert {row.phone for row in found} == {dialled, reported}
    assert {row.customer_id for row in found} == {seen["phone", "", dialled]}


async def test_transactions_that_see_a_stranger_at_once_end_with_one_customer(
    database: Database, organization_id: UUID, see: See
) -> None:
    strangers = [phone(f"55119876500{number:02}") for number in range(40)]
    other_form = [phone(f"55118765 00{number:02}".replace(" ", "")) for number in range(40)]
    user_ids = [
        phone(one.value, also=(("user_id", "waba-1", f"BR.{one.value}"),)) for one in strangers
    ]

    await asyncio.gather(
        see(*strangers), see(*reversed(other_form)), see(*reversed(user_ids)), see(*user_ids)
    )

    assert len(await customers(database, organization_id)) == 40
    seen = await see(*user_ids, *other_form)
    assert len(set(seen.values())) == 40


async def test_another_organization_has_its_own_customers(
    database: Database, organization_id: UUID, see: See
) -> None:
    await see(phone("4915112345678"))
    async with database.transaction() as connection:
        name = f"o-{new_id().hex}"
        other = (await found_organization(connection, name=name, short_name=name)).id

    async with database.transaction(other) as connection:
        assert await fetch(connection, find_customers(other, ["4915112345678"])) == []
        assert await fetch(connection, find_customers(organization_id, ["4915112345678"])) == []


async def test_people_who_are_known_cost_one_statement(
    database: Database, organization_id: UUID, see: See
) -> None:
    crowd = [phone(str(4915100000000 + number), name=f"P{number}") for number in range(200)]
    await see(*crowd)

    async with database.transaction(organization_id) as connection:
        with counted() as statements:
            await ensure_customers(connection, organization_id, crowd)

    assert len(statements) == 1
