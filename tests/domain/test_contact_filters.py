"""Which contacts a filter chooses, and which filters make no sense."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tidings.domain.contact_filter_checks import check_filter
from tidings.domain.contact_filters import ContactFilter, matches
from tidings.domain.errors import Rejection

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def one(**predicate: Any) -> ContactFilter:
    """A filter of one predicate over the column Cell."""
    return filter_of([[{"column": "Cell"} | predicate]])


def filter_of(clauses: list[list[dict[str, Any]]], joint: str = "AND") -> ContactFilter:
    """A filter as it comes over the wire."""
    body = {"filterType": joint, "clauses": [{"predicates": each} for each in clauses]}
    return msgspec.convert(body, ContactFilter)


NUMERIC = {"columnType": "numeric"}
CASES = [
    ({"operator": "EQUALS", "value": "Berlin"}, ["Berlin"], ["berlin", "Berlin ", None]),
    ({"operator": "EQUALS", "value": ""}, [None, ""], ["x"]),
    ({"operator": "CONTAINS", "value": "%"}, ["5 %", "%"], ["5", None]),
    ({"operator": "BEGINS_WITH", "value": "ab"}, ["abc", "ab"], ["a", "cab", None]),
    ({"operator": "ENDS_WITH", "value": "ab"}, ["cab", "ab"], ["abc", None]),
    ({"operator": "LESS_THAN", "value": "b"}, ["a", "B", "10"], ["b", "ä", None]),
    ({"operator": "EQUALS", "value": "1.50", **NUMERIC}, ["1.5", " +1.50 "], ["1,5", "x", None]),
    ({"operator": "LESS_THAN", "value": "10", **NUMERIC}, ["9", "-1"], ["10", "", "nine", None]),
    ({"operator": "GREATER_THAN_EQUALS", "value": "10", **NUMERIC}, ["10.0", "11"], ["9", "x"]),
    ({"operator": "IN", "range": {"inSet": ["1", "2"]}, **NUMERIC}, ["1.0", "2"], ["3", "", None]),
    ({"operator": "IN", "range": {"inSet": ["a", ""]}}, ["a", None], ["b"]),
    ({"operator": "BETWEEN", "range": {"min": "1", "max": "2"}, **NUMERIC}, ["1.5"], ["1", "2"]),
    (
        {
            "operator": "BETWEEN",
            "range": {"min": "1", "max": "2", "minInclusive": True, "maxInclusive": True},
            **NUMERIC,
        },
        ["1", "2"],
        ["0.9", "2.1", None],
    ),
    ({"operator": "BETWEEN", "range": {"min": "b"}}, ["c"], ["a", "b", None]),
    (
        {"operator": "BEFORE", "value": "2026-03-01"},
        ["2026-02-28", "2026-02-28T23:59:59Z", "2026-03-01T00:30:00+01:00"],
        ["2026-03-01", "2026-02-30", "28.02.2026", "soon", None],
    ),
    ({"operator": "AFTER", "value": "P-1D"}, ["2026-02-28T12:01"], ["2026-02-28T12:00", None]),
    (
        {"operator": "BETWEEN", "range": {"min": "P0D", "max": "P01DT08H30M"}},
        ["2026-03-02", "2026-03-02T20:29"],
        ["2026-03-01", "2026-03-02T20:30"],
    ),
    ({"operator": "EQUALS", "value": "1", "inverted": True, **NUMERIC}, ["x", None, "2"], ["1"]),
]


@pytest.mark.parametrize(("predicate", "fits", "fails"), CASES)
def test_a_predicate_chooses(
    predicate: dict[str, Any], fits: list[str | None], fails: list[str | None]
) -> None:
    wanted = one(**predicate)
    check_filter(wanted, ["Cell"])

    answers = {cell: matches(wanted, {"Cell": cell}, now=NOW) for cell in [*fits, *fails]}

    assert [cell for cell, answer in answers.items() if answer] == fits


def test_clauses_and_predicates_are_joined_by_and_or_or() -> None:
    a = {"column": "A", "operator": "EQUALS", "value": "1"}
    b = {"column": "B", "operator": "EQUALS", "value": "1"}
    both, either = filter_of([[a], [b]]), filter_of([[a], [b]], "OR")
    contacts: list[dict[str, str | None]] = [{"A": x, "B": y} for x in "01" for y in "01"]

    assert [matches(both, each, now=NOW) for each in contacts] == [False, False, False, True]
    assert [matches(either, each, now=NOW) for each in contacts] == [False, True, True, True]


FIRST = "clauses[0].predicates[0]"
WRONG = [
    ({"column": "Other", "operator": "EQUALS", "value": "1"}, f"{FIRST}.column"),
    ({"operator": "CONTAINS", "value": "1", **NUMERIC}, f"{FIRST}.operator"),
    ({"operator": "BEFORE", "value": "1", **NUMERIC}, f"{FIRST}.operator"),
    ({"operator": "CONTAINS", "value": ""}, f"{FIRST}.value"),
    ({"operator": "EQUALS"}, f"{FIRST}.value"),
    ({"operator": "EQUALS", "value": "ten", **NUMERIC}, f"{FIRST}.value"),
    ({"operator": "EQUALS", "value": "x" * 513}, f"{FIRST}.value"),
    ({"operator": "EQUALS", "value": "\0"}, f"{FIRST}.value"),
    ({"operator": "BEFORE", "value": "tomorrow"}, f"{FIRST}.value"),
    ({"operator": "BETWEEN"}, f"{FIRST}.range"),
    ({"operator": "BETWEEN", "range": {"min": "x"}, **NUMERIC}, f"{FIRST}.range.min"),
    ({"operator": "BETWEEN", "range": {"max": "x"}, **NUMERIC}, f"{FIRST}.range.max"),
    ({"operator": "IN", "range": {}}, f"{FIRST}.range.inSet"),
    ({"operator": "IN", "range": {"inSet": ["x"] * 1001}}, f"{FIRST}.range.inSet"),
]


@pytest.mark.parametrize(("predicate", "field"), WRONG)
def test_a_filter_without_sense_is_refused_at_its_field(
    predicate: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejection) as refused:
        check_filter(one(**predicate), ["Cell"])

    assert [each.field for each in refused.value.fields] == [field]


@pytest.mark.parametrize(
    ("clauses", "field"),
    [
        ([], "clauses"),
        ([[]], "clauses[0].predicates"),
        ([[{"column": "Cell", "operator": "EQUALS", "value": "1"}]] * 21, "clauses"),
        ([[{"column": "Cell", "operator": "EQUALS", "value": "1"}] * 101], "clauses"),
    ],
)
def test_a_filter_has_some_conditions_but_not_any_number(
    clauses: list[list[dict[str, Any]]], field: str
) -> None:
    with pytest.raises(Rejection) as refused:
        check_filter(filter_of(clauses), ["Cell"])

    assert [each.field for each in refused.value.fields] == [field]
