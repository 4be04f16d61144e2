"""What the executable weighs while it waits, where systemd bears its jobs: all of it is one process."""

import subprocess
from contextlib import contextmanager

import pytest
from bench.footprint import UNDER_SYSTEMD
from bench.idle import family, memory_of_all

from tests.node.agents import OTHERS
from tests.node.full_api import FullApi
from tests.program import EXECUTABLE
from tests.servers import wait_until

LARGEST = 14  # MB of PSS


@pytest.fixture
def api():
    with FullApi() as api:
        yield api


@contextmanager
def hurried(api, program, folder):
    """Beats and scans as they come, but in a hurry; systemd's sign is there, though no systemd. Its pid."""
    env = {
        "PATH": "/usr/bin:/bin",
        "HYPRBOX_API_URL": api.url,
        "HYPRBOX_NODE_ID": "eu-1",
        "HYPRBOX_INTERVAL": "1s",
        "HYPRBOX_SCAN_INTERVAL": "2s",
        "HYPRBOX_SCANNERS_OFF": OTHERS,
        "HYPRBOX_STATE_DIR": str(folder / "state"),
        "HYPRBOX_SPOOL_DIR": str(folder / "spool"),
    }
    process = subprocess.Popen([*UNDER_SYSTEMD, str(program)], env=env, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def scans(api, more):
    until = len(api.asked("findings")) + more
    api.wait_for(lambda: len(api.asked("findings")) >= until, seconds=60)


def test_after_beats_scans_and_jobs_it_is_one_small_process(api, tmp_path):
    with hurried(api, EXECUTABLE, tmp_path) as pid:
        for number in range(3):
            api.run("seq 1000", f"job-{number}")
            api.ended(f"job-{number}", seconds=60)
        scans(api, 2)

        wait_until(lambda: family(pid) == [pid] and memory_of_all(pid)[1] <= LARGEST, seconds=60)


def test_an_upgrade_does_not_take_its_scans_away(api, tmp_path):
    """It starts itself for each, by what it is and not by its name: another file may have taken its place."""
    program, other, started = (tmp_path / name for name in ("hyprnode", "other", "started"))
    program.write_bytes(EXECUTABLE.read_bytes())
    other.write_text(f"#!/bin/sh\ntouch {started}\n")
    for file in (program, other):
        file.chmod(0o755)
    with hurried(api, program, tmp_path):
        scans(api, 1)
        other.rename(program)
        scans(api, 3)

    assert not started.exists()
