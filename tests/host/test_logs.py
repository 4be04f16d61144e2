"""A log that grew large, and a Docker that listens to everybody, in a Debian with its own logrotate and systemd."""

import pytest

from tests.host.presets import Runs
from tests.servers import wait_until

LOG = "/var/log/app/debug.log"
RULE = "/etc/logrotate.d/hyprbox-var-log-app-debug-log"


@pytest.fixture
def box(shared_box):
    """A program of app's writes into a folder of app's, and goes on writing."""
    shared_box.run(
        f"""id app >/dev/null 2>&1 || useradd -r -m app
        rm -rf /var/log/app {RULE}; install -d -o app -g app /var/log/app
        yes 'a line of this log' | head -c 3M >{LOG}; chown app {LOG}"""
    )
    return shared_box


def test_a_large_log_is_rotated_once_and_its_rule_is_taken_back(box):
    before, runs = box.changed("/etc"), Runs(box, "log-rotate", path=LOG, megabytes=1)

    assert runs().said == [f"wrote {RULE}", "applied"]

    assert box.run(f"stat -c %s {LOG}; zcat {LOG}.1.gz | wc -c; stat -c %U {LOG}.1.gz").output.split() == [
        "0",
        "3145728",
        "app",
    ]
    assert runs(job="job-2").said == ["nothing to do"]
    assert runs("revert").code == 0
    assert box.changed("/etc") == before


def test_a_log_that_grows_again_is_rotated_again(box):
    runs = Runs(box, "log-rotate", path=LOG, megabytes=1)
    runs()
    box.run(f"yes again | head -c 2M >>{LOG}")

    assert runs(job="job-2").code == 0
    assert box.run(f"ls {LOG}.2.gz && stat -c %s {LOG}").output.split()[-1] == "0"
    assert runs("revert").code == 0


def test_a_plan_shows_the_rule_and_changes_nothing(box):
    before = box.changed("/etc"), box.run("ls -l /var/log/app").output
    ended = Runs(box, "log-rotate", path=LOG, megabytes=1)("plan")
    assert '+"/var/log/app/debug.log" {' in ended.output
    assert (box.changed("/etc"), box.run("ls -l /var/log/app").output) == before
    assert box.run(f"stat -c %s {LOG}").output == "3145728\n"


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (f"rm {LOG}; ln -s /etc/shadow {LOG}", 22),
        (f"mv /var/log/app /srv/app; ln -s /srv/app /var/log/app; touch {LOG}", 22),
        (f"rm {LOG}; mkfifo {LOG}", 22),
        (f"printf '/var/log/app/*.log {{\\n  su app app\\n}}\\n' >/etc/logrotate.d/theirs; touch {LOG}", 23),
        (f"printf '\"/var/log/app/debug-log\" {{\\n}}\\n' >{RULE}", 25),
    ],
    ids=["a link", "a link on the way", "a pipe", "another rule", "another log of that name"],
)
def test_what_is_not_safe_to_rotate_is_refused(box, prepare, code):
    box.run(prepare)
    try:
        ended = Runs(box, "log-rotate", path=LOG, megabytes=1)()
        assert (ended.code, len(ended.said)) == (code, 1), ended.output
    finally:
        box.run(f"rm -rf /var/log/app /srv/app /etc/logrotate.d/theirs {RULE}")


DOCKERD = """
import os, socket, sys, time
hosts = [sys.argv[n + 1] for n, word in enumerate(sys.argv) if word == "-H"]
if os.path.exists("/etc/docker/daemon.json"):
    import json
    hosts += json.load(open("/etc/docker/daemon.json")).get("hosts", [])
kept = []
for host in hosts:
    if host.startswith("tcp://"):
        kept.append(socket.create_server(("0.0.0.0", int(host.rsplit(":", 1)[1]))))
path = "/run/docker.sock"
if os.path.exists(path):
    os.unlink(path)
kept.append(socket.socket(socket.AF_UNIX))
kept[-1].bind(path)
os.chmod(path, 0o660)
time.sleep(100000)
"""


@pytest.fixture
def docker(shared_box):
    """What listens as Docker does; `start` says with which hosts, in its command line or its file of settings."""
    shared_box.run("cp /usr/bin/python3 /usr/local/bin/dockerd; mkdir -p /etc/docker; rm -f /etc/docker/daemon.json")
    shared_box.write("/usr/local/lib/docker.py", DOCKERD)

    def start(words, settings=None):
        unit = f"[Service]\nType=exec\nExecStart=/usr/local/bin/dockerd /usr/local/lib/docker.py {words}\n"
        shared_box.write("/etc/systemd/system/docker.service", unit)
        if settings:
            shared_box.write("/etc/docker/daemon.json", settings)
        shared_box.run(
            """systemctl daemon-reload; systemctl restart docker
            until [ -S /run/docker.sock ] && [ "$(stat -c %a /run/docker.sock)" = 660 ]; do sleep 0.1; done"""
        )
        return shared_box

    yield start
    shared_box.run("systemctl stop docker; rm -rf /run/docker.sock /etc/docker /etc/systemd/system/docker*")


def listens(box):
    return box.run("ss -Hltn 'sport = :2375'").output != ""


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("-H unix:///run/docker.sock -H tcp://0.0.0.0:2375", None),
        ("", '{"hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"], "live-restore": true}'),
    ],
    ids=["command line", "settings"],
)
def test_docker_listens_to_the_network_no_more_until_that_is_taken_back(docker, words, settings):
    box = docker(words, settings)
    before, runs = box.changed("/etc"), Runs(box, "docker-socket-close")
    assert listens(box)

    ended = runs()

    assert ended.code == 0, ended.output
    assert not listens(box)
    assert box.run("systemctl is-active docker; stat -c %a /run/docker.sock").output.split() == ["active", "660"]
    if settings:
        assert '"live-restore": true' in box.read("/etc/docker/daemon.json")
    assert runs(job="job-2").said == ["nothing to do"]
    assert runs("revert").code == 0
    wait_until(lambda: listens(box))
    assert box.changed("/etc") == before


def test_a_command_line_that_is_not_plain_is_left_to_a_person(docker):
    box = docker("-H 'tcp://0.0.0.0:2375'")
    assert Runs(box, "docker-socket-close")().code == 24
    assert listens(box)


def test_what_opens_it_otherwise_stays_and_its_socket_is_closed(docker):
    box = docker("")
    box.run("systemd-run --unit=other dockerd -m http.server 2375; chmod 666 /run/docker.sock")
    box.run("until [ -n \"$(ss -Hltn 'sport = :2375')\" ]; do sleep 0.1; done")
    try:
        ended = Runs(box, "docker-socket-close")()
        assert (ended.code, ended.said[0].endswith(": that stays")) == (0, True), ended.output
        assert box.run("stat -c %a /run/docker.sock").output == "660\n"
        assert Runs(box, "docker-socket-close")().code == 23
    finally:
        box.run("systemctl stop other")
