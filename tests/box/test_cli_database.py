"""The embedded database by command: copied, put back, looked at; what is damaged or not there is said to be."""

import os
import subprocess
import sys
from dataclasses import asdict
from functools import partial

import pytest

from hyprbox import backup, migrations
from hyprbox.db import Database
from hyprbox.people.model import Role
from tests.cast import BEAT
from tests.servers import clean_env, run, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_a_backup_is_restored_without_yesterdays_queue(server, tmp_path):
    with server.client(server.token("--fleet")) as agent:
        agent.post("/api/heartbeat", json=asdict(BEAT) | {"node_id": "eu-2"})
    with server.client(server.key(Role.ADMIN)) as ada:
        queued = ada.post("/api/jobs", json={"nodeId": "eu-2", "script": "true"}).json()
    file = tmp_path / "backup.db"
    server.cli("db", "backup", str(file))
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert "exists already" in server.cli("db", "backup", str(file), check=False).stderr

    with serving(tmp_path / "other") as other:
        pass
    assert "hyprbox db confirm" in other.cli("db", "restore", str(file), "--yes").stdout
    other.cli("db", "confirm")
    assert other.cli("db", "doctor").stdout.strip() == "The database is whole."
    with serving(tmp_path / "other") as other, other.client(other.key(Role.ADMIN)) as ada:
        assert ada.get(f"/api/jobs/{queued['id']}").json()["state"] == "EXPIRED"


def test_a_damaged_backup_is_refused(server, tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 100)
    ran = server.cli("db", "restore", str(broken), "--yes", check=False)
    assert (ran.returncode, "expected a backup" in ran.stderr) == (1, True)


@pytest.mark.parametrize("damage", [(0, 16), (0, 4096)], ids=["header", "first page"])
def test_a_damaged_database_is_said_to_be_and_kept_when_it_is_replaced(server, tmp_path, damage):
    """All of this ended in tracebacks, and the backup that failed kept its name."""
    file, target = tmp_path / "backup.db", tmp_path / "hyprbox.db"
    server.cli("db", "backup", str(file))
    env = server.env | {"HYPRBOX_DATA_DIR": str(tmp_path), "HYPRBOX_DATABASE_URL": f"sqlite:///{target}"}

    cli = partial(run, env=env)

    whole, (start, end) = file.read_bytes(), damage
    broken = whole[:start] + b"\xa5" * (end - start) + whole[end:]
    target.write_bytes(broken)
    for words in (["db", "doctor"], ["db", "backup", str(tmp_path / "copy.db")], ["token", "list"]):
        ran = cli(*words)
        assert (ran.returncode, ran.stderr.startswith("hyprbox: "), ran.stderr.count("\n")) == (1, True, 1), ran.stderr
    assert not (tmp_path / "copy.db").exists()

    for name in ("hyprbox.db.damaged", "hyprbox.db.damaged2"):
        target.write_bytes(broken)
        assert f"it lies in {tmp_path / name} now" in cli("db", "restore", str(file), "--yes").stderr
        assert (tmp_path / name).read_bytes() == broken
    assert target.stat().st_mode & 0o777 == 0o600
    cli("db", "confirm")
    assert cli("db", "doctor").stdout.strip() == "The database is whole."


def test_a_backup_of_what_is_damaged_within_is_none(tmp_path):
    source, copy = tmp_path / "today.db", tmp_path / "copy.db"
    db = Database(f"sqlite:///{source}")
    migrations.upgrade(db.engine)
    db.close()
    with source.open("r+b") as there:
        there.seek(100)  # behind the header of the file: that of its first page
        there.write(b"\xa5" * 3996)
    with pytest.raises(backup.Failed, match="is damaged"):
        backup.write(f"sqlite:///{source}", copy)
    assert not copy.exists()


def test_a_damaged_database_is_not_taken_from_a_server_that_has_it(tmp_path):
    file, target = tmp_path / "backup.db", tmp_path / "today.db"
    for path in (file, target):
        db = Database(f"sqlite:///{path}")
        migrations.upgrade(db.engine)
        db.close()
    holds = f"import sqlite3; c = sqlite3.connect({str(target)!r}); c.execute('SELECT * FROM sqlite_master').fetchone()"
    words = [sys.executable, "-c", f"{holds}; print(flush=True); input()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with target.open("r+b") as there:
            there.write(b"no database")
        with pytest.raises(backup.Failed, match="expected the server to be stopped"):
            backup.restore(f"sqlite:///{target}", file)
        other.communicate(b"\n")
    assert backup.restore(f"sqlite:///{target}", file) == tmp_path / "today.db.damaged"


def test_an_empty_file_is_no_backup(tmp_path):
    (tmp_path / "empty.db").touch()
    with pytest.raises(backup.Failed, match="expected a backup"):
        backup.restore(f"sqlite:///{tmp_path}/today.db", tmp_path / "empty.db")
    assert not (tmp_path / "today.db").exists()


def test_nothing_is_restored_under_a_running_server(server, tmp_path):
    file = tmp_path / "backup.db"
    server.cli("db", "backup", str(file))
    ran = server.cli("db", "restore", str(file), "--yes", check=False)
    assert (ran.returncode, "expected the server to be stopped" in ran.stderr) == (1, True)
    with server.client(server.key(Role.ADMIN)) as ada:
        assert ada.get("/api/nodes").status_code == 200


@pytest.mark.parametrize("word", ["doctor", "confirm", "backup"])
def test_of_a_database_that_is_not_there_nothing_good_is_said(tmp_path, word):
    """The wrong folder: an empty database was made there, found whole, and copied as tonight's backup."""
    words = [word, str(tmp_path / "copy.db")] if word == "backup" else [word]
    ran = run("db", *words, env=clean_env() | {"HYPRBOX_DATA_DIR": str(tmp_path / "typo")})
    assert (ran.returncode, ran.stdout, "typo/hyprbox.db is not there" in ran.stderr) == (1, "", True)
    assert not list(tmp_path.iterdir())


def test_whoever_makes_a_database_is_told(tmp_path):
    env = clean_env() | {"HYPRBOX_DATA_DIR": str(tmp_path / "new")}
    made, known = (run("key", "create", "--name", name, env=env) for name in ("first", "second"))
    assert "new/hyprbox.db was not there and is made" in made.stderr
    assert (known.stderr, known.stdout.startswith("hbak_")) == ("", True)


def test_a_restored_database_is_for_its_owner_alone(tmp_path):
    migrations.upgrade(Database(f"sqlite:///{tmp_path}/yesterday.db").engine)
    mask = os.umask(0o022)
    try:
        backup.restore(f"sqlite:///{tmp_path}/today.db", tmp_path / "yesterday.db")
    finally:
        os.umask(mask)
    assert oct((tmp_path / "today.db").stat().st_mode)[-3:] == "600"
