"""PgBouncer in transaction mode stands between us and PostgreSQL; only wake-ups are listened for directly."""

import os
import subprocess
from contextlib import contextmanager

import pytest

from hyprbox.people.model import Role
from tests.box.test_replicas import seconds_until_woken
from tests.servers import free_port, serving, wait_until

SETTINGS = """
[databases]
* = host={host} port=5432 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
"""


@contextmanager
def bouncer(postgres, folder):
    """Its port. It hands three connections around among all who ask."""
    port, owner = free_port(), (postgres._data / "PG_VERSION").owner()
    settings = folder / "pgbouncer.ini"
    settings.write_text(SETTINGS.format(host=postgres._data, port=port))
    log = folder / "pgbouncer.log"
    with log.open("wb") as sink:
        env = os.environ | {"PATH": f"/usr/sbin:{os.environ['PATH']}"}
        user = owner if os.getuid() == 0 else None
        process = subprocess.Popen(["pgbouncer", str(settings)], stdout=sink, stderr=sink, env=env, user=user)
    try:
        wait_until(lambda: f"listening on 127.0.0.1:{port}" in log.read_text(), process, log)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def pooled(postgres_databases, memory_folder):
    """Two processes of one control plane, behind the pooler."""
    folder = memory_folder / "pooler"
    folder.mkdir(mode=0o755)
    direct = postgres_databases.fresh()
    name = direct.partition("?")[0].rpartition("/")[2]
    with bouncer(postgres_databases, folder) as port:
        url = f"postgresql://postgres:any@127.0.0.1:{port}/{name}"
        settings = {"HYPRBOX_LISTEN_URL": direct}
        with serving(folder / "one", url, **settings) as one, serving(folder / "two", url, **settings) as two:
            yield one, two


def test_a_job_queued_through_the_pooler_wakes_a_poll_of_the_other(pooled):
    """By NOTIFY: looking again by itself would take seconds each time."""
    one, two = pooled
    token, key = one.token("--fleet"), one.key(Role.ADMIN)
    with one.client(key) as queues, two.client(token) as polls, one.client(token) as beats:
        waits = [seconds_until_woken((beats, polls), (queues,), f"eu-{number}") for number in range(4)]
    assert min(waits) < 1


def test_nothing_is_said_in_a_statement_that_a_pooler_would_lose(pooled):
    """Prepared statements, session locks and LISTEN belong to a connection, which behind a pooler is everybody's."""
    one, _ = pooled
    with one.client(one.key(Role.ADMIN)) as admin:
        for _ in range(20):
            assert admin.get("/api/nodes").status_code == 200
            assert admin.get("/api/findings").status_code == 200
    assert "prepared statement" not in one.log.read_text()
