"""The agent as a process of its own, as a service manager would run it."""

import os
import signal
import subprocess
import time
from pathlib import Path

from hyprnode.scanners import ALL
from tests.program import AGENT

OTHERS = ",".join(name for name in ALL if name != "tls")  # scanners that would tell of the machine under the test
TOKEN = "hbnt_dGhlIHRva2VuIG9mIGV1LTE"


class RunningAgent:
    def __init__(self, api, home, *words, **settings):
        self.home = Path(home)
        self.log_file = self.home / "log"
        self.env = {
            "PATH": os.environ["PATH"],
            "HYPRBOX_API_URL": api.url,
            "HYPRBOX_NODE_ID": "eu-1",
            "HYPRBOX_NODE_TOKEN": TOKEN,
            "HYPRBOX_INTERVAL": "200ms",
            "HYPRBOX_SCAN_INTERVAL": "1h",
            "HYPRBOX_TLS_PATHS": str(self.home / "certs/*.crt"),
            "HYPRBOX_SCANNERS_OFF": OTHERS,
            "HYPRBOX_STATE_DIR": str(self.home / "state"),
            "HYPRBOX_SPOOL_DIR": str(self.home / "spool"),
            **settings,
        }
        self.start(*words)

    def start(self, *words):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([*AGENT, *words], env=self.env, stdin=subprocess.DEVNULL, stderr=log)

    @property
    def log(self):
        return self.log_file.read_text()

    def kill(self):
        """As the kernel would when memory is short: no last words."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Exit code, and seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10), time.monotonic() - begun

    def restart(self):
        self.kill()
        self.start()
