"""Presets are folders of data. This reads them: a `Preset` is a whole, checked one, or there is none."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from hyprbox.presets.declaration import read_parameters
from hyprbox.presets.parameters import Parameter
from hyprbox.presets.table import BrokenPreset, Table

FILE_BYTES = 256 * 1024
GRACE_SECONDS = 30  # for a job that has run out of time to take its changes back
_HERE = Path(__file__).parent


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Lockout(StrEnum):
    """What a preset may shut its own people out of."""

    SSH = "ssh"
    FIREWALL = "firewall"
    SUDO = "sudo"


class Confirm(StrEnum):
    """What it takes that the guard does not take a change back: two proofs, of which one is from outside the node.

    With `proof` that may be the control plane, which knocks at the node's sshd; with `human` it is a person.
    """

    NONE = "none"
    PROOF = "proof"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """`resolves` are the finding types that it answers, `rescan` the scanners that prove it.

    `waits_for` is what must not be locked by somebody else when it starts; it waits for a while, and says so.
    `distros` are IDs of os-release, none means every one. `guard_seconds` 0 means no guard. `when` is what a finding's
    metadata must say for the preset to be recommended for it.
    """

    id: str
    version: int
    title: str
    description: str
    risk: Risk
    lockout: tuple[Lockout, ...]
    resolves: tuple[str, ...]
    rescan: tuple[str, ...]
    distros: tuple[str, ...]
    needs_systemd: bool
    waits_for: tuple[str, ...]
    timeout_seconds: int
    guard_seconds: int
    confirm: Confirm
    parameters: tuple[Parameter, ...]
    when: Mapping[str, bool]
    script: str = field(repr=False)
    library: str = field(repr=False)
    sha256: str


def shipped() -> Path:
    """The product's own presets: inside the package when it is installed, beside src in a checkout."""
    installed = _HERE / "shipped"
    return installed if installed.is_dir() else _HERE.parents[2] / "presets"


def load_all(root: Path | None = None) -> dict[str, Preset]:
    """Every folder of `root` by its id; BrokenPreset when one of them is none."""
    folders = sorted(path for path in (root or shipped()).iterdir() if path.is_dir())
    return {folder.name: load(folder) for folder in folders}


def answering(presets: Iterable[Preset], finding_type: str) -> list[Preset]:
    return [preset for preset in presets if finding_type in preset.resolves]


def load(folder: Path) -> Preset:
    """BrokenPreset names the file, what is wrong and what was expected."""
    return made(folder, read(folder / "preset.toml"), read(folder / "script.sh"))


def made(folder: Path, toml: str, script: str) -> Preset:
    """Of the texts of its files; `folder` is what it is called."""
    table = Table(str(folder / "preset.toml"), parse(folder / "preset.toml", toml))
    preset = Preset(
        id=table.text("id", r"[a-z][a-z0-9-]{0,62}", "lower case letters, digits and dashes"),
        version=table.number("version", 1, 10**6),
        title=table.line("title"),
        description=table.text("description"),
        risk=table.choice("risk", Risk),
        lockout=table.choices("lockout", Lockout),
        resolves=table.names("resolves", r"[a-z0-9_]+(\.[a-z0-9_]+)+", "finding types such as ['tls.expiring']"),
        rescan=table.names("rescan", r"[a-z][a-z0-9_-]*", "scanners such as ['tls']"),
        distros=table.names("distros", r"[a-z0-9][a-z0-9._-]*", "IDs of os-release such as ['debian', 'rhel']"),
        needs_systemd=table.flag("needs_systemd"),
        waits_for=table.names("waits_for", r"dpkg", "what must not be locked when it starts: ['dpkg']"),
        timeout_seconds=table.number("timeout_seconds", 1, 86400, 1800),
        guard_seconds=table.number("guard_seconds", 0, 3600, 0),
        confirm=table.choice("confirm", Confirm, Confirm.NONE),
        parameters=tuple(read_parameters(table)),
        when=table.flags("when"),
        script=script,
        library=library(),
        sha256=digest(toml, script, library()),
    )
    table.end()
    return consistent(preset, folder, table)


def read(path: Path) -> str:
    """The text of a file of a preset: a plain one, of modest size, in which one sees all there is."""
    if not path.is_file() or path.is_symlink():
        raise BrokenPreset(f"{path} is missing or a link, expected a file")
    if path.stat().st_size > FILE_BYTES:
        raise BrokenPreset(f"{path} has {path.stat().st_size} bytes, expected at most {FILE_BYTES}")
    try:
        return plain(path, path.read_bytes().decode())
    except UnicodeDecodeError as error:
        raise BrokenPreset(f"{path} has byte {error.start} outside UTF-8, expected UTF-8") from None


def plain(path: Path, text: str) -> str:
    if len(text.encode("utf-8", "replace")) > FILE_BYTES:
        raise BrokenPreset(f"{path} has more than {FILE_BYTES} bytes, expected at most so many")
    for number, line in enumerate(text.split("\n"), 1):
        if hidden := next((sign for sign in line if not sign.isprintable() and sign != "\t"), None):
            raise BrokenPreset(f"{path} has U+{ord(hidden):04X} in line {number}, expected no invisible characters")
    return text


def parse(path: Path, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenPreset(f"{path} is no TOML: {error}") from None


@cache
def library() -> str:
    """What every preset stands on, always the product's own: lib.sh first, then the files beside it by name."""
    first = shipped() / "lib.sh"
    others = sorted(path for path in shipped().glob("*.sh") if path != first)
    return "\n".join(read(path) for path in [first, *others])


def digest(*parts: str) -> str:
    """With lengths, so that text moved from one part to the next is another digest."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(b"%d\n" % len(part.encode()) + part.encode())
    return whole.hexdigest()


def consistent(preset: Preset, folder: Path, table: Table) -> Preset:
    if preset.id != folder.name:
        raise table.complaint("id", preset.id, f"{folder.name}, the name of its folder")
    if preset.resolves and not preset.rescan:
        raise table.complaint("rescan", [], "the scanners that prove that the finding is gone")
    if bool(preset.lockout) != bool(preset.guard_seconds) or bool(preset.lockout) == (preset.confirm == Confirm.NONE):
        raise table.complaint("lockout", list(preset.lockout), "guard_seconds and confirm with it, and not without it")
    if preset.lockout and preset.risk != Risk.HIGH:
        raise table.complaint("risk", preset.risk.value, "high, since it may shut people out")
    if preset.lockout and preset.guard_seconds < preset.timeout_seconds + GRACE_SECONDS:
        least = f"{preset.timeout_seconds + GRACE_SECONDS} or more, so that the job has ended before its guard begins"
        raise table.complaint("guard_seconds", preset.guard_seconds, least)
    return preset
