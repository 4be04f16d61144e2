"""What is typed above the list of nodes."""

import pytest

from hyprbox.errors import Invalid
from hyprbox.nodes import search, store
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.chips import chips
from hyprbox.nodes.model import State, Status
from hyprbox.nodes.query import Query, parse
from hyprwire import Severity
from tests.cast import NOON, beat_of


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("web  fra", Query(words=("web", "fra"))),
        ("status=offline", Query(status=Status.OFFLINE)),
        ("Status=ONLINE", Query(status=Status.ONLINE)),
        ("finding>=critical", Query(least=Severity.CRITICAL)),
        ("env=prod web", Query(words=("web",), labels=(("env", "prod"),))),
        ("status=asleep", Query(labels=(("status", "asleep"),))),
        ("a=b=c <x>", Query(words=("a=b=c", "<x>"))),
    ],
)
def test_terms_are_understood_and_the_rest_are_words(typed, query):
    assert parse(typed) == query


def test_chips_take_off_what_is_applied_and_offer_what_is_not():
    found = {chip.term: (chip.q, chip.on) for chip in chips("web status=offline")}
    assert found["web"] == ("status=offline", True)
    assert found["status=offline"] == ("web", True)
    assert found["finding>=warn"] == ("web status=offline finding>=warn", False)


@pytest.fixture
def fleet(session):
    """Four nodes: b-1 is the worst, then a-1; c-1 and d-1 are well."""
    for node_id, critical, warn in (("c-1", 0, 0), ("a-1", 1, 2), ("d-1", 0, 0), ("b-1", 1, 3)):
        record(session, [Beat(beat_of(node_id), NOON)])
        state = session.get_one(State, node_id)
        state.open_critical, state.open_warn = critical, warn
    store.label(session, NOON, "ada", "c-1", {"env": "prod"})
    session.flush()


def ids(session, typed, after=None, limit=10):
    return [node.node_id for node in search.worst(session, parse(typed), after, limit)]


def test_the_worst_come_first_page_by_page(session, fleet):
    first = search.worst(session, Query(), None, 2)
    assert [node.node_id for node in first] == ["b-1", "a-1"]
    assert ids(session, "", search.cursor(first[-1])) == ["c-1", "d-1"]
    assert ids(session, "", search.cursor(first[0])) == ["a-1", "c-1", "d-1"]


def test_findings_and_labels_narrow(session, fleet):
    assert ids(session, "finding>=critical") == ["b-1", "a-1"]
    assert ids(session, "env=prod") == ["c-1"]
    assert ids(session, "env=pro") == []
    assert ids(session, "env=prod status=offline") == []


@pytest.mark.parametrize("after", ["x", "1.2", "a.b.c", "1..x", "-1.0.a"])
def test_a_cursor_that_no_list_has_made_is_refused(session, after):
    with pytest.raises(Invalid, match="after is"):
        search.worst(session, Query(), after, 10)
