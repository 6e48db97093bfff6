"""Skills and languages: what conversations ask for, and what people are good at."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query, params_of

COLUMNS = "s.id, s.kind, s.name, s.state, s.version, s.modified_at"
CONDITIONS = """
    s.organization_id = %(organization_id)s AND s.kind = %(kind)s AND s.state <> 'deleted'
    AND (%(name_like)s::text IS NULL OR s.name ILIKE %(name_like)s)
    AND (%(ids)s::uuid[] IS NULL OR s.id = ANY(%(ids)s))
"""
SKILLED = """
    user_skill k JOIN user_account u ON u.organization_id = k.organization_id AND u.id = k.user_id
    WHERE k.organization_id = %(organization_id)s AND k.skill_id = %(id)s AND u.state <> 'deleted'
      AND (%(divisions)s::uuid[] IS NULL OR u.division_id = ANY(%(divisions)s))
"""


class SkillRow(msgspec.Struct, frozen=True):
    """One skill or language, by its kind."""

    id: UUID
    kind: str
    name: str
    state: str
    version: int
    modified_at: datetime


class SkillFilter(msgspec.Struct, frozen=True):
    """Which skills: of this kind, with a name like this, of these ids; None leaves one out."""

    kind: str
    name_like: str | None = None
    ids: list[UUID] | None = None


class SkillUse(msgspec.Struct, frozen=True):
    """What names a skill: the rings of a queue, or the rules of a workstream; with its name."""

    kind: str
    name: str


class SkilledPersonRow(msgspec.Struct, frozen=True):
    """Somebody who has a skill, and how good they are at it, from 0 to 5."""

    user_id: UUID
    name: str
    proficiency: float


class UserSkillRow(msgspec.Struct, frozen=True):
    """How good one person is at one skill, from 0 to 5."""

    skill_id: UUID
    name: str
    proficiency: float
    state: str


def insert_skill(organization_id: UUID, skill_id: UUID, *, kind: str, name: str) -> Query[SkillRow]:
    """Create a skill or language; no row when the name is taken, whatever its case."""
    return Query(
        f"""
        INSERT INTO skill AS s (organization_id, id, kind, name)
        VALUES (%(organization_id)s, %(id)s, %(kind)s, %(name)s)
        ON CONFLICT DO NOTHING
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": skill_id, "kind": kind, "name": name},
        SkillRow,
    )


def select_skills(
    organization_id: UUID, chosen: SkillFilter, *, limit: int, offset: int
) -> Query[SkillRow]:
    """A page of skills by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM skill s WHERE {CONDITIONS}
        ORDER BY lower(s.name), s.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        params_of(organization_id, chosen, limit=limit, offset=offset),
        SkillRow,
    )


def count_skills(organization_id: UUID, chosen: SkillFilter) -> Query[Count]:
    """How many skills the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM skill s WHERE {CONDITIONS}",
        params_of(organization_id, chosen),
        Count,
    )


def rename_skill(organization_id: UUID, skill_id: UUID, *, name: str) -> Query[SkillRow]:
    """Give a skill or language another name; UniqueViolation when it is taken."""
    return Query(
        f"""
        UPDATE skill s SET name = %(name)s, version = version + 1, modified_at = now()
        WHERE s.organization_id = %(organization_id)s AND s.id = %(id)s AND s.state <> 'deleted'
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": skill_id, "name": name},
        SkillRow,
    )


def select_skilled_people(
    organization_id: UUID,
    skill_id: UUID,
    *,
    divisions: list[UUID] | None,
    limit: int,
    offset: int,
) -> Query[SkilledPersonRow]:
    """A page of the people of these divisions who have a skill, the best first."""
    return Query(
        f"""
        SELECT k.user_id, u.name, k.proficiency FROM {SKILLED}
        ORDER BY k.proficiency DESC, lower(u.name), k.user_id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "organization_id": organization_id,
            "id": skill_id,
            "divisions": divisions,
            "limit": limit,
            "offset": offset,
        },
        SkilledPersonRow,
    )


def count_skilled_people(
    organization_id: UUID, skill_id: UUID, *, divisions: list[UUID] | None
) -> Query[Count]:
    """How many people the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM {SKILLED}",
        {"organization_id": organization_id, "id": skill_id, "divisions": divisions},
        Count,
    )


def delete_skill(organization_id: UUID, skill_id: UUID) -> Query[Nothing]:
    """Take a skill out of use, and from everybody who has it; its name is free again."""
    return Query(
        """
        WITH lost AS (
          DELETE FROM user_skill
          WHERE organization_id = %(organization_id)s AND skill_id = %(id)s
        )
        UPDATE skill SET state = 'deleted', version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": skill_id},
        Nothing,
    )


def select_skill_use(organization_id: UUID, skill_id: UUID) -> Query[SkillUse]:
    """A queue whose rings name the skill or language, or a workstream whose rules do, if any."""
    return Query(
        """
        SELECT 'queue' AS kind, q.name FROM queue q
        WHERE q.organization_id = %(organization_id)s
          AND q.rings @> jsonb_build_array(
                jsonb_build_object('drop_skills', jsonb_build_array(%(id)s::uuid)))
        UNION ALL
        SELECT 'workstream', w.name FROM workstream w
        WHERE w.organization_id = %(organization_id)s
          AND (w.rules @> jsonb_build_array(
                 jsonb_build_object('skills', jsonb_build_array(%(id)s::uuid)))
               OR w.rules @> jsonb_build_array(jsonb_build_object('language_id', %(id)s::uuid)))
        LIMIT 1
        """,
        {"organization_id": organization_id, "id": skill_id},
        SkillUse,
    )


def select_user_skills(
    organization_id: UUID, user_id: UUID, *, kind: str, limit: int, offset: int
) -> Query[UserSkillRow]:
    """A page of what one person is good at, by name."""
    return Query(
        """
        SELECT u.skill_id, s.name, u.proficiency, u.state
        FROM user_skill u
        JOIN skill s ON s.organization_id = u.organization_id AND s.id = u.skill_id
        WHERE u.organization_id = %(organization_id)s AND u.user_id = %(user_id)s
          AND s.kind = %(kind)s AND s.state <> 'deleted'
        ORDER BY lower(s.name), s.id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "organization_id": organization_id,
            "user_id": user_id,
            "kind": kind,
            "limit": limit,
            "offset": offset,
        },
        UserSkillRow,
    )


def count_user_skills(organization_id: UUID, user_id: UUID, *, kind: str) -> Query[Count]:
    """How many skills of a kind one person has."""
    return Query(
        """
        SELECT count(*) AS count
        FROM user_skill u
        JOIN skill s ON s.organization_id = u.organization_id AND s.id = u.skill_id
        WHERE u.organization_id = %(organization_id)s AND u.user_id = %(user_id)s
          AND s.kind = %(kind)s AND s.state <> 'deleted'
        """,
        {"organization_id": organization_id, "user_id": user_id, "kind": kind},
        Count,
    )


def put_user_skills(
    organization_id: UUID, user_id: UUID, skill_ids: list[UUID], proficiencies: list[float]
) -> Query[Nothing]:
    """Give one person these skills, or set how good they are at them."""
    return Query(
        """
        INSERT INTO user_skill (organization_id, user_id, skill_id, proficiency)
        SELECT %(organization_id)s, %(user_id)s, x.skill_id, x.proficiency
        FROM (SELECT unnest(%(skill_ids)s::uuid[]) AS skill_id,
                     unnest(%(proficiencies)s::real[]) AS proficiency) x
        ON CONFLICT (organization_id, user_id, skill_id) DO UPDATE
        SET proficiency = excluded.proficiency, state = 'active'
        """,
        {
            "organization_id": organization_id,
            "user_id": user_id,
            "skill_ids": skill_ids,
            "proficiencies": proficiencies,
        },
        Nothing,
    )


def delete_user_skills(
    organization_id: UUID,
    user_id: UUID,
    *,
    kind: str,
    only: list[UUID] | None,
    keep: list[UUID],
) -> Query[Nothing]:
    """Take skills of a kind from one person: only these (None: all), but none of those to keep."""
    return Query(
        """
        DELETE FROM user_skill u USING skill s
        WHERE u.organization_id = %(organization_id)s AND u.user_id = %(user_id)s
          AND s.organization_id = u.organization_id AND s.id = u.skill_id AND s.kind = %(kind)s
          AND (%(only)s::uuid[] IS NULL OR u.skill_id = ANY(%(only)s))
          AND NOT u.skill_id = ANY(%(keep)s::uuid[])
        """,
        {
            "organization_id": organization_id,
            "user_id": user_id,
            "kind": kind,
            "only": only,
            "keep": keep,
        },
        Nothing,
    )
