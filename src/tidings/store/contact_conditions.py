"""Contact list filters as SQL: a condition over the contact `c`, its values as parameters only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from tidings.domain.contact_filters import (
    Clause,
    Comparison,
    ContactFilter,
    Joint,
    Operator,
    Predicate,
    Range,
    comparison_of,
    read,
)


class ContactCondition(msgspec.Struct, frozen=True):
    """A condition on the contact `c` (never NULL), with its parameters."""

    sql: str
    params: dict[str, Any]


EVERY_CONTACT: Final = ContactCondition("true", {})

# A cell and a parameter in the form in which they compare; text by code points.
CELLS: Final = {
    Comparison.NUMBER: "contact_number({cell})",
    Comparison.MOMENT: "contact_moment({cell})",
    Comparison.TEXT: '{cell} COLLATE "C"',
}
TYPES: Final = {
    Comparison.NUMBER: "numeric",
    Comparison.MOMENT: "timestamptz",
    Comparison.TEXT: "text",
}
ORDERS: Final = {
    Operator.EQUALS: "=",
    Operator.LESS_THAN: "<",
    Operator.LESS_THAN_EQUALS: "<=",
    Operator.GREATER_THAN: ">",
    Operator.GREATER_THAN_EQUALS: ">=",
    Operator.BEFORE: "<",
    Operator.AFTER: ">",
}
WITHIN_TEXT: Final = {
    Operator.CONTAINS: "strpos({cell}, {value}) > 0",
    Operator.BEGINS_WITH: "starts_with({cell}, {value})",
    Operator.ENDS_WITH: "right({cell}, length({value})) = {value}",
}


def contact_condition(
    wanted: ContactFilter, columns: Sequence[str], *, now: datetime, prefix: str = "filter"
) -> ContactCondition:
    """The condition that a contact of a list with these columns is chosen by a checked filter.

    Relative dates are taken from `now`. `prefix` tells the parameters of two conditions in one
    statement apart. The statement names the contact's row `c`.
    """
    writer = _Writer(columns, now, prefix)
    return ContactCondition(writer.write(wanted), writer.params)


class _Writer:
    """Writes a filter down, giving every value a parameter of its own."""

    def __init__(self, columns: Sequence[str], now: datetime, prefix: str) -> None:
        self._cells = {name: f"c.values[{at}]" for at, name in enumerate(columns, start=1)}
        self._now = now
        self._prefix = prefix
        self.params: dict[str, Any] = {}

    def write(self, wanted: ContactFilter) -> str:
        return _joined(wanted.filter_type, [self._clause(each) for each in wanted.clauses])

    def _clause(self, clause: Clause) -> str:
        return _joined(clause.filter_type, [self._predicate(each) for each in clause.predicates])

    def _predicate(self, predicate: Predicate) -> str:
        holds = f"coalesce({self._comparison(predicate)}, false)"
        return f"NOT {holds}" if predicate.inverted else holds

    def _comparison(self, predicate: Predicate) -> str:
        operator, comparison = predicate.operator, comparison_of(predicate)
        cell = self._cells[predicate.column]
        if operator in WITHIN_TEXT:
            value = self._value(predicate.value or "", Comparison.TEXT)
            return WITHIN_TEXT[operator].format(cell=cell, value=value)
        if operator in (Operator.EQUALS, Operator.IN) and comparison is Comparison.TEXT:
            cell = f"coalesce({cell}, '')"
        found = CELLS[comparison].format(cell=cell)
        chosen = predicate.range or Range()
        if operator is Operator.IN:
            return f"{found} = ANY({self._values(chosen.in_set, comparison)})"
        if operator is Operator.BETWEEN:
            return self._between(found, chosen, comparison)
        return f"{found} {ORDERS[operator]} {self._value(predicate.value or '', comparison)}"

    def _between(self, found: str, chosen: Range, comparison: Comparison) -> str:
        parts = []
        for bound, order, inclusive in (
            (chosen.min, ">", chosen.min_inclusive),
            (chosen.max, "<", chosen.max_inclusive),
        ):
            if bound is not None:
                value = self._value(bound, comparison)
                parts.append(f"{found} {order}{'=' if inclusive else ''} {value}")
        return " AND ".join(parts)

    def _value(self, text: str, comparison: Comparison) -> str:
        value = read(text, comparison, now=self._now)
        return f"%({self._name(value)})s::{TYPES[comparison]}"

    def _values(self, texts: Sequence[str], comparison: Comparison) -> str:
        values = [read(each, comparison, now=self._now) for each in texts]
        return f"%({self._name(values)})s::{TYPES[comparison]}[]"

    def _name(self, value: Any) -> str:
        name = f"{self._prefix}_{len(self.params)}"
        self.params[name] = value
        return name


def _joined(joint: Joint, parts: Sequence[str]) -> str:
    return f"({f' {joint} '.join(parts)})"
