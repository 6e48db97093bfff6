"""Presences: the system ones that every organization has, and how they are spelled and named."""

from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

ON_QUEUE = "OnQueue"
AVAILABLE = "Available"
OFFLINE = "Offline"

# Each system presence with its name in English, German and Danish.
SYSTEM_PRESENCES: dict[str, tuple[str, str, str]] = {
    AVAILABLE: ("Available", "Verfügbar", "Ledig"),
    "Away": ("Away", "Abwesend", "Ikke til stede"),
    "Break": ("Break", "Pause", "Pause"),
    "Busy": ("Busy", "Beschäftigt", "Optaget"),
    "Idle": ("Idle", "Inaktiv", "Inaktiv"),
    "Meal": ("Meal", "Essen", "Spisepause"),
    "Meeting": ("Meeting", "Besprechung", "Møde"),
    OFFLINE: ("Offline", "Offline", "Offline"),
    ON_QUEUE: ("On Queue", "In der Warteschlange", "I kø"),
    "Training": ("Training", "Schulung", "Kursus"),
}
LANGUAGES = ("en", "de", "da")
_SPELLINGS = {name.lower(): name for name in SYSTEM_PRESENCES}


class PrimaryPresence(msgspec.Struct, frozen=True):
    """The definition of a system presence; the same in every organization, and unchangeable."""

    id: UUID
    system_presence: str
    labels: dict[str, str]


def parse_system_presence(text: str) -> str | None:
    """The system presence of a spelling such as ON_QUEUE or On Queue; None for another word."""
    return _SPELLINGS.get(text.replace("_", "").replace(" ", "").lower())


def primary_id(system_presence: str) -> UUID:
    """The id of a system presence's own definition."""
    return uuid5(NAMESPACE_URL, f"urn:tidings:presence:{system_presence}")


PRIMARY: dict[UUID, PrimaryPresence] = {
    primary_id(name): PrimaryPresence(
        primary_id(name), name, dict(zip(LANGUAGES, labels, strict=True))
    )
    for name, labels in SYSTEM_PRESENCES.items()
}
