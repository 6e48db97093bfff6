"""A filter says the same in SQL as in Python, whatever people put into cells and conditions."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tidings.domain.contact_filter_checks import check_filter
from tidings.domain.contact_filters import (
    DATES,
    WITHIN_TEXT,
    Clause,
    ColumnType,
    Comparison,
    ContactFilter,
    Joint,
    Operator,
    Predicate,
    Range,
    matches,
    read,
)
from tidings.domain.errors import Rejection
from tidings.store.contact_conditions import contact_condition

COLUMNS = ("First", "Second")
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
ROWS = """
    FROM jsonb_array_elements(%(rows)s) WITH ORDINALITY AS r(cells, n)
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(r.cells)) AS values) c
    ORDER BY r.n
"""

ODD_NUMBERS = [
    *("1", "1.0", "+1", " 1 ", "1.", ".5", "-0", "1e3", "NaN", "Infinity", "0x10", "1_000", "١"),
    "9" * 101,
]
ODD_MOMENTS = [
    "2026-03-01",
    "2026-03-01T12:30Z",
    "2026-03-01 12:30",
    "2026-03-01T13:30:00+01:00",
    "2026-03-01T12:30:00.0",
    "2026-03-01T07:00:00.123-0530",
    "2026-02-30",
    "2026-03-01T24:00",
    "0000-01-01",
    "2026-03-01T12:30:60Z",
    "now",
    "infinity",
    "01.03.2026",
]
DISTANCES = ["P0D", "P1D", "P-1D", "-P1D", "P01DT08H30M", "P-1DT+2H", "PT5M", "PT", "P", "P1Y"]


def is_number(text: str) -> bool:
    return read(text, Comparison.NUMBER, now=NOW) is not None


def is_moment(text: str) -> bool:
    return read(text, Comparison.MOMENT, now=NOW) is not None


plain_numbers = st.one_of(
    st.integers(-100, 100).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
)
plain_moments = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC])).map(lambda t: t.isoformat()),
    st.datetimes().map(lambda t: t.isoformat(" ")),
    st.dates().map(str),
)
numbers = plain_numbers | st.sampled_from(ODD_NUMBERS)
moments = plain_moments | st.sampled_from(ODD_MOMENTS)
relatives = st.sampled_from(DISTANCES)
readable_numbers = plain_numbers | st.sampled_from(list(filter(is_number, ODD_NUMBERS)))
readable_moments = plain_moments | st.sampled_from(list(filter(is_moment, ODD_MOMENTS + DISTANCES)))
letters = st.text("ab%_\\ÄßA0é🙂'", max_size=4)
anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
texts = st.one_of(letters, numbers, moments, relatives, anything)
cells = st.one_of(st.none(), letters, numbers, moments, anything.filter(bool))


def predicate_of(
    operators: list[Operator], column_type: ColumnType, values: st.SearchStrategy[str]
) -> st.SearchStrategy[Predicate]:
    """Predicates of one kind, whose values mostly make sense: few are drawn in vain."""
    bounds = st.one_of(
        st.tuples(values, st.none()), st.tuples(st.none(), values), st.tuples(values, values)
    )
    ranges = st.builds(
        lambda ends, *rest: Range(*ends, *rest),
        bounds,
        st.booleans(),
        st.booleans(),
        st.lists(values, min_size=1, max_size=3).map(tuple),
    )
    return st.builds(
        Predicate,
        column=st.sampled_from(COLUMNS),
        operator=st.sampled_from(operators),
        column_type=st.just(column_type),
        value=values,
        range=ranges,
        inverted=st.booleans(),
    )


def makes_sense(predicate: Predicate) -> bool:
    try:
        check_filter(ContactFilter((Clause((predicate,)),)), COLUMNS)
    except Rejection:
        return False
    return True


NUMERIC = [each for each in Operator if each not in (*WITHIN_TEXT, *DATES)]
TEXTUAL = [each for each in Operator if each not in DATES]
OF_DATES = [*sorted(DATES), Operator.BETWEEN]
predicates = st.one_of(
    predicate_of(NUMERIC, ColumnType.NUMERIC, readable_numbers),
    predicate_of(OF_DATES, ColumnType.ALPHABETIC, readable_moments),
    predicate_of(TEXTUAL, ColumnType.ALPHABETIC, texts),
).filter(makes_sense)
clauses = st.builds(
    Clause,
    predicates=st.lists(predicates, min_size=1, max_size=3).map(tuple),
    filter_type=st.sampled_from(Joint),
)
filters = st.builds(
    ContactFilter,
    clauses=st.lists(clauses, min_size=1, max_size=3).map(tuple),
    filter_type=st.sampled_from(Joint),
)
rows = st.lists(st.tuples(cells, cells).map(list), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'Asia/Kolkata'")
        yield connection


def chosen(
    connection: psycopg.Connection[Any],
    wanted: list[ContactFilter],
    contacts: list[list[str | None]],
) -> list[tuple[bool, ...]]:
    """Which filters choose each contact, asked of the database in one statement."""
    written = [
        contact_condition(each, COLUMNS, now=NOW, prefix=f"filter{number}")
        for number, each in enumerate(wanted)
    ]
    params = {name: value for each in written for name, value in each.params.items()}
    sql = f"SELECT {', '.join(each.sql for each in written)} {ROWS}"
    return connection.execute(sql, params | {"rows": Jsonb(contacts)}).fetchall()


@settings(max_examples=60)
@given(wanted=st.lists(filters, min_size=1, max_size=8), contacts=rows)
def test_the_database_chooses_whom_the_model_chooses(
    connection: psycopg.Connection[Any],
    wanted: list[ContactFilter],
    contacts: list[list[str | None]],
) -> None:
    modelled = [
        tuple(matches(each, dict(zip(COLUMNS, contact, strict=True)), now=NOW) for each in wanted)
        for contact in contacts
    ]

    assert chosen(connection, wanted, contacts) == modelled


def test_no_cell_makes_a_statement_fail(connection: psycopg.Connection[Any]) -> None:
    cells = ["", "-", "1" * 512, "1." * 200, "9999-99-99", "2026-01-01T00:00+15:59", "é" * 512]
    wanted = [
        ContactFilter((Clause((Predicate("First", Operator.EQUALS, ColumnType.NUMERIC, "1"),)),)),
        ContactFilter((Clause((Predicate("First", Operator.BEFORE, value="2026-01-01"),)),)),
    ]

    assert chosen(connection, wanted, [[each, None] for each in cells]) == [(False, False)] * len(
        cells
    )


def test_a_filter_survives_its_way_to_the_database_and_back() -> None:
    predicate = Predicate("First", Operator.BETWEEN, range=Range("a", "b", in_set=("x",)))
    wanted = ContactFilter((Clause((predicate,), Joint.OR),), Joint.AND)

    assert msgspec.convert(msgspec.to_builtins(wanted), ContactFilter) == wanted
