"""A network of two: a namespace for the control plane, and a cable to a box that may be plugged in again."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.host.peer import CABLE

ADDRESS = "10.99.0.1"
TCP_HEADER = 32  # bytes, with the time in it, as Linux sends it
JOB_ID = 18
PATIENCE = 60  # the kernel takes the network of a box that is gone apart in its own time, and others wait for that


class Net:
    def __init__(self) -> None:
        """Lasts as long as our end of the holder's pipe, or a process in it."""
        words = ["unshare", "--net", "bash", "-ec", "ip link set lo up; echo ready; exec cat"]
        self._holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._holder.stdout.readline()

    def plug(self, leader: int) -> None:
        """Into the box of this process."""
        self.unplug()
        words = ["bash", "-ec", CABLE, "cable", str(leader), str(self._holder.pid)]
        subprocess.run(words, check=True, timeout=PATIENCE)

    def unplug(self) -> None:
        """Also of a box that is gone: its network stays for as long as its kernel has something left to say there, and
        says again what nobody has answered."""
        subprocess.run(self.command("ip", "link", "delete", "peer0"), stderr=subprocess.DEVNULL, timeout=PATIENCE)

    def command(self, *words: str) -> list[str]:
        """To be started as any other, to run there."""
        return ["nsenter", "--net", "--target", str(self._holder.pid), "--", *words]

    def cut(self) -> None:
        """Whatever comes or goes is lost, and nobody is told."""
        self._nft("add table inet cut")
        for hook in ("input", "output"):
            self._nft(f"add chain inet cut {hook} {{ type filter hook {hook} priority 0; policy drop; }}")
            self._nft(f'add rule inet cut {hook} meta iifname "lo" accept')
            self._nft(f'add rule inet cut {hook} meta oifname "lo" accept')

    def mend(self) -> None:
        self._nft("delete table inet cut")

    @contextmanager
    def swallowing(self, what: str) -> Iterator[Callable[[], None]]:
        """What agents say of a job, as `accept` or `complete`, does not arrive; all else does.

        From the moment on at which what this gives is called, their connections are reset when they say it.
        """
        word = f"/{what} ".encode()
        at = TCP_HEADER + len("POST /api/jobs/") + JOB_ID
        it = f"tcp dport 4000 @th,{8 * at},{8 * len(word)} 0x{word.hex()}"
        self._nft("add table inet cut")
        self._nft("add chain inet cut input { type filter hook input priority 0; }")
        self._nft(f"add rule inet cut input {it} drop")
        try:
            yield lambda: self._nft(f"insert rule inet cut input {it} reject with tcp reset")
        finally:
            self.mend()

    def leave(self) -> None:
        self._holder.communicate(timeout=PATIENCE)

    def _nft(self, words: str) -> None:
        subprocess.run(self.command("nft", words), check=True, timeout=PATIENCE)
