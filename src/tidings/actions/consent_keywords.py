"""The words that opt a customer in or out: an organization's own sets in place of the defaults."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from tidings.actions.consents import rule_of
from tidings.domain.consent import DEFAULT_RULES, ConsentState, compile_keywords
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import consents as store
from tidings.store.audit import insert_audit
from tidings.store.query import Connection, execute, fetch

MOST_SETS = 200
MOST_WORDS = 100
LONGEST_WORD = 60
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")

DEFAULT_SETS = [
    store.KeywordRow(
        language=rule.language,
        action="opt_in" if rule.state is ConsentState.GRANTED else "opt_out",
        category=rule.category.value,
        words=list(rule.words),
    )
    for rule in DEFAULT_RULES
]


async def read_keywords(connection: Connection, caller: Caller) -> Sequence[store.KeywordRow]:
    """The keyword sets in force: the organization's own, or the defaults while it has none."""
    return await fetch(connection, store.select_keywords(caller.organization_id)) or DEFAULT_SETS


async def replace_keywords(
    connection: Connection, caller: Caller, sets: Sequence[store.KeywordRow]
) -> Sequence[store.KeywordRow]:
    """Write the keyword sets anew; none at all goes back to the defaults. 400 names the word."""
    checked = check_keywords(sets)
    before = await read_keywords(connection, caller)
    await execute(connection, store.delete_keywords(caller.organization_id))
    for each in checked:
        await execute(connection, store.insert_keywords(caller.organization_id, each))
    after = await read_keywords(connection, caller)
    await execute(
        connection,
        insert_audit(
            caller,
            "update",
            entity_type="consentKeywords",
            entity_id=None,
            before=_plain(before),
            after=_plain(after),
        ),
    )
    return after


def check_keywords(sets: Sequence[store.KeywordRow]) -> list[store.KeywordRow]:
    """The sets with blanks trimmed; a word may not mean two things, nor a set come twice."""
    if len(sets) > MOST_SETS:
        raise invalid("entities", f"There are at most {MOST_SETS} keyword sets.")
    seen: set[tuple[str, str, str]] = set()
    meanings: dict[str, str] = {}
    checked = []
    for each in sets:
        words = list(dict.fromkeys(word.strip() for word in each.words))
        row = msgspec.structs.replace(each, words=words)
        key = (row.language, row.action, row.category)
        if not LANGUAGE.fullmatch(row.language):
            raise invalid("language", f'"{row.language[:20]}" is no language, such as en or pt_BR.')
        if key in seen:
            raise invalid("entities", f"There are two sets for {' '.join(key)}; make them one.")
        if not 0 < len(words) <= MOST_WORDS:
            raise invalid("words", f"A set has 1 to {MOST_WORDS} words.")
        _check_words(row, meanings)
        seen.add(key)
        checked.append(row)
    return checked


def _check_words(row: store.KeywordRow, meanings: dict[str, str]) -> None:
    for word in row.words:
        normal = list(compile_keywords([rule_of(msgspec.structs.replace(row, words=[word]))]))
        if len(word) > LONGEST_WORD or not normal:
            raise invalid(
                "words",
                f'"{word[:60]}" is no keyword: 1 to {LONGEST_WORD} characters, with letters.',
            )
        if meanings.setdefault(normal[0], row.action) != row.action:
            raise invalid("words", f'"{word}" would opt a customer both in and out.')


def _plain(sets: Sequence[store.KeywordRow]) -> dict[str, Any]:
    return {f"{each.language} {each.action} {each.category}": each.words for each in sets}
