"""Other programs are asked: in English, with nothing to read, and not for ever."""

import time

from hyprnode import command


def test_a_program_says_what_it_says():
    ran = command.run(["bash", "-c", "echo out; echo one more >&2; exit 3"])

    assert (ran.code, ran.output, ran.errors) == (3, "out\n", "one more\n")
    assert ran.why == "one more"


def test_one_that_is_not_there_is_no_accident():
    ran = command.run(["no-such-program"])

    assert (ran.code, ran.why) == (command.NOT_THERE, "no-such-program is not installed")


def test_one_that_takes_too_long_is_ended():
    begun = time.monotonic()
    ran = command.run(["sleep", "30"], seconds=0.1)

    assert time.monotonic() - begun < 10
    assert (ran.code, ran.why) == (command.TOO_SLOW, "took more than 0.1 s")


def test_what_it_leaves_behind_keeps_nobody_waiting():
    begun = time.monotonic()
    ran = command.run(["bash", "-c", "sleep 20 & echo done"])

    assert time.monotonic() - begun < 10
    assert ran.output == "done\n"


def test_it_has_nothing_of_ours(monkeypatch):
    monkeypatch.setenv("HYPRBOX_NODE_TOKEN", "hbnt_secret")
    ran = command.run(["bash", "-c", "cat; env"])

    assert "LC_ALL=C\n" in ran.output
    assert "hbnt_secret" not in ran.output


def test_much_is_no_trouble():
    assert len(command.run(["bash", "-c", "yes | head -c 3000000"]).output) == 3000000


def test_who_dies_of_a_signal_says_so():
    ran = command.run(["bash", "-c", "kill -9 $$"])

    assert (ran.code, ran.why) == (-9, "it ended with -9")
