"""The schema that migrations make is the one that the models say, and no program works on one it does not know."""

import sqlite3
import threading
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from hyprbox import migrations
from hyprbox.db import Database
from hyprbox.nodes import search, store
from hyprbox.nodes.beats import Beat, record
from hyprbox.tables import METADATA
from tests.cast import NOON, beat_of

FIRST_KEPT = "0013"  # from here on versions run side by side


def ours(_, name, kind, reflected, __):
    return not (kind == "table" and reflected and (name == "alembic_version" or name.startswith("samples_")))


def test_the_models_say_what_the_migrations_make(db):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, METADATA) == []


def test_what_the_files_are_called_is_what_the_migrations_say():
    steps = ScriptDirectory(migrations.__path__[0])
    assert migrations.head() == steps.get_current_head()
    assert migrations.known() == {step.revision for step in steps.walk_revisions()}


def test_upgrading_twice_changes_nothing(db):
    migrations.upgrade(db.engine)
    with db.engine.connect() as connection:
        assert migrations.revision(connection) == migrations.head()


def test_a_newer_schema_is_refused(db):
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.SchemaIsNewer, match="revision 9999"):
        migrations.upgrade(db.engine)


def test_an_embedded_database_is_copied_before_it_is_changed(tmp_path):
    with closing(Database(f"sqlite:///{tmp_path / 'box.db'}")) as db:
        with db.engine.begin() as connection:
            migrations.step(connection, "0001")
            connection.execute(text("INSERT INTO facts (name, value) VALUES ('mine', 7)"))
        migrations.upgrade(db.engine)
    with closing(sqlite3.connect(tmp_path / f"box.db.before-{migrations.head()}")) as copy:
        assert copy.execute("SELECT value FROM facts WHERE name = 'mine'").fetchone() == (7,)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_two_processes_that_start_together_migrate_once(postgres_databases):
    url = postgres_databases.empty()
    errors = []

    def start():
        with closing(Database(url)) as db:
            try:
                migrations.upgrade(db.engine)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_labels_stay_what_they_were_when_they_become_text(sqlite_databases, postgres_databases, tmp_path):
    for url in (f"sqlite:///{tmp_path / 'old.db'}", postgres_databases.empty()):
        with closing(Database(url)) as db:
            with db.engine.begin() as connection:
                migrations.step(connection, "0002")
                for node_id, labels in (("eu-1", '{"role": "web", "env": "prod"}'), ("eu-2", "{}")):
                    row = {"node_id": node_id, "labels": labels}
                    connection.execute(
                        text(
                            "INSERT INTO nodes (node_id, hostname, os, agent_version, labels, first_seen) "
                            "VALUES (:node_id, 'h', 'o', 'v', :labels, 0)"
                        ),
                        row,
                    )
            migrations.upgrade(db.engine)
            with db.engine.connect() as connection:
                kept = connection.execute(text("SELECT node_id, labels FROM nodes ORDER BY node_id")).all()
        assert [tuple(row) for row in kept] == [("eu-1", " env=prod role=web "), ("eu-2", "")]


def test_keys_find_the_people_who_made_them(sqlite_databases, postgres_databases, tmp_path):
    for url in (f"sqlite:///{tmp_path / 'old.db'}", postgres_databases.empty()):
        with closing(Database(url)) as db:
            with db.engine.begin() as connection:
                migrations.step(connection, "0011")
                connection.execute(
                    text("INSERT INTO people (id, name, role, created_at, failures) VALUES ('1', 'ada', 'admin', 0, 0)")
                )
                for key_id, maker in (("k1", "ada"), ("k2", "root on the command line")):
                    values = f"('{key_id}', 'n', 'admin', 'p', 'd', 0, '{maker}')"
                    columns = "id, name, role, prefix, digest, created_at, created_by"
                    connection.execute(text(f"INSERT INTO api_keys ({columns}) VALUES {values}"))
            migrations.upgrade(db.engine)
            with db.engine.connect() as connection:
                kept = connection.execute(text("SELECT id, person_id FROM api_keys ORDER BY id")).all()
        assert [tuple(row) for row in kept] == [("k1", "1"), ("k2", None)]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    return request.getfixturevalue("postgres_databases").empty()


def tables(connection):
    found = inspect(connection)
    return {
        name: {column["name"]: column for column in found.get_columns(name)}
        for name in found.get_table_names()
        if not name.startswith("samples_")
    }


STEPS = sorted(step for step in migrations.known() if step > FIRST_KEPT)


@pytest.mark.parametrize("step", STEPS)
def test_the_version_before_works_on_after_a_migration(empty_url, step):
    """What it reads is there and of the same type, and it need not know what is new to write a row."""
    with closing(Database(empty_url)) as db:
        with db.engine.begin() as connection:
            migrations.step(connection, f"{int(step) - 1:04}")
            before = tables(connection)
        with db.engine.begin() as connection:
            migrations.step(connection, step)
            after = tables(connection)
    for name, columns in before.items():
        assert {each: str(column["type"]) for each, column in columns.items()}.items() <= {
            each: str(column["type"]) for each, column in after[name].items()
        }.items()
        for each in after[name].keys() - columns.keys():
            assert after[name][each]["nullable"] or after[name][each]["default"] is not None, f"{name}.{each}"
        for each in columns:
            assert after[name][each]["nullable"] or not columns[each]["nullable"], f"{name}.{each}"


def test_a_running_program_goes_on_while_a_newer_one_migrates(empty_url):
    """Its connections and prepared statements are from before: beats, searches and labels go on through the change."""

    def beat(node_id):
        with old.session() as session:
            record(session, [Beat(beat_of(node_id), NOON)])

    with closing(Database(empty_url)) as old, closing(Database(empty_url)) as new:
        with new.engine.begin() as connection:
            migrations.step(connection, FIRST_KEPT)
        for n in range(8):
            beat(f"eu-{n}")
        migrations.upgrade(new.engine)
        for n in range(4, 12):
            beat(f"eu-{n}")
        with old.session() as session:
            store.label(session, NOON, "ada", "eu-1", {"env": "prod"})
        with new.session() as session:
            assert search.names(session, NOON, "EU-1", 50) == ["eu-1", "eu-10", "eu-11"]
            assert (
                search.names(session, NOON, "env=prod", 50) == search.names(session, NOON, '"nv=pro"', 50) == ["eu-1"]
            )
