"""A neighbour of a box: a network namespace with a cable between the two, and this machine's programs in it."""

import subprocess

CABLE = """
ip link add peer0 netns "$2" type veth peer name host0 netns "$1"
nsenter --net --target "$1" bash -ec '
  ip address add 10.99.0.2/24 dev host0; ip -6 address add fd99::2/64 dev host0 nodad; ip link set host0 up'
nsenter --net --target "$2" bash -ec '
  ip address add 10.99.0.1/24 dev peer0; ip -6 address add fd99::1/64 dev peer0 nodad; ip link set peer0 up'
"""


class Peer:
    """`address` is its own, `box` that of the box."""

    address, box = "10.99.0.1", "10.99.0.2"
    address6, box6 = "fd99::1", "fd99::2"

    def __init__(self, leader: int) -> None:
        """`leader` is any process of the box. The namespace lasts as long as our end of the pipe."""
        words = ["unshare", "--net", "bash", "-ec", "ip link set lo up; echo ready; exec cat"]
        self._holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._holder.stdout.readline()
        subprocess.run(["bash", "-ec", CABLE, "cable", str(leader), str(self._holder.pid)], check=True)

    def command(self, *words: str) -> list[str]:
        """To be started as any other, to run there."""
        return ["nsenter", "--net", "--target", str(self._holder.pid), "--", *words]

    def reaches(self, port: int, address: str = box, seconds: float = 1) -> bool:
        return self._connect(f'exec 3<>"/dev/tcp/{address}/{port}"', seconds).returncode == 0

    def banner(self, port: int, address: str = box, seconds: float = 3) -> str:
        """The first line of whoever listens there; nothing when nobody speaks."""
        return self._connect(
            f'exec 3<>"/dev/tcp/{address}/{port}"; IFS= read -r line <&3; echo "$line"', seconds
        ).stdout

    def leave(self) -> None:
        self._holder.communicate()

    def _connect(self, script: str, seconds: float) -> subprocess.CompletedProcess[str]:
        words = self.command("timeout", str(seconds), "bash", "-ec", script)
        return subprocess.run(words, capture_output=True, text=True)
