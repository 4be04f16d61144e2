"""How bash is to be started, as plain values."""

import pytest

from hyprnode.jobs import birth, shell, tree
from hyprwire import Job

SITE = """
# proxies of this site
; and nothing else
HTTPS_PROXY=http://proxy.example:3128
export NO_PROXY="localhost, .example"
QUOTED='it is'
BROKEN
HYPRBOX_NODE_TOKEN=hbnt_secret
PATH=/opt/bin:/bin
"""


def test_the_sites_variables_come_before_ours_and_the_jobs_before_both():
    env = shell.environment("job-1", {"QUOTED": "by the job"}, SITE, "/root")

    assert env == {
        "PATH": "/opt/bin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        "HYPRBOX_JOB_ID": "job-1",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NO_PROXY": "localhost, .example",
        "QUOTED": "by the job",
    }


@pytest.mark.parametrize(("name", "value"), [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0y")])
def test_a_variable_that_cannot_be_one_is_refused(name, value):
    with pytest.raises(ValueError, match="expected a name without '=' and no NUL characters"):
        shell.environment("job-1", {name: value}, "", "/root")


def test_nothing_in_a_variable_is_expanded():
    assert (
        shell.environment("1", {"A": "$HYPRBOX_NODE_TOKEN ${B} `id`"}, "", "/")["A"] == "$HYPRBOX_NODE_TOKEN ${B} `id`"
    )


def test_the_gate_stands_on_the_scripts_first_line():
    fed = shell.fodder("#!/bin/bash\necho hi\n")

    assert fed.startswith(shell.PROLOGUE)
    assert fed.splitlines()[1].endswith(b"#!/bin/bash")


def test_what_cannot_be_in_a_script_is_left_out():
    assert shell.fodder("a\0b\ud800").endswith(b"; ab?")


@pytest.mark.parametrize("seconds", [0, -5, float("inf"), float("nan")])
def test_a_time_limit_that_is_none_is_the_usual_one(seconds):
    terms = birth.terms(Job(id="1", script="", timeoutSeconds=seconds, killGraceSeconds=seconds), "/spool", "")

    assert (terms["timeoutSeconds"], terms["killGraceSeconds"]) == (1800, 10)


@pytest.mark.parametrize(
    ("limit", "head", "tail"),
    [(10 << 20, 9 << 20, 1 << 20), (1 << 20, 1 << 19, 1 << 19), (0, 2048, 2048), (-1, 2048, 2048)],
)
def test_of_a_long_output_the_start_and_the_end_are_kept(limit, head, tail):
    terms = birth.terms(Job(id="1", script="", maxOutputBytes=limit), "/spool", "")

    assert (terms["head"], terms["tail"]) == (head, tail)


def test_a_process_may_be_called_anything():
    assert tree.parse("42 (a) b) (c) S 7 42 42 0") == tree.Process(pid=42, parent=7, comm="a) b) (c", state="S")
