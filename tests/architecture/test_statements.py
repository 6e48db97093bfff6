"""Every statement of the store fits the schema, and its columns fit the shape of its rows.

Each function of the store that gives a Query is called with arguments made from its annotations;
the statement is prepared and described, not run.
"""

import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from importlib import import_module
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from psycopg import adapt
from psycopg._queries import PostgresQuery
from psycopg.generators import execute

import tidings.store
from tidings.store.campaign_counts import Tally
from tidings.store.campaign_layout import Layout, Sort
from tidings.store.campaign_trial import Trial
from tidings.store.contact_conditions import EVERY_CONTACT
from tidings.store.database import Database
from tidings.store.interaction_filters import Source
from tidings.store.interactions import select_found
from tidings.store.query import Connection, Nothing, Query
from tidings.store.queues import QueueSettings
from tidings.store.segment_conditions import (
    CONVERSATION_DIMENSIONS,
    SEGMENT_DIMENSIONS,
    Clause,
    Operator,
    Predicate,
    SegmentCondition,
    conversation_condition,
    segment_condition,
)
from tidings.store.usage import Usage

SIMPLE: dict[Any, Any] = {
    UUID: UUID(int=1),
    str: "text",
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"bytes",
    date: date(2026, 1, 31),
    datetime: datetime(2026, 1, 31, tzinfo=UTC),
    timedelta: timedelta(seconds=1),
    Any: "text",
    object: "text",
}
LAYOUT = Layout(
    campaign_id=UUID(int=2),
    run=1,
    list_id=UUID(int=3),
    address_column=1,
    dnc_list_ids=[UUID(int=4)],
    sorts=[Sort(2, numeric=True), Sort(3, descending=True)],
)
TRIAL = Trial(
    list_id=UUID(int=1),
    address_column=1,
    needed=[2],
    dnc_list_ids=[UUID(int=1)],
    sorts=[Sort(2, numeric=True), Sort(3, descending=True)],
)
QUEUE = QueueSettings(name="queue", division_id=UUID(int=1))
# Arguments that cannot be made from their annotation alone.
BY_HAND: dict[str, dict[str, Any]] = {
    "tidings.store.campaign_counts.insert_campaign_deltas": {"tally": Tally()},
    **{
        f"tidings.store.campaign_trial.{name}": {"trial": TRIAL}
        for name in ("count_trial", "count_prefixes", "select_first", "select_sample")
    },
    "tidings.store.campaign_layout.lay_out": {"layout": LAYOUT},
    "tidings.store.campaign_layout.finish_layout": {"layout": LAYOUT},
    "tidings.store.campaign_layout.select_base": {"layout": LAYOUT},
    "tidings.store.consents.select_consent_page": {"phone_prefixes": ["49"]},
    "tidings.store.campaign_leftovers.delete_rows": {"table": "campaign_contact"},
    "tidings.store.contacts.change_between": {"condition": EVERY_CONTACT},
    "tidings.store.contacts.count_meeting": {"condition": EVERY_CONTACT},
    "tidings.store.contacts.remove_between": {"condition": EVERY_CONTACT},
    "tidings.store.contacts.search_contacts": {"condition": EVERY_CONTACT},
    "tidings.store.conversation_aggregates.aggregate_conversations": {
        "conditions": (SegmentCondition("c.direction = 'inbound'", {}),),
        "group_by": ("divisionId", "direction"),
    },
    "tidings.store.interactions.select_found": {"segments": ()},
    "tidings.store.suppressions.select_suppression_page": {"prefixes": ["49"]},
    "tidings.store.usage.insert_usage": {"usage": Usage()},
    "tidings.store.versioned.insert_settings": {"table": "queue", "settings": QUEUE},
    "tidings.store.versioned.update_settings": {"table": "queue", "settings": QUEUE},
}


def store_functions() -> Iterator[Any]:
    """All functions of the store that give a Query."""
    for module_info in pkgutil.iter_modules(tidings.store.__path__):
        if module_info.ispkg:
            continue
        module = import_module(f"tidings.store.{module_info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            result = typing.get_type_hints(function).get("return")
            if typing.get_origin(result) is Query or result is Query:
                yield pytest.param(function, id=f"{module_info.name}.{name}")


FUNCTIONS = list(store_functions())


@pytest.mark.parametrize("with_optional", [True, False], ids=["filled", "bare"])
@pytest.mark.parametrize("function", FUNCTIONS)
async def test_a_statement_fits_the_schema(
    database: Database, function: Callable[..., Query[Any]], with_optional: bool
) -> None:
    query = function(**arguments_of(function, with_optional=with_optional))

    async with database.connection() as connection:
        columns = await describe(connection, query)

    if query.row is not Nothing:
        fields = msgspec.structs.fields(query.row)
        assert columns <= {field.name for field in fields}
        assert columns >= {field.name for field in fields if field.required}


@pytest.mark.parametrize("source", Source)
async def test_every_walk_and_every_filter_of_interactions_fits(
    database: Database, source: Source
) -> None:
    arguments = arguments_of(select_found, with_optional=True) | {"source": source}

    async with database.connection() as connection:
        for write, dimensions in FILTERS:
            clause = Clause(any_of=False, parts=tuple(predicates(dimensions)))
            query = select_found(**arguments | {"segments": (write(clause, number=1),)})
            await describe(connection, query)


def predicates(dimensions: dict[str, str]) -> Iterator[Predicate]:
    """Every dimension with every operator."""
    for dimension in dimensions:
        for operator in Operator:
            yield Predicate(dimension, operator, ("text",))


FILTERS: list[tuple[Any, dict[str, str]]] = [
    (conversation_condition, CONVERSATION_DIMENSIONS),
    (segment_condition, SEGMENT_DIMENSIONS),
]


def test_the_store_is_walked() -> None:
    assert len(FUNCTIONS) > 100


def arguments_of(function: Callable[..., Any], *, with_optional: bool) -> dict[str, Any]:
    """Arguments that fit a function's annotations; optional ones are given or None."""
    hints = typing.get_type_hints(function)
    made = {
        name: value_of(hints[name], with_optional=with_optional)
        for name in inspect.signature(function).parameters
    }
    return made | BY_HAND.get(f"{function.__module__}.{function.__name__}", {})


def value_of(kind: Any, *, with_optional: bool) -> Any:
    """Some value of a type."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if type(None) in arguments and not with_optional:
            return None
        rest = next(each for each in arguments if each is not type(None))
        return value_of(rest, with_optional=with_optional)
    if origin is typing.Annotated:
        return value_of(arguments[0], with_optional=with_optional)
    if origin is typing.Literal:
        return arguments[0]
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return next(iter(kind))
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        return struct_of(kind, with_optional=with_optional)
    return collection_of(origin or kind, arguments, with_optional=with_optional)


def struct_of(kind: type[msgspec.Struct], *, with_optional: bool) -> Any:
    """A struct of this type; what has a default keeps it unless optional values are given."""
    hints = typing.get_type_hints(kind)
    return kind(
        **{
            field.name: value_of(hints[field.name], with_optional=with_optional)
            for field in msgspec.structs.fields(kind)
            if field.required or with_optional
        }
    )


def collection_of(origin: Any, arguments: tuple[Any, ...], *, with_optional: bool) -> Any:
    """A collection of one element, or a tuple of the elements that are named."""
    values = [value_of(each, with_optional=with_optional) for each in arguments if each is not ...]
    if issubclass(origin, dict | typing.Mapping):
        return {values[0]: values[1]} if len(values) == 2 else {}
    if issubclass(origin, tuple):
        return tuple(values)
    if issubclass(origin, set | frozenset | typing.AbstractSet):
        return set(values)
    return values


async def describe(connection: Connection, query: Query[Any]) -> set[str]:
    """Prepare a statement as psycopg would send it, and give the names of its columns."""
    prepared = PostgresQuery(adapt.Transformer(connection))
    prepared.convert(query.sql, query.params)
    done = await connection.wait(_prepared(connection.pgconn, prepared))
    return {(done.fname(at) or b"").decode() for at in range(done.nfields)}


def _prepared(pgconn: psycopg.pq.abc.PGconn, query: PostgresQuery) -> Any:
    pgconn.send_prepare(b"checked", query.query, param_types=query.types)
    (done,) = yield from execute(pgconn)
    _check(pgconn, done)
    pgconn.send_describe_prepared(b"checked")
    (described,) = yield from execute(pgconn)
    _check(pgconn, described)
    pgconn.send_query(b"DEALLOCATE checked")
    yield from execute(pgconn)
    return described


def _check(pgconn: psycopg.pq.abc.PGconn, result: psycopg.pq.abc.PGresult) -> None:
    if result.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
        raise AssertionError(result.error_message.decode())
