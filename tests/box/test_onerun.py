"""The page of a run says of each node what it has come to."""

import pytest
from sqlalchemy import event

from hyprbox.jobs import ending, handing
from hyprbox.nodes.beats import Beat, record
from hyprbox.presets import catalogue
from hyprbox.runs import onerun, store
from hyprbox.runs.batches import CANARY
from hyprbox.runs.spec import Spec
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, Reason
from tests.cast import NOON, beat_of

FLEET = Badge(token_id="t", node_id=None, expires_at=None)


@pytest.mark.parametrize(
    ("number", "batches", "name"),
    [
        (1, CANARY, "Canary"), (2, CANARY, "5\u00a0%"), (4, CANARY, "Rest"), (7, CANARY, "Rest"),
        (1, ("100%",), "All"), (1, ("10",), "10 nodes"), (3, ("10",), "10 nodes"), (2, ("2", "50%"), "50\u00a0%"),
    ],
)  # fmt: skip
def test_a_batch_is_called_by_its_size(number, batches, name):
    assert onerun.name_of(number, batches) == name


@pytest.fixture
def run(session):
    record(session, [Beat(beat_of(f"eu-{n}"), NOON) for n in range(4)])
    session.flush()
    spec = Spec(q="eu-", script="true", batches=("2", "100%"))
    return store.begin(session, NOON, "ada", catalogue.load_all(), spec).id


def test_squares_say_where_each_node_stands(session, run):
    first, rest = onerun.squares(session, NOON, run, ("2", "100%"))
    assert [first.name, first.done, rest.name] == ["Canary", 0, "Rest"]
    assert [row.sign.word for row in first.rows] == ["Not fetched yet", "Not fetched yet"]
    assert [row.sign.word for row in rest.rows] == ["Waiting", "Waiting"]
    assert [row.page is None for row in (*first.rows, *rest.rows)] == [False, False, True, True]


def test_a_row_says_how_its_job_went(session, run):
    job_id = onerun.rows(session, NOON, run, None, None, 1)[0].target.job_id
    handing.accept(session, FLEET, job_id, "r1", NOON)
    (row,) = onerun.rows(session, NOON, run, None, None, 1)
    assert (row.sign.word, row.note) == ("At work", "for 0\u00a0s, of at most 30\u00a0min")

    ended = Completion(runId="r1", exitCode=3, reason=Reason.EXIT)
    ending.complete(session, FLEET, job_id, ended, NOON)
    (row,) = onerun.rows(session, NOON, run, None, None, 1)
    assert row.note.endswith("exit code 3")


def test_too_many_nodes_are_no_squares(session, run, monkeypatch):
    monkeypatch.setattr(onerun, "MOST_SQUARES", 3)
    assert onerun.squares(session, NOON, run, ("2", "100%")) == []


def test_a_page_of_many_nodes_does_not_read_as_many_scripts(db):
    with db.session() as session:
        record(session, [Beat(beat_of("eu-1"), NOON)])
        session.flush()
        run = store.begin(session, NOON, "ada", catalogue.load_all(), Spec(q="eu-", script="true", batches=("100%",)))
        run_id = run.id
    asked = []

    def hear(*call):
        asked.append(call[2])

    event.listen(db.engine, "before_cursor_execute", hear)
    with db.session() as session:
        (row,) = onerun.rows(session, NOON, run_id, None, None, 10)
    event.remove(db.engine, "before_cursor_execute", hear)  # the engine goes on to other tests
    assert row.sign.word == "Not fetched yet"
    (of_jobs,) = [statement for statement in asked if "FROM jobs" in statement]
    assert "jobs.state" in of_jobs
    assert "jobs.script" not in of_jobs
