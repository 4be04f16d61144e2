"""What somebody asks to have run, checked before it is queued."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from hyprbox.errors import Invalid, TooLarge
from hyprwire.jobs import KILL_GRACE_SECONDS, MAX_OUTPUT_BYTES, TIMEOUT_SECONDS

LONGEST_SCRIPT = 1024 * 1024
LONGEST_RUN = 7 * 24 * 3600
MOST_OUTPUT = 1024 * 1024 * 1024
MOST_ENV = 64 * 1024

ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# With these the shell or the loader would run something else than the script.
ENV_FORBIDDEN = re.compile(r"BASH_ENV|ENV|SHELLOPTS|BASHOPTS|LD_.*|HYPRBOX_.*|HB_.*|PATH")
UNTITLED = re.compile(r"\s*(#.*|set [-+].*|)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """Which preset a job is a run of."""

    id: str
    version: int
    sha256: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    node_id: str
    script: str
    timeout_seconds: int = TIMEOUT_SECONDS
    kill_grace_seconds: int = KILL_GRACE_SECONDS
    max_output_bytes: int = MAX_OUTPUT_BYTES
    env: dict[str, str] = field(default_factory=dict)
    redact: list[str] = field(default_factory=list)
    rescan: list[str] = field(default_factory=list)
    wait_for: list[str] = field(default_factory=list)
    expires_at: datetime | None = None
    preset: Preset | None = None
    rerun_of: str | None = None
    called: str = ""

    def __post_init__(self) -> None:
        check_script(self.script)
        check_env(self.env)
        _check_range("timeoutSeconds", self.timeout_seconds, 1, LONGEST_RUN)
        _check_range("killGraceSeconds", self.kill_grace_seconds, 0, 600)
        _check_range("maxOutputBytes", self.max_output_bytes, 4096, MOST_OUTPUT)

    @property
    def title(self) -> str:
        """What it is called, else the preset's name, or the first line of the script that does something."""
        if self.called or self.preset:
            return self.called or (self.preset.id if self.preset else "")
        lines = (line for line in self.script.splitlines() if not UNTITLED.fullmatch(line))
        return " ".join(next(lines, "empty script").split())[:100]


def check_script(script: str) -> None:
    size = len(script.encode("utf-8", "surrogatepass"))
    if size > LONGEST_SCRIPT:
        raise TooLarge(f"script has {size} bytes, expected at most {LONGEST_SCRIPT}")
    if not script.strip():
        raise Invalid("script is empty, expected something to run")
    _check_text("script", script)


def check_env(env: dict[str, str]) -> None:
    if sum(len(name) + len(value) for name, value in env.items()) > MOST_ENV:
        raise TooLarge(f"env is larger than {MOST_ENV} characters")
    for name, value in env.items():
        if not ENV_NAME.fullmatch(name):
            raise Invalid(f"env has a name {name[:80]!a}, expected letters, digits and _")
        if ENV_FORBIDDEN.fullmatch(name):
            raise Invalid(f"env sets {name}, which would change what is run")
        _check_text(f"env.{name}", value)


def _check_text(name: str, text: str) -> None:
    if "\0" in text:
        raise Invalid(f"{name} holds U+0000, which no script can hold")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{name} holds half of a surrogate pair, expected Unicode text") from None


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid(f"{name} is {value}, expected {least} to {most}")
