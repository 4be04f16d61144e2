"""Brings the compiler and the sources, as pinned: by pip and apt-get, from wherever this machine has them."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pins import Pins, Source

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def compiler(pins: Pins, folder: Path) -> str:
    """The command that is the compiler."""
    if not (folder / "ziglang").is_dir():
        wanted = folder.with_suffix(".txt")
        hashes = " ".join(f"--hash=sha256:{sha256}" for sha256 in pins.compiler_sha256.values())
        wanted.write_text(f"{pins.compiler}=={pins.compiler_version} {hashes}\n")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "-r", wanted, "--target", folder], check=True)
    return str(folder / "ziglang" / "zig")


def sources(pins: Pins, kept: Path, into: Path) -> None:
    """python/, openssl/ and zlib/ below `into`, with Debian's patches applied; `kept` has those that came earlier."""
    into.mkdir()
    for source in pins.sources:
        there = kept / f"{source.name}-{source.dsc[:16]}"
        if not there.is_dir():
            fetch(source, pins.release, there)
        (into / source.name).symlink_to(there)


def fetch(source: Source, release: str, there: Path) -> None:
    if shutil.which("dpkg-source") is None:
        sys.exit("dpkg-source is not installed, expected the Debian package dpkg-dev")
    downloads = there.with_suffix(".downloads")
    downloads.mkdir(parents=True, exist_ok=True)
    if not any(downloaded(source, place, downloads) for place in places(release)):
        wanted = f"{source.package} {source.version}"
        sys.exit(f"{wanted} cannot be had any more, expected a newer version and its hash in tools/agent/pins.toml")
    (dsc,) = downloads.glob("*.dsc")
    if (found := hashlib.sha256(dsc.read_bytes()).hexdigest()) != source.dsc:
        sys.exit(f"{dsc.name} has sha256 {found}, expected {source.dsc}")
    half = there.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    subprocess.run(["dpkg-source", "--no-check", "-x", dsc, half], check=True, stdout=subprocess.DEVNULL)
    half.rename(there)


def downloaded(source: Source, place: str, downloads: Path) -> bool:
    """One place at a time: apt takes a version from where it is listed last, also if the file is only elsewhere."""
    env = os.environ | {"APT_CONFIG": str(private_apt(place, downloads / "apt")), "LC_ALL": "C"}
    subprocess.run(["apt-get", "update", "-qq"], env=env, check=True)
    command = ["apt-get", "source", "-qq", "--download-only", f"{source.package}={source.version}"]
    return subprocess.run(command, cwd=downloads, env=env, stderr=subprocess.DEVNULL).returncode == 0


def private_apt(place: str, folder: Path) -> Path:
    """A configuration of its own, for one place's sources: nothing of the machine's apt is changed."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    listed = folder / "sources.list"
    listed.write_text(f"deb-src [signed-by={KEYRING}] {place} main\n")
    config = folder / "apt.conf"
    config.write_text(
        f'Dir::Etc::sourcelist "{listed}";\nDir::Etc::sourceparts "/dev/null";\nDir::State::lists "{folder}/lists";\n'
        f'Dir::Cache "{folder}/cache";\nAPT::Sandbox::User "root";\n'
    )
    return config


def places(release: str) -> list[str]:
    """Where this machine has its own Debian from: there is the other release too, and its security updates."""
    form = "$(REPO_URI)|$(CODENAME)|$(ORIGIN)|$(CREATED_BY)"
    told = subprocess.run(["apt-get", "indextargets", "--format", form], capture_output=True, text=True, check=True)
    found = {}
    for line in told.stdout.splitlines():
        uri, codename, origin, created = line.split("|")
        if (origin, created) == ("Debian", "Packages"):
            kind = "-security" if codename.endswith("-security") else ""
            found[kind] = f"{uri} {release}{kind}"
    if "" not in found:
        sys.exit("apt has no Debian in its sources, expected to be run on a Debian after `apt-get update`")
    return [found[kind] for kind in sorted(found)]
