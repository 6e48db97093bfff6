"""The world with its indexes: find by id, create what is missing, remember across restarts."""

import os
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tidings.simulator.people import digits_of, user_id_of, wa_id_of_user
from tidings.simulator.world import (
    App,
    Customer,
    Habits,
    Number,
    Settings,
    Template,
    Token,
    Waba,
    World,
)


class Target(NamedTuple):
    """Where webhooks of a number or account go, the secret that signs them, and which fields
    the app subscribed to; none means all.
    """

    url: str
    secret: bytes
    fields: frozenset[str]

    def wants(self, field: str) -> bool:
        """Whether the app subscribed to webhooks of this field."""
        return not self.fields or field in self.fields


class Saved(msgspec.Struct):
    """What world.json holds: the world, the configuration it came from, and the clock."""

    source: dict[str, Any]
    world: World
    clock_offset_seconds: float = 0.0


def built_in_world() -> dict[str, Any]:
    """The world a plain start has: one app, one account, two numbers, templates, people."""
    text = resources.files("tidings.simulator").joinpath("default_world.json").read_bytes()
    world: dict[str, Any] = msgspec.json.decode(text)
    return world


def world_of(config: dict[str, Any]) -> World:
    """The configured world; a section that is not given is the built-in one."""
    return msgspec.convert({**built_in_world(), **config}, World)


class WorldBook:
    """Lookups over one World. Call `changed()` after altering anything in it."""

    def __init__(self, state_dir: Path, config: dict[str, Any]) -> None:
        self._file = state_dir / "world.json"
        self._config = config
        self.clock_offset_seconds = 0.0
        self.dirty = False
        self.guests: dict[str, Customer] = {}
        saved = self._saved()
        self.use(saved.world if saved else world_of(config))

    def _saved(self) -> Saved | None:
        """The state of the last run, unless it was made from another configuration."""
        if not self._file.exists():
            return None
        saved = msgspec.json.decode(self._file.read_bytes(), type=Saved)
        if saved.source != self._config:
            return None
        self.clock_offset_seconds = saved.clock_offset_seconds
        return saved

    def save(self) -> None:
        """Write the world beside the ledger, whole or not at all."""
        saved = Saved(self._config, self.world, self.clock_offset_seconds)
        draft = self._file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(saved)))
        os.replace(draft, self._file)
        self.dirty = False

    def restart(self) -> None:
        """Back to the configured world."""
        self.clock_offset_seconds = 0.0
        self.use(world_of(self._config))
        self.changed()

    def use(self, world: World) -> None:
        """Make this the world and index it."""
        self.world = world
        self._index()

    def changed(self) -> None:
        """Index again and save soon: something in the world is new, gone or different."""
        self.dirty = True
        self._index()

    def _index(self) -> None:
        world = self.world
        self.apps: dict[str, App] = {app.id: app for app in world.apps}
        self.wabas: dict[str, Waba] = {waba.id: waba for waba in world.wabas}
        self.numbers: dict[str, Number] = {number.id: number for number in world.numbers}
        self.tokens: dict[str, Token] = {token.value: token for token in world.tokens}
        self.templates: dict[str, Template] = {item.id: item for item in world.templates}
        self.named_templates: dict[tuple[str, str, str], Template] = {
            (item.waba_id, item.name, item.language): item for item in world.templates
        }
        self.customers: dict[str, Customer] = {item.wa_id: item for item in world.customers}
        self._user_ids = {item.user_id: item.wa_id for item in world.customers if item.user_id}
        self._habits: dict[str, Habits] = {}
        self._targets: dict[str, Target | None] = {}
        self._metadata: dict[str, bytes] = {}

    @property
    def settings(self) -> Settings:
        """The platform's own settings."""
        return self.world.settings

    def customer(self, wa_id: str) -> Customer:
        """The configured customer, the guest of a run, or the ordinary one everybody else is."""
        return self.customers.get(wa_id) or self.guests.get(wa_id) or Customer(wa_id=wa_id)

    def number_id(self, text: str) -> str:
        """The id of a business number given by id or as people dial it; the first by default."""
        if not text:
            return self.world.numbers[0].id
        if text in self.numbers:
            return text
        digits = digits_of(text)
        for number in self.world.numbers:
            if digits and digits_of(number.display_phone_number) == digits:
                return number.id
        raise ValueError(f"{text!r} is no business number")

    def keep(self, customer: Customer) -> None:
        """Add the customer, or put them in the place of the one with the same number."""
        self.world.customers = [
            item for item in self.world.customers if item.wa_id != customer.wa_id
        ]
        self.world.customers.append(customer)
        self.changed()

    def user_id(self, wa_id: str) -> str:
        """The business-scoped user id of a customer."""
        known = self.customers.get(wa_id)
        return known.user_id if known and known.user_id else user_id_of(wa_id)

    def wa_id_behind(self, user_id: str) -> str:
        """The wa_id of the customer with this user id; empty when there is none."""
        return self._user_ids.get(user_id) or wa_id_of_user(user_id)

    def habits(self, wa_id: str) -> Habits:
        """What this customer does by themselves."""
        customer = self.customers.get(wa_id)
        if customer is None or not customer.habits:
            return self.world.habits
        if wa_id not in self._habits:
            usual = msgspec.to_builtins(self.world.habits)
            self._habits[wa_id] = msgspec.convert({**usual, **customer.habits}, Habits)
        return self._habits[wa_id]

    def metadata(self, number_id: str) -> bytes:
        """The `metadata` object that tells in a webhook which number it is about, as JSON."""
        known = self._metadata.get(number_id)
        if known is None:
            number = self.numbers.get(number_id)
            digits = "".join(filter(str.isdigit, number.display_phone_number if number else ""))
            value = {"display_phone_number": digits, "phone_number_id": number_id}
            known = self._metadata[number_id] = msgspec.json.encode(value)
        return known

    def target(self, waba_id: str, number_id: str = "") -> Target | None:
        """Where webhooks go: the number's override, then the account's, then the app's."""
        key = number_id or waba_id
        if key not in self._targets:
            self._targets[key] = self._find_target(waba_id, number_id)
        return self._targets[key]

    def _find_target(self, waba_id: str, number_id: str) -> Target | None:
        waba = self.wabas.get(waba_id)
        if waba is None or not self.world.apps:
            return None
        subscribed = [self.apps[app_id] for app_id in waba.subscribed_apps if app_id in self.apps]
        if not subscribed and self.settings.auto_subscribe:
            subscribed = self.world.apps[:1]
        if not subscribed:
            return None
        number = self.numbers.get(number_id)
        override = (number.override_callback_uri if number else "") or waba.override_callback_uri
        url = override or subscribed[0].callback_url
        if not url:
            return None
        app = subscribed[0]
        return Target(url, app.secret.encode(), frozenset(app.fields))
