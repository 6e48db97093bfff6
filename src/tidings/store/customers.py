"""Customers and the addresses they are known by: a phone number, ids that providers give them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.domain.addresses import match_keys
from tidings.store.query import Nothing, Query

AddressKey = tuple[str, str, str]  # kind, scope, value
PHONE = "phone"


class FoundRow(msgspec.Struct, frozen=True):
    """Whose a phone number is; `phone` as it was asked for."""

    phone: str
    customer_id: UUID


class AddressRow(msgspec.Struct, frozen=True):
    """An address and whose it is."""

    kind: str
    scope: str
    value: str
    customer_id: UUID

    @property
    def key(self) -> AddressKey:
        """What identifies the address within its organization."""
        return (self.kind, self.scope, self.value)


class KnownAddressRow(AddressRow, frozen=True):
    """The same with what the customer is called so far."""

    name: str


def find_customers(organization_id: UUID, phones: list[str]) -> Query[FoundRow]:
    """The customer of each canonical phone number that has one.

    A number is found under any form that may be the same line (A4: Brazil's ninth digit and
    the like); where the forms belong to different customers the form asked for decides.
    """
    pairs = [(phone, key) for phone in phones for key in match_keys(phone)]
    return Query(
        """
        SELECT DISTINCT ON (x.phone) x.phone, a.customer_id
        FROM (SELECT unnest(%(phones)s::text[]) AS phone, unnest(%(keys)s::text[]) AS key) x
        JOIN customer_address a
          ON a.organization_id = %(organization_id)s
         AND a.kind = 'phone' AND a.scope = '' AND a.value = x.key
        ORDER BY x.phone, (a.value = x.phone) DESC, a.created_at, a.customer_id
        """,
        {
            "organization_id": organization_id,
            "phones": [phone for phone, _ in pairs],
            "keys": [key for _, key in pairs],
        },
        FoundRow,
    )


def select_addresses(organization_id: UUID, keys: Sequence[AddressKey]) -> Query[KnownAddressRow]:
    """Those of the addresses that are known."""
    return Query(
        """
        SELECT a.kind, a.scope, a.value, a.customer_id, coalesce(c.name, '') AS name
        FROM (SELECT unnest(%(kinds)s::text[]) AS kind, unnest(%(scopes)s::text[]) AS scope,
                     unnest(%(address_values)s::text[]) AS value) x
        JOIN customer_address a
          ON a.organization_id = %(organization_id)s
         AND a.kind = x.kind AND a.scope = x.scope AND a.value = x.value
        LEFT JOIN customer c
          ON c.organization_id = a.organization_id AND c.id = a.customer_id
        """,
        {
            "organization_id": organization_id,
            "kinds": [kind for kind, _, _ in keys],
            "scopes": [scope for _, scope, _ in keys],
            "address_values": [value for _, _, value in keys],
        },
        KnownAddressRow,
    )


def insert_addresses(organization_id: UUID, owners: dict[AddressKey, UUID]) -> Query[AddressRow]:
    """Give addresses to customers; an address that somebody has by now gives no row.

    Two transactions that insert the same address meet on the primary key: the second waits for
    the first and then finds the address taken. Rows go in by key, so that two batches meet in
    the same order and do not lock each other out.
    """
    rows = [(*key, owner) for key, owner in owners.items()]
    return Query(
        """
        INSERT INTO customer_address (organization_id, kind, scope, value, customer_id)
        SELECT %(organization_id)s, x.kind, x.scope, x.value, x.customer_id
        FROM (SELECT unnest(%(kinds)s::text[]) AS kind, unnest(%(scopes)s::text[]) AS scope,
                     unnest(%(address_values)s::text[]) AS value,
                     unnest(%(customer_ids)s::uuid[]) AS customer_id) x
        ORDER BY x.kind, x.scope, x.value
        ON CONFLICT (organization_id, kind, scope, value) DO NOTHING
        RETURNING kind, scope, value, customer_id
        """,
        {
            "organization_id": organization_id,
            "kinds": [kind for kind, _, _, _ in rows],
            "scopes": [scope for _, scope, _, _ in rows],
            "address_values": [value for _, _, value, _ in rows],
            "customer_ids": [owner for _, _, _, owner in rows],
        },
        AddressRow,
    )


class LanguageRow(msgspec.Struct, frozen=True):
    """What a customer is called, and the language they were said to speak before."""

    name: str
    language: str | None


def set_language(
    organization_id: UUID, customer_id: UUID, language: str | None
) -> Query[LanguageRow]:
    """Say which language a customer speaks, None that it is not known; gives what was said."""
    return Query(
        """
        WITH before AS (
          SELECT id, name, language FROM customer
          WHERE organization_id = %(organization_id)s AND id = %(customer_id)s FOR UPDATE)
        UPDATE customer u SET language = %(language)s FROM before b
        WHERE u.organization_id = %(organization_id)s AND u.id = b.id
        RETURNING b.name, b.language
        """,
        {"organization_id": organization_id, "customer_id": customer_id, "language": language},
        LanguageRow,
    )


def insert_customers(organization_id: UUID, names: dict[UUID, str]) -> Query[Nothing]:
    """Create customers under ids of which each owns an address of this transaction's."""
    return Query(
        """
        INSERT INTO customer (organization_id, id, name)
        SELECT %(organization_id)s, x.id, x.name
        FROM (SELECT unnest(%(ids)s::uuid[]) AS id, unnest(%(names)s::text[]) AS name) x
        """,
        {"organization_id": organization_id, "ids": list(names), "names": list(names.values())},
        Nothing,
    )


def name_customers(organization_id: UUID, names: dict[UUID, str]) -> Query[Nothing]:
    """Name customers that have no name yet; a name once there is not overwritten.

    Rows are locked by id, so that two batches meet in the same order.
    """
    return Query(
        """
        UPDATE customer SET name = x.name
        FROM (SELECT unnest(%(ids)s::uuid[]) AS id, unnest(%(names)s::text[]) AS name) x
        WHERE customer.organization_id = %(organization_id)s AND customer.id = x.id
          AND customer.id IN (
            SELECT id FROM customer
            WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s) AND name = ''
            ORDER BY id FOR UPDATE)
          AND customer.name = ''
        """,
        {"organization_id": organization_id, "ids": list(names), "names": list(names.values())},
        Nothing,
    )
