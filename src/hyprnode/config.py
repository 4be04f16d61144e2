"""Every variable the agent reads, once: name, default, one sentence. The documentation's table is made from here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from hyprnode import values
from hyprnode.values import Backup, optional
from hyprwire.thresholds import THRESHOLDS

SECRET = "HYPRBOX_NODE_TOKEN"
LONGEST_PAUSE = 60


@dataclass(frozen=True)
class Setting:
    """A row of the table."""

    name: str
    default: str
    read: Callable[[str, str], object]
    about: str


def threshold(name: str) -> Setting:
    """One that the control plane may set as well."""
    kind = THRESHOLDS[name]
    return Setting(kind.variable, str(kind.default), values.within(kind.least, kind.most), kind.about)


@dataclass(frozen=True, kw_only=True)
class Config:
    api_url: Annotated[str, Setting("HYPRBOX_API_URL", "http://localhost:4000", values.url, "Address of the API.")]
    node_id: Annotated[
        str, Setting("HYPRBOX_NODE_ID", "", values.node_id, "The node's unique id; empty: the host's name.")
    ]
    token: Annotated[str, Setting(SECRET, "", values.token, "The node's token (hbnt_…).")] = field(repr=False)
    token_file: Annotated[
        Path | None,
        Setting("HYPRBOX_NODE_TOKEN_FILE", "", optional(values.token_file), "A file with the token, read each time."),
    ]
    interval: Annotated[float, Setting("HYPRBOX_INTERVAL", "5m", values.seconds, "Time between heartbeats.")]
    scan_interval: Annotated[float, Setting("HYPRBOX_SCAN_INTERVAL", "15m", values.seconds, "Time between scans.")]
    tls_paths: Annotated[
        tuple[str, ...],
        Setting(
            "HYPRBOX_TLS_PATHS",
            "/etc/letsencrypt/live/*/fullchain.pem:/etc/ssl/certs/hyprbox/*.crt",
            values.paths,
            "Certificates to watch: paths or globs with colons between them.",
        ),
    ]
    tls_warn_days: Annotated[int, threshold("tlsWarnDays")]
    tls_critical_days: Annotated[int, threshold("tlsCriticalDays")]
    disk_warn_percent: Annotated[int, threshold("diskWarnPercent")]
    disk_critical_percent: Annotated[int, threshold("diskCriticalPercent")]
    disk_plenty_gib: Annotated[int, threshold("diskPlentyGib")]
    memory_warn_percent: Annotated[int, threshold("memoryWarnPercent")]
    memory_critical_percent: Annotated[int, threshold("memoryCriticalPercent")]
    reboot_critical_days: Annotated[int, threshold("rebootCriticalDays")]
    updates_warn_days: Annotated[int, threshold("updatesWarnDays")]
    updates_critical_days: Annotated[int, threshold("updatesCriticalDays")]
    log_max_gib: Annotated[int, threshold("logMaxGib")]
    failed_logins_per_day: Annotated[int, threshold("failedLoginsPerDay")]
    unit_restarts: Annotated[int, threshold("unitRestarts")]
    ssd_worn_percent: Annotated[int, threshold("ssdWornPercent")]
    backups: Annotated[
        tuple[Backup, ...],
        Setting(
            "HYPRBOX_BACKUPS",
            "",
            values.backups,
            "Backups to watch: paths or globs with `@` and the hours that the newest may be old (26 unless said), and "
            "`@incremental` where sizes vary; colons between them.",
        ),
    ]
    scanners_off: Annotated[
        tuple[str, ...],
        Setting("HYPRBOX_SCANNERS_OFF", "", values.names, "Scanners that shall not look, with commas between them."),
    ]
    ca_file: Annotated[
        Path | None,
        Setting("HYPRBOX_CA_FILE", "", optional(values.ca_file), "A private CA, trusted besides the system's."),
    ]
    region: Annotated[str, Setting("HYPRBOX_REGION", "", values.words, "Where the node is, in your own words.")]
    labels: Annotated[
        dict[str, str],
        Setting("HYPRBOX_LABELS", "", values.labels, "What the node is called besides its name: `env=prod role=web`."),
    ]
    state_dir: Annotated[
        Path, Setting("HYPRBOX_STATE_DIR", "/var/lib/hyprnode", values.path, "Where the journal of jobs is kept.")
    ]
    spool_dir: Annotated[
        Path | None,
        Setting("HYPRBOX_SPOOL_DIR", "", optional(values.path), "Where unsent output waits; empty: a place in memory."),
    ]
    proc: Annotated[Path, Setting("HOST_PROC", "/proc", values.path, "The host's /proc, where a container sees it.")]
    runtime_dir: Annotated[
        str, Setting("RUNTIME_DIRECTORY", "", values.words, "Set by systemd; the place for output if it is a tmpfs.")
    ]
    https_proxy: Annotated[str, Setting("HTTPS_PROXY", "", values.words, "The proxy to an https API.")] = field(
        repr=False
    )
    http_proxy: Annotated[str, Setting("HTTP_PROXY", "", values.words, "The proxy to an http API.")] = field(repr=False)
    no_proxy: Annotated[str, Setting("NO_PROXY", "", values.words, "Hosts asked without a proxy, with commas between.")]
    given: Mapping[str, str] = field(repr=False)
    """What was really set, as it was written, without the token: who sets a variable means exactly that."""

    @property
    def patience(self) -> float:
        """Seconds until a refused token is tried again."""
        return min(self.interval, LONGEST_PAUSE)

    def bearer(self) -> str:
        """The token as it is now, so that a renewed file needs no restart. Empty: none is sent."""
        if self.token or self.token_file is None:
            return self.token
        return values.token(str(self.token_file), self.token_file.read_text("ascii", "replace"))


def load(environ: Mapping[str, str]) -> Config:
    """BadSetting names the first variable that does not fit. A variable set to nothing counts as unset."""
    texts = {setting.name: text_of(setting.name, environ) for setting in table().values()}
    read: dict[str, Any] = {
        field_name: setting.read(setting.name, texts[setting.name] or setting.default)
        for field_name, setting in table().items()
    }
    return Config(**read, given={name: text for name, text in texts.items() if text and name != SECRET})


def text_of(name: str, environ: Mapping[str, str]) -> str:
    """Proxies are set in capitals or without, by old custom."""
    return environ.get(name) or (environ.get(name.lower(), "") if name.endswith("_PROXY") else "")


def table() -> dict[str, Setting]:
    """By field of Config."""
    hints = get_type_hints(Config, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items() if get_origin(hint) is Annotated}
