"""The things that exist in the simulated world: apps, accounts, numbers, templates, people.

Only their shape is here, as it stands in the configuration file; who looks them up is
world_book.py.
"""

from typing import Any

import msgspec

from tidings.simulator.scripts import Script


class Settings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the platform itself behaves. Seconds and milliseconds as the names say."""

    seed: int = 1
    auto_subscribe: bool = False
    enforce_window: bool = True
    enforce_pair_rate: bool = True
    # Refusals that Meta mostly reports as a `failed` status after accepting the message.
    late_codes: list[int] = msgspec.field(default_factory=lambda: [131026, 131047, 131050, 131053])
    template_review_seconds: float = 2.0
    webhook_batch: int = 1
    webhook_batch_wait_ms: int = 10
    webhook_concurrency: int = 32
    webhook_timeout_seconds: float = 10.0
    retry_base_seconds: float = 0.5
    retry_max_seconds: float = 30.0
    give_up_after_seconds: float = 7 * 86400.0
    public_url: str = ""


class Habits(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How customers behave when nobody plays them. Probabilities are 0 to 1."""

    sent_delay_ms: int = 0
    delivery_delay_ms: int = 150
    read_probability: float = 0.6
    read_delay_ms: int = 1200
    chat_open_probability: float = 0.0
    answer_probability: float = 0.0
    answer_delay_ms: int = 1500
    answer_text: str = "Thank you!"
    not_on_whatsapp_suffixes: list[str] = msgspec.field(default_factory=lambda: ["0000"])


class App(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A Meta app: its secret signs every webhook."""

    id: str
    secret: str
    name: str = "App"
    callback_url: str = ""
    verify_token: str = ""
    fields: list[str] = msgspec.field(default_factory=list)


class Waba(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A WhatsApp Business Account."""

    id: str
    name: str = "Business"
    currency: str = "USD"
    timezone_id: str = "1"
    country: str = "US"
    business_verification_status: str = "verified"
    account_review_status: str = "APPROVED"
    business_id: str = ""
    subscribed_apps: list[str] = msgspec.field(default_factory=list)
    override_callback_uri: str = ""
    override_verify_token: str = ""


class Number(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A business phone number and what Graph tells about it."""

    id: str
    waba_id: str
    display_phone_number: str
    verified_name: str = "Business"
    status: str = "CONNECTED"
    code_verification_status: str = "VERIFIED"
    quality_rating: str = "GREEN"
    name_status: str = "APPROVED"
    account_mode: str = "LIVE"
    platform_type: str = "CLOUD_API"
    messaging_limit: str = "TIER_UNLIMITED"
    messages_per_second: int = 80
    pin: str = ""
    override_callback_uri: str = ""
    override_verify_token: str = ""
    profile: dict[str, Any] = msgspec.field(default_factory=dict)
    blocked_users: list[str] = msgspec.field(default_factory=list)


class Token(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An access token. Empty `waba_ids` means every account; `subcode` says how it died."""

    value: str
    app_id: str
    scopes: list[str] = msgspec.field(
        default_factory=lambda: ["whatsapp_business_messaging", "whatsapp_business_management"]
    )
    waba_ids: list[str] = msgspec.field(default_factory=list)
    alive: bool = True
    subcode: int = 463


class Template(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A message template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "GREEN"
    previous_category: str = ""


class Customer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A person with settings of their own. `habits` overrides single fields of the default."""

    wa_id: str
    name: str = ""
    username: str = ""
    user_id: str = ""
    phone_hidden: bool = False
    on_whatsapp: bool | None = None
    stopped_marketing: bool = False
    blocked_numbers: list[str] = msgspec.field(default_factory=list)
    habits: dict[str, Any] = msgspec.field(default_factory=dict)


class World(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All of it: the configuration file, the saved state and `GET /_simulator/world`."""

    settings: Settings = msgspec.field(default_factory=Settings)
    habits: Habits = msgspec.field(default_factory=Habits)
    apps: list[App] = msgspec.field(default_factory=list)
    wabas: list[Waba] = msgspec.field(default_factory=list)
    numbers: list[Number] = msgspec.field(default_factory=list)
    tokens: list[Token] = msgspec.field(default_factory=list)
    templates: list[Template] = msgspec.field(default_factory=list)
    customers: list[Customer] = msgspec.field(default_factory=list)
    scripts: list[Script] = msgspec.field(default_factory=list)
