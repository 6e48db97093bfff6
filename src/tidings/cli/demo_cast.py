"""Who and what a demo shows: a shop and a clinic, their people, numbers, customers and messages.

The accounts, numbers, templates and customers are those of the simulator's built-in world.
"""

import msgspec

from tidings.domain.roles import DEFAULT_ROLES

ORGANIZATION = ("Harbour & Lakeside", "demo")
NORTH = "North"
CLIENT = "Demo backend"
ACCOUNT_ID = "104290011223344"
ACCESS_TOKEN = "simulated-access-token"  # noqa: S105
APP_SECRET = "simulated-app-secret"  # noqa: S105
AGENT_ROLE = "Clinic agent"
# What agents everywhere may do; those of the clinic look things up and record consent as well.
AGENT_PERMISSIONS = [
    *DEFAULT_ROLES["agent"].permissions,
    "analytics:conversationDetail:view",
    "messaging:consent:add",
]


class Person(msgspec.Struct, frozen=True):
    """Somebody who can log in."""

    name: str
    email: str
    role: str
    division: str | None
    title: str


PEOPLE = [
    Person("Ada Lindqvist", "ada@demo.example", "admin", None, "administrator"),
    Person("Sven Holm", "sven@demo.example", "supervisor", None, "supervisor"),
    Person("Nora Berg", "nora@demo.example", AGENT_ROLE, NORTH, "agent in division North"),
]


class Line(msgspec.Struct, frozen=True):
    """A number of the simulated WhatsApp, and the division it belongs to."""

    name: str
    division: str
    number_id: str
    phone_number: str


SHOP = Line("Harbour Outfitters", "Home", "440011223301", "15550100200")
CLINIC = Line("Lakeside Clinic", NORTH, "440011223302", "49305550100")
LINES = [SHOP, CLINIC]


class Customer(msgspec.Struct, frozen=True):
    """A customer and what they agreed to: utility, marketing; None was never asked."""

    name: str
    address: str
    utility: bool | None = None
    marketing: bool | None = None


CUSTOMERS = [
    Customer("Amina Otieno", "254711000042", utility=True, marketing=True),
    Customer("Jörg Weiß", "4915112345678", utility=True, marketing=True),
    Customer("Søren Kjær", "4528112233", utility=True),
    Customer("Beatriz Souza", "551187650001", utility=True, marketing=True),
    Customer("Lucía Fernández", "5491123456789", utility=True, marketing=True),
    Customer("Chloé Martin", "33612345678", utility=True, marketing=False),
    Customer("田中 葵", "819012345678", utility=True, marketing=True),
    Customer("Oliver Hughes", "447700900123", utility=True),
    Customer("Grace Miller", "14155550133", utility=True, marketing=False),
    Customer("Diego Ramírez", "5215512345678", utility=False, marketing=False),
    Customer("Priya Nair", "919876500021"),
]


class Sending(msgspec.Struct, frozen=True):
    """A notification of the demo's history: template, language, and values by placeholder."""

    line: Line
    address: str
    template: str
    language: str
    body: dict[str, str]
    header: dict[str, str] = {}


def reminder(address: str, name: str, doctor: str, at: str) -> Sending:
    """The clinic reminds somebody of an appointment."""
    body = {"1": name, "2": doctor, "3": at}
    return Sending(CLINIC, address, "appointment_reminder", "en_US", body, {"1": "Tuesday"})


def outage(address: str, area: str, until: str) -> Sending:
    """The shop tells of an outage."""
    return Sending(SHOP, address, "service_outage", "en_US", {"1": area, "2": until})


# Oliver is not on WhatsApp: his message fails, and his number is suppressed from then on.
HISTORY = [
    reminder("254711000042", "Amina", "Dr. Vogt", "10:30"),
    Sending(
        CLINIC,
        "4915112345678",
        "terminerinnerung",
        "de",
        {"vorname": "Jörg", "datum": "3. März", "uhrzeit": "9:15"},
    ),
    reminder("4528112233", "Søren", "Dr. Vogt", "11:00"),
    reminder("33612345678", "Chloé", "Dr. Okafor", "14:45"),
    outage("551187650001", "Porto Alegre", "18:00"),
    outage("5491123456789", "Rosario", "19:30"),
    outage("819012345678", "Yokohama", "21:00"),
    outage("447700900123", "Leeds", "17:00"),
    Sending(SHOP, "14155550133", "feedback_request", "en_US", {}),
]
# What customers wrote: (who, to which line, what).
REPLIES = [
    ("254711000042", CLINIC, "Thank you, I will be there."),
    ("14155550133", SHOP, "Quick delivery, very friendly. Thank you!"),
    ("819012345678", SHOP, "わかりました。"),
]
