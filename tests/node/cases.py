"""Cases of scanners: each a file fixtures/<scanner>/<case>.toml that tells a host and what is found there.

says = "why this is a fault, or why it is none"
found = ["CRITICAL disk.full /"]          severity, type, key; nothing for a decoy
near = ["disk.inodes"]                    types of which this is a near miss, and no more than that
unexamined = ["/"]                        keys that could not be looked at; "*": not even those are known
[settings]                                variables of the agent
[files]                                   what is in them; a folder <case>/ beside this file adds more
[links]                                   and where they lead
[modes]                                   "0640 0 42": mode, and owner and group where it is not root
[ages]                                    "30d": how long before `now` a file was changed
[space]                                   of a mounted file system: percent used, bytes free, percent of inodes
[commands]                                what a command says; {code, output, errors} when it does not end with 0
"""

import os
import shutil
import stat
import struct
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hyprnode import config
from hyprnode.command import NOT_THERE, Ran
from hyprnode.host import Host
from hyprwire import duration
from tests.cast import NOON

FIXTURES = Path(__file__).parent / "fixtures"
SECTIONS = {"settings", "files", "links", "modes", "ages", "space", "commands"}
WORDS = {"says", "found", "near", "unexamined", "clock", "sockets", "holes", "failures"}


@dataclass(frozen=True)
class Case:
    scanner: str
    name: str
    path: Path
    terms: Mapping[str, Any] = field(repr=False)

    @property
    def found(self) -> list[str]:
        return sorted(self.terms["found"])

    @property
    def unexamined(self) -> list[str]:
        return sorted(self.terms.get("unexamined", []))

    @property
    def config(self) -> config.Config:
        return config.load(self.terms.get("settings", {}))

    def host(self, root: Path, **other: Any) -> Host:
        """Laid out below `root`."""
        lay_out(self, root)
        return Host(
            root=root,
            now=lambda: NOON,
            clock=lambda: tuple(self.terms.get("clock", (True, 0))),
            run=lambda words: self._run(" ".join(words).replace(str(root), "ROOT")),
            space=lambda path: self._space(root, path),
            **other,
        )

    def _run(self, words: str) -> Ran:
        said = self.terms.get("commands", {}).get(words)
        if said is None:
            return Ran(NOT_THERE, errors=f"{words.split()[0]} is not installed")
        return Ran(0, said) if isinstance(said, str) else Ran(**said)

    def _space(self, root: Path, path: Path) -> Any:
        told = self.terms.get("space", {}).get(f"/{path.relative_to(root)}".replace("/.", "/"))
        if told is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return space(**told)


def cases() -> Iterator[Case]:
    for path in sorted(FIXTURES.glob("*/*.toml")):
        yield Case(path.parent.name, path.stem, path, tomllib.loads(path.read_text()))


def case(scanner: str, name: str) -> Case:
    path = FIXTURES / scanner / f"{name}.toml"
    return Case(scanner, name, path, tomllib.loads(path.read_text()))


def lay_out(case: Case, root: Path) -> None:
    terms = case.terms
    folder = case.path.with_suffix("")
    if folder.is_dir():
        shutil.copytree(folder, root, symlinks=True, dirs_exist_ok=True)
    for name, text in terms.get("files", {}).items():
        write(root / name.lstrip("/"), text)
    for name, target in terms.get("links", {}).items():
        write(root / name.lstrip("/"), "").unlink()
        (root / name.lstrip("/")).symlink_to(target)
    for name in terms.get("sockets", []):
        listen(write(root / name.lstrip("/"), ""))
    for name, size in terms.get("holes", {}).items():
        os.truncate(write(root / name.lstrip("/"), ""), size)
    if failures := terms.get("failures"):
        write(root / "var/log/btmp", "").write_bytes(
            b"".join(btmp(address, *rest) for address, rest in failures.items())
        )
    for name, words in terms.get("modes", {}).items():
        change_mode(root / name.lstrip("/"), *words.split())
    now = NOON.timestamp()
    for path in root.rglob("*"):
        os.utime(path, (now, now), follow_symlinks=False)
    for name, age in terms.get("ages", {}).items():
        then = now - duration.parse(age).total_seconds()
        os.utime(root / name.lstrip("/"), (then, then))


def write(path: Path, text: str) -> Path:
    """A name that ends with / is a folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def listen(path: Path) -> None:
    """The file of a socket; nobody is behind it."""
    path.unlink()
    os.mknod(path, stat.S_IFSOCK | 0o755)


def btmp(address: str, count: int, ago: str) -> bytes:
    """Records as a 64-bit PC writes them: the address, how it ended, the session, the time."""
    then = int(NOON.timestamp() - duration.parse(ago).total_seconds())
    return struct.pack("<76x256s4x4xi40x", address.encode(), then) * count


def change_mode(path: Path, mode: str, uid: str = "0", gid: str = "0") -> None:
    if not path.exists():
        path.mkdir(parents=True)
    os.chown(path, int(uid), int(gid))
    path.chmod(int(mode, 8))


def space(percent: float, free: int, inodes: float = 0) -> Any:
    """As statvfs says it, in blocks of a byte; nothing is reserved for root."""
    size = round(free / (1 - percent / 100)) if percent < 100 else 1 << 30
    files = 1000 if inodes else 0
    unused = files - round(files * inodes / 100)
    return SimpleNamespace(f_blocks=size, f_bfree=free, f_bavail=free, f_frsize=1, f_files=files, f_ffree=unused)
