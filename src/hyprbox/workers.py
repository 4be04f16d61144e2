"""Several serving processes on one port: the kernel deals the connections out among them."""

import logging
import os
import signal
import subprocess
import sys
import time
from types import FrameType

log = logging.getLogger("hyprbox")

PAUSE_SECONDS = 1.0
STOP_SECONDS = 15.0
ONE_OF_MANY = "HYPRBOX_ONE_OF_MANY"


def supervise(number: int, host: str, port: int) -> None:
    """Keeps `number` of them alive until SIGTERM or SIGINT, then ends them and waits for it."""
    command = [sys.executable, "-m", "hyprbox", "serve", "--host", host, "--port", str(port)]
    env = os.environ | {ONE_OF_MANY: "true"}
    workers = [subprocess.Popen(command, env=env) for _ in range(number)]
    stopping = _Stopping()
    while not stopping:
        time.sleep(0.1)
        for place, worker in enumerate(workers):
            if worker.poll() is not None and not stopping:
                log.error("a worker ended with %s, started again", worker.returncode)
                time.sleep(PAUSE_SECONDS)
                workers[place] = subprocess.Popen(command, env=env)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        try:
            worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()


class _Stopping:
    """True once somebody has asked us to end."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def __bool__(self) -> bool:
        return self._asked
