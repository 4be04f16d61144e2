"""The nursery itself, in an agent of a few lines: the test's own process has threads, and does not fork."""

import json
import subprocess
import sys

import pytest

AGENT = """
import json, os, signal, sys, time
from hyprnode import nursery
born = nursery.start()
from hyprnode.jobs import birth
from hyprnode.jobs.spool import Spool
from hyprwire import Job
"""


def agent(code, *words, last_words=""):
    command = [sys.executable, "-c", AGENT + code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert last_words in done.stderr if last_words else done.stderr == ""
    return json.loads(done.stdout)


def test_a_job_that_is_cancelled_while_it_is_born_does_not_go_on(tmp_path):
    """Before the word that it may run, its supervisor just leaves; after it, it says why."""
    code = """
from hyprnode.memory import in_memory
def bear_in_haste(name, seconds, fds):
    os.kill(born.bear("supervisor", fds), signal.SIGTERM)
spool = Spool(sys.argv[1])
birth.bear(bear_in_haste, Job(id="1", script="sleep 60"), "", spool.create(), spool.path).begin()
until = time.monotonic() + 20
while spool.is_held() and time.monotonic() < until:
    time.sleep(0.01)
print(json.dumps([spool.is_held(), spool.ending()]))
"""
    is_held, ending = agent(code, tmp_path / "spool")
    assert not is_held
    assert ending is None or ending["reason"] == "cancel"


def test_it_was_born_before_anything_was_there_to_inherit(tmp_path):
    (tmp_path / "secret").write_text("")
    code = """
import subprocess
modules = open(f"/proc/{born.pid}/maps").read()
files = [os.readlink(f"/proc/{born.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{born.pid}/fd")]
print(json.dumps({"ssl": "libssl" in modules, "files": files}))
"""
    command = [sys.executable, "-c", AGENT + code]
    with open(tmp_path / "secret") as secret:
        done = subprocess.run(command, capture_output=True, text=True, check=True, pass_fds=[secret.fileno()])
    seen = json.loads(done.stdout)

    assert seen["ssl"] is False
    assert len([file for file in seen["files"] if "socket" in file]) == 1
    assert not any("secret" in file for file in seen["files"])


@pytest.mark.parametrize("what", ["supervisor", "scan"])
def test_a_child_that_dies_at_once_is_no_trouble(what):
    code = f"""
null = os.open(os.devnull, os.O_RDONLY)
pids = [born.bear("{what}", [null]) for _ in range(3)]
for _ in range(200):
    if any(os.path.exists(f"/proc/{{pid}}") for pid in pids):
        time.sleep(0.02)
print(json.dumps([os.path.exists(f"/proc/{{pid}}") for pid in [*pids, born.pid]]))
"""
    assert agent(code, last_words="missing") == [False, False, False, True]


def test_when_it_is_gone_that_is_said():
    code = """
os.kill(born.pid, signal.SIGKILL)
os.waitpid(born.pid, 0)
try:
    born.bear("scan", [0])
except nursery.Gone:
    print(json.dumps("gone"))
"""
    assert agent(code) == "gone"
