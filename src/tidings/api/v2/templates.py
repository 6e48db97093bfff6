"""Synced WhatsApp templates over the API: /messaging/templates."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.params import QueryParameter

from tidings.actions.templates import VIEW, access_template
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.v2.integration_views import PATH as INTEGRATIONS
from tidings.api.v2.libraries import escape_like
from tidings.api.views import Keyset, Moment, Ref, View, optional_moment, parse_id
from tidings.domain.permissions import Caller
from tidings.domain.template_shapes import Component, Placeholder, Template, Where
from tidings.domain.templates import CompiledTemplate, compile_template, preview
from tidings.store import templates as store
from tidings.store.database import Database
from tidings.store.query import fetch

PATH = "/api/v2/messaging/templates"


class HeaderView(View):
    """A template's header: TEXT with its text, or the kind of media."""

    format: str
    text: str | None = None


class ButtonView(View):
    """A template's button."""

    type: str
    text: str
    url: str | None = None
    phone_number: str | None = None


class PlaceholderView(View):
    """A value the template takes; `key` is its parameter's id, `index` the button's place."""

    part: str
    key: str
    kind: str
    required: bool
    index: int | None = None
    example: str | None = None


class TemplateView(View):
    """A synced template in one language, and the response that sends it."""

    id: str
    response_id: str
    name: str
    language: str
    category: str
    status: str
    body: str
    buttons: list[ButtonView]
    placeholders: list[PlaceholderView]
    integrations: list[Ref]
    self_uri: str
    quality: str | None = None
    rejected_reason: str | None = None
    header: HeaderView | None = None
    footer: str | None = None
    problem: str | None = None
    synced_at: Moment | None = None

    @classmethod
    def of(cls, row: store.TemplateEntryRow) -> "TemplateView":
        """The template as the API shows it; one we cannot read says so in `problem`."""
        template, problem = read_template(row)
        compiled = compile_template(template)
        shown = preview(template)
        return cls(
            id=str(row.id),
            response_id=str(row.id),
            name=row.name,
            language=row.language,
            category=row.category,
            status=row.status if row.removed_at is None else "REMOVED",
            body=shown.body,
            buttons=[
                ButtonView(
                    type=button.type.upper(),
                    text=button.text,
                    url=button.url,
                    phone_number=button.phone_number,
                )
                for button in compiled.buttons
            ],
            placeholders=placeholders_of(compiled),
            integrations=[
                Ref(id=str(each), name=name, self_uri=f"{INTEGRATIONS}/whatsapp/{each}")
                for each, name in zip(row.integration_ids, row.integration_names, strict=True)
            ],
            self_uri=f"{PATH}/{row.id}",
            quality=row.quality,
            rejected_reason=row.rejected_reason,
            header=header_of(compiled.header),
            footer=shown.footer,
            problem=problem or compiled.unsupported,
            synced_at=optional_moment(row.synced_at),
        )


def read_template(row: store.TemplateRow) -> tuple[Template, str | None]:
    """A stored template as a value, and what of it we could not read."""
    components: list[Component] = []
    problem: str | None = None
    try:
        components = msgspec.convert(row.components, list[Component], strict=False)
    except msgspec.ValidationError as error:
        problem = str(error)
    template = Template(
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        parameter_format=row.parameter_format,
        components=components,
    )
    return template, problem


def header_of(header: Component | None) -> HeaderView | None:
    """A template's header, if it has one."""
    if header is None:
        return None
    return HeaderView(format=(header.format or "TEXT").upper(), text=header.text)


def placeholders_of(compiled: CompiledTemplate) -> list[PlaceholderView]:
    """Every value the template takes, with Meta's example where it can be found."""
    slots = (*compiled.header_slots, *compiled.body_slots, *compiled.button_slots)
    return [
        PlaceholderView(
            part=slot.where.value,
            key=slot.key,
            kind=slot.kind.value,
            required=slot.required,
            index=slot.index if slot.where is Where.BUTTON else None,
            example=example_of(compiled, slot),
        )
        for slot in slots
    ]


def example_of(compiled: CompiledTemplate, slot: Placeholder) -> str | None:
    """The example that was submitted for a placeholder; None when there is none to be found.

    Examples have a shape for each part and format, and come from outside: whatever does not
    have the shape has no example.
    """
    if slot.where is Where.BUTTON:
        found = compiled.buttons[slot.index].example
        return _text(found[0] if isinstance(found, list) and found else found)
    parts = {part.type.upper(): part for part in compiled.template.components}
    part = parts.get(slot.where.value.upper())
    given = part.example if part is not None and isinstance(part.example, dict) else {}
    named = given.get(f"{slot.where.value}_text_named_params")
    if isinstance(named, list):
        values = {each.get("param_name"): each for each in named if isinstance(each, dict)}
        return _text(values.get(slot.key, {}).get("example"))
    listed = given.get(f"{slot.where.value}_text")
    while isinstance(listed, list) and listed and isinstance(listed[0], list):
        listed = listed[0]
    at = int(slot.key) - 1 if slot.key.isdecimal() else -1
    if isinstance(listed, list) and 0 <= at < len(listed):
        return _text(listed[at])
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@get("/templates", guards=[needs(VIEW)])
async def list_templates(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    page_size: PageSize = 25,
    after: After = None,
    name: str | None = None,
    status: str | None = None,
    language: str | None = None,
    category: str | None = None,
    integration_id: Annotated[UUID | None, QueryParameter(name="integrationId")] = None,
) -> Keyset[TemplateView]:
    """List the templates of the integrations that the caller may see, by name and language."""
    wanted = store.TemplateFilter(
        divisions=caller.divisions(VIEW),
        name_like=f"%{escape_like(name)}%" if name else None,
        status=status.upper() if status else None,
        language=language or None,
        category=category.upper() if category else None,
        integration_id=integration_id,
    )
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_templates(
                caller.organization_id,
                wanted,
                after=None if after is None else store.TemplateId(parse_id(after, "after")),
                limit=page_size,
            ),
        )
    return keyset(
        request,
        page_size,
        entities=[TemplateView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


@get("/templates/{template_id:uuid}", guards=[needs(VIEW)])
async def read_template_by_id(
    template_id: UUID, caller: Caller, database: Database
) -> TemplateView:
    """One template, also when the provider does not list it any more (status REMOVED)."""
    async with database.transaction(caller.organization_id) as connection:
        return TemplateView.of(await access_template(connection, caller, template_id))


templates_router = Router(
    PATH.removesuffix("/templates"),
    route_handlers=[list_templates, read_template_by_id],
    tags=["Templates"],
)
