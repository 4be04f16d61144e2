"""Every variable the agent reads, once: name, default, one sentence. The documentation's table is made from here."""

import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from hyprwire import duration
from hyprwire.names import check_node_id

T = TypeVar("T")
SECRET = "HYPRBOX_NODE_TOKEN"


class BadSetting(Exception):
    """A sentence: the variable, its value, and what was expected."""


def expected(name: str, text: str, what: str) -> BadSetting:
    return BadSetting(f"{name} is {text!r}, expected {what}")


def _url(name: str, text: str) -> str:
    try:
        url = urlsplit(text)
        good = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        good = False
    if not good or url.username or url.query or url.fragment:
        raise expected(name, text, "an address such as https://hyprbox.example.com")
    return text.rstrip("/")


def _node_id(name: str, text: str) -> str:
    node_id = text or socket.gethostname()
    try:
        check_node_id(name, node_id)
    except ValueError as sentence:
        raise BadSetting(str(sentence)) from None
    return node_id


def _token(name: str, text: str) -> str:
    if not re.fullmatch(r"[!-~]*", text.strip()):
        raise BadSetting(f"{name} has characters that no token has, expected hbnt_ and letters, digits, '-' or '_'")
    return text.strip()


def _token_file(name: str, text: str) -> Path:
    try:
        Path(text).read_bytes()
    except OSError as error:
        raise expected(name, text, f"a file that can be read ({error.strerror})") from None
    return Path(text)


def _seconds(name: str, text: str) -> float:
    try:
        return duration.parse(text).total_seconds()
    except ValueError as sentence:
        raise BadSetting(f"{name} is {text!r}, {sentence}") from None


def _days(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise expected(name, text, "a number of days such as 30")
    return int(text)


def _paths(name: str, text: str) -> tuple[str, ...]:
    paths = tuple(path for path in text.split(":") if path)
    for path in paths:
        if not path.startswith("/"):
            raise expected(name, text, "absolute paths or globs with colons between them")
    return paths


def _names(name: str, text: str) -> tuple[str, ...]:
    names = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in names:
        if not re.fullmatch(r"[a-z]+", word):
            raise expected(name, text, "names of scanners with commas between them")
    return names


def _path(name: str, text: str) -> Path:
    if not text.startswith("/"):
        raise expected(name, text, "an absolute path")
    return Path(text)


def _ca_file(name: str, text: str) -> Path:
    if not Path(text).is_file():
        raise expected(name, text, "a file with PEM certificates")
    return Path(text)


def _words(name: str, text: str) -> str:
    return text


def optional(read: Callable[[str, str], T]) -> Callable[[str, str], T | None]:
    return lambda name, text: read(name, text) if text else None


@dataclass(frozen=True)
class Setting:
    """A row of the table."""

    name: str
    default: str
    read: Callable[[str, str], object]
    about: str


@dataclass(frozen=True, kw_only=True)
class Config:
    api_url: Annotated[str, Setting("HYPRBOX_API_URL", "http://localhost:4000", _url, "Base address of the API.")]
    node_id: Annotated[str, Setting("HYPRBOX_NODE_ID", "", _node_id, "The node's unique id; empty: the host's name.")]
    token: Annotated[str, Setting(SECRET, "", _token, "The node's token (hbnt_…).")] = field(repr=False)
    token_file: Annotated[
        Path | None,
        Setting("HYPRBOX_NODE_TOKEN_FILE", "", optional(_token_file), "A file with the token, read for each request."),
    ]
    interval: Annotated[float, Setting("HYPRBOX_INTERVAL", "5m", _seconds, "Time between heartbeats.")]
    scan_interval: Annotated[float, Setting("HYPRBOX_SCAN_INTERVAL", "15m", _seconds, "Time between scans.")]
    tls_paths: Annotated[
        tuple[str, ...],
        Setting(
            "HYPRBOX_TLS_PATHS",
            "/etc/letsencrypt/live/*/fullchain.pem:/etc/ssl/certs/hyprbox/*.crt",
            _paths,
            "Certificates to watch: paths or globs with colons between them.",
        ),
    ]
    tls_warn_days: Annotated[
        int,
        Setting(
            "HYPRBOX_TLS_WARN_DAYS",
            "30",
            _days,
            "Fewer days left: WARN. Unset, a third of the lifetime where a CA issued for less than 90 days.",
        ),
    ]
    tls_critical_days: Annotated[
        int,
        Setting(
            "HYPRBOX_TLS_CRITICAL_DAYS",
            "7",
            _days,
            "Fewer days left: CRITICAL. Unset, a twelfth of the lifetime where a CA issued for less than 90 days.",
        ),
    ]
    scanners_off: Annotated[
        tuple[str, ...],
        Setting("HYPRBOX_SCANNERS_OFF", "", _names, "Scanners that shall not look, with commas between them."),
    ]
    ca_file: Annotated[
        Path | None,
        Setting("HYPRBOX_CA_FILE", "", optional(_ca_file), "A private CA, trusted besides the system's."),
    ]
    region: Annotated[str, Setting("HYPRBOX_REGION", "", _words, "Where the node is, in your own words.")]
    state_dir: Annotated[
        Path, Setting("HYPRBOX_STATE_DIR", "/var/lib/hyprnode", _path, "Where the journal of jobs is kept.")
    ]
    spool_dir: Annotated[
        Path | None,
        Setting("HYPRBOX_SPOOL_DIR", "", optional(_path), "Where unsent output waits; empty: a place in memory."),
    ]
    proc: Annotated[Path, Setting("HOST_PROC", "/proc", _path, "The host's /proc, where a container sees it.")]
    runtime_dir: Annotated[
        str, Setting("RUNTIME_DIRECTORY", "", _words, "Set by systemd; the place for output if it is a tmpfs.")
    ]
    https_proxy: Annotated[str, Setting("HTTPS_PROXY", "", _words, "The proxy to an https API.")] = field(repr=False)
    http_proxy: Annotated[str, Setting("HTTP_PROXY", "", _words, "The proxy to an http API.")] = field(repr=False)
    no_proxy: Annotated[str, Setting("NO_PROXY", "", _words, "Hosts asked without a proxy, with commas between.")]
    given: Mapping[str, str] = field(repr=False)
    """What was really set, as it was written, without the token: who sets a variable means exactly that."""

    def bearer(self) -> str:
        """The token as it is now, so that a renewed file needs no restart. Empty: none is sent."""
        if self.token or self.token_file is None:
            return self.token
        return _token(str(self.token_file), self.token_file.read_text("ascii", "replace"))


def load(environ: Mapping[str, str]) -> Config:
    """BadSetting names the first variable that does not fit. A variable set to nothing counts as unset."""
    texts = {setting.name: text_of(setting.name, environ) for setting in table().values()}
    values: dict[str, Any] = {
        field_name: setting.read(setting.name, texts[setting.name] or setting.default)
        for field_name, setting in table().items()
    }
    return Config(**values, given={name: text for name, text in texts.items() if text and name != SECRET})


def text_of(name: str, environ: Mapping[str, str]) -> str:
    """Proxies are set in capitals or without, by old custom."""
    return environ.get(name) or (environ.get(name.lower(), "") if name.endswith("_PROXY") else "")


def table() -> dict[str, Setting]:
    """By field of Config."""
    hints = get_type_hints(Config, include_extras=True)
    return {name: get_args(hint)[1] for name, hint in hints.items() if get_origin(hint) is Annotated}
