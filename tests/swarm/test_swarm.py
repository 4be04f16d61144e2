"""A simulated fleet plays its scenario against a real server, and its exit code says whether all went as expected."""

import csv

import pytest

from hyprbox.people.model import Role
from hyprbox.swarm import fleet
from hyprbox.swarm.scenario import DISTROS, BadScenario, Event, read
from hyprbox.swarm.tally import Tally
from tests.servers import run

QUICK = ("--nodes", "20", "--interval", "300ms", "--ramp", "200ms", "--for", "2s", "--scan-interval", "500ms")


def swarm(world, *words, key=None):
    env = world.server.env | {"HYPRBOX_API_URL": world.url, "HYPRBOX_NODE_TOKEN": world.token}
    env |= {"HYPRBOX_API_KEY": key} if key else {}
    return run("swarm", *QUICK, "--polls", "5", *words, env=env, seconds=120)


def test_a_fleet_beats_polls_runs_jobs_and_is_counted(world, tmp_path):
    story, lines = tmp_path / "story.toml", tmp_path / "lines.csv"
    story.write_text('[[event]]\nat = "500ms"\njobs = "true"\n[expect]\nbeats = 20\nreports = 1\n')

    ran = swarm(world, "--scenario", str(story), "--csv", str(lines), key=world.server.key(Role.ADMIN))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "false: 0, not noticed: 0" in ran.stdout
    rows = list(csv.DictReader(lines.read_text().splitlines()))
    assert sum(int(row["beats"]) for row in rows) >= 20


def test_what_was_expected_and_is_not_so_is_an_exit_code(world, tmp_path):
    story = tmp_path / "story.toml"
    story.write_text("[expect]\nbeats = 1000000\n")

    ran = swarm(world, "--scenario", str(story))

    assert ran.returncode == 1
    assert "expected at least 1000000" in ran.stdout


def test_a_picture_that_is_not_the_true_one_is_an_exit_code(world, tmp_path):
    """These fall silent, and the server of the tests waits ten minutes before it says so."""
    story = tmp_path / "story.toml"
    story.write_text('[[event]]\nat = "1s"\nstop = 3\n')

    ran = swarm(world, "--scenario", str(story), key=world.server.key(Role.ADMIN))

    assert ran.returncode == 1
    assert "silent: 3, false: 0, not noticed: 3" in ran.stdout


def test_a_scenario_is_read(tmp_path):
    story = tmp_path / "story.toml"
    story.write_text(
        'churn = 0.5\nflap = "30s"\n[[event]]\nat = "2m"\nstorm = true\n[[event]]\nat = "1m"\naway = "30s"\n'
    )

    found = read(story)

    assert found.events == (Event(60, "away", 30), Event(120, "storm", True))
    assert (found.churn, found.flap, found.distros) == (0.5, 30, DISTROS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("chrun = 1", "says chrun, expected churn"),
        ("[expect]\nspeed = 1", "says expect speed, expected errors"),
        ('[[event]]\nat = "1m"', "expected `at` and one of"),
        ('[[event]]\nat = "soon"\nstop = 1', "at is 'soon'"),
    ],
)
def test_a_scenario_that_is_wrong_says_where(tmp_path, text, sentence):
    story = tmp_path / "story.toml"
    story.write_text(text)

    with pytest.raises(BadScenario, match=sentence):
        read(story)


def test_errors_while_the_api_is_away_are_forgiven():
    tally = Tally()
    tally.forgive(60)
    tally.failed("beats", "Broken")
    tally.second_is_over()

    assert tally.complaints({}) == []
    assert tally.total["forgiven"] == 1


def test_the_same_seed_is_the_same_fleet():
    one, other = (fleet.make(50, 7, DISTROS) for _ in range(2))

    assert [node.heartbeat() for node in one] == [node.heartbeat() for node in other]
    assert [node.findings(0.2) for node in one] == [node.findings(0.2) for node in other]
