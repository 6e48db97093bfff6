"""Skills and languages: create, delete, and say who is how good at them (P3)."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import psycopg

from tidings.actions.changes import Subject
from tidings.actions.names import check_name, insert_named, name_taken
from tidings.actions.routing_changes import note_change
from tidings.actions.users import access_user
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller, missing_permission
from tidings.store import skills as store
from tidings.store.ids import new_id
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.users import UserRow

MOST_SKILLS = 1_000
MOST_AT_ONCE = 50
BEST = 5.0
SEE = ("directory:user:view", "routing:queueMember:manage")
ASSIGN = {
    "skill": ("routing:skill:assign",),
    "language": ("routing:language:assign", "routing:skill:assign"),
}


class Rated(msgspec.Struct, frozen=True):
    """A skill and how good somebody is at it."""

    skill_id: UUID
    proficiency: float


async def create_skill(
    connection: Connection, caller: Caller, *, kind: str, name: str | None
) -> store.SkillRow:
    """Create a skill or a language. 400 without a name, 409 when the name is taken."""
    name = check_name(name)
    known = store.count_skills(caller.organization_id, store.SkillFilter(kind))
    if (await fetch_one(connection, known)).count >= MOST_SKILLS:
        raise conflict(f"{kind}.limit", f"An organization has at most {MOST_SKILLS} {kind}s.")
    insert = store.insert_skill(caller.organization_id, new_id(), kind=kind, name=name)
    skill = await insert_named(connection, insert, name)
    await note_change(connection, caller, "create", _subject(skill), after=skill)
    return skill


async def access_skill(
    connection: Connection, caller: Caller, skill_id: UUID, *, kind: str
) -> store.SkillRow:
    """The skill or language, or a 404."""
    chosen = store.SkillFilter(kind, ids=[skill_id])
    skill = await fetch_optional(
        connection, store.select_skills(caller.organization_id, chosen, limit=1, offset=0)
    )
    if skill is None:
        raise absent(kind, skill_id)
    return skill


async def rename_skill(
    connection: Connection, caller: Caller, skill_id: UUID, *, kind: str, name: str | None
) -> store.SkillRow:
    """Rename a skill or language; who has it keeps it. 400 without a name, 409 when it is taken."""
    before = await access_skill(connection, caller, skill_id, kind=kind)
    name = check_name(name)
    try:
        after = await fetch_one(
            connection, store.rename_skill(caller.organization_id, skill_id, name=name)
        )
    except psycopg.errors.UniqueViolation as error:
        raise name_taken(name) from error
    await note_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


async def delete_skill(
    connection: Connection, caller: Caller, skill_id: UUID, *, kind: str
) -> None:
    """Delete a skill from the list and from people; 409 names what needs it."""
    before = await access_skill(connection, caller, skill_id, kind=kind)
    use = await fetch_optional(connection, store.select_skill_use(caller.organization_id, skill_id))
    if use is not None:
        where = {"queue": "rings of the queue", "workstream": "rules of the workstream"}[use.kind]
        raise conflict(
            f"{kind}.in.use",
            f"The {kind} {before.name} is named by the {where} {use.name}; take it out of them "
            "first.",
            **{use.kind: use.name},
        )
    await execute(connection, store.delete_skill(caller.organization_id, skill_id))
    await note_change(connection, caller, "delete", _subject(before), before=before)


def seen_divisions(caller: Caller) -> list[UUID] | None:
    """The divisions whose people the caller sees or manages; None: all."""
    held = [caller.divisions(each) for each in SEE]
    return None if None in held else sorted({each for some in held for each in some or ()})


async def access_colleague(connection: Connection, caller: Caller, user_id: UUID) -> UserRow:
    """Oneself, or a person of a division whose people the caller sees or manages; else a 404."""
    user = await access_user(connection, caller, user_id)
    if user_id != caller.id and not any(caller.may(each, user.division_id) for each in SEE):
        raise absent("user", user_id)
    return user


async def rate_skills(
    connection: Connection,
    caller: Caller,
    user_id: UUID,
    rated: Sequence[Rated],
    *,
    kind: str,
    replace: bool = False,
) -> None:
    """Say how good somebody is at skills; with `replace` they lose those that are not named.

    400 for a skill that is not there and for a proficiency outside 0 to 5.
    """
    user = await _access_assigned(connection, caller, user_id, kind)
    proficiencies = _check_rated(rated)
    await _check_known(connection, caller, list(proficiencies), kind)
    if replace:
        taken = store.delete_user_skills(
            caller.organization_id, user_id, kind=kind, only=None, keep=list(proficiencies)
        )
        await execute(connection, taken)
    given = store.put_user_skills(
        caller.organization_id, user_id, list(proficiencies), list(proficiencies.values())
    )
    await execute(connection, given)
    after = {str(skill_id): each for skill_id, each in proficiencies.items()}
    await note_change(
        connection, caller, "replace" if replace else "rate", _of_user(user, kind), after=after
    )


async def rate_skill(
    connection: Connection, caller: Caller, user_id: UUID, rated: Rated, *, kind: str
) -> store.UserSkillRow:
    """Say how good somebody is at one skill, and read it back."""
    await rate_skills(connection, caller, user_id, [rated], kind=kind)
    rows = await fetch(
        connection,
        store.select_user_skills(
            caller.organization_id, user_id, kind=kind, limit=MOST_SKILLS, offset=0
        ),
    )
    return next(row for row in rows if row.skill_id == rated.skill_id)


async def take_skill(
    connection: Connection, caller: Caller, user_id: UUID, skill_id: UUID, *, kind: str
) -> None:
    """Take one skill from somebody; 404 when they do not have it."""
    user = await _access_assigned(connection, caller, user_id, kind)
    taken = store.delete_user_skills(
        caller.organization_id, user_id, kind=kind, only=[skill_id], keep=[]
    )
    if not await execute(connection, taken):
        raise absent(kind, skill_id)
    before = {"id": str(skill_id)}
    await note_change(connection, caller, "take", _of_user(user, kind), before=before)


async def _access_assigned(
    connection: Connection, caller: Caller, user_id: UUID, kind: str
) -> UserRow:
    """The person, where the caller may assign in their division; 404 if they may not even look."""
    user = await access_user(connection, caller, user_id)
    if not any(caller.may(each, user.division_id) for each in ASSIGN[kind]):
        if not caller.may("directory:user:view", user.division_id):
            raise absent("user", user_id)
        raise missing_permission(ASSIGN[kind], division_id=user.division_id)
    return user


def _check_rated(rated: Sequence[Rated]) -> dict[UUID, float]:
    if len(rated) > MOST_AT_ONCE:
        raise invalid("id", f"Rate at most {MOST_AT_ONCE} at once.")
    for each in rated:
        if not 0 <= each.proficiency <= BEST:
            raise invalid("proficiency", "proficiency is a number from 0 to 5.")
    return {each.skill_id: each.proficiency for each in rated}


async def _check_known(connection: Connection, caller: Caller, ids: list[UUID], kind: str) -> None:
    chosen = store.SkillFilter(kind, ids=ids)
    rows = await fetch(
        connection,
        store.select_skills(caller.organization_id, chosen, limit=MOST_AT_ONCE, offset=0),
    )
    unknown = set(ids) - {row.id for row in rows}
    if unknown:
        raise invalid("id", f"There is no {kind} {min(unknown)}.")


def _subject(skill: store.SkillRow) -> Subject:
    return Subject(skill.kind, skill.id, skill.name)


def _of_user(user: UserRow, kind: str) -> Subject:
    return Subject(f"user_{kind}s", user.id, user.name, user.division_id)
