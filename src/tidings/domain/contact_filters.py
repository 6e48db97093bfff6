"""Contact list filters: conditions over the columns of a contact list, joined by and / or.

Values compare as they are written: upper and lower case differ, text is ordered by code points.
`matches` is the model that the SQL of store/contact_conditions.py must agree with.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import msgspec

LONGEST_NUMBER: Final = 100


class Joint(StrEnum):
    """How conditions are joined."""

    AND = "AND"
    OR = "OR"


class ColumnType(StrEnum):
    """How the values of a column compare."""

    NUMERIC = "numeric"
    ALPHABETIC = "alphabetic"


class Operator(StrEnum):
    """How a predicate compares."""

    EQUALS = "EQUALS"
    LESS_THAN = "LESS_THAN"
    LESS_THAN_EQUALS = "LESS_THAN_EQUALS"
    GREATER_THAN = "GREATER_THAN"
    GREATER_THAN_EQUALS = "GREATER_THAN_EQUALS"
    CONTAINS = "CONTAINS"
    BEGINS_WITH = "BEGINS_WITH"
    ENDS_WITH = "ENDS_WITH"
    BEFORE = "BEFORE"
    AFTER = "AFTER"
    BETWEEN = "BETWEEN"
    IN = "IN"


DATES: Final = frozenset({Operator.BEFORE, Operator.AFTER})


class Range(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The bounds of BETWEEN (one may be left open), or the set of IN."""

    min: str | None = None
    max: str | None = None
    min_inclusive: bool = False
    max_inclusive: bool = False
    in_set: tuple[str, ...] = ()


class Predicate(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One condition over one column.

    A cell that is empty or does not have the wanted form (no number, no date) does not match;
    `inverted` turns the answer round, so that a predicate and its inverse share out all contacts.
    EQUALS and IN with an empty text match empty cells.
    """

    column: str
    operator: Operator
    column_type: ColumnType = ColumnType.ALPHABETIC
    value: str | None = None
    range: Range | None = None
    inverted: bool = False


class Clause(msgspec.Struct, frozen=True, rename="camel"):
    """Predicates of which all (AND) or one (OR) must hold."""

    predicates: tuple[Predicate, ...]
    filter_type: Joint = Joint.AND


class ContactFilter(msgspec.Struct, frozen=True, rename="camel"):
    """Clauses of which all (AND) or one (OR) must hold."""

    clauses: tuple[Clause, ...]
    filter_type: Joint = Joint.AND


class Comparison(StrEnum):
    """As what two values are compared."""

    NUMBER = "number"
    MOMENT = "moment"
    TEXT = "text"


# The same forms as contact_number() and contact_moment() of the schema.
NUMBER: Final = re.compile(r" *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+) *")
MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    r"(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?)?"
)
RELATIVE: Final = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<days>[+-]?[0-9]{1,5})D)?"
    r"(?:T(?:(?P<hours>[+-]?[0-9]{1,5})H)?(?:(?P<minutes>[+-]?[0-9]{1,5})M)?)?"
)


def parse_number(text: str) -> Decimal | None:
    """A cell as a number, or None: an optional sign, digits, a decimal point."""
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        return None
    return Decimal(text.strip(" "))


def parse_moment(text: str) -> datetime | None:
    """A cell as a moment, or None: an ISO 8601 date or date-time; without a zone it is UTC."""
    if not MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_relative(text: str) -> timedelta | None:
    """A distance from now such as `P01DT08H30M` or `P-7D`, or None; signs count for each part."""
    match = RELATIVE.fullmatch(text)
    if match is None or not (match["days"] or match["hours"] or match["minutes"]):
        return None
    distance = timedelta(
        days=int(match["days"] or 0),
        hours=int(match["hours"] or 0),
        minutes=int(match["minutes"] or 0),
    )
    return -distance if match["sign"] == "-" else distance


def parse_bound(text: str, now: datetime) -> datetime | None:
    """The moment that a condition names, as a date or as a distance from now; None if neither."""
    distance = parse_relative(text)
    return parse_moment(text) if distance is None else now + distance


def comparison_of(predicate: Predicate) -> Comparison:
    """As what the predicate compares; a text range between two dates is one of dates."""
    if predicate.column_type is ColumnType.NUMERIC:
        return Comparison.NUMBER
    if predicate.operator in DATES:
        return Comparison.MOMENT
    if predicate.operator is Operator.BETWEEN and predicate.range is not None:
        bounds = [each for each in (predicate.range.min, predicate.range.max) if each is not None]
        if all(_is_moment(each) for each in bounds):
            return Comparison.MOMENT
    return Comparison.TEXT


def _is_moment(text: str) -> bool:
    return parse_relative(text) is not None or parse_moment(text) is not None


def matches(wanted: ContactFilter, values: Mapping[str, str | None], *, now: datetime) -> bool:
    """Whether a contact with these values by column is chosen, at this moment."""
    return _joined(
        wanted.filter_type,
        (
            _joined(
                clause.filter_type,
                (
                    _holds(each, values.get(each.column), now) is not each.inverted
                    for each in clause.predicates
                ),
            )
            for clause in wanted.clauses
        ),
    )


def _joined(joint: Joint, answers: Iterable[bool]) -> bool:
    return all(answers) if joint is Joint.AND else any(answers)


def _holds(predicate: Predicate, cell: str | None, now: datetime) -> bool:
    kind, comparison = predicate.operator, comparison_of(predicate)
    chosen = predicate.range or Range()
    texts = chosen.in_set if kind is Operator.IN else (predicate.value or "",)
    if kind in (Operator.EQUALS, Operator.IN) and comparison is Comparison.TEXT:
        return (cell or "") in texts
    if cell is None:
        return False
    if kind in WITHIN_TEXT:
        return WITHIN_TEXT[kind](cell, predicate.value or "")
    found = read(cell, comparison, now=None)
    if found is None:
        return False
    if kind is Operator.BETWEEN:
        return _lies_between(found, chosen, comparison, now)
    order = EQUAL if kind is Operator.IN else ORDERS[kind]
    return any(order(found, read(text, comparison, now=now)) for text in texts)


def read(text: str, comparison: Comparison, *, now: datetime | None) -> Any:
    """A value in the form in which it is compared, or None; with `now` it may be relative."""
    if comparison is Comparison.NUMBER:
        return parse_number(text)
    if comparison is Comparison.MOMENT:
        return parse_moment(text) if now is None else parse_bound(text, now)
    return text


def _lies_between(found: Any, chosen: Range, comparison: Comparison, now: datetime) -> bool:
    if chosen.min is not None:
        low = read(chosen.min, comparison, now=now)
        if not (found > low or (chosen.min_inclusive and found == low)):
            return False
    if chosen.max is None:
        return True
    high = read(chosen.max, comparison, now=now)
    return bool(found < high or (chosen.max_inclusive and found == high))


EQUAL: Final[Callable[[Any, Any], bool]] = operator.eq
ORDERS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUALS: operator.eq,
    Operator.LESS_THAN: operator.lt,
    Operator.LESS_THAN_EQUALS: operator.le,
    Operator.GREATER_THAN: operator.gt,
    Operator.GREATER_THAN_EQUALS: operator.ge,
    Operator.BEFORE: operator.lt,
    Operator.AFTER: operator.gt,
}
WITHIN_TEXT: Final[dict[Operator, Callable[[str, str], bool]]] = {
    Operator.CONTAINS: operator.contains,
    Operator.BEGINS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}
