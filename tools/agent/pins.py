"""What the executable is made of, as pins.toml says, and the name under which a runtime made of it is kept."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RECIPE = ("pins.toml", "compile.sh", "launcher.c", "syscalls.c", "modules-without", "openssl-without")


@dataclass(frozen=True)
class Source:
    name: str
    package: str
    version: str
    dsc: str
    licence: str


@dataclass(frozen=True)
class Pins:
    compiler: str
    compiler_version: str
    compiler_sha256: dict[str, str]
    release: str
    sources: tuple[Source, ...]


def read() -> Pins:
    table = tomllib.loads((HERE / "pins.toml").read_text())
    compiler, sources = table["compiler"], table["sources"]
    release = sources.pop("release")
    pinned = tuple(Source(name=name, **fields) for name, fields in sources.items())
    return Pins(compiler["package"], compiler["version"], compiler["sha256"], release, pinned)


def recipe() -> str:
    """Changes with anything that a runtime is made from; the agent's own code is not in it."""
    digest = hashlib.sha256()
    for name in RECIPE:
        digest.update(name.encode() + b"\0" + (HERE / name).read_bytes() + b"\0")
    return digest.hexdigest()[:16]
