import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hyprbox.demo.play import PASSWORD
from hyprbox.door import COOKIE
from tests.servers import answers, clean_env, free_port, wait_until
from tests.world import Visitor


class Demonstration:
    """`hyprbox demo` as somebody starts it, in a folder for temporary files of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, port = folder, folder / "log", free_port()
        self.url = f"http://127.0.0.1:{port}"
        env = clean_env() | {"TMPDIR": str(folder)}
        with self.log.open("wb") as sink:
            command = [sys.executable, "-m", "hyprbox", "demo", "--port", str(port)]
            self.process = subprocess.Popen(command, env=env, stdout=sink, stderr=sink)
        wait_until(lambda: answers(self.url + "/ready"), self.process, self.log, seconds=120)

    def sign_in(self, http: httpx.Client, name: str) -> Visitor:
        form = {"name": name, "password": PASSWORD}
        return Visitor(http, Visitor(http, None).send("/dashboard/sign-in", form).cookies[COOKIE])

    def link(self) -> str:
        return re.search(r"http://\S+/welcome/\S+", self.log.read_text())[0]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="package")
def demo(memory_folder, tmp_path_factory):
    demo = Demonstration(tmp_path_factory.mktemp("demo"))
    yield demo
    if demo.process.poll() is None:
        demo.stop()


@pytest.fixture(scope="package")
def http(demo):
    with httpx.Client(base_url=demo.url, timeout=30) as http:
        yield http


@pytest.fixture(scope="package")
def ada(demo, http):
    return demo.sign_in(http, "ada")
