import pytest

from tests.node.agents import RunningAgent
from tests.node.cradle import RunningJob
from tests.node.full_api import FullApi
from tests.node.plain_api import PlainApi


@pytest.fixture
def plain_api():
    with PlainApi() as api:
        yield api


@pytest.fixture
def full_api():
    with FullApi() as api:
        yield api


@pytest.fixture
def start(tmp_path):
    """Starts agents, and ends them after the test."""
    agents = []

    def start(api, *words, **settings):
        agents.append(RunningAgent(api, tmp_path, *words, **settings))
        return agents[-1]

    yield start
    for agent in agents:
        if agent.process.poll() is None:
            agent.kill()


@pytest.fixture
def run(tmp_path):
    """Starts jobs under real supervisors."""
    jobs = []

    def run(script, **terms):
        jobs.append(RunningJob(tmp_path / f"spool-{len(jobs)}", script, **terms))
        return jobs[-1]

    yield run
    for job in jobs:
        job.clean()
