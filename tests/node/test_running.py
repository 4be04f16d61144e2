"""What a script may count on, and what a script cannot do to us. Real bash under a real supervisor."""

import fcntl
import os
import signal
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from hyprnode import cgroup
from hyprnode.jobs import shell
from tests.node.cradle import is_running
from tests.servers import wait_until


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("false", 1), ("nosuchcommand", 127), ("return 4", 4), ("", 0)],
)
def test_the_exit_code_is_bashs_own(run, script, code):
    ending = run(script).ending()

    assert (ending["exitCode"], ending["reason"]) == (code, "exit")
    assert "signal" not in ending


def test_death_by_a_signal_is_128_and_the_signal(run):
    ending = run("kill -SEGV $$").ending()

    assert (ending["exitCode"], ending["signal"]) == (128 + signal.SIGSEGV, signal.SIGSEGV)


@pytest.mark.parametrize(
    "reader", ["cat >/dev/null", "read -r x", "head -c 100000 >/dev/null", "bash", "ssh-like() { cat; }; ssh-like"]
)
def test_a_command_that_reads_stdin_eats_nothing_of_the_script(run, reader):
    job = run(f"echo one\n{reader}\necho two\nexit 7\n")

    assert job.ending()["exitCode"] == 7
    assert job.output() == "one\ntwo\n"


ORDINARY = """#!/bin/bash
set -euo pipefail
f() { cat <<X
here $1
X
}
f doc
echo "line $LINENO of $0"
false
echo not reached
"""


def test_a_script_is_what_it_would_be_in_a_file(run):
    job = run(ORDINARY)

    assert job.ending()["exitCode"] == 1
    assert job.output() == "here doc\nline 8 of /bin/bash\n"


def test_a_syntax_error_is_one(run):
    job = run("echo before\nif true; then\necho inside\n")

    assert job.ending()["exitCode"] == 2
    assert job.output().startswith("before\n")
    assert "syntax error" in job.output()


def test_before_the_word_bash_stands_ready_and_nothing_runs(run, tmp_path):
    job = run(f"echo $PPID; touch {tmp_path}/ran", begin=False)
    bash = bash_of(job.pid)
    assert not job.spool.has_begun()
    job.born.begin()

    assert job.ending()["exitCode"] == 0
    assert job.output() == f"{job.pid}\n"
    assert not is_running(bash)


def test_without_the_word_nothing_ever_runs_and_nothing_is_left(run, tmp_path):
    job = run(f"touch {tmp_path}/ran", begin=False)
    bash = bash_of(job.pid)
    job.born.give_up()

    assert job.cradle.process.wait(10) == 0
    wait_until(lambda: not is_running(bash))
    assert not job.spool.has_begun()
    assert job.spool.ending() is None
    assert not (tmp_path / "ran").exists()


def test_told_to_stop_before_the_word_nothing_ever_runs(run, tmp_path):
    """A host goes down while its agent waits for an answer of the API."""
    job = run(f"touch {tmp_path}/ran", begin=False)
    bash = bash_of(job.pid)
    os.kill(job.pid, signal.SIGTERM)

    assert job.cradle.process.wait(10) == 0
    wait_until(lambda: not is_running(bash))
    job.born.begin()
    assert not job.spool.has_begun()
    assert job.spool.ending() is None
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["BASH_ENV", "BASH_FUNC_read%%"])
def test_what_bash_runs_by_itself_waits_for_the_word_as_well(run, tmp_path, name):
    """Only then does `holder` say whose job it is."""
    look = f"cat {tmp_path}/spool-0/holder >>{tmp_path}/seen"
    (tmp_path / "early").write_text(f"{look}\n")
    job = run("exit 3", begin=False, env={name: f"{tmp_path}/early" if name == "BASH_ENV" else f"() {{ {look}; }}"})
    wait_until(lambda: catches(job.pid, signal.SIGTERM))
    time.sleep(0.1)  # in which nothing may happen
    job.born.begin()

    assert job.ending()["exitCode"] == 3
    assert (tmp_path / "seen").read_text().strip() == str(job.pid)


def catches(pid, number):
    caught = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) >> (number - 1) & 1


def bash_of(supervisor):
    """The pid of its bash, once that has moved its script out of the way, and so is about to wait at its gate."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children")
    return wait_until(lambda: next((int(pid) for pid in children.read_text().split() if has_moved(pid)), None))


def has_moved(bash):
    return os.path.lexists(f"/proc/{bash}/fd/9")


def test_of_a_script_that_was_fed_half_nothing_runs(run, tmp_path):
    """Bash is stopped while it is fed, its supervisor killed: bash is left with half a script."""
    mark = tmp_path / "ran"
    job = run(f"touch {mark}\n" + "#" * 50_000_000 + f"\ntouch {mark}\n")
    bash = stopped_while_fed(job.pid)
    os.kill(job.pid, signal.SIGKILL)
    job.cradle.process.wait()
    os.kill(bash, signal.SIGCONT)

    while is_running(bash):
        time.sleep(0.01)
    assert not mark.exists()


def stopped_while_fed(supervisor):
    """The pid of its bash, with more waiting to be read."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children")
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for bash in map(int, children.read_text().split()):
            if Path(f"/proc/{bash}/comm").read_text() == "bash\n":
                os.kill(bash, signal.SIGSTOP)
                time.sleep(0.05)
                assert waiting(bash) > 0, "it was fed already"
                return bash
    raise AssertionError("no bash was started")


def waiting(bash):
    """Bytes in the pipe that is its standard input at first, and descriptor 9 from its first line on."""
    for fd in (9, 0):
        with suppress(OSError), open(f"/proc/{bash}/fd/{fd}", "rb", buffering=0) as pipe:
            return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
    return 0


def test_a_big_script_runs_whole(run):
    job = run("x=1\n" + "# padding\n" * 400_000 + "echo $x at $LINENO\nexit 9\n")

    assert job.ending()["exitCode"] == 9
    assert job.output() == "1 at 400002\n"


def test_stdout_and_stderr_keep_their_order(run):
    job = run("for i in {1..200}; do echo o$i; echo e$i >&2; done")

    job.ending()
    assert job.output() == "".join(f"o{i}\ne{i}\n" for i in range(1, 201))


def test_a_job_is_over_when_bash_is_and_what_it_left_lives_on(run):
    job = run("sleep 60 & echo $!; exit 0")
    ending = job.ending()
    left = int(job.output())

    assert ending["exitCode"] == 0
    assert job.seconds < 1
    assert ending["survivors"] == [{"pid": left, "comm": "sleep", "state": "S"}]
    assert is_running(left)
    os.kill(left, signal.SIGKILL)


def test_a_daemon_that_goes_on_printing_does_not_die_of_it(run, tmp_path):
    mark = tmp_path / "alive"
    job = run(f"(trap '' TERM; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo tick; done; touch {mark}) & exit 0")
    job.ending()

    until = time.monotonic() + 5
    while not mark.exists():
        assert time.monotonic() < until, "it died at its next word"
        time.sleep(0.05)


def test_what_the_last_children_say_is_heard(run):
    job = run("exec > >(sleep 0.1; cat)\necho through a slow pipe")

    job.ending()
    assert job.output() == "through a slow pipe\n"


DESCENDANTS = r"""
n() { echo $((FIRST + $1)); }
sleep $(n 0) &
( sleep $(n 1) & )
nohup sleep $(n 2) >/dev/null 2>&1 &
setsid sleep $(n 3) &
( setsid bash -c "sleep $(n 4) & disown; exit" & )
env -i /bin/sleep $(n 5) &
bash -c "trap '' TERM HUP INT; while :; do sleep $(n 6); done" &
echo started
sleep $(n 7)
"""


def sleepers(first):
    """Which of the eight sleeps above are there. Each run has its own numbers."""
    wanted = {str(first + number).encode(): number for number in range(8)}
    return {wanted[words[1]] for words in commands() if words[0].endswith(b"sleep") and words[1] in wanted}


def commands():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # gone meanwhile
            yield path.read_bytes().split(b"\0")


def test_after_a_timeout_no_descendant_is_left(run):
    first = 1_000_000 + 10 * os.getpid()
    job = run(DESCENDANTS, timeoutSeconds=1.5, killGraceSeconds=0.5, env={"FIRST": str(first)})
    job.printed("started")
    time.sleep(0.3)
    assert sleepers(first) == set(range(8))

    ending = job.ending()
    assert (ending["exitCode"], ending["reason"]) == (137, "timeout")
    assert ending["survivors"] == []
    assert sleepers(first) == set()
    assert job.seconds < 4


def test_a_script_may_tidy_up_when_its_time_is_over(run):
    job = run("trap 'echo tidied; exit 0' TERM; sleep 30 & wait", timeoutSeconds=0.3, killGraceSeconds=5)

    ending = job.ending()
    assert (ending["exitCode"], ending["reason"]) == (137, "timeout")
    assert job.output() == "tidied\n"
    assert job.seconds < 3


def test_a_cancel_ends_the_job_as_bash_ended(run):
    job = run("echo on; sleep 60")
    job.printed("on")
    job.spool.cancel()

    ending = job.ending()
    assert (ending["reason"], ending["exitCode"], ending["signal"]) == ("cancel", 143, signal.SIGTERM)
    assert job.seconds < 2


def test_kill_zero_in_a_script_reaches_only_the_script(run):
    ending = run("trap '' TERM; kill 0; sleep 0.2; exit 6").ending()

    assert (ending["exitCode"], ending["reason"]) == (6, "exit")


def test_the_environment_is_what_is_promised_and_nothing_else(run, monkeypatch):
    monkeypatch.setenv("HYPRBOX_NODE_TOKEN", "hbnt_secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/packager/lib")
    job = run("tr '\\0' '\\n' </proc/$$/environ", env={"PORT": "22", "SPELL": "$HYPRBOX_NODE_TOKEN"})

    job.ending()
    assert dict(line.split("=", 1) for line in job.output().splitlines()) == {
        "PATH": shell.PATH,
        "HOME": os.path.expanduser("~"),
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        "HYPRBOX_JOB_ID": "job-1",
        "PORT": "22",
        "SPELL": "$HYPRBOX_NODE_TOKEN",
    }


def test_the_surroundings_are_plain(run):
    open_files = "for fd in /proc/$$/fd/*; do [ -e $fd ] && echo -n ${fd##*/}' '; done; echo"
    job = run(f"pwd; umask; {open_files}; kill -PIPE $$; echo survived")

    assert job.ending()["signal"] == signal.SIGPIPE
    assert job.output().splitlines()[:2] == ["/", "0022"]
    descriptors = [int(word) for word in job.output().splitlines()[2].split()]
    assert descriptors[:3] == [0, 1, 2]
    assert all(number in (10, 255) for number in descriptors[3:])  # bash's own, closed in what it starts


def test_who_drops_its_privileges_cannot_read_the_script(run):
    """Looks through every open file of every process, as nobody."""
    spy = (
        "import glob, os\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "for path in glob.glob('/proc/[0-9]*/fd/*') + glob.glob('/proc/[0-9]*/environ') + ['/proc/self/fd/9']:\n"
        "    try:\n"
        "        with open(os.open(path, os.O_NONBLOCK), 'rb') as file: content = file.read(100000) or b''\n"
        "    except (OSError, ValueError): continue\n"
        "    if b'PASS' + b'PHRASE' in content: print('found in', path, flush=True)\n"
        "print('looked')\n"
    )
    job = run(f"# PASSPHRASE\npython3 - <<'X'\n{spy}X\n", env={"SECRET": "PASSPHRASE"})
    job.ending()

    found = job.output().splitlines()
    assert found[-1] == "looked"
    assert [line for line in found if "self" not in line][:-1] == []


def test_without_bash_the_job_says_so(run, monkeypatch):
    job = run("exit 0", env={"HUGE": "x" * 200_000})

    ending = job.ending()
    assert (ending["reason"], ending.get("exitCode")) == ("spawn_error", None)
    assert ending["errorMsg"] == "/bin/bash could not be started: Argument list too long"


def test_an_end_tells_what_it_took(run):
    ending = run("for ((i = 0; i < 30000; i++)); do :; done").ending()

    assert ending["rusage"]["cpuSeconds"] > 0
    assert ending["rusage"]["maxRssBytes"] > 1_000_000
    assert ending["startedAt"] < ending["finishedAt"]


def test_output_beyond_the_limit_keeps_the_start_and_the_newest(run):
    job = run("seq 1 400000", maxOutputBytes=1_000_000)
    total = len("".join(f"{n}\n" for n in range(1, 400001)))

    assert job.ending()["total"] == total
    head, _, tail = job.output().partition("\n[hyprnode: ")
    left_out = int(tail.split()[0])
    newest = tail.partition("\n")[2]
    assert head.startswith("1\n2\n3\n")
    assert newest.endswith("399999\n400000\n")
    assert (len(head), len(newest)) == (500_000, 500_000)
    assert left_out == total - 1_000_000


def test_output_up_to_the_limit_is_whole(run):
    job = run("head -c 1000000 /dev/zero | tr '\\0' x", maxOutputBytes=1_000_000)

    job.ending()
    assert job.output() == "x" * 1_000_000


def test_a_hundred_megabytes_cost_no_memory(run):
    job = run("head -c 100000000 /dev/zero | tr '\\0' x; echo; grep -h VmHWM /proc/$PPID/status")

    assert job.ending()["exitCode"] == 0
    peak = int(job.output().split()[-2])
    assert peak < 40_000, f"the supervisor took {peak} kB"
    assert sum(os.stat(job.spool.file(name)).st_size for name in os.listdir(job.spool.path)) < 13_000_000


def test_a_job_that_lasts_moves_into_a_group_of_its_own_with_all_it_started(run):
    """Where one can be made; elsewhere it stays where it is, and that is no harm."""
    job = run("setsid sleep 2 & for ((n = 0; n < 9; n++)); do sleep 0.1; done; cat /proc/self/cgroup /proc/$!/cgroup")
    job.ending()
    groups = {line for line in job.output().splitlines() if line.startswith("0::")}

    top = cgroup.top()
    can_be_made = top is not None and os.access(top, os.W_OK) and not cgroup.systemd_runs()
    assert len(groups) == (1 if top else 0)
    assert not can_be_made or next(iter(groups)).endswith("/script")
