"""A real control plane on one side of a cable, on the other a booted Debian with agents installed as services."""

import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from hyprbox.people.model import Role
from hyprnode import scanners
from tests.host import agent
from tests.host.box import Box
from tests.host.conftest import booted
from tests.program import EXECUTABLE
from tests.servers import PLAIN, Server, clean_env, wait_until
from tests.survival import relay
from tests.survival.net import ADDRESS, Net

PORT = 4000
ROOT = Path(__file__).parent.parent.parent
NO_MATTER = ",".join(scanners.ALL.keys() - {"tls"})  # of jobs; a scan goes on beside them all the same
COMMAND = f"""#!/usr/bin/python3 -I
import sys
sys.path.insert(0, {agent.HOME!r})
from hyprnode.__main__ import main
sys.exit(main())
"""


class ControlPlane:
    """As a process in the namespace of the net, killed and started as one likes."""

    def __init__(self, net: Net, folder: Path, **variables: str) -> None:
        self.net, self.folder = net, folder
        self.log = folder / "server.log"
        self.env = clean_env() | {"HYPRBOX_DATA_DIR": str(folder / "data"), **variables}
        self.besides: dict[str, str] = {}
        self.socket = folder / "relay"
        self.relay = relay.start(net.command, str(self.socket), ADDRESS, str(PORT))
        self.url = f"http://{ADDRESS}:{PORT}"
        try:
            self.start()
        except BaseException:
            for process in (self.relay, self.process):
                process.kill()
                process.communicate()
            raise
        self.server = Server(self.url, self.env, self.process, self.log)
        self.admin = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(self.socket), verify=PLAIN),
            base_url=self.url,
            headers={"authorization": f"Bearer {self.server.key(Role.ADMIN)}"},
            timeout=30,
        )

    def start(self) -> None:
        words = [sys.executable, "-m", "hyprbox", "serve", "--host", ADDRESS, "--port", str(PORT)]
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                self.net.command("env", *(f"{name}={value}" for name, value in self.besides.items()), *words),
                env=self.env,
                stdout=sink,
                stderr=sink,
            )
        wait_until(self.is_ready, self.process, self.log, seconds=180)

    def is_ready(self) -> bool:
        try:
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket), verify=PLAIN)) as client:
                return client.get(self.url + "/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def restart_with(self, variables: dict[str, str]) -> None:
        self.stop()
        self.besides = variables
        self.start()

    def leave(self) -> None:
        self.admin.close()
        self.stop()
        with self.relay:  # its end of the pipe is closed too
            self.relay.terminate()


class Stage:
    def __init__(self, box: Box, net: Net, box_folder: Path, **variables: str) -> None:
        self.box, self.net, self.folder = box, net, box_folder
        net.plug(box.leader)
        self.plane = ControlPlane(net, box_folder, **variables)
        agent.install(box)
        if EXECUTABLE is None:
            box.write(agent.PROGRAM, COMMAND, mode=0o755)
        box.write("/etc/systemd/system/hyprnode@.service", unit())

    @property
    def admin(self) -> httpx.Client:
        return self.plane.admin

    def start_agent(self, node_id: str, **settings: str) -> None:
        variables = {
            "HYPRBOX_API_URL": self.plane.url,
            "HYPRBOX_NODE_ID": node_id,
            "HYPRBOX_NODE_TOKEN": self.plane.server.token("--node", node_id),
            "HYPRBOX_STATE_DIR": f"/var/lib/hyprnode-{node_id}",
            "HYPRBOX_TLS_PATHS": "/nowhere/*.pem",
            "HYPRBOX_INTERVAL": "2s",
            "HYPRBOX_SCANNERS_OFF": NO_MATTER,
            **settings,
        }
        lines = "".join(f"{name}={value}\n" for name, value in variables.items())
        self.box.write(f"/etc/hyprbox/{node_id}.env", lines, mode=0o600)
        self.box.run(f"systemctl enable --quiet --now hyprnode@{node_id}")
        wait_until(lambda: self.node(node_id).get("status") == "ONLINE")

    def node(self, node_id: str):
        return self.admin.get(f"/api/nodes/{node_id}").json()

    def queue(self, node_id: str, script: str, **order: object) -> str:
        answer = self.admin.post("/api/jobs", json={"nodeId": node_id, "script": script, **order})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def job(self, job_id: str):
        return self.admin.get(f"/api/jobs/{job_id}").json()

    def output(self, job_id: str) -> str:
        return self.admin.get(f"/api/jobs/{job_id}/output").text

    def printed(self, job_id: str, word: str, seconds: float = 20) -> str:
        wait_until(lambda: word in self.output(job_id), seconds=seconds)
        return self.output(job_id)

    def ended(self, job_id: str, seconds: float = 60):
        wait_until(lambda: self.job(job_id)["state"] not in ("QUEUED", "RUNNING"), seconds=seconds)
        return self.job(job_id)

    def log(self, node_id: str) -> str:
        return self.box.run(f"journalctl -o cat -u hyprnode@{node_id}").output

    def reset(self) -> None:
        self.box.reset()
        self.net.plug(self.box.leader)


def unit() -> str:
    """The one that is shipped, for several agents on one host, and restarted sooner."""
    text = (ROOT / "deploy" / "hyprnode.service").read_text()
    replaced = text.replace("/etc/hyprbox/hyprnode.env", "/etc/hyprbox/%i.env").replace(
        "RestartSec=10s", "RestartSec=1s"
    )
    return replaced.replace("RuntimeDirectory=hyprnode", "RuntimeDirectory=hyprnode-%i").replace(
        "StateDirectory=hyprnode", "StateDirectory=hyprnode-%i"
    )


@contextmanager
def set_up(debian: Path, memory_folder: Path, *options: str, **variables: str):
    """`options` are of systemd-nspawn, `variables` of the control plane."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=memory_folder)))
        box = stack.enter_context(booted(debian, memory_folder, f"--bind={folder}:/stage", *options))
        net = Net()
        stack.callback(net.leave)
        stage = Stage(box, net, folder, **variables)
        stack.callback(stage.plane.leave)
        yield stage
