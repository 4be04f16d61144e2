"""The executable as a package: it installs, is enrolled, upgraded during a job, and purged without a trace."""

import json
import os
import shutil
import subprocess

import pytest

from hyprwire import __version__
from tests.executable import trees
from tests.executable.making import into, packages
from tests.executable.test_install import FILES
from tests.host import agent
from tests.program import EXECUTABLE
from tests.servers import wait_until
from tests.survival.stage import set_up


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Each twice, the second time as somebody with another umask."""
    folders = []
    for umask in (0o022, 0o077):
        before = os.umask(umask)
        with into(tmp_path_factory.mktemp("packages")) as folder:
            executable = shutil.copy(EXECUTABLE, folder)
            executable = folder / os.path.basename(executable)
            packages.deb(executable, "x86_64")
            packages.rpm(executable, "x86_64")
            packages.bill(executable, "x86_64")
            packages.zipapp()
            packages.digests()
        os.umask(before)
        folders.append(folder)
    return folders


@pytest.fixture(scope="module")
def stage(debian, memory_folder):
    with set_up(debian, memory_folder) as stage:
        stage.box.run(f"rm -f {agent.PROGRAM}")
        yield stage


def test_the_same_bytes_each_time(made):
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in made)

    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_the_digests_are_those_of_the_files(made):
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made[0]).returncode == 0


def test_the_bill_names_what_is_in_it(made):
    (path,) = made[0].glob("*.cdx.json")
    bill = json.loads(path.read_text())

    assert bill["bomFormat"] == "CycloneDX"
    assert {part["name"] for part in bill["components"]} == {"python", "openssl", "zlib", "musl", "asn1crypto"}


def test_an_rpm_holds_the_very_same_file(made, tmp_path):
    (package,) = made[0].glob("*.rpm")
    subprocess.run(["rpm2archive", shutil.copy(package, tmp_path)], check=True)
    subprocess.run(["tar", "-xf", f"{package.name}.tgz"], cwd=tmp_path, check=True)

    assert (tmp_path / "usr/bin/hyprnode").read_bytes() == EXECUTABLE.read_bytes()


INTO_A_TREE = """
tree=$1 package=$2
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$tree,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
mount -t proc proc /mnt/root/proc
files() { (cd /mnt/root; find etc usr var/lib opt run -xdev -not -path '*/rpm*' | sort); }
files >/mnt/before
rpm --root /mnt/root --nodeps -i "$package" >&2
files | diff /mnt/before - | grep '^[<>]' || true
rpm --root /mnt/root --nodeps -V hyprnode
chroot /mnt/root hyprnode version
stat -c '%a %U' /mnt/root/usr/bin/hyprnode
rpm --root /mnt/root --nodeps -U --replacepkgs "$package" >&2
rpm --root /mnt/root -q hyprnode
rpm --root /mnt/root -e hyprnode >&2
files | diff /mnt/before -
"""


def test_an_rpm_is_installed_checked_upgraded_and_taken_away(made):
    """In a Debian's tree: rpm brings its own database, and what the package needs is a kernel."""
    (package,) = made[0].glob("*.rpm")
    words = ["unshare", "--mount", "bash", "-ec", INTO_A_TREE, "rpm", trees.named("Debian 13"), package]

    ran = subprocess.run(words, capture_output=True, text=True)

    assert ran.stdout.splitlines() == [
        "> usr/bin/hyprnode",
        "> usr/lib/systemd/system/hyprnode.service",
        "> usr/local/bin/hyprnode",
        f"hyprnode {__version__}",
        "755 root",
        f"hyprnode-{__version__}-1.x86_64",
    ], ran.stderr
    assert "hyprnode install --url" in ran.stderr


def test_the_archive_for_pythons_runs_in_one_of_another_version(made, stage):
    stage.box.write("/root/hyprnode.pyz", (made[0] / "hyprnode.pyz").read_bytes(), mode=0o755)

    assert stage.box.run("/root/hyprnode.pyz version; rm /root/hyprnode.pyz").output == f"hyprnode {__version__}\n"


def test_a_package_becomes_a_node_is_upgraded_during_a_job_and_purged_without_a_trace(made, stage):
    (package,) = made[0].glob("*.deb")
    before = stage.box.run(f"dpkg -l >/dev/null; {FILES}").output
    stage.box.write("/root/hyprnode.deb", package.read_bytes())

    said = stage.box.run("dpkg -i /root/hyprnode.deb").output
    assert "hyprnode install --url" in said
    made_code = stage.admin.post("/api/enrolments", json={"nodeId": "eu-1"}).json()
    stage.box.write("/root/code", made_code["code"], mode=0o600)
    stage.box.run(f"hyprnode install --url {stage.plane.url} --node-id eu-1 --code-file /root/code")
    wait_until(lambda: stage.node("eu-1").get("status") == "ONLINE")

    job = stage.queue("eu-1", "for n in $(seq 50); do echo $n; sleep 0.1; done; exit 3")
    stage.printed(job, "3\n")
    upgraded = stage.box.run("dpkg -i /root/hyprnode.deb")
    assert "hbnt_" not in upgraded.output + upgraded.errors
    assert (stage.ended(job)["exitCode"], stage.output(job)) == (3, "".join(f"{n}\n" for n in range(1, 51)))

    stage.box.run("dpkg --purge hyprnode; rm /root/hyprnode.deb /root/code")
    after = [line for line in stage.box.run(FILES).output.splitlines() if "/var/lib/dpkg/" not in line]
    assert after == [line for line in before.splitlines() if "/var/lib/dpkg/" not in line]
