"""Answers already given, kept in the transaction of what they answered."""

from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.domain.permissions import Caller
from tidings.store.query import Nothing, Query


class Claim(msgspec.Struct, frozen=True):
    """A request's key, the hash of its content, and how long its answer is kept."""

    key: str
    request_hash: bytes
    keep: timedelta


class Claimed(msgspec.Struct, frozen=True):
    """The key is ours: the request is answered for the first time."""

    key: str


class AnswerRow(msgspec.Struct, frozen=True):
    """The first answer under a key."""

    request_hash: bytes
    status: int | None
    answer: bytes | None


def claim_key(caller: Caller, claim: Claim) -> Query[Claimed]:
    """Take a key, or an expired one anew; no row when it is taken.

    The insert waits for a transaction that holds the same key, so of two equal requests at
    once the second sees the first one's answer.
    """
    return Query(
        """
        INSERT INTO idempotency (organization_id, subject_id, key, request_hash, expires_at)
        VALUES (%(organization_id)s, %(subject_id)s, %(key)s, %(request_hash)s,
                now() + %(keep)s)
        ON CONFLICT (organization_id, subject_id, key) DO UPDATE
        SET request_hash = excluded.request_hash, expires_at = excluded.expires_at,
            status = NULL, answer = NULL
        WHERE idempotency.expires_at < now()
        RETURNING key
        """,
        {
            "organization_id": caller.organization_id,
            "subject_id": caller.id,
            "key": claim.key,
            "request_hash": claim.request_hash,
            "keep": claim.keep,
        },
        Claimed,
    )


def store_answer(caller: Caller, key: str, *, status: int, answer: bytes) -> Query[Nothing]:
    """Keep the answer under a key claimed in this transaction."""
    return Query(
        """
        UPDATE idempotency SET status = %(status)s, answer = %(answer)s
        WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
          AND key = %(key)s
        """,
        {
            "organization_id": caller.organization_id,
            "subject_id": caller.id,
            "key": key,
            "status": status,
            "answer": answer,
        },
        Nothing,
    )


def select_answer(caller: Caller, key: str) -> Query[AnswerRow]:
    """The first answer under a taken key."""
    return Query(
        """
        SELECT request_hash, status, answer FROM idempotency
        WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
          AND key = %(key)s
        """,
        {"organization_id": caller.organization_id, "subject_id": caller.id, "key": key},
        AnswerRow,
    )


def delete_expired_keys(limit: int) -> Query[Nothing]:
    """Housekeeping: drop expired keys, a bounded number at a time."""
    return Query(
        """
        DELETE FROM idempotency WHERE (organization_id, subject_id, key) IN (
          SELECT organization_id, subject_id, key FROM idempotency
          WHERE expires_at < now() ORDER BY expires_at LIMIT %(limit)s)
        """,
        {"limit": limit},
        Nothing,
    )


class AnswerGiven(msgspec.Struct, frozen=True):
    """An answer to keep, of one request of a batch."""

    subject_id: UUID
    key: str
    request_hash: bytes
    keep: timedelta
    answer: bytes


def insert_answers(organization_id: UUID, answers: list[AnswerGiven]) -> Query[Claimed]:
    """Keep the answers of a batch; a key that another request took meanwhile gives no row.

    Keys are inserted in their order, so two batches that share some wait instead of deadlocking.
    """
    answers = sorted(answers, key=lambda each: (each.subject_id, each.key))
    return Query(
        """
        INSERT INTO idempotency (organization_id, subject_id, key, request_hash, status, answer,
                                 expires_at)
        SELECT %(organization_id)s, x.subject_id, x.key, x.request_hash, 200, x.answer,
               now() + x.keep
        FROM (SELECT unnest(%(subjects)b::uuid[]) AS subject_id, unnest(%(keys)s::text[]) AS key,
                     unnest(%(hashes)b::bytea[]) AS request_hash,
                     unnest(%(answers)b::bytea[]) AS answer,
                     unnest(%(keeps)s::interval[]) AS keep) x
        ON CONFLICT (organization_id, subject_id, key) DO UPDATE
        SET request_hash = excluded.request_hash, status = excluded.status,
            answer = excluded.answer, expires_at = excluded.expires_at
        WHERE idempotency.expires_at < now()
        RETURNING key
        """,
        {
            "organization_id": organization_id,
            "subjects": [each.subject_id for each in answers],
            "keys": [each.key for each in answers],
            "hashes": [each.request_hash for each in answers],
            "answers": [each.answer for each in answers],
            "keeps": [each.keep for each in answers],
        },
        Claimed,
    )
