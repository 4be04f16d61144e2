"""The image of the control plane, made from deploy/Containerfile over a Debian of ours, no registry's, and served."""

import os
import re
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from hyprwire import __version__
from tests.executable import trees
from tests.servers import answers, free_port, wait_until

ROOT = Path(__file__).parent.parent.parent
# How this machine reaches its package registries, which whoever builds elsewhere does in a way of their own.
OURS = ("/etc/pip.conf", "/etc/npmrc", os.path.expanduser("~/.npmrc"), "/etc/ssl/certs/ca-certificates.crt")


def base(buildah, name):
    container = buildah("from", "scratch")
    buildah("copy", "--quiet", container, str(trees.named("Debian 13")), "/")
    for path in filter(os.path.exists, OURS):
        buildah("copy", "--quiet", container, path, path)
    buildah("commit", "--quiet", "--rm", container, name)
    return f"localhost/{name}"


@pytest.fixture(scope="module")
def image(buildah):
    words = [
        "build",
        "--quiet",
        "--isolation=chroot",
        "--pull=never",
        "--build-arg",
        f"BASE={base(buildah, 'base-of-ours')}",
    ]
    return buildah(*words, "-f", str(ROOT / "deploy/Containerfile"), str(ROOT))


@contextmanager
def served(buildah, image, folder, url):
    """The container; what it says is in folder/log, its own process first."""
    container = buildah("from", "--pull-never", image)
    inside = ["sh", "-c", f"echo $$; exec /opt/hyprbox/bin/hyprbox serve --port {url.rpartition(':')[2]}"]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(buildah.words("run", *as_its_user(url), container, "--", *inside), stdout=log)
    try:
        wait_until(lambda: answers(f"{url}/ready"), seconds=60)
        yield container
    finally:
        os.kill(int((folder / "log").read_text().split()[0]), signal.SIGTERM)
        process.wait(30)


def as_its_user(url):
    return ["--isolation=chroot", "--user", "hyprbox", "--env", f"HYPRBOX_PUBLIC_URL={url}"]


def test_it_serves_as_a_user_of_its_own_and_hands_out_agents(buildah, image, tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    with served(buildah, image, tmp_path, url) as container:
        script = httpx.get(f"{url}/install.sh").text
        words = ["/opt/hyprbox/bin/hyprbox", "user", "create", "ada", "--role", "admin"]
        made = buildah("run", *as_its_user(url), container, "--", *words)

    assert re.search(rf"^version='?{__version__}'?$", script, re.M)
    assert re.search(r"^sha256_x86_64='?[0-9a-f]{64}'?$", script, re.M)
    assert f"{url}/dashboard/welcome/hbln_" in made
