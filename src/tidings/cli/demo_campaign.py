"""The demo's campaign: a contact list, a do-not-contact list, and a reminder ready to start."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tidings.actions.campaigns import CampaignDraft, create_campaign
from tidings.actions.consents import ConsentChange, record_consents
from tidings.actions.contact_lists import ListDraft, create_list
from tidings.actions.contacts import ContactDraft, add_contacts
from tidings.actions.dnc_entries import add_entries
from tidings.actions.dnc_lists import DncListDraft, create_dnc_list
from tidings.domain.contact_lists import Columns, ColumnType, TypedColumn
from tidings.domain.dnc_lists import EntryKind
from tidings.domain.permissions import Caller
from tidings.store.query import Connection

LIST = "Patients due for a check-up"
DNC_LIST = "Patients who prefer letters"
CAMPAIGN = "Check-up reminders"
COLUMNS = ("Phone", "Name", "Day", "Doctor", "Time", "Due since")
CONTACTS = 220
NAMES = (
    "Aaliyah", "Bogdan", "Carmen", "Dmitri", "Elif", "Farid", "Giulia", "Hiro", "Ingrid", "João",
    "Kwame", "Leila", "Mateusz", "Ngozi", "Omar", "Petra", "Quyen", "Rosa", "Sven", "Tamara",
)  # fmt: skip
DOCTORS = ("Dr. Vogt", "Dr. Okafor", "Dr. Lindqvist")
FIRST_HOUR, HOURS = 8, 9
# Those who never said yes, who prefer letters, and of whom no doctor is known: one in so many.
NOT_ASKED_EACH, LISTED_EACH, NO_DOCTOR_EACH = 25, 40, 55


async def make_campaign(
    connection: Connection,
    caller: Caller,
    *,
    division_id: UUID,
    integration_id: UUID,
    response_id: UUID,
) -> None:
    """Make the campaign with what it needs; most contacts can be messaged, some cannot."""
    list_id = await _make_list(connection, caller, division_id)
    dnc_list_id = await _make_dnc_list(connection, caller, division_id)
    await create_campaign(
        connection,
        caller,
        CampaignDraft(
            name=CAMPAIGN,
            division_id=division_id,
            list_id=list_id,
            whatsapp_column="Phone",
            integration_id=integration_id,
            response_id=response_id,
            messages_per_minute=120,
            dnc_list_ids=[dnc_list_id],
            sorts=[{"fieldName": "Due since", "direction": "ASC", "numeric": False}],
            parameters=[
                {"component": "header", "id": "1", "column": "Day"},
                {"component": "body", "id": "1", "column": "Name"},
                {"component": "body", "id": "2", "column": "Doctor"},
                {"component": "body", "id": "3", "column": "Time"},
            ],
        ),
    )


async def _make_list(connection: Connection, caller: Caller, division_id: UUID) -> UUID:
    columns = Columns(
        COLUMNS,
        whatsapp=(TypedColumn("Phone"),),
        types=(ColumnType("Due since", "TIMESTAMP"),),
    )
    draft = ListDraft(name=LIST, division_id=division_id, columns=columns)
    made = await create_list(connection, caller, draft)
    contacts = [ContactDraft(id=f"patient-{n}", data=_patient(n)) for n in range(CONTACTS)]
    await add_contacts(connection, caller, made.id, contacts, clear_system_data=False)
    now = datetime.now(UTC)
    agreed = [
        ConsentChange(
            address=phone(n),
            category="utility",
            state="opted_in",
            source="web form",
            changed_at=now,
        )
        for n in range(CONTACTS)
        if n % NOT_ASKED_EACH
    ]
    await record_consents(connection, caller.organization_id, agreed, recorded_by=caller.name)
    return made.id


async def _make_dnc_list(connection: Connection, caller: Caller, division_id: UUID) -> UUID:
    draft = DncListDraft(
        name=DNC_LIST, division_id=division_id, contact_method="Phone", source_type="rds"
    )
    made = await create_dnc_list(connection, caller, draft)
    numbers = [f"+{phone(n)}" for n in range(1, CONTACTS, LISTED_EACH)]
    await add_entries(connection, caller, made.id, EntryKind.PHONE, numbers, field="phoneNumbers")
    return made.id


def phone(number: int) -> str:
    """The phone number of a contact: it looks like a German mobile, and is only simulated."""
    return f"4915550{number:05}"


def _patient(number: int) -> dict[str, str]:
    day = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")[number % 5]
    due = date(2026, 1, 1) - timedelta(days=number * 37 % 400)
    return {
        "Phone": f"+{phone(number)}",
        "Name": NAMES[number % len(NAMES)],
        "Day": day,
        "Doctor": DOCTORS[number % len(DOCTORS)] if number % NO_DOCTOR_EACH else "",
        "Time": f"{FIRST_HOUR + number % HOURS}:{number * 15 % 60:02}",
        "Due since": due.isoformat(),
    }
