"""A little machine to run presets on: the programs of this one, an /etc, a /var and a /run of its own, nothing else.

Each run is a chroot in a mount and process namespace that ends with it. /usr is an overlay, so even that may be
written to; all the rest is a folder that the test looks into.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENTER = """
cd "$1"
mount -t overlay overlay -o "lowerdir=/usr,upperdir=$1/usr,workdir=$1/work" root/usr &&
mount --rbind /dev root/dev &&
mount --bind -o ro /etc/alternatives root/etc/alternatives &&
mount -t proc proc root/proc &&
rm -f root/usr/{bin,sbin}/{certbot,nginx,apache2ctl,httpd,haproxy} &&
shift && exec chroot "$@"
"""
NOBODY = 65534
PASSWD = """root:x:0:0::/root:/bin/bash
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
"""


@dataclass(frozen=True)
class Ended:
    code: int
    output: str

    @property
    def said(self) -> list[str]:
        """What the preset itself said."""
        return [line.removeprefix("hb: ") for line in self.output.splitlines() if line.startswith("hb: ")]


class Machine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = folder / "root"
        if not folder.exists():
            self._build()

    def copy(self, folder: Path) -> "Machine":
        subprocess.run(["cp", "-a", self._folder, folder], check=True)
        return Machine(folder)

    def path(self, name: str) -> Path:
        return self.root / name.removeprefix("/")

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def program(self, name: str, text: str) -> None:
        """Comes before this machine's own program of that name."""
        path = self._folder / "usr/local/sbin" / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script: str, uid: int = 0) -> Ended:
        """As the agent does it: bash, the script on its standard input, one stream for all that it writes."""
        namespaces = [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "bash",
            "-c",
            ENTER,
            "enter",
            self._folder,
        ]
        chroot = [f"--userspec={uid}:{uid}", "root", "/usr/bin/env", "-i", f"PATH={PATH}", "HOME=/root", "bash", "-s"]
        ended = subprocess.run(
            [*namespaces, *chroot],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        return Ended(ended.returncode, ended.stdout)

    def tree(self, *names: str) -> dict[str, str]:
        """Each file below with its mode, owner and content, to see that nothing has changed."""
        found = {}
        for top in names:
            for path in sorted([self.path(top), *self.path(top).rglob("*")]):
                status = path.lstat()
                about = f"{status.st_mode:o} {status.st_uid}:{status.st_gid} "
                found[str(path.relative_to(self.root))] = about + content(path)
        return found

    def _build(self) -> None:
        for name in ["usr", "dev", "proc", "etc/alternatives", "var/lib", "var/log", "var/cache", "run", "root"]:
            (self.root / name).mkdir(parents=True)
        for name in ["work", "usr/local/sbin"]:
            (self._folder / name).mkdir(parents=True)
        (self.root / "tmp").mkdir()
        (self.root / "tmp").chmod(0o1777)
        for name in ("bin", "sbin", "lib", "lib64"):
            (self.root / name).symlink_to(f"usr/{name}")
        shutil.copy("/etc/ld.so.cache", self.path("/etc/ld.so.cache"))
        self.write("/etc/os-release", "ID=debian\n")
        self.write("/etc/passwd", PASSWD)
        self.write("/etc/group", "root:x:0:\nnogroup:x:65534:\n")


def content(path: Path) -> str:
    if path.is_symlink():
        return os.readlink(path)
    return path.read_text(errors="replace") if path.is_file() else ""
