"""One key for all forms of a WhatsApp user's number, in Python and in SQL alike."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidings.domain.addresses import address_key, match_keys

digits = st.text("0123456789", min_size=7, max_size=12)
# Mostly numbers of the countries where it matters, of about their length.
phone_ids = st.one_of(
    st.tuples(
        st.sampled_from(["55", "5511", "55119", "52", "521", "54", "549", "49"]),
        st.text("0123456789", min_size=7, max_size=10),
    ).map("".join),
    digits.filter(lambda text: text[0] != "0"),
)


@pytest.fixture(scope="module")
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@settings(max_examples=60)
@given(st.lists(phone_ids, min_size=1, max_size=50))
def test_the_database_has_the_same_key(
    connection: psycopg.Connection[Any], addresses: list[str]
) -> None:
    rows = connection.execute(
        "SELECT address_key(a) FROM unnest(%s::text[]) WITH ORDINALITY AS x(a, n) ORDER BY n",
        (addresses,),
    ).fetchall()

    assert [row[0] for row in rows] == [address_key(each) for each in addresses]


@given(phone_ids)
@example("5511987654321")
@example("551187654321")
@example("5511954321000")
@example("5215512345678")
@example("5491112345678")
def test_all_forms_of_a_number_share_one_key(phone_id: str) -> None:
    assert {address_key(each) for each in match_keys(phone_id)} == {address_key(phone_id)}
