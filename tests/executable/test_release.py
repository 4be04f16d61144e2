"""`make release`: where there is no network at all, its archive is checked, installed and served."""

import subprocess
import sys

import pytest

from hyprwire import __version__
from tests.executable.making import into, release
from tests.program import EXECUTABLE

# As docs/howto/deploy.md says it, with what pip may read of this machine put aside.
INSTALLED = """
ip link set lo up
cd "$1"
sha256sum --check --quiet SHA256SUMS
"$2" -m venv "$1/venv"
pip() { PIP_CONFIG_FILE=/dev/null "$1/venv/bin/pip" install --quiet --no-index "${@:2}"; }
pip "$1" --find-links wheels --require-hashes -r wheels/requirements.txt
pip "$1" --no-deps wheels/hyprbox-*.whl
export HYPRBOX_DATA_DIR=$1/data HYPRBOX_AGENT_DIR=$1 HYPRBOX_PUBLIC_URL=http://127.0.0.1:4000
"$1/venv/bin/hyprbox" serve --port 4000 &
trap 'kill $!; wait $! || true' EXIT
curl --retry 60 --retry-connrefused --retry-delay 1 -fsS http://127.0.0.1:4000/ready
curl -fsS http://127.0.0.1:4000/install.sh | grep ^version=
curl -fsS http://127.0.0.1:4000/dashboard/sign-in | grep -c '<html'
"""


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", path], check=True)
    return path


@pytest.fixture
def archive(tmp_path, key):
    with into(tmp_path / "dist") as dist:
        dist.mkdir()
        (dist / EXECUTABLE.name).write_bytes(EXECUTABLE.read_bytes())
        (dist / EXECUTABLE.name).chmod(0o755)
        return release.make([key])


def check_signature(archive, key):
    allowed = key.with_name("allowed")
    allowed.write_text(f"ada {key.with_suffix('.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-n", "hyprbox-release", "-f", allowed, "-I", "ada", "-s", f"{archive}.sig"]
    with archive.open("rb") as content:
        subprocess.run(verify, stdin=content, check=True, capture_output=True)


def test_what_is_made_again_is_signed_again(tmp_path, key):
    archive = tmp_path / "hyprbox-0.tar"
    for content in ("one", "another"):
        archive.write_text(content)
        release.sign(archive, key)
        check_signature(archive, key)


def test_a_site_without_internet_has_all_it_needs(archive, key, tmp_path):
    check_signature(archive, key)
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)

    words = ["unshare", "--net", "bash", "-ec", INSTALLED, "installed", tmp_path / f"hyprbox-{__version__}"]
    ran = subprocess.run(
        [*words, sys.executable], capture_output=True, text=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    )

    assert ran.stdout.split() == ["ready", f"version={__version__}", "1"], ran.stderr
