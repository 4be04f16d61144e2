"""What goes wrong between agent and control plane changes nothing: each job runs once, every byte arrives once."""

import os
import random
import threading
import time

import pytest

from hyprbox.people.model import Role
from tests.servers import serving, wait_until
from tests.survival.middle import LOST, Answer, Middle, as_it_should
from tests.together.agents import agent, ended

OF_A_JOB = ("accept", "output", "ping", "complete")
FATES = ["well", "lost", "unanswered", "twice", "late"]
PAGE = b"<html><body>An error occurred.</body></html>"
HTML = {"Content-Type": "text/html"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A control plane, somebody in between, and an agent that knows only him."""
    folder = tmp_path_factory.mktemp("way")
    with serving(folder / "box") as server, Middle(server.port) as middle:
        token = server.token("--node", "eu-1")
        server.url, url = middle.url, server.url
        with agent(server, folder / "node", token=token):
            server.url = url
            with server.client(server.key(Role.ADMIN)) as admin:
                yield World(server, middle, folder, admin)


class World:
    def __init__(self, server, middle, folder, admin):
        self.server, self.middle, self.folder, self.admin = server, middle, folder, admin
        wait_until(lambda: self.admin.get("/api/nodes/eu-1").status_code == 200)

    def queue(self, script):
        """And writes down that it ran, where nobody in between changes it."""
        marked = f"echo $HYPRBOX_JOB_ID >>{self.folder}/ran; {script}"
        return self.admin.post("/api/jobs", json={"nodeId": "eu-1", "script": marked}).json()["id"]

    def outcome(self, job_id, seconds=60):
        job = ended(self.admin, job_id, seconds)
        runs = (self.folder / "ran").read_text().split().count(job_id)
        return job["exitCode"], self.admin.get(f"/api/jobs/{job_id}/output").text, runs

    @property
    def log(self):
        return (self.folder / "node/agent.log").read_text()


@pytest.fixture
def way(world):
    yield world
    world.middle.fate = as_it_should


@pytest.mark.parametrize("seed", [1, 2])
def test_loss_repeats_and_reordering_change_nothing(way, seed):
    dice = random.Random(seed)
    fates = dice.sample(FATES, len(FATES))
    happened, earlier = [], []

    def fate(said, hand_on):
        if said.about not in OF_A_JOB:
            return hand_on()
        what = fates[len(happened) % len(fates)]
        happened.append(what)
        if what == "lost":
            return LOST
        answer = hand_on()
        if what == "twice":
            answer = hand_on()
        if what == "late" and earlier:
            way.middle.hand_on(dice.choice(earlier))  # something from before arrives once more, after what came later
        earlier.append(said)
        return LOST if what == "unanswered" else answer

    way.middle.fate = fate
    job = way.queue("for n in {1..80}; do echo line $n of €; sleep 0.04; done; exit 7")

    assert way.outcome(job) == (7, "".join(f"line {n} of €\n" for n in range(1, 81)), 1)
    assert {*happened} == {*FATES}


STEPS = [(step, when) for step in ("accept", "output", "complete") for when in ("before", "after")]
STEPS += [("pending", "after"), ("ping", "before")]
FEW = [("accept", "after"), ("complete", "after")]  # `make survival` kills it at every step


@pytest.mark.parametrize(("step", "when"), STEPS if os.environ.get("SURVIVAL") == "whole" else FEW)
def test_the_control_plane_dies_at_a_step_of_a_jobs_life(way, step, when):
    """Killed before it has heard of it, or when it has written it down and nobody has the answer."""
    way.queue("sleep 1")  # until it has ended, the other one is not asked for
    job = way.queue("echo begun; sleep 0.5; echo over; exit 7")
    left = [step]
    is_back = threading.Event()

    def fate(said, hand_on):
        may_be_it = said.about in left and (step == "pending" or job in said.path)
        answer = hand_on() if when == "after" or not may_be_it else LOST
        if not may_be_it or (step == "pending" and job.encode() not in answer.body):
            return answer
        left.clear()
        way.server.restart()
        is_back.set()
        return LOST

    way.middle.fate = fate
    assert is_back.wait(90)
    assert way.outcome(job) == (7, "begun\nover\n", 1)


def test_proxies_refusals_and_slowness_slow_no_script_and_lose_nothing(way):
    answers = iter(
        [
            Answer(200, PAGE, HTML),
            Answer(502, PAGE, HTML),
            Answer(429, b"", {"Retry-After": "1"}),
            Answer(503, b"{}", {"Retry-After": "1"}),
            Answer(401, b'{"detail": "unknown token"}'),
            Answer(500, PAGE, HTML),
        ]
    )

    def fate(said, hand_on):
        if said.about in ("output", "complete"):
            if (answer := next(answers, None)) is not None:
                return answer
            time.sleep(0.2)
        return hand_on()

    way.middle.fate = fate
    job = way.queue(
        "s=$EPOCHREALTIME; for n in {1..200}; do echo $n; done; echo $(( (${EPOCHREALTIME/./} - ${s/./}) / 1000000 )) s"
    )
    code, output, runs = way.outcome(job)

    assert (code, runs) == (0, 1)
    *lines, seconds = output.splitlines()
    assert lines == [str(n) for n in range(1, 201)]
    assert int(seconds.removesuffix(" s")) < 5  # the answers alone took longer
    assert next(answers, None) is None
    assert way.log.count("[jobrunner] output works again") >= 1
