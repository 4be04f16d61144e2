"""Ending what does not end by itself."""

import subprocess
import time
from contextlib import contextmanager

from hyprnode.jobs.demise import Demise
from hyprnode.jobs.family import Family


@contextmanager
def shell(script):
    process = subprocess.Popen(["/bin/bash", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def children(process, number):
    """Its descendants, as soon as there are `number`."""
    until = time.monotonic() + 5
    family = Family(process.pid)
    while len(found := family.members()) != number:
        assert time.monotonic() < until, found
        time.sleep(0.005)
    return found


def test_who_was_just_being_born_is_asked_as_well():
    with shell("sleep 61 & wait $!; read; sleep 62 & wait $!; read") as job:
        children(job, 1)
        demise = Demise(Family(job.pid), grace=60, now=0)
        children(job, 0)
        job.stdin.write(b"\n")
        job.stdin.flush()
        children(job, 1)

        demise.ask_again()
        assert demise.next_at == 0
        demise.press(now=1)
        children(job, 0)


def test_nobody_is_asked_twice():
    with shell("bash -c 'trap \"echo asked\" TERM; echo ready; while :; do sleep 0.01; done'; :") as job:
        job.stdout.readline()
        demise = Demise(Family(job.pid), grace=60, now=0)
        for moment in (1, 2, 3):
            demise.press(now=moment)

        assert job.stdout.readline() == b"asked\n"
        demise.press(now=60)
        assert job.stdout.read() == b""


def test_after_the_grace_everybody_is_killed():
    with shell("bash -c 'trap \"\" TERM; echo ready; while :; do sleep 0.01; done'; :") as job:
        job.stdout.readline()
        demise = Demise(Family(job.pid), grace=10, now=0)
        assert (demise.next_at, demise.give_up_at) == (10, 15)

        demise.press(now=10)
        assert job.wait(5) == 0
