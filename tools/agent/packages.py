"""`make packages`: the executable as .deb and .rpm, the agent as hyprnode.pyz, what it is made of, and their digests.

All from what `make agent` has made; the same input gives the same bytes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import build
import pins

EPOCH = 1735689600
MUSL = "1.2.5"  # the one that the compiler brings
DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
SCRIPTS = ("postinst", "prerm", "postrm")
DEPLOY = build.ROOT / "deploy"
ABOUT = "Looks after this server for a HyprBox: heartbeats, scans, jobs"


def main() -> None:
    made = [zipapp()]
    for architecture in DEBIAN:
        executable = build.DIST / f"hyprnode-{build.version()}-linux-{architecture}"
        if executable.exists():
            made += [bill(executable, architecture), deb(executable, architecture)]
            made += [rpm(executable, architecture)] if shutil.which("rpmbuild") else []
    made.append(digests())
    for path in made:
        print(path.relative_to(build.ROOT))


def deb(executable: Path, architecture: str) -> Path:
    target = build.DIST / f"hyprnode_{build.version()}_{DEBIAN[architecture]}.deb"
    with tempfile.TemporaryDirectory() as work:
        tree = Path(work) / "tree"
        lay_out(executable, tree)
        control = tree / "DEBIAN"
        control.mkdir(mode=0o755)
        (control / "control").write_text(
            f"Package: hyprnode\nVersion: {build.version()}\nArchitecture: {DEBIAN[architecture]}\nSection: admin\n"
            f"Priority: optional\nMaintainer: HyprBox <hyprbox@localhost>\nDescription: {ABOUT}\n"
        )
        for name in SCRIPTS:
            place(DEPLOY / "agent" / name, control / name, 0o755)
        set_times(tree)
        command = ["dpkg-deb", "--root-owner-group", "--threads-max=1", "-Zxz", "--build", tree, target]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)}
        )
    return target


def rpm(executable: Path, architecture: str) -> Path:
    name = f"hyprnode-{build.version()}-1.{architecture}.rpm"
    with tempfile.TemporaryDirectory() as work:
        tree = Path(work) / "tree"
        lay_out(executable, tree)
        set_times(tree)
        spec = Path(work) / "hyprnode.spec"
        spec.write_text(spec_for(tree))
        command = [
            "rpmbuild",
            "-bb",
            "--quiet",
            "--target",
            f"{architecture}-linux",
            "--define",
            f"_topdir {work}/rpm",
            spec,
        ]
        env = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH), "HOME": work}
        subprocess.run(command, check=True, env=env, capture_output=True)
        shutil.copyfile(Path(work) / "rpm/RPMS" / architecture / name, build.DIST / name)
    return build.DIST / name


def spec_for(tree: Path) -> str:
    """Nothing of it is to be stripped: what would be cut off is the agent."""
    post, preun, postun = ((DEPLOY / "agent" / name).read_text() for name in SCRIPTS)
    return f"""\
%global debug_package %{{nil}}
%global __os_install_post %{{nil}}
%global _build_id_links none
%global _buildhost reproducible
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
Name: hyprnode
Version: {build.version()}
Release: 1
Summary: {ABOUT}
License: Unspecified
AutoReqProv: no
%description
{ABOUT}
%install
cp -a {tree}/. %{{buildroot}}/
%post
{post}
%preun
{preun}
%postun
{postun}
%files
/usr/bin/hyprnode
/usr/lib/systemd/system/hyprnode.service
"""


def lay_out(executable: Path, tree: Path) -> None:
    place(executable, tree / "usr/bin/hyprnode", 0o755)
    place(DEPLOY / "hyprnode.service", tree / "usr/lib/systemd/system/hyprnode.service", 0o644)


def place(source: Path, target: Path, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def set_times(tree: Path) -> None:
    """And modes of folders, which an umask may have made others."""
    for path in [tree, *tree.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
        os.utime(path, (EPOCH, EPOCH))


def zipapp() -> Path:
    """For a host with python3 3.11 or newer, of whatever kind."""
    target = build.DIST / "hyprnode.pyz"
    target.unlink(missing_ok=True)
    build.DIST.mkdir(exist_ok=True)
    folders = [build.ROOT / "src/hyprnode", build.ROOT / "src/hyprwire", build.installed("asn1crypto")]
    files = {f"{folder.name}/{path.relative_to(folder)}": path for folder in folders for path in folder.rglob("*.py")}
    with open(target, "wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w") as archive:
            add(archive, "__main__.py", b"import sys\n\nfrom hyprnode.__main__ import main\n\nsys.exit(main())\n")
            for name in sorted(files):
                add(archive, name, files[name].read_bytes())
    target.chmod(0o755)
    return target


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=9)


def bill(executable: Path, architecture: str) -> Path:
    """A CycloneDX bill of materials: what is in the file, with what Debian calls it."""
    pinned = pins.read()
    parts = [
        component(
            source.name, source.version, source.licence, f"pkg:deb/debian/{source.package}@{source.version}?arch=source"
        )
        for source in pinned.sources
    ]
    parts.append(component("musl", MUSL, "MIT", f"pkg:generic/musl@{MUSL}"))
    asn1crypto = build.locked("asn1crypto")
    parts.append(component("asn1crypto", asn1crypto, "MIT", f"pkg:pypi/asn1crypto@{asn1crypto}"))
    digest = hashlib.sha256(executable.read_bytes()).hexdigest()
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "name": executable.name, "version": build.version(),
                "hashes": [{"alg": "SHA-256", "content": digest}],
            },
            "tools": [{"name": pinned.compiler, "version": pinned.compiler_version}],
            "properties": [{"name": "architecture", "value": architecture}, {"name": "recipe", "value": pins.recipe()}],
        },
        "components": parts,
    }  # fmt: skip
    target = executable.with_name(f"{executable.name}.cdx.json")
    target.write_text(json.dumps(told, indent=2) + "\n")
    return target


def component(name: str, version: str, licence: str, purl: str) -> dict[str, object]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": licence}}],
        "purl": purl,
    }


def digests() -> Path:
    target = build.DIST / "SHA256SUMS"
    files = sorted(
        path for path in build.DIST.iterdir() if path.is_file() and not path.name.startswith((target.name, "hyprbox-"))
    )
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    target.write_text("".join(lines))
    return target


if __name__ == "__main__":
    sys.exit(main())
