"""Whether a contact list filter makes sense over a list's columns; each refusal names its field."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tidings.domain.contact_filters import (
    DATES,
    WITHIN_TEXT,
    ColumnType,
    Comparison,
    ContactFilter,
    Operator,
    Predicate,
    Range,
    comparison_of,
    read,
)
from tidings.domain.errors import invalid

MOST_CLAUSES: Final = 20
MOST_PREDICATES: Final = 100
MOST_IN_SET: Final = 1_000
LONGEST_VALUE: Final = 512
ANY_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)


def check_filter(wanted: ContactFilter, columns: Sequence[str]) -> None:
    """Raise a 400 at the first field that does not fit, such as clauses[0].predicates[2].value."""
    if not wanted.clauses:
        raise invalid("clauses", "Give at least one condition: clauses is empty.")
    if len(wanted.clauses) > MOST_CLAUSES:
        raise invalid("clauses", f"A filter has at most {MOST_CLAUSES} clauses.")
    if sum(len(each.predicates) for each in wanted.clauses) > MOST_PREDICATES:
        raise invalid("clauses", f"A filter has at most {MOST_PREDICATES} predicates.")
    for at, clause in enumerate(wanted.clauses):
        field = f"clauses[{at}].predicates"
        if not clause.predicates:
            raise invalid(field, "Give at least one condition in each clause.")
        for number, predicate in enumerate(clause.predicates):
            _check_predicate(predicate, columns, f"{field}[{number}]")


def _check_predicate(predicate: Predicate, columns: Sequence[str], field: str) -> None:
    if predicate.column not in columns:
        raise invalid(
            f"{field}.column",
            f'The contact list has no column "{predicate.column}"; '
            f"its columns are: {', '.join(columns)}.",
        )
    numeric = predicate.column_type is ColumnType.NUMERIC
    if numeric and (predicate.operator in WITHIN_TEXT or predicate.operator in DATES):
        raise invalid(
            f"{field}.operator",
            f"{predicate.operator} does not compare numbers; "
            "make the columnType alphabetic or take another operator.",
        )
    if predicate.operator is Operator.BETWEEN:
        _check_bounds(predicate, field)
    elif predicate.operator is Operator.IN:
        _check_set(predicate, field)
    else:
        _check_value(predicate, predicate.value, f"{field}.value")


def _check_bounds(predicate: Predicate, field: str) -> None:
    chosen = predicate.range or Range()
    if chosen.min is None and chosen.max is None:
        raise invalid(f"{field}.range", "BETWEEN needs range.min or range.max, or both.")
    for name, bound in (("min", chosen.min), ("max", chosen.max)):
        if bound is not None:
            _check_value(predicate, bound, f"{field}.range.{name}")


def _check_set(predicate: Predicate, field: str) -> None:
    in_set = (predicate.range or Range()).in_set
    field = f"{field}.range.inSet"
    if not 0 < len(in_set) <= MOST_IN_SET:
        raise invalid(field, f"IN needs 1 to {MOST_IN_SET} values in range.inSet.")
    for value in in_set:
        _check_value(predicate, value, field)


def _check_value(predicate: Predicate, value: str | None, field: str) -> None:
    if value is None:
        raise invalid(field, f"{predicate.operator} needs a value.")
    if len(value) > LONGEST_VALUE or "\0" in value:
        raise invalid(field, f"A value has at most {LONGEST_VALUE} characters and no NUL.")
    comparison = comparison_of(predicate)
    if comparison is Comparison.TEXT:
        if not value and predicate.operator in WITHIN_TEXT:
            raise invalid(field, f"{predicate.operator} needs a text to look for.")
    elif read(value, comparison, now=ANY_MOMENT) is None:
        raise invalid(field, WRONG_FORM[comparison].format(value=value))


WRONG_FORM: Final = {
    Comparison.NUMBER: '"{value}" is not a number; write it like -12.5, or make the columnType '
    "alphabetic.",
    Comparison.MOMENT: '"{value}" is not a date: write 2026-01-31, 2026-01-31T08:30:00Z, or a '
    "distance from now such as P01DT08H30M or P-7D.",
}
