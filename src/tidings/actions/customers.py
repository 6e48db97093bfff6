"""Customers as they come into sight: found by any of their addresses, created when new."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.domain.addresses import match_keys
from tidings.store import customers as store
from tidings.store.customers import PHONE, AddressKey
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch

LONGEST_NAME = 200
MOST_ROUNDS = 6


class Sighting(msgspec.Struct, frozen=True):
    """One person seen under an address; `also` are other addresses of the same person.

    A phone is canonical digits with scope ''; other kinds are scoped as the provider scopes them.
    """

    kind: str
    scope: str
    value: str
    name: str = ""
    also: tuple[AddressKey, ...] = ()


class _Person(msgspec.Struct, frozen=True):
    """A sighting's addresses: those it is recognised by first (phones, in every form), others."""

    name: str
    first: tuple[AddressKey, ...]
    others: tuple[AddressKey, ...]


async def ensure_customers(
    connection: Connection, organization_id: UUID, sightings: Sequence[Sighting]
) -> dict[AddressKey, UUID]:
    """The customer of every address of the sightings, creating who is not known yet.

    One statement when all are known, however many they are. Two transactions that see the same
    new address end with one customer: the second waits for the first. Addresses of one sighting
    go to one customer, the phone's; if they are on different customers already they stay there.
    A name is taken for a customer that has none. Needs READ COMMITTED, the default.
    """
    people = [_person(sighting) for sighting in sightings]
    keys = list(dict.fromkeys(key for p in people for key in (*p.first, *p.others)))
    if not keys:
        return {}
    known = await _known(connection, organization_id, keys)
    await _name(connection, organization_id, people, known)
    owners = {key: row.customer_id for key, row in known.items()}
    for _ in range(MOST_ROUNDS):
        names: dict[UUID, str] = {}
        missing = _give_owners(people, owners, names)
        if not missing:
            return owners
        given = await fetch(connection, store.insert_addresses(organization_id, missing))
        owners |= {row.key: row.customer_id for row in given}
        born = {row.customer_id for row in given}
        if created := {owner: name for owner, name in names.items() if owner in born}:
            await execute(connection, store.insert_customers(organization_id, created))
        if len(given) < len(missing):
            known = await _known(connection, organization_id, keys)
            owners = {key: row.customer_id for key, row in known.items()}
    raise RuntimeError("customer addresses change faster than they can be read")


def _person(sighting: Sighting) -> _Person:
    keys = dict.fromkeys([(sighting.kind, sighting.scope, sighting.value), *sighting.also])
    phones = dict.fromkeys(
        (PHONE, "", form) for kind, _, value in keys if kind == PHONE for form in match_keys(value)
    )
    others = tuple(key for key in keys if key[0] != PHONE)
    name = sighting.name.replace("\0", "").strip()[:LONGEST_NAME]
    if phones:
        return _Person(name, tuple(phones), others)
    return _Person(name, others[:1], others[1:])


def _give_owners(
    people: list[_Person], owners: dict[AddressKey, UUID], names: dict[UUID, str]
) -> dict[AddressKey, UUID]:
    """The addresses to insert next, with their owners; `names` gets the customers to create.

    A new person's other addresses wait until the first ones are theirs: were they inserted in
    the same statement, one could stay behind on a customer that lost the race for the phone.
    """
    missing: dict[AddressKey, UUID] = {}
    waiting: set[AddressKey] = set()
    for person in people:
        everything = (*person.first, *person.others)
        owner = next((owners[key] for key in everything if key in owners), None)
        if owner is not None:
            for key in everything:
                if key not in owners:
                    missing.setdefault(key, owner)
        elif waiting.isdisjoint(everything):
            owner = next((missing[key] for key in everything if key in missing), None)
            if owner is None:
                owner = new_id()
                names[owner] = person.name
            for key in person.first:
                missing.setdefault(key, owner)
            waiting.update(person.others)
    return missing


async def _known(
    connection: Connection, organization_id: UUID, keys: list[AddressKey]
) -> dict[AddressKey, store.KnownAddressRow]:
    rows = await fetch(connection, store.select_addresses(organization_id, keys))
    return {row.key: row for row in rows}


async def _name(
    connection: Connection,
    organization_id: UUID,
    people: list[_Person],
    known: dict[AddressKey, store.KnownAddressRow],
) -> None:
    nameless: dict[UUID, str] = {}
    for person in people:
        row = next((known[key] for key in (*person.first, *person.others) if key in known), None)
        if row is not None and not row.name and person.name:
            nameless[row.customer_id] = person.name
    if nameless:
        await execute(connection, store.name_customers(organization_id, nameless))
