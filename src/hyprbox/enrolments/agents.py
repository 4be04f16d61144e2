"""The agent's files as the API hands them out: from HYPRBOX_AGENT_DIR, those of its own version."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hyprbox.errors import Unavailable
from hyprwire import __version__

ARCHITECTURES = ("x86_64", "aarch64")


class NotBuilt(Unavailable):
    """Nothing that trying again in a moment would mend."""

    retry_after = 300


@dataclass(frozen=True, slots=True)
class AgentFile:
    path: Path
    sha256: str

    @property
    def name(self) -> str:
        return self.path.name


def name(architecture: str) -> str:
    return f"hyprnode-{__version__}-linux-{architecture}"


def find(folder: Path, architecture: str) -> AgentFile | None:
    path = folder / name(architecture)
    try:
        status = path.stat()
    except OSError:
        return None
    return AgentFile(path, _digest(path, status.st_mtime_ns, status.st_size))


def there(folder: Path) -> dict[str, AgentFile]:
    """By architecture; NotBuilt when there is none at all."""
    found = {architecture: find(folder, architecture) for architecture in ARCHITECTURES}
    files = {architecture: file for architecture, file in found.items() if file}
    if not files:
        raise not_built(folder, ARCHITECTURES[0])
    return files


def not_built(folder: Path, architecture: str) -> NotBuilt:
    return NotBuilt(
        f"HYPRBOX_AGENT_DIR is {str(folder)!r} and holds no {name(architecture)}, run `make agent` or put it there"
    )


@lru_cache(maxsize=8)
def _digest(path: Path, changed: int, size: int) -> str:
    """Read anew when the file is another one."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
