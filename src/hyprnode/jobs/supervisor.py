"""One process for one job, born in the nursery or by systemd: supervises it, leaves exit.json. It needs no agent."""

import json
import os
from typing import NoReturn

from hyprnode import memory
from hyprnode.jobs import signals
from hyprnode.jobs.supervision import Supervision
from hyprnode.syscalls import become_subreaper

LARGEST = 65536


def main(order: int, script: int, holder: int, bell: int, word: int) -> NoReturn:
    """`order` and `script` are files in memory, `holder` is the spool's lock, `bell` a pipe to the agent.

    `word` is a pipe from the agent, who says there that the job may run: until then nothing of it does, and nothing is
    left of it should the agent die or say nothing.
    """
    terms = json.loads(memory.whole(order))
    _settle(bell)
    job = Supervision(terms, script, bell, word)
    if not job.is_wanted():
        os._exit(0)
    os.pwrite(holder, str(os.getpid()).encode(), 0)
    report = job.supervise()
    job.spool.put("exit.json", json.dumps(report))
    job.listener.ring()
    if job.listener.is_open:
        drink_up(job.listener.output)
    os._exit(0)


def _settle(bell: int) -> None:
    """Of what bash inherits; all else can wait until it has been started."""
    os.chdir("/")
    os.umask(0o022)
    os.set_blocking(bell, False)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):  # the agent's may be a pipe, whose reader must not wait for us
        os.dup2(nothing, fd)
    become_subreaper()


def drink_up(output: int) -> NoReturn:
    """A daemon that the script started has the pipe: without a reader it would die of SIGPIPE at its next word.

    A child does that, since systemd gives this process an end when the time of the job is over.
    """
    if os.fork() != 0:
        os._exit(0)
    signals.be_deaf()
    os.set_blocking(output, True)
    os.dup2(output, 0)
    try:
        os.execve("/bin/cat", ["cat"], {})
    except OSError:
        while os.read(output, LARGEST):
            pass
    os._exit(0)
