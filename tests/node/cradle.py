"""Supervisors without an agent: real ones, real bash; started as processes of their own, since tests have threads."""

import subprocess
import sys
import time
from pathlib import Path

from hyprnode.jobs import birth
from hyprnode.jobs.spool import Spool
from hyprnode.jobs.stream import Place, Stream
from hyprwire import Job

BORN = """
import os, sys
fds = [int(word) for word in sys.argv[1:]]
for fd in fds:
    os.set_inheritable(fd, False)
from hyprnode.jobs import supervisor
supervisor.main(*fds)
"""


class Cradle:
    """Stands in for nursery and systemd."""

    def bear(self, name, seconds, fds):
        command = [sys.executable, "-c", BORN, *map(str, fds)]
        self.process = subprocess.Popen(command, pass_fds=fds, start_new_session=True)


class RunningJob:
    def __init__(self, directory, script, token="", begin=True, **terms):
        self.spool = Spool(str(directory))
        self.job = Job(id="job-1", script=script, **terms)
        self.cradle = Cradle()
        self.born = birth.bear(self.cradle.bear, self.job, token, self.spool.create(), self.spool.path)
        self.bell = self.born.bell
        if begin:
            self.born.begin()
        self.begun = time.monotonic()

    @property
    def pid(self):
        """The supervisor's."""
        return self.cradle.process.pid

    def ending(self, seconds=20):
        until = time.monotonic() + seconds
        while (ending := self.spool.ending()) is None:
            assert time.monotonic() < until, "the job goes on and on"
            self.bell.wait(0.1, for_output=False)
        self.seconds = time.monotonic() - self.begun
        return ending

    def output(self):
        """All of it, as the API would get it."""
        stream = Stream(self.spool, birth.tail_of(self.job))
        stream.end((self.spool.ending() or {}).get("total"))
        text, place = "", Place()
        while (piece := stream.piece(place)).text:
            text, place = text + piece.text, piece.end
        return text

    def printed(self, word, seconds=10):
        """Waits until it has printed `word`."""
        until = time.monotonic() + seconds
        while word not in (shown := self.spool.text("head")):
            assert time.monotonic() < until, f"printed {shown!r}, expected {word!r} in it"
            time.sleep(0.01)
        return shown

    def clean(self):
        self.bell.__exit__(None, None, None)
        if self.cradle.process.poll() is None:
            self.cradle.process.kill()
        self.cradle.process.wait()


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
