"""Scanners are guarded: from what they do, from how long they take, from dying."""

import json
import os
import subprocess
import sys
import time

from hyprnode import config
from hyprnode.host import Host
from hyprnode.scanners.child import say
from hyprnode.scanners.contract import FindingType, Gap, Scanner
from hyprnode.scanners.look import look
from hyprnode.scanning import end, hear, sight
from hyprwire import Finding, Severity

CONFIG = config.load({})
ONE = Finding(type="odd.thing", key="here", severity=Severity.WARN, message="odd")


def odd(scan):
    return Scanner("odd", scan, (FindingType("odd.thing", "Odd", "It is odd.", (Severity.WARN,)),))


def test_a_scanner_that_fails_is_an_info_and_resolves_nothing():
    def scan(host, config):
        yield ONE
        raise RuntimeError("no such luck\n")

    findings, run = look(odd(scan), Host(), CONFIG)

    assert [finding.type for finding in findings] == ["odd.thing", "odd.unreadable"]
    assert (findings[1].key, findings[1].severity) == ("odd", Severity.INFO)
    assert (run.ok, run.types, run.error) == (False, [], "RuntimeError: no such luck\\n")


def test_a_scanner_that_takes_too_long_is_stopped():
    begun = time.monotonic()
    findings, run = look(odd(lambda host, config: time.sleep(5)), Host(), CONFIG, seconds=0.1)

    assert time.monotonic() - begun < 4
    assert run.error == "TookTooLong: took more than 0.1 s"
    assert findings[0].key == "odd"


def test_a_gap_keeps_its_key_open():
    _, run = look(odd(lambda host, config: iter([ONE, Gap("there")])), Host(), CONFIG)

    assert (run.ok, run.types, run.unexamined) == (True, ["odd.thing", "odd.unreadable"], ["there"])


def test_a_gap_without_a_key_keeps_everything_open():
    _, run = look(odd(lambda host, config: iter([Gap()])), Host(), CONFIG)

    assert (run.ok, run.types, run.unexamined) == (True, [], [])


def test_a_child_that_died_leaves_what_it_had_said():
    seen = sight(
        [b'{"begin":"a"}', b'{"run":{"name":"a"}}', b'{"begin":"b"}', b'{"finding":{"type'], "its process died"
    )

    assert [(run.name, run.ok, run.error) for run in seen.runs] == [("a", True, None), ("b", False, "its process died")]
    assert [(finding.type, finding.key) for finding in seen.findings] == [("b.unreadable", "b")]


def test_a_child_that_does_not_end_is_ended():
    listening, speaking = os.pipe()
    child = os.posix_spawn("/bin/sleep", ["sleep", "60"], {}, setsid=True)
    try:
        os.write(speaking, b'{"begin":"slow"}\n')
        words, why = hear(listening, time.monotonic() + 0.1)
        end(child)

        assert (words, why) == (b'{"begin":"slow"}\n', "it took too long")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    finally:
        os.close(speaking)


FOUR_SCANNERS = """
import dataclasses, json, os, time
from hyprnode import nursery, scanners
from hyprnode.scanners.child import say
from hyprnode.scanners.contract import FindingType, Scanner
from hyprwire import Severity

def one(name, scan):
    kind = FindingType(name + ".thing", "", "", (Severity.WARN,))
    scanners.ALL[name] = Scanner(name, lambda host, config: scan(kind), (kind,))

def works(kind):
    yield kind.found("here", Severity.WARN, "seen")

def dies(kind):
    os._exit(3)

def hangs(kind):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass

scanners.ALL.clear()
one("first", works), one("dies", dies), one("hangs", hangs), one("last", works)
born = nursery.start()
from hyprnode import config, scanning
scanning.hear.__defaults__ = (0.5,)
sight = scanning.look(born, config.load({}))
print(json.dumps([dataclasses.asdict(run) for run in sight.runs] + [[f.type for f in sight.findings]]))
"""


def test_one_that_dies_and_one_that_hangs_cost_the_others_nothing(tmp_path):
    words = [sys.executable, "-c", FOUR_SCANNERS]
    done = subprocess.run(words, env={"HYPRBOX_STATE_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=20)
    *runs, types = json.loads(done.stdout)

    assert [(run["name"], run["ok"], run["error"]) for run in runs] == [
        ("first", True, None),
        ("dies", False, "its process died"),
        ("hangs", False, "it took too long"),
        ("last", True, None),
    ]
    assert types == ["first.thing", "dies.unreadable", "hangs.unreadable", "last.thing"]


def test_one_that_is_switched_off_takes_back_what_it_said():
    scanner = odd(lambda host, config: iter([ONE]))
    settings = config.load({"HYPRBOX_SCANNERS_OFF": "odd, tls"})

    plan, _, run = (json.loads(word) for word in say([scanner], Host(), settings))
    assert plan == {"plan": ["odd"]}
    assert (run["run"]["ok"], run["run"]["types"]) == (True, ["odd.thing", "odd.unreadable"])


UNHEARD = """
import json, os
from hyprnode.memory import in_memory
from hyprnode.scanners import child
listening, speaking = os.pipe()
os.close(listening)
terms = {"given": {"HYPRBOX_STATE_DIR": os.environ["HYPRBOX_STATE_DIR"]}, "scanners": ["tls"], "afresh": False, "known": None}
child.main(in_memory("order", json.dumps(terms).encode()), speaking)
"""  # noqa: E501


def test_one_whose_agent_is_gone_ends_without_a_word(tmp_path):
    words = [sys.executable, "-c", UNHEARD]
    done = subprocess.run(words, env={"HYPRBOX_STATE_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (1, "")
