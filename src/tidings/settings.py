"""Settings of a process: from the environment and one TOML file, checked at start.

The environment wins over the file. A name that is not a setting, or a value that does not
fit, is refused with its name, so a typing error never runs quietly on a default.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

PREFIX = "TIDINGS_"
PositiveInt = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=1, le=65535)]
PortOrNone = Annotated[int, Meta(ge=0, le=65535)]


class SettingError(Exception):
    """A setting is unknown or has a value that does not fit; the text names it and the mend."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a process may be told. Times and sizes carry their unit in the name."""

    home: str = ""
    database_url: str = ""
    host: str = "127.0.0.1"
    port: Port = 8080
    worker_host: str = "127.0.0.1"
    worker_port: PortOrNone = 0
    public_url: str = ""
    simulator_port: Port = 8090
    secret_key: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    pool_size: PositiveInt = 8
    api_requests_per_minute: PositiveInt = 240_000
    replay_guard_seconds: Annotated[int, Meta(ge=0, le=3600)] = 10
    idempotency_hours: PositiveInt = 24
    session_hours: PositiveInt = 12
    login_attempts: PositiveInt = 5
    login_block_seconds: PositiveInt = 60
    webhook_max_bytes: PositiveInt = 4_194_304
    webhook_lanes: Annotated[int, Meta(ge=1, le=256)] = 8
    dispatch_in_flight: Annotated[int, Meta(ge=1, le=1024)] = 320
    provider_timeout_seconds: Annotated[int, Meta(ge=1, le=300)] = 30
    unknown_deadline_minutes: PositiveInt = 60
    suppression_days: PositiveInt = 30
    threading_hours: Annotated[int, Meta(ge=0, le=72)] = 72
    inbox_days: PositiveInt = 14
    exchange_days: PositiveInt = 14
    event_days: PositiveInt = 14
    import_reject_days: PositiveInt = 30
    exchange_max_bytes: PositiveInt = 8_192
    breaker_minimum: PositiveInt = 50
    breaker_percent: Annotated[int, Meta(ge=1, le=100)] = 30
    breaker_window_minutes: PositiveInt = 10
    media_store: str = ""
    media_max_bytes: PositiveInt = 104_857_600
    allow_private_graph: bool = False

    @property
    def home_path(self) -> Path:
        """The folder of the embedded data; made by the first command that needs it."""
        return Path(self.home) if self.home else default_home()

    @property
    def base_url(self) -> str:
        """The address that customers' browsers and providers use to reach this installation."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


DESCRIPTIONS: dict[str, str] = {
    "home": "Folder of the embedded database and of the key file. Default: "
    "/var/lib/tidings for root, else ~/.local/share/tidings.",
    "database_url": "postgresql:// address of a PostgreSQL 16 or newer; empty starts the "
    "embedded one.",
    "host": "Address that the web process listens on.",
    "port": "Port that the web process listens on.",
    "worker_host": "Address that a worker's own /healthz, /readyz and /metrics listen on.",
    "worker_port": "Port of a worker's own /healthz, /readyz and /metrics; 0: none. Each worker "
    "of a machine needs another.",
    "public_url": "Address under which others reach this installation, for webhook and "
    "download links.",
    "simulator_port": "Port of the provider simulator started by up --simulator and demo.",
    "secret_key": "32 bytes in base64 that encrypt stored secrets; empty uses "
    "<home>/secret.key (0600), made at first start.",
    "log_level": "debug, info, warning or error.",
    "log_format": "json for machines, text for people.",
    "pool_size": "Database connections of one process.",
    "api_requests_per_minute": "API requests allowed per token and web process in a minute; "
    "beyond it 429 with Retry-After.",
    "replay_guard_seconds": "For so long the same request by the same client gets the first "
    "answer again; 0 switches it off.",
    "idempotency_hours": "For so long an Idempotency-Key replays its first answer.",
    "session_hours": "Length of a console session.",
    "login_attempts": "Failed log-ins of one account or OAuth client before it is blocked; of one "
    "network address ten times as many.",
    "login_block_seconds": "Length of the first block; it doubles with each further failure, "
    "up to an hour.",
    "webhook_max_bytes": "Largest webhook body that is read; Meta sends up to 3 MB.",
    "webhook_lanes": "Number of lanes that received webhooks are spread over.",
    "dispatch_in_flight": "Calls to the provider under way at once, per number.",
    "provider_timeout_seconds": "Time-out of one call to a provider.",
    "unknown_deadline_minutes": "After so long without a callback, a send whose outcome is not "
    "known is settled: not sent again, shown as such.",
    "suppression_days": "For so long a number that is not on WhatsApp is not tried again.",
    "threading_hours": "A customer's message continues a conversation that is at most this old.",
    "inbox_days": "Received webhooks are kept for so long.",
    "exchange_days": "The exchange log with providers is kept for so long.",
    "event_days": "Event rows are kept for so long.",
    "import_reject_days": "Rows that an import did not take are kept for so long after its end.",
    "exchange_max_bytes": "Longest part of a request or answer kept in the exchange log.",
    "breaker_minimum": "The failure-rate breaker needs at least so many outcomes.",
    "breaker_percent": "Share of failed outcomes, in per cent, at which the breaker pauses a "
    "number.",
    "breaker_window_minutes": "The breaker looks at the outcomes of so many minutes.",
    "media_store": "Where pictures, voice notes and documents lie: file:///folder, "
    "s3://bucket/prefix, az://container/prefix or gs://bucket/prefix, with the store's own "
    "variables (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on) in the environment. Empty: "
    "<home>/media, which all processes must share.",
    "media_max_bytes": "Largest file that is fetched when a customer sends one; Meta takes up to "
    "100 MB.",
    "allow_private_graph": "Accept a Graph address on a private or loopback network (the "
    "simulator's).",
}


def default_home() -> Path:
    """/var/lib/tidings for root; the user's data folder for everyone else."""
    if os.geteuid() == 0:
        return Path("/var/lib/tidings")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "tidings"


def load_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read TIDINGS_* and the TOML file named by TIDINGS_CONFIG (or <home>/tidings.toml).

    Raises SettingError with the name of the first setting that is unknown or does not fit.
    """
    environ = os.environ if environ is None else environ
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG"
    }
    home = str(overrides.get("home") or given.get("home") or default_home())
    values: dict[str, Any] = _read_file(environ.get(PREFIX + "CONFIG"), home=Path(home))
    values |= given | {name: value for name, value in overrides.items() if value is not None}
    for name in values:
        if name not in Settings.__struct_fields__:
            raise SettingError(
                f"{PREFIX}{name.upper()} is not a setting; docs/settings.md lists them all"
            )
    return _convert(values)


def _read_file(named: str | None, *, home: Path) -> dict[str, Any]:
    path = Path(named) if named else home / "tidings.toml"
    if not path.is_file():
        if named:
            raise SettingError(f"{PREFIX}CONFIG names {named}, which is not a file")
        return {}
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path} is not valid TOML: {error}") from error


def _convert(values: dict[str, Any]) -> Settings:
    checked: dict[str, Any] = {}
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    for name, value in values.items():
        try:
            checked[name] = msgspec.convert(value, types[name], strict=False)
        except msgspec.ValidationError as error:
            raise SettingError(f"{PREFIX}{name.upper()}: {error}, got {value!r}") from error
    return Settings(**checked)
