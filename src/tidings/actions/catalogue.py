"""Integrations and templates as sending needs them, remembered for a second by each process.

A change made elsewhere acts within that second; whether a lane may go out is checked again by
its dispatcher.
"""

import time
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import msgspec

from tidings.domain.substitutions import default_values
from tidings.domain.templates import (
    CompiledTemplate,
    Component,
    Template,
    TemplateValues,
    compile_template,
)
from tidings.store.query import Connection, fetch
from tidings.store.senders import SenderRow, select_senders
from tidings.store.templates import SendableTemplateRow, select_sendable_templates

Known = TypeVar("Known")
TRUST_SECONDS = 1.0
KEEP_SECONDS = 10.0
MOST_REMEMBERED = 20_000


class Sendable(msgspec.Struct, frozen=True):
    """A template that a response stands for, ready to check and render values."""

    row: SendableTemplateRow
    compiled: CompiledTemplate
    defaults: TemplateValues


class Catalogue:
    """What this process knows of senders and templates; None stands for "there is none"."""

    def __init__(self) -> None:
        self._senders: dict[tuple[UUID, UUID], tuple[float, SenderRow | None]] = {}
        self._templates: dict[tuple[UUID, UUID], tuple[float, Sendable | None]] = {}

    async def load(
        self,
        connection: Connection,
        organization_id: UUID,
        *,
        senders: Iterable[UUID],
        responses: Iterable[UUID],
    ) -> None:
        """Read what is not known or known for too long, in at most two statements."""
        now = time.monotonic()
        missing = _stale(self._senders, organization_id, senders, now=now)
        if missing:
            rows = await fetch(
                connection, select_senders([organization_id] * len(missing), missing)
            )
            found = {row.id: row for row in rows}
            for key in missing:
                self._senders[organization_id, key] = (now, found.get(key))
        missing = _stale(self._templates, organization_id, responses, now=now)
        if missing:
            templates = await fetch(connection, select_sendable_templates(organization_id, missing))
            known = {row.response_id: self._compile(row) for row in templates}
            for key in missing:
                self._templates[organization_id, key] = (now, known.get(key))

    def sender(self, organization_id: UUID, integration_id: UUID) -> SenderRow | None:
        """An integration that was loaded, or None."""
        return self._senders.get((organization_id, integration_id), (0.0, None))[1]

    def template(self, organization_id: UUID, response_id: UUID) -> Sendable | None:
        """A template that was loaded by its response, or None."""
        return self._templates.get((organization_id, response_id), (0.0, None))[1]

    def _compile(self, row: SendableTemplateRow) -> Sendable:
        template = Template(
            name=row.name,
            language=row.language,
            category=row.category,
            status=row.status,
            parameter_format=row.parameter_format,
            components=msgspec.convert(row.components, list[Component], strict=False),
        )
        compiled = compile_template(template)
        return Sendable(row, compiled, default_values(compiled, row.substitutions))


def _stale(
    known: dict[tuple[UUID, UUID], tuple[float, Known]],
    organization_id: UUID,
    keys: Iterable[UUID],
    *,
    now: float,
) -> list[UUID]:
    if len(known) > MOST_REMEMBERED:
        _forget_stale(known, now)
    return [
        key
        for key in set(keys)
        if (organization_id, key) not in known
        or now - known[organization_id, key][0] > TRUST_SECONDS
    ]


def _forget_stale(known: dict[tuple[UUID, UUID], tuple[float, Known]], now: float) -> None:
    """Drop what nobody may trust any more; what a request has just loaded stays for its use."""
    for key in [key for key, (read_at, _) in known.items() if now - read_at > KEEP_SECONDS]:
        del known[key]
