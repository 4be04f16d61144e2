"""A job that needs what somebody else has locked waits for it, and says so."""

import subprocess
import sys

import pytest

from hyprnode.jobs import deferral

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path, monkeypatch):
    path = tmp_path / "lock"
    path.touch()
    monkeypatch.setattr(deferral, "LOCKS", {"dpkg": (str(path),)})
    return path


@pytest.fixture
def holder(lock):
    """Somebody who has it, as dpkg and apt take it."""
    words = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"locked\n"
        yield process
        process.stdin.close()


def test_who_has_it_is_named(lock, holder):
    assert deferral.hindrance(["dpkg"]).endswith(f"(pid {holder.pid}) has locked {lock}")


def test_what_is_free_or_not_there_or_not_known_hinders_nobody(lock):
    assert deferral.hindrance(["dpkg", "unheard-of"]) is None
    lock.unlink()
    assert deferral.hindrance(["dpkg"]) is None


def test_it_waits_and_says_why_until_it_is_free(lock, holder):
    said = []

    def pause(seconds):
        holder.kill()
        holder.wait()
        return True

    assert deferral.wait(["dpkg"], said.append, pause) is None
    assert "has locked" in said[0]
    assert said[0].endswith("waiting for that, for up to 15 minutes")
    assert said[1].startswith("waited ")


def test_after_a_quarter_of_an_hour_it_gives_up_with_a_sentence(lock, holder, monkeypatch):
    monkeypatch.setattr(deferral, "PATIENCE", 0)
    assert "has locked" in deferral.wait(["dpkg"], lambda text: None, lambda seconds: True)


def test_who_need_not_wait_is_not_told(lock):
    said = []
    assert deferral.wait(["dpkg"], said.append, lambda seconds: True) is None
    assert said == []
