"""Where things of the agent are on its host, and how a file gets there: whole or not at all, and only if it differs."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    root: Path = Path("/")

    @property
    def program(self) -> Path:
        return self.root / "usr/local/bin/hyprnode"

    @property
    def folder(self) -> Path:
        return self.root / "etc/hyprbox"

    @property
    def settings(self) -> Path:
        return self.folder / "hyprnode.env"

    @property
    def token(self) -> Path:
        return self.folder / "token"

    @property
    def unit(self) -> Path:
        return self.root / "etc/systemd/system/hyprnode.service"

    @property
    def packaged_units(self) -> list[Path]:
        """Where a package has it."""
        return [self.root / place / "systemd/system/hyprnode.service" for place in ("usr/lib", "lib")]

    @property
    def token_dropin(self) -> Path:
        return self.root / "etc/systemd/system/hyprnode.service.d/token.conf"

    @property
    def state(self) -> Path:
        return self.root / "var/lib/hyprnode"

    @property
    def runtime(self) -> Path:
        return self.root / "run/hyprnode"


def put(path: Path, content: bytes, mode: int) -> bool:
    """Whether that changed anything. Somebody may be running or reading what is there."""
    if is_there(path, content, mode):
        return False
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.new")
    half.unlink(missing_ok=True)
    fd = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with open(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(fd, mode)
        os.fsync(fd)
    half.rename(path)
    return True


def is_there(path: Path, content: bytes, mode: int) -> bool:
    try:
        return path.stat().st_mode & 0o7777 == mode and path.read_bytes() == content
    except OSError:
        return False


def remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
