"""`hyprnode install`: this file becomes the program of a service with an identity. A second time it changes only what
differs, and restarts the service only then; a job that runs meanwhile goes on."""

import os
import shutil
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hyprnode.installing import enrol, orders, settings, systemd, unit
from hyprnode.installing.orders import Order, Refused
from hyprnode.installing.places import Places, put, remove
from hyprnode.values import node_id as checked

ENV = "HYPRBOX_NODE_TOKEN"


def install(words: Sequence[str]) -> int:
    Installation(orders.order(words, os.environ), os.environ).run()
    return 0


@dataclass
class Installation:
    order: Order
    environ: Mapping[str, str]
    places: Places = field(default_factory=Places)
    changes: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Refused, BadSetting or OSError: what was done until then can be done again."""
        if os.geteuid() != 0:
            raise Refused("this runs as somebody else, expected root")
        if self.order.reset_identity:
            self.forget()
        self.text = read(self.places.settings)
        values = self.wanted()
        token = self.identity(values)
        self.put(self.places.program, own_file().read_bytes(), 0o755, unless=self.is_ours())
        self.keep(values, token)
        self.serve(values, token)

    def wanted(self) -> dict[str, str]:
        """The settings that are ours to write."""
        before = settings.values(self.text)
        url = self.order.url or before.get("HYPRBOX_API_URL", "")
        if not url:
            raise Refused("no control plane is named, expected --url https://box.example.com")
        known, ordered = before.get("HYPRBOX_NODE_ID", ""), self.order.node_id
        if known and ordered and known != ordered:
            raise Refused(f"this machine is node {known} already, expected --reset-identity to make it {ordered}")
        node_id = checked("HYPRBOX_NODE_ID", ordered or known or socket.gethostname())
        ca_file = self.order.ca_file or before.get("HYPRBOX_CA_FILE", "")
        return {"HYPRBOX_API_URL": url, "HYPRBOX_NODE_ID": node_id} | ({"HYPRBOX_CA_FILE": ca_file} if ca_file else {})

    def identity(self, values: dict[str, str]) -> str:
        """The token: one that was given, the one that is there, or one in exchange for a code."""
        before = settings.values(self.text)
        there = before.get(ENV) or read(self.places.token).strip()
        is_same_place = before.get("HYPRBOX_API_URL", values["HYPRBOX_API_URL"]) == values["HYPRBOX_API_URL"]
        if self.order.token:
            return self.order.token
        if there and is_same_place:
            return there
        if not self.order.code:
            raise Refused("this machine has no token yet, expected a code in HYPRBOX_ENROLMENT_CODE or in --code-file")
        proxies = {name: value for name, value in {**self.environ, **before}.items() if name.endswith("_PROXY")}
        token = enrol.exchange(self.order.code, proxies | values)
        self.changes.append(f"enrolled as {values['HYPRBOX_NODE_ID']}")
        self.keep(values, token)  # at once: the code is used up
        return token

    def keep(self, values: dict[str, str], token: str) -> None:
        """The token in a file of its own where systemd hands it to the service, else among the settings."""
        is_apart = systemd.runs() and systemd.knows_credentials()
        written: dict[str, str | None] = {**values, ENV: None if is_apart else token}
        self.put(self.places.settings, settings.changed(self.text, written).encode(), 0o600)
        self.text = read(self.places.settings)
        if is_apart:
            self.put(self.places.token, f"{token}\n".encode(), 0o600)
            self.put(self.places.token_dropin, unit.TOKEN.encode(), 0o644)
        else:
            self.take(self.places.token, self.places.token_dropin)

    def serve(self, values: dict[str, str], token: str) -> None:
        if not systemd.runs():
            print(f"systemd does not run here: start {self.places.program} as a service with {self.places.settings}")
            return
        is_packaged = any(path.exists() for path in self.places.packaged_units)
        self.put(self.places.unit, unit.AGENT.encode(), 0o644, unless=is_packaged)
        systemd.ask("daemon-reload")
        systemd.ask("enable", "--quiet", systemd.SERVICE)
        if not self.changes and systemd.is_active():
            print(f"Node {values['HYPRBOX_NODE_ID']} is installed as it should be, nothing was changed.")
            return
        if self.places.token_dropin.exists() and not started():
            self.do_without_credentials(values, token)
        elif not self.places.token_dropin.exists() and not started():
            raise Refused("the service does not start, expected to read why in `journalctl -u hyprnode`")
        print(f"Node {values['HYPRBOX_NODE_ID']} runs: {', '.join(self.changes) or 'started'}.")

    def do_without_credentials(self, values: dict[str, str], token: str) -> None:
        """Some containers cannot hand them over."""
        self.put(self.places.settings, settings.changed(self.text, {**values, ENV: token}).encode(), 0o600)
        self.take(self.places.token, self.places.token_dropin)
        systemd.ask("daemon-reload")
        if not started():
            raise Refused("the service does not start, expected to read why in `journalctl -u hyprnode`")

    def forget(self) -> None:
        """For a clone: it must not speak as the machine that it was copied from, nor finish that one's jobs."""
        if systemd.runs():
            systemd.ask("stop", systemd.SERVICE)
        unnamed = settings.changed(read(self.places.settings), {"HYPRBOX_NODE_ID": None, ENV: None})
        if self.places.settings.exists():
            put(self.places.settings, unnamed.encode(), 0o600)
        remove(self.places.token)
        shutil.rmtree(self.places.state, ignore_errors=True)
        self.changes.append("forgot who it was")

    def is_ours(self) -> bool:
        """What is run is what is installed: by itself, or through a link that a package has made."""
        return self.places.program.exists() and self.places.program.samefile(own_file())

    def put(self, path: Path, content: bytes, mode: int, unless: bool = False) -> None:
        if not unless and put(path, content, mode):
            self.changes.append(f"wrote {path}")

    def take(self, *paths: Path) -> None:
        self.changes += [f"removed {path}" for path in paths if remove(path)]


def started() -> bool:
    """It says by itself when it is up."""
    return systemd.ask("restart", systemd.SERVICE).code == 0 and still_up()


def still_up() -> bool:
    time.sleep(0.2)
    return systemd.is_active()


def read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return ""


def own_file() -> Path:
    """The executable, or the archive that Python runs."""
    if not hasattr(sys.modules["__main__"], "__file__"):  # all in one file
        return Path("/proc/self/exe").resolve()
    file = Path(sys.argv[0]).resolve()
    if file.suffix == ".py":
        raise Refused(f"{file} is a checkout, expected the agent as one file, as `make agent` makes it")
    return file
