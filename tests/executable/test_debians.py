"""The one line on booted Debians older and newer than the one of the other tests."""

import pytest

from hyprwire import __version__
from tests.executable import trees
from tests.executable.test_install import FILES, NAME, install
from tests.host import agent
from tests.program import EXECUTABLE
from tests.survival.stage import set_up


@pytest.fixture(scope="module", params=["11", "13"])
def release(request):
    return request.param


@pytest.fixture(scope="module")
def stage(release, debian, memory_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("agents")
    (folder / NAME).write_bytes(EXECUTABLE.read_bytes())
    with set_up(
        trees.named(f"Debian {release}"),
        memory_folder,
        HYPRBOX_AGENT_DIR=str(folder),
        HYPRBOX_PUBLIC_URL="http://10.99.0.1:4000",
    ) as stage:
        stage.box.run(f"rm -f {agent.PROGRAM}")
        yield stage


def test_it_is_installed_runs_a_job_as_a_unit_and_is_taken_away(release, stage):
    before = stage.box.run(FILES).output
    install(stage, nodeId="eu-1")
    node = stage.node("eu-1")
    assert (node["agentVersion"], node["os"][:19]) == (__version__, f"Debian GNU/Linux {release}")

    job = stage.queue("eu-1", "systemctl show -P Type hyprnode; cat /proc/self/cgroup; env; exit 3")
    ended, output = stage.ended(job), stage.output(job)
    assert (ended["exitCode"], output.splitlines()[0]) == (3, "notify")
    assert f"hyprnode-job-{job}.service" in output
    assert "hbnt_" not in output + stage.box.run("tr '\\0' '\\n' </proc/$(pidof -s hyprnode)/environ").output
    assert stage.box.run("stat -c %a /etc/hyprbox/token").output == "600\n"

    stage.box.run(f"{agent.PROGRAM} uninstall")
    assert stage.box.run(FILES).output == before
