"""The booted Debian itself: what the other tests here stand on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.host import agent
from tests.host.box import Box, Failed
from tests.host.conftest import booted
from tests.servers import wait_until

STARTS_ONE_AND_IS_KILLED = """
import sys, time
from pathlib import Path
from tests.host import agent
from tests.host.box import Box
box = Box(Path(sys.argv[1]), Path(sys.argv[2]))
box.boot()
print(box.leader, flush=True)
time.sleep(60)
"""


def test_it_is_a_debian_with_everything_running(shared_box):
    assert "VERSION_CODENAME=bookworm" in shared_box.read("/etc/os-release")
    assert shared_box.run("systemctl is-system-running").output == "running\n"


def test_a_script_that_fails_fails_the_test(shared_box):
    with pytest.raises(Failed, match="exit code 3\nbefore it ended"):
        shared_box.run("echo before it ended; exit 3")
    assert shared_box.run("exit 3", check=False).code == 3


def test_what_is_changed_is_seen_from_outside(box):
    box.write("/etc/hyprbox/new", "new", mode=0o600)
    box.run("echo otherwise > /etc/hosts; rm /etc/crontab; chmod 600 /etc/passwd; touch /etc/shadow")

    changed = box.changed("/etc") - {"/etc/machine-id"}
    assert changed == {"/etc/hyprbox/new", "/etc/hosts", "/etc/crontab", "/etc/passwd"}


def test_what_is_changed_in_one_is_not_in_the_next(debian, memory_folder):
    with booted(debian, memory_folder) as one:
        one.write("/etc/motd", "changed")
    with booted(debian, memory_folder) as next_one:
        assert next_one.read("/etc/motd") != "changed"
    assert not one.folder.exists()


def test_a_restart_keeps_what_is_on_disk(box):
    before = box.read("/proc/self/mountinfo"), box.leader
    box.write("/etc/kept", "kept")
    box.write("/run/lost", "lost")
    box.reboot()

    assert box.read("/etc/kept") == "kept"
    assert not box.run("ls /run/lost", check=False).output
    assert (box.read("/proc/self/mountinfo"), box.leader) != before


def test_a_peer_reaches_what_listens(box):
    peer = box.peer()

    assert peer.banner(22).startswith("SSH-2.0-OpenSSH")
    assert peer.banner(22, peer.box6).startswith("SSH-2.0-OpenSSH")
    assert not peer.reaches(80)
    box.run("systemctl start nginx")
    assert peer.reaches(80)


def test_the_agent_runs_in_it(box):
    agent.install(box)

    seen = agent.scan(box, HYPRBOX_TLS_PATHS="/etc/no-such.pem")
    assert "/etc/no-such.pem does not exist" in [finding["message"] for finding in seen["findings"]]


def test_a_firewall_in_the_box_is_a_real_one(box):
    peer = box.peer()
    box.run("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; policy drop; }'")

    assert not peer.reaches(22, seconds=0.5)


def test_it_dies_with_who_started_it(debian, tmp_path):
    box = Box(debian, tmp_path / "box-that-is-left")
    words = [sys.executable, "-c", STARTS_ONE_AND_IS_KILLED, str(debian), str(box.folder)]
    starter = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})
    leader = int(starter.stdout.readline())
    starter.send_signal(signal.SIGKILL)
    starter.communicate()

    lock = box.folder / ".#root.lck"  # nspawn takes it away last
    wait_until(lambda: not Path(f"/proc/{leader}").exists() and not lock.exists())
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()
    box.discard()


def test_one_that_cannot_start_says_why(debian, tmp_path):
    box = Box(debian, tmp_path / "box-without-a-start", "--no-such-option")

    with pytest.raises(Failed, match="unrecognized option '--no-such-option'"):
        box.boot()
    box.discard()
