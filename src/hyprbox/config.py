"""Every variable of the control plane: its name, its default, what it means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hyprwire import duration

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    data_dir: Path
    database_url: str
    listen_url: str
    public_url: str
    require_node_token: bool
    offline_after: timedelta
    finding_stale_after: timedelta
    sweep_interval: timedelta
    secret_key_file: Path
    trusted_proxies: tuple[Network, ...]
    notify_networks: tuple[Network, ...]
    agent_dir: Path
    keep_samples: timedelta
    keep_hours: timedelta
    keep_days: timedelta
    keep_output: timedelta
    keep_jobs: timedelta
    keep_findings: timedelta
    keep_changes: timedelta
    keep_audit: timedelta
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret_file: Path | None
    oidc_groups: tuple[tuple[str, str], ...]
    oidc_groups_claim: str
    oidc_name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """`read` turns the text into the value or raises ValueError with what was expected."""

    name: str
    default: str
    sentence: str
    read: Callable[[str], Any]

    @property
    def field(self) -> str:
        return self.name.removeprefix("HYPRBOX_").lower()


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an address such as https://box.example.com")
    return text.rstrip("/")


def _database(text: str) -> str:
    if text.startswith("postgres://"):  # what hosting platforms hand out
        text = "postgresql://" + text.removeprefix("postgres://")
    if text.startswith("postgresql://"):
        return "postgresql+psycopg://" + text.removeprefix("postgresql://")
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    raise ValueError("expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def _optional_database(text: str) -> str:
    return _database(text) if text else ""


def _truth(text: str) -> bool:
    answers = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in answers:
        raise ValueError("expected true or false")
    return answers[text.lower()]


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("expected addresses or networks such as 10.0.0.5,10.0.1.0/24") from None


def _optional_url(text: str) -> str:
    return _url(text) if text else ""


def _optional_path(text: str) -> Path | None:
    return Path(text) if text else None


def _groups(text: str) -> tuple[tuple[str, str], ...]:
    """ "box-admins=admin,ops=operator" as pairs; the group "*" is everybody."""
    pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
    if any(not group or role not in ("viewer", "operator", "admin") for group, _, role in pairs):
        raise ValueError("expected GROUP=viewer, GROUP=operator or GROUP=admin, with commas between them")
    return tuple((group, role) for group, _, role in pairs)


VARIABLES = [
    Variable("HYPRBOX_DATA_DIR", "./data", "Where the embedded database and the secret key live.", Path),
    Variable(
        "HYPRBOX_DATABASE_URL",
        "sqlite:///$HYPRBOX_DATA_DIR/hyprbox.db",
        "The database: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.",
        _database,
    ),
    Variable(
        "HYPRBOX_LISTEN_URL",
        "",
        "Where wake-ups are listened for, when HYPRBOX_DATABASE_URL leads through a pooler such as PgBouncer.",
        _optional_database,
    ),
    Variable("HYPRBOX_PUBLIC_URL", "http://127.0.0.1:4000", "The address under which people and nodes reach it.", _url),
    Variable(
        "HYPRBOX_REQUIRE_NODE_TOKEN",
        "true",
        "With `false` a node without any token is let in (development only); a wrong token never is.",
        _truth,
    ),
    Variable("HYPRBOX_OFFLINE_AFTER", "10m", "A node that is silent for this long is OFFLINE.", duration.parse),
    Variable(
        "HYPRBOX_FINDING_STALE_AFTER",
        "45m",
        "A finding of an agent that does not describe its scans is resolved when it was not seen for this long.",
        duration.parse,
    ),
    Variable("HYPRBOX_SWEEP_INTERVAL", "30s", "How often it looks for silent nodes and lost jobs.", duration.parse),
    Variable(
        "HYPRBOX_SECRET_KEY_FILE",
        "$HYPRBOX_DATA_DIR/secret.key",
        "The key that signs proofs and seals secrets, the same for all replicas; made when missing.",
        Path,
    ),
    Variable(
        "HYPRBOX_TRUSTED_PROXIES",
        "",
        "The proxies' addresses or networks, comma-separated, whose `X-Forwarded-For` counts; nobody else's.",
        _networks,
    ),
    Variable(
        "HYPRBOX_NOTIFY_NETWORKS",
        "",
        "Networks, comma-separated, into which notifications may go besides the public Internet.",
        _networks,
    ),
    Variable("HYPRBOX_AGENT_DIR", "dist", "Where the agent's files for installation by URL are.", Path),
    Variable("HYPRBOX_KEEP_SAMPLES", "48h", "How long every single heartbeat's load is kept.", duration.parse),
    Variable("HYPRBOX_KEEP_HOURS", "30d", "How long hourly averages and maxima are kept.", duration.parse),
    Variable("HYPRBOX_KEEP_DAYS", "730d", "How long daily averages and maxima are kept.", duration.parse),
    Variable("HYPRBOX_KEEP_OUTPUT", "90d", "How long the output of jobs is kept after their end.", duration.parse),
    Variable("HYPRBOX_KEEP_JOBS", "365d", "How long jobs are kept after their end.", duration.parse),
    Variable("HYPRBOX_KEEP_FINDINGS", "365d", "How long findings are kept after they were resolved.", duration.parse),
    Variable("HYPRBOX_KEEP_CHANGES", "90d", "How long changes of the inventory are kept.", duration.parse),
    Variable("HYPRBOX_KEEP_AUDIT", "1095d", "How long audit entries are kept.", duration.parse),
    Variable(
        "HYPRBOX_OIDC_ISSUER", "", "Single sign-on by OpenID Connect: the provider's issuer address.", _optional_url
    ),
    Variable("HYPRBOX_OIDC_CLIENT_ID", "hyprbox", "What this control plane is called at the provider.", str),
    Variable(
        "HYPRBOX_OIDC_CLIENT_SECRET_FILE", "", "A file with the client secret; without it PKCE alone.", _optional_path
    ),
    Variable(
        "HYPRBOX_OIDC_GROUPS",
        "",
        "Which group of the provider gives which role: `box-admins=admin,ops=operator,*=viewer`; `*` is everybody.",
        _groups,
    ),
    Variable("HYPRBOX_OIDC_GROUPS_CLAIM", "groups", "The claim of the ID token that lists the groups.", str),
    Variable("HYPRBOX_OIDC_NAME", "single sign-on", "What the button on the sign-in page calls the provider.", str),
]


class BadVariable(Exception):
    """One sentence for the operator: variable, value, expectation."""


def read(environ: Mapping[str, str]) -> Config:
    """BadVariable names the variable, its value and what was expected."""
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        text = environ.get(variable.name) or variable.default
        text = text.replace("$HYPRBOX_DATA_DIR", str(values.get("data_dir", "")))
        try:
            values[variable.field] = variable.read(text)
        except ValueError as error:
            raise BadVariable(f"{variable.name} is {text!r}, {error}") from None
    return Config(**values)
