"""A nursery where nobody waits: every birth is a start of the program, by a process with threads."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

AGENT = """
import json, os, signal, sys, threading, time
from hyprnode import nursery, scanning
born = nursery.OnCall()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
from hyprnode import config
from hyprnode.jobs import birth
from hyprnode.jobs.spool import Spool
from hyprwire import Job
"""


def agent(code, *words, **other):
    command = [sys.executable, "-c", AGENT + code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, **other)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_a_scan_is_born_looks_and_is_gone():
    code = """
seen = scanning.look(born, config.load({"HYPRBOX_NODE_ID": "eu-1"}), ["disk", "memory"])
children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
while children and os.waitpid(-1, os.WNOHANG)[0] == 0:
    time.sleep(0.01)
print(json.dumps([[run.name, run.ok] for run in seen.runs]))
"""
    assert agent(code) == [["disk", True], ["memory", True]]


def test_what_it_asks_other_programs_is_heard():
    """Its standard input was the order; nothing that is opened later may come to stand there."""
    code = """
from hyprnode import command, nursery
nursery._become = lambda what, fds: print(what, command.run(["echo", "heard"]).output, flush=True)
nursery.summoned()
"""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.send(b"scan")
        asked = subprocess.run([sys.executable, "-c", code], stdin=theirs, capture_output=True, text=True, timeout=30)

    assert (asked.stdout.strip(), asked.stderr) == ("scan heard", "")


JOB = """
spool = Spool(sys.argv[1])
script = "grep -c TOKEN /proc/$PPID/environ; ls -l /proc/$PPID/fd | grep -c left-open; exit 3"
job = Job(id="1", script=script)
work = birth.bear(lambda name, seconds, fds: born.bear("supervisor", fds), job, "", spool.create(), spool.path)
work.begin()
until = time.monotonic() + 25
while (ending := spool.ending()) is None and time.monotonic() < until:
    time.sleep(0.01)
print(json.dumps([ending["exitCode"], spool.text("head")]))
"""


def test_a_job_is_born_without_what_the_agent_was_left_with(tmp_path):
    """Neither its token nor descriptors of whoever started it."""
    (tmp_path / "left-open").write_text("")
    with open(tmp_path / "left-open") as left:
        ended = agent(
            JOB, tmp_path / "spool", pass_fds=[left.fileno()], env=os.environ | {"HYPRBOX_NODE_TOKEN": "hbnt_x"}
        )

    assert ended == [3, "0\n0\n"]


def test_who_starts_it_is_not_who_gets_its_signals(tmp_path):
    """It leads a session of its own, so that it outlives the agent, and can be ended with all that it started."""
    code = """
r, w = os.pipe()
pid = born.bear("supervisor", [r])  # one descriptor of five: it dies of that
print(json.dumps([os.getsid(0) != pid, os.waitpid(pid, 0)[1] != 0]))
"""
    command = [sys.executable, "-c", AGENT + code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout) == [True, True]
    assert "TypeError" in done.stderr


def test_nobody_waits_where_there_is_no_bash(tmp_path):
    code = """
nursery.BASH = "/nowhere/bash"
print(json.dumps(type(nursery.start()).__name__))
"""
    assert agent(code) == "OnCall"
    assert Path("/bin/bash").exists()
