"""A throw-away Debian 12 with a systemd of its own, booted in a container in a second or two.

Its root is an overlay over a tree that is never written to: what a test changes lies in `upper`, and is gone with
the box. Mounts live in a mount namespace of the box, and everything dies with the process that started it, so that
even a killed test leaves nothing behind but files in memory.
"""

import errno
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.host.peer import Peer

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BOOT_SECONDS = 60
STOP_SECONDS = 20
# A systemd must have its control groups for itself; those of this machine may be of the first or the second kind.
ALONE = """
for top in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  if [ -e "$top/cgroup.procs" ]; then
    mkdir -p "$top/$3"
    echo $$ >"$top/$3/cgroup.procs"
  fi
done
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn  # nspawn leaves folders there
cd /
shift 3
exec "$@"
"""
# Nspawn's own list of forbidden calls, put together at each start, forbids nothing that is tried here.
ENVIRONMENT = {"PATH": PATH, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_SECCOMP": "0"}
REBOOTS = 133  # how nspawn ends when what is in it restarts


@dataclass(frozen=True)
class Ended:
    code: int
    output: str
    errors: str


class Failed(Exception):
    pass


class Box:
    def __init__(self, tree: Path, folder: Path, *options: str) -> None:
        """`options` go to systemd-nspawn as they are, such as --bind-ro=/here:/there."""
        self.tree = tree
        self.folder = folder
        self.options = options
        self.upper = folder / "upper"
        self._peers: list[Peer] = []

    def boot(self) -> None:
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.bind(str(self.folder / "bell"))
            self._console = open(self.folder / "console", "ab")  # noqa: SIM115 - closed in _ended
            self._nspawn = subprocess.Popen(
                self._command(),
                env=ENVIRONMENT | {"NOTIFY_SOCKET": str(self.folder / "bell")},
                stdin=subprocess.DEVNULL,
                stdout=self._console,
                stderr=self._console,
                start_new_session=True,
            )
            try:
                self.leader = self._wait_for(bell)
            finally:
                (self.folder / "bell").unlink()

    def run(self, script: str, timeout: float = 60, check: bool = True, **environment: str) -> Ended:
        """By bash, as root. Failed when it fails, unless `check` is off."""
        settings = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        words = [f"{name}={value}" for name, value in (settings | environment).items()]
        ended = self.enter("env", "-i", *words, "bash", "-s", stdin=script.encode(), timeout=timeout)
        if check and ended.code:
            raise Failed(f"exit code {ended.code}\n{ended.output}{ended.errors}")
        return ended

    def enter(self, *command: str, stdin: bytes = b"", timeout: float = 60) -> Ended:
        """A command in all of the box's namespaces."""
        ended = subprocess.run(self.words(*command), input=stdin, capture_output=True, timeout=timeout)
        return Ended(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))

    def words(self, *command: str) -> list[str]:
        """To be started as any other, to run in there."""
        nsenter = ["nsenter", "--target", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C", "--root", "--wd", "--"]
        return [*nsenter, *command]

    def write(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        """Through the box itself: its links lead elsewhere than ours."""
        data = content.encode() if isinstance(content, str) else content
        ended = self.enter("install", "-D", "-m", f"{mode:o}", "/dev/stdin", path, stdin=data)
        if ended.code:
            raise Failed(ended.errors)

    def unpack(self, archive: bytes, to: str) -> None:
        """A tar archive below the folder `to`; everything in it becomes root's."""
        self.run(f"mkdir -p {to}")
        ended = self.enter("tar", "-x", "--no-same-owner", "-C", to, stdin=archive)
        if ended.code:
            raise Failed(ended.errors)

    def read(self, path: str) -> str:
        ended = self.enter("cat", path)
        if ended.code:
            raise Failed(ended.errors)
        return ended.output

    def changed(self, top: str) -> set[str]:
        """Every file below `top` that is no longer as the tree has it: content, mode, owner, or gone."""
        found = set()
        for path in (self.upper / top.removeprefix("/")).rglob("*"):
            name = path.relative_to(self.upper)
            if not path.is_dir() and portrait(path) != portrait(self.tree / name):
                found.add(f"/{name}")
        return found

    def peer(self) -> Peer:
        """A neighbour with a cable to this box, until its end."""
        self._peers.append(Peer(self.leader))
        return self._peers[-1]

    def reboot(self) -> None:
        """In order, but past logind, which lets whoever asked for it hold this up for seconds."""
        self.enter("systemctl", "--no-block", "start", "reboot.target")
        self.restarts()

    def reset(self) -> None:
        """As by its button."""
        self.switch_off()
        self.boot()

    def switch_off(self) -> None:
        """Nothing in it hears of it."""
        if self._nspawn.poll() is None:
            os.kill(self.leader, signal.SIGKILL)  # and with it every process in there
        self._nspawn.wait(STOP_SECONDS)
        self._ended()

    def restarts(self) -> None:
        """Waits until what is in it restarts the machine, and boots it again."""
        code = self._nspawn.wait(30)
        self._ended()
        if code != REBOOTS:
            raise Failed(f"nspawn ended with {code}, expected {REBOOTS}\n{self.console}")
        self.boot()

    def stop(self) -> None:
        self._nspawn.terminate()  # passed on as the signal at which systemd shuts down
        try:
            self._nspawn.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
        self._ended()

    def discard(self) -> None:
        shutil.rmtree(self.folder)
        for top, _, _ in os.walk("/sys/fs/cgroup", topdown=False):  # which minds no other box that goes meanwhile
            if self.folder.name in Path(top).parts:
                self._take_away(Path(top))

    def _take_away(self, group: Path) -> None:
        end = time.monotonic() + STOP_SECONDS
        while not gone(group) and time.monotonic() < end:  # whoever was in it may still be dying
            time.sleep(0.1)

    @property
    def console(self) -> str:
        return (self.folder / "console").read_text(errors="replace")

    def _command(self) -> list[str]:
        nspawn = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe"]
        nspawn += ["--notify-ready=yes", "--kill-signal=SIGRTMIN+3", "--private-network", "--machine=box"]
        nspawn += ["--resolv-conf=off", "--timezone=off"]
        nspawn += [f"--directory={self.folder}/root", *self.options]
        alone = ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "bash", "-ec", ALONE, "alone"]
        return [*alone, str(self.tree), str(self.folder), self.folder.name, *nspawn]

    def _wait_for(self, bell: socket.socket) -> int:
        """The pid of the box's systemd, once that says that it has started everything."""
        bell.settimeout(1)
        said = ""
        end = time.monotonic() + BOOT_SECONDS
        while "READY=1" not in said:
            if self._nspawn.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Failed(f"the box did not start\n{self.console}")
            with suppress(TimeoutError):
                said += bell.recv(4096).decode() + "\n"
        (leader,) = re.findall(r"^X_NSPAWN_LEADER_PID=(\d+)", said, re.M)
        return int(leader)

    def _ended(self) -> None:
        self._console.close()
        while self._peers:
            self._peers.pop().leave()


def gone(group: Path) -> bool:
    try:
        group.rmdir()
    except OSError as error:
        return error.errno == errno.ENOENT  # the kernel was faster
    return True


def portrait(path: Path) -> tuple[object, ...] | None:
    """What tells two files apart. An overlay marks what is gone by a device: gone as well."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
        return None
    content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return status.st_mode, status.st_uid, status.st_gid, content
