"""What is on a node, and what of it has changed since it was first told."""

from datetime import timedelta

import pytest

from hyprbox.errors import Invalid, Missing
from hyprbox.inventory import store
from hyprbox.nodes import beats
from hyprbox.nodes import store as nodes
from hyprwire.inventory import Inventory, Part, digest
from tests.cast import NOON, beat_of, minutes

BEFORE = {"nginx": "1.22", "curl": "7.88", "vim": "9.0"}
AFTER = {"nginx": "1.24", "curl": "7.88", "htop": "3.2"}
DAY = timedelta(days=1)


@pytest.fixture
def node(session):
    beats.record(session, [beats.Beat(beat_of("eu-1"), NOON)])
    return session


def tell(session, items, now=NOON, part="packages", brief=False, **other):
    said = Part(name=part, digest=other.get("digest") or digest(items), items=None if brief else items)
    return store.record(session, now, Inventory(nodeId="eu-1", parts=[said]))["wants"]


def changes(session, now=NOON + DAY, part=None):
    rows = store.changes(session, "eu-1", now - DAY, part, None, 100)
    return [(row.name, row.was, row.became) for row in rows]


def test_the_whole_is_asked_for_once(node):
    assert tell(node, BEFORE, brief=True) == ["packages"]
    assert tell(node, BEFORE) == []
    assert tell(node, BEFORE, brief=True) == []
    assert [(each.part, each.items) for each in store.stock(node, "eu-1")] == [("packages", BEFORE)]
    assert changes(node) == []


def test_what_came_went_and_became_another_is_named(node):
    tell(node, BEFORE)
    assert tell(node, AFTER, NOON + minutes(15), brief=True) == ["packages"]
    tell(node, AFTER, NOON + minutes(15))

    assert changes(node) == [("htop", None, "3.2"), ("nginx", "1.22", "1.24"), ("vim", "9.0", None)]
    assert changes(node, part="users") == []
    assert changes(node, NOON + DAY + minutes(16)) == []


def test_one_that_changes_all_the_time_is_taken_once_a_minute(node):
    tell(node, BEFORE)
    assert tell(node, AFTER, NOON + timedelta(seconds=30), brief=True) == []
    assert tell(node, AFTER, NOON + timedelta(seconds=30)) == []
    assert changes(node) == []
    brief = Inventory(nodeId="eu-1", parts=[Part(name="packages", digest=digest(AFTER))])
    assert store.record(node, NOON + timedelta(seconds=30), brief) == {"wants": [], "later": ["packages"]}
    tell(node, AFTER, NOON + minutes(1))
    assert len(changes(node)) == 3


def test_a_thousand_changes_are_a_thousand_rows_and_one(node, monkeypatch):
    monkeypatch.setattr(store, "MOST_CHANGES", 2)
    tell(node, {})
    tell(node, {f"p{n}": "1" for n in range(5)}, NOON + minutes(15))

    assert changes(node) == [("p0", None, "1"), ("p1", None, "1"), ("and 3 more", None, None)]


def test_a_part_said_often_in_one_breath_counts_once(node):
    def said(items):
        return Part(name="ports", digest=digest(items), items=items)

    often = [said({f"tcp/{n}": "sshd"}) for n in range(50)]
    store.record(node, NOON, Inventory(nodeId="eu-1", parts=often))
    store.record(node, NOON + minutes(15), Inventory(nodeId="eu-1", parts=often[:-1] * 2))

    assert changes(node) == [("tcp/48", None, "sshd"), ("tcp/49", "sshd", None)]


def test_a_node_that_changes_all_day_long_is_told_of_in_short(node, monkeypatch):
    monkeypatch.setattr(store, "MOST_A_DAY", 3)
    tell(node, {})
    tell(node, BEFORE, NOON + minutes(15))
    tell(node, {}, NOON + minutes(30))
    tell(node, BEFORE, NOON + DAY + minutes(31))

    three = ["curl", "nginx", "vim"]
    assert [name for name, _, _ in changes(node)] == [*three, "and 3 more", *three]


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ({"a\x1b": "1"}, "has the item 'a\\x1b', expected"),
        ({"": "1"}, "has the item '', expected"),
        ({"a": "x" * 301}, "has the item 'a', expected"),
        ({"a" * 201: "x"}, "expected 1 to 200"),
    ],
)
def test_what_no_page_could_show_is_refused(node, items, sentence):
    with pytest.raises(Invalid) as refusal:
        tell(node, items)
    assert sentence in refusal.value.detail


def test_items_that_are_not_those_of_the_digest_are_refused(node):
    with pytest.raises(Invalid):
        tell(node, BEFORE, digest=digest(AFTER))
    with pytest.raises(Missing):
        store.record(node, NOON, Inventory(nodeId="eu-9"))


def test_a_part_of_a_newer_agent_is_passed_over(node):
    assert tell(node, BEFORE, part="modules", brief=True) == []


def test_what_is_old_goes_and_a_deleted_node_takes_all_along(node):
    tell(node, BEFORE)
    tell(node, AFTER, NOON + minutes(15))
    assert store.drop_changes(node, NOON + minutes(15), 2) == 0
    assert [store.drop_changes(node, NOON + minutes(16), 2) for _ in range(3)] == [2, 1, 0]

    nodes.delete_node(node, NOON, "ada", "eu-1")
    assert store.stock(node, "eu-1") == []
