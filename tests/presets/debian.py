"""A Debian archive and its security archive, signed, and a machine that has installed from them.

Everything is the real thing, from dpkg-deb to gpg; only the packages are made up.
"""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from tests.presets.machine import Machine

STABLE = "stable"
SECURITY = "stable-security"
KEY = "/etc/apt/keyrings/test.gpg"
SOURCES = "".join(f"deb [signed-by={KEY}] file:/srv/{suite} {suite} main\n" for suite in (STABLE, SECURITY))
FOLDERS = [
    *(f"/etc/apt/{name}" for name in ("apt.conf.d", "preferences.d", "sources.list.d")),
    *("/var/lib/dpkg/info", "/var/lib/dpkg/updates", "/var/lib/apt/lists", "/var/cache/apt/archives"),
]
ARCHITECTURE = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True)
class Package:
    """It has one file in /opt that says its version. `scripts` are those of its maintainer, such as preinst."""

    name: str
    version: str
    fields: str = ""
    conffile: str = ""
    scripts: tuple[tuple[str, str], ...] = ()


class Archive:
    """Builds and signs; what is published is what a suite has from then on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {**os.environ, "GNUPGHOME": str(folder / "keys")}
        (folder / "keys").mkdir(parents=True, mode=0o700)
        self._gpg("--passphrase", "", "--quick-generate-key", "test", "ed25519", "sign", "never")

    def close(self) -> None:
        subprocess.run(["gpgconf", "--kill", "all"], env=self._environment, check=True)

    def publish(self, machine: Machine, suite: str, *packages: Package) -> None:
        top = machine.path(f"/srv/{suite}")
        stanzas = [self._stanza(self.build(package), top) for package in packages]
        index = f"main/binary-{ARCHITECTURE}/Packages"
        text = "\n".join(stanzas)
        machine.write(f"/srv/{suite}/dists/{suite}/{index}", text)
        release = f"Suite: {suite}\nCodename: {suite}\nDate: {format_datetime(datetime.now(UTC), usegmt=True)}\n"
        release += f"Architectures: {ARCHITECTURE} all\nComponents: main\n"
        release += f"SHA256:\n {sha256(text.encode())} {len(text.encode())} {index}\n"
        machine.write(f"/srv/{suite}/dists/{suite}/InRelease", self._gpg("--clearsign", stdin=release).decode())
        machine.write(KEY, "").write_bytes(self._gpg("--export"))

    def build(self, package: Package) -> Path:
        made = self._folder / f"{package.name}_{package.version}_{abs(hash(package))}.deb"
        if not made.exists():
            tree = lay_out(package, self._folder / made.stem)
            subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, made], check=True, capture_output=True)
        return made

    def _stanza(self, deb: Path, top: Path) -> str:
        content = deb.read_bytes()
        (top / "pool").mkdir(parents=True, exist_ok=True)
        (top / "pool" / deb.name).write_bytes(content)
        control = subprocess.run(["dpkg-deb", "--field", deb], check=True, capture_output=True, text=True).stdout
        return f"{control}Filename: pool/{deb.name}\nSize: {len(content)}\nSHA256: {sha256(content)}\n"

    def _gpg(self, *arguments: str, stdin: str = "") -> bytes:
        command = ["gpg", "--batch", "--quiet", *arguments]
        return subprocess.run(
            command, env=self._environment, input=stdin.encode(), check=True, capture_output=True
        ).stdout


def lay_out(package: Package, tree: Path) -> Path:
    """What dpkg-deb makes the package of."""
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "opt").mkdir()
    (tree / "opt" / package.name).write_text(package.version)
    control = (
        f"Package: {package.name}\nVersion: {package.version}\nArchitecture: all\nMaintainer: Test <test@example.com>\n"
    )
    (tree / "DEBIAN/control").write_text(control + package.fields + "Description: made for a test\n")
    for name, text in package.scripts:
        (tree / "DEBIAN" / name).write_text(text)
        (tree / "DEBIAN" / name).chmod(0o755)
    if package.conffile:
        (tree / "etc").mkdir()
        (tree / "etc" / f"{package.name}.conf").write_text(package.conffile)
        (tree / "DEBIAN/conffiles").write_text(f"/etc/{package.name}.conf\n")
    return tree


def install(machine: Machine, *what: str) -> None:
    """apt and dpkg are there, and these packages as apt-get takes them: name, or name=version."""
    for folder in FOLDERS:
        machine.path(folder).mkdir(parents=True, exist_ok=True)
    machine.write("/var/lib/dpkg/status", "")
    machine.write("/etc/apt/sources.list", SOURCES)
    ended = machine.run(f"apt-get -q update && apt-get -q -y install {' '.join(what)}")
    assert ended.code == 0, ended.output


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
