"""Scanners are guarded: from what they do, from how long they take, from dying."""

import os
import time

from hyprnode import config
from hyprnode.host import Host
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

    assert time.monotonic() - begun < 1
    assert run.error == "TookTooLong: took more than 0.1 s"
    assert findings[0].key == "odd"


def test_a_gap_keeps_its_key_open():
    _, run = look(odd(lambda host, config: iter([ONE, Gap("there")])), Host(), CONFIG)

    assert (run.ok, run.types, run.unexamined) == (True, ["odd.thing"], ["there"])


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
