"""What happens to jobs: applied from outside, to real processes, at the moment at which `go` appears."""

import glob
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.survival.scripts import NODES
from tests.survival.stage import Stage

CUT_SECONDS = 30
API_GONE_SECONDS = 2
UNITS = " ".join(f"hyprnode@{node_id}" for node_id in NODES)
WAIT_IN_BOX = "until [ -e /stage/go ]; do sleep 0.005; done; "


@dataclass(frozen=True)
class Fault:
    """`strike` does it when it is called `go`, and mends what must be mended; `around` prepares the stage for it."""

    name: str
    strike: Callable[[Stage, Callable[[], None]], None]
    around: Callable[[Stage], Iterator[None]] | None = None

    @contextmanager
    def prepared(self, stage: Stage) -> Iterator[None]:
        if self.around is None:
            yield
        else:
            yield from self.around(stage)


def in_box(script: str) -> Callable[[Stage, Callable[[], None]], None]:
    """By a shell that is in the box already, and waits."""

    def strike(stage: Stage, go: Callable[[], None]) -> None:
        waiting = subprocess.Popen(stage.box.words("bash", "-c", WAIT_IN_BOX + script))
        time.sleep(0.3)  # until it is there
        go()
        assert waiting.wait(60) == 0

    return strike


def api_dies(stage: Stage, go: Callable[[], None]) -> None:
    go()
    stage.plane.kill()
    time.sleep(API_GONE_SECONDS)
    stage.plane.start()


def api_restarts(stage: Stage, go: Callable[[], None]) -> None:
    go()
    stage.plane.stop()
    stage.plane.start()


def network_is_cut(stage: Stage, go: Callable[[], None]) -> None:
    go()
    stage.net.cut()
    time.sleep(CUT_SECONDS)
    stage.net.mend()


def machine_is_reset(stage: Stage, go: Callable[[], None]) -> None:
    go()
    stage.reset()
    settle(stage)


def clock_steps(offset: str) -> Callable[[Stage, Callable[[], None]], None]:
    def strike(stage: Stage, go: Callable[[], None]) -> None:
        go()
        (stage.folder / "clock").write_text(f"{offset}\n")

    return strike


def with_a_clock_of_their_own(stage: Stage) -> Iterator[None]:
    """The control plane and the agents run under libfaketime; what they read is in a file."""
    (library,) = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    stage.box.write("/usr/lib/libfaketime.so.1", Path(library).read_bytes())
    (stage.folder / "clock").write_text("+0\n")
    faked = {"FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
    here = faked | {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(stage.folder / "clock")}
    there = faked | {"LD_PRELOAD": "/usr/lib/libfaketime.so.1", "FAKETIME_TIMESTAMP_FILE": "/stage/clock"}
    lines = "\\n".join(f"Environment={name}={value}" for name, value in there.items())
    stage.box.run(
        f"mkdir -p /run/systemd/system/hyprnode@.service.d; printf '[Service]\\n{lines}\\n' "
        f">/run/systemd/system/hyprnode@.service.d/clock.conf; systemctl daemon-reload; systemctl restart {UNITS}"
    )
    stage.plane.restart_with(here)
    settle(stage)
    yield
    stage.box.run(f"rm -r /run/systemd/system/hyprnode@.service.d; systemctl daemon-reload; systemctl restart {UNITS}")
    stage.plane.restart_with({})
    settle(stage)


def on_a_small_spool(stage: Stage) -> Iterator[None]:
    mount = "; ".join(f"mount -t tmpfs -o size=2m,mode=0700 spool /spool/{node_id}" for node_id in NODES)
    stage.box.run(f"{mount}; systemctl restart {UNITS}")
    settle(stage)
    yield
    stage.box.run(
        "; ".join(f"rm -f /spool/{n}/fill; umount -l /spool/{n}" for n in NODES) + f"; systemctl restart {UNITS}"
    )
    settle(stage)


def settle(stage: Stage) -> None:
    """Until every agent is there again and takes a job."""
    for job in [stage.queue(node_id, "true") for node_id in NODES]:
        assert stage.ended(job, seconds=240)["state"] == "SUCCEEDED"


FILL = "; ".join(f"dd if=/dev/zero of=/spool/{n}/fill bs=4k status=none 2>/dev/null" for n in NODES) + "; true"

FAULTS = (
    Fault("nothing", lambda stage, go: go()),
    Fault("agent SIGKILL", in_box(f"systemctl kill --kill-whom=main --signal=KILL {UNITS}")),
    Fault("agent restart", in_box(f"systemctl restart {UNITS}")),
    Fault("API SIGKILL", api_dies),
    Fault("API restart", api_restarts),
    Fault(f"network cut for {CUT_SECONDS} s", network_is_cut),
    Fault("clock 1 h ahead", clock_steps("+3600"), with_a_clock_of_their_own),
    Fault("clock 1 h back", clock_steps("-3600"), with_a_clock_of_their_own),
    Fault("spool full", in_box(FILL), on_a_small_spool),
    Fault("machine reset", machine_is_reset),
)
