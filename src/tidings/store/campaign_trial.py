"""What a run of a campaign would come to, read without writing anything.

The reasons are judged as by campaign_layout; a test holds both together. Each statement reads the
list once at most, some seconds for a million contacts.
"""

from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.store.campaign_layout import LISTED, Sort
from tidings.store.contact_conditions import EVERY_CONTACT, ContactCondition
from tidings.store.query import Nothing, Query

PREFIX: Final = 6


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What would be run. Places of columns count from 1; `needed` are those a template needs."""

    list_id: UUID
    address_column: int
    needed: list[int] = []
    dnc_list_ids: list[UUID] = []
    sorts: list[Sort] = []
    condition: ContactCondition = EVERY_CONTACT


class TrialCount(msgspec.Struct, frozen=True):
    """How many contacts the filter leaves for one reason, None for none; addresses told apart.

    `lacking`: those of them who lack a value that the template needs.
    """

    reason: str | None
    contacts: int
    addresses: int
    lacking: int


class TrialContact(msgspec.Struct, frozen=True):
    """A contact who would get the message, unless its own rules speak against it."""

    position: int
    id: str
    address: str
    values: list[str | None]


class PrefixCount(msgspec.Struct, frozen=True):
    """How many addresses begin alike, and one of them."""

    address: str
    addresses: int


class SortCheck(msgspec.Struct, frozen=True):
    """One column to sort by, as some contacts have it: dates that are not ISO, no numbers."""

    place: int
    looked_at: int
    odd_dates: int
    no_numbers: int


CHOSEN: Final = """
    SELECT c.position, c.id, c.callable, c.values, c.values[%(address)s] AS address,
           address_key(c.values[%(address)s]) COLLATE "C" AS key, {lacks} AS lacks
    FROM contact c
    WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s AND {condition}
"""
REASON: Final = """
    CASE WHEN address IS NULL THEN 'address.missing'
         WHEN address !~ '^[1-9][0-9]{{6,14}}$' THEN 'address.invalid'
         WHEN NOT callable THEN 'contact.not_callable'
         WHEN {listed} THEN 'dnc.listed' END
"""


def limit_trial(*, seconds: int) -> Query[Nothing]:
    """Give a trial up after so long, and some memory for it; until the transaction ends."""
    return Query(
        "SELECT set_config('statement_timeout', %(milliseconds)s, true),"
        " set_config('work_mem', '64MB', true)",
        {"milliseconds": str(seconds * 1_000)},
        Nothing,
    )


def count_trial(organization_id: UUID, trial: Trial) -> Query[TrialCount]:
    """How many would be messaged, and how many not, by reason."""
    return Query(
        f"""
        SELECT reason, count(*) AS contacts, count(DISTINCT key) AS addresses,
               count(*) FILTER (WHERE lacks) AS lacking
        FROM (SELECT key, lacks, {_reason(trial)} AS reason FROM ({_chosen(trial)}) x) judged
        GROUP BY reason ORDER BY reason
        """,
        _params(organization_id, trial),
        TrialCount,
    )


def count_prefixes(organization_id: UUID, trial: Trial) -> Query[PrefixCount]:
    """The addresses that would be messaged, by their first digits, which tell the country."""
    return Query(
        f"""
        SELECT min(address) AS address, count(DISTINCT key) AS addresses
        FROM (SELECT address, key, {_reason(trial)} AS reason FROM ({_chosen(trial)}) x) judged
        WHERE reason IS NULL GROUP BY left(address, {PREFIX})
        """,
        _params(organization_id, trial),
        PrefixCount,
    )


def select_first(organization_id: UUID, trial: Trial, *, limit: int) -> Query[TrialContact]:
    """The contacts whose turn would come first."""
    order = [
        f"{_sort_value(sort, at)} {'DESC' if sort.descending else 'ASC'} NULLS LAST"
        for at, sort in enumerate(trial.sorts, start=1)
    ]
    return Query(
        f"""
        SELECT position, id, address, values FROM ({_chosen(trial)}) x
        WHERE {_reason(trial)} IS NULL
        ORDER BY {", ".join([*order, "position"])} LIMIT %(limit)s
        """,
        _params(organization_id, trial) | {"limit": limit},
        TrialContact,
    )


def select_sample(
    organization_id: UUID, trial: Trial, *, positions: list[int]
) -> Query[TrialContact]:
    """Those of the contacts at these positions who would be messaged, as far as the layout goes."""
    return Query(
        f"""
        SELECT position, id, address, values
        FROM ({_chosen(trial)} AND c.position = ANY(%(positions)s)) x
        WHERE {_reason(trial)} IS NULL ORDER BY position
        """,
        _params(organization_id, trial) | {"positions": positions},
        TrialContact,
    )


def check_sort_columns(organization_id: UUID, trial: Trial, *, limit: int) -> Query[SortCheck]:
    """What the columns to sort by hold, looked at in the first contacts of the list.

    A date is odd when it has the parts of one but not in the order of ISO 8601.
    """
    return Query(
        """
        SELECT p.place, count(x.values[p.place]) AS looked_at,
               count(*) FILTER (WHERE x.values[p.place]
                 ~ '^ *[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}') AS odd_dates,
               count(*) FILTER (WHERE x.values[p.place] IS NOT NULL
                 AND contact_number(x.values[p.place]) IS NULL) AS no_numbers
        FROM (SELECT unnest(%(places)s::integer[]) AS place) p
        CROSS JOIN (
          SELECT values FROM contact
          WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          ORDER BY position LIMIT %(limit)s) x
        GROUP BY p.place
        """,
        {
            "organization_id": organization_id,
            "list_id": trial.list_id,
            "places": [each.column for each in trial.sorts],
            "limit": limit,
        },
        SortCheck,
    )


class ListSize(msgspec.Struct, frozen=True):
    """How many contacts a list holds, and the position behind its last one."""

    contact_count: int
    next_position: int


def select_list_size(organization_id: UUID, list_id: UUID) -> Query[ListSize]:
    """How large a list is."""
    return Query(
        """
        SELECT contact_count, next_position FROM contact_list
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": list_id},
        ListSize,
    )


def select_contact(organization_id: UUID, trial: Trial, contact_id: str) -> Query[TrialContact]:
    """One contact of the list, by its id, with whatever address it has."""
    return Query(
        """
        SELECT position, id, coalesce(values[%(address)s], '') AS address, values FROM contact
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND id = %(contact_id)s
        """,
        _params(organization_id, trial) | {"contact_id": contact_id},
        TrialContact,
    )


def _chosen(trial: Trial) -> str:
    lacks = " OR ".join(
        f"coalesce(btrim(c.values[%(needed_{at})s]), '') = ''" for at in range(len(trial.needed))
    )
    return CHOSEN.format(lacks=f"({lacks})" if lacks else "false", condition=trial.condition.sql)


def _reason(trial: Trial) -> str:
    return REASON.format(listed=LISTED if trial.dnc_list_ids else "false")


def _sort_value(sort: Sort, at: int) -> str:
    cell = f"values[%(sort_{at})s]"
    return f"contact_number({cell})" if sort.numeric else f'{cell} COLLATE "C"'


def _params(organization_id: UUID, trial: Trial) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "list_id": trial.list_id,
        "address": trial.address_column,
        "dnc_list_ids": trial.dnc_list_ids,
        **{f"needed_{at}": place for at, place in enumerate(trial.needed)},
        **{f"sort_{at}": sort.column for at, sort in enumerate(trial.sorts, start=1)},
        **trial.condition.params,
    }
