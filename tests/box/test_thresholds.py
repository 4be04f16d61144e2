"""Which settings count on a node: the most special, said by whom, and whether its agent looks by them."""

import json

import pytest

from hyprbox.audit.model import Entry
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.nodes import beats, saved
from hyprbox.nodes import store as nodes
from hyprbox.thresholds import store
from hyprwire.thresholds import Taken, digest
from tests.cast import NOON, beat_of, minutes


@pytest.fixture
def fleet(session):
    """eu-1 is a web server in production, eu-2 only in production."""
    for node, labels in (("eu-1", {"env": "prod", "role": "web"}), ("eu-2", {"env": "prod"})):
        beats.record(session, [beats.Beat(beat_of(node), NOON)])
        nodes.label(session, NOON, "ada", node, labels)
    return session


def put(session, name, q, **settings):
    return store.put(session, NOON, "ada", name, q, settings)


def settings(session, node):
    return store.settings_of(session, NOON, node)


def test_without_any_the_agent_does_what_it_does(fleet):
    assert settings(fleet, "eu-1") == {}
    on_node = store.on_node(fleet, NOON, "eu-1")
    assert {"diskWarnPercent": 85, "scannersOff": []}.items() <= {
        row.name: row.value for row in on_node.settings
    }.items()
    assert {row.rule for row in on_node.settings} == {""}


def test_the_more_terms_the_more_special_and_a_name_before_all(fleet):
    put(fleet, "one", "node=eu-1", diskWarnPercent=40)
    put(fleet, "web", "env=prod role=web", diskWarnPercent=50, logMaxGib=9)
    put(fleet, "prod", "env=prod", diskWarnPercent=60, logMaxGib=8, tlsWarnDays=14)
    put(fleet, "all", "node=*", diskWarnPercent=70, unitRestarts=3)

    assert [rule.name for rule in store.every(fleet)] == ["all", "prod", "web", "one"]
    assert settings(fleet, "eu-1") == {"diskWarnPercent": 40, "logMaxGib": 9, "tlsWarnDays": 14, "unitRestarts": 3}
    assert settings(fleet, "eu-2") == {"diskWarnPercent": 60, "logMaxGib": 8, "tlsWarnDays": 14, "unitRestarts": 3}
    said_by = {row.name: row.rule for row in store.in_force(fleet, NOON, "eu-1")}
    assert said_by == {"diskWarnPercent": "one", "logMaxGib": "web", "tlsWarnDays": "prod", "unitRestarts": "all"}


def test_of_two_alike_the_first_name_counts(fleet):
    put(fleet, "b", "role=web", diskWarnPercent=50)
    put(fleet, "a", "env=prod", diskWarnPercent=60)

    assert settings(fleet, "eu-1") == {"diskWarnPercent": 60}


def test_a_label_moves_a_node_under_others(fleet):
    put(fleet, "web", "role=web", scannersOff=["smart"])
    assert settings(fleet, "eu-2") == {}

    nodes.label(fleet, NOON, "ada", "eu-2", {"role": "web"})
    assert settings(fleet, "eu-2") == {"scannersOff": ["smart"]}


def test_a_saved_query_chooses_and_once_forgotten_chooses_nobody(fleet):
    saved.save(fleet, NOON, "ada", "web", "role=web")
    put(fleet, "web", "@web", logMaxGib=5)
    assert settings(fleet, "eu-1") == {"logMaxGib": 5}

    saved.forget(fleet, NOON, "ada", "web")
    assert settings(fleet, "eu-1") == {}


@pytest.mark.parametrize(
    ("name", "q", "said", "sentence"),
    [
        ("A b", "env=prod", {"logMaxGib": 5}, "name is 'A b', expected"),
        ("a", " ", {"logMaxGib": 5}, "q is empty"),
        ("a", "env=prod cpu>80", {"logMaxGib": 5}, "cpu>80 in the query changes by the minute"),
        ("a", "!finding=tls.*", {"logMaxGib": 5}, "!finding=tls.* in the query changes"),
        ("a", "status=online", {"logMaxGib": 5}, "status=online in the query changes"),
        ("a", "@nothing", {"logMaxGib": 5}, "no query is saved under this name"),
        ("a", "env=prod", {}, "settings is empty"),
        ("a", "env=prod", {"apiUrl": "http://elsewhere"}, "settings: 'apiUrl' cannot be set"),
        ("a", "env=prod", {"logMaxGib": 0}, "settings: logMaxGib is 0, expected a whole number from 1"),
    ],
)
def test_what_does_not_fit_is_one_sentence(fleet, name, q, said, sentence):
    with pytest.raises(Invalid) as refusal:
        store.put(fleet, NOON, "ada", name, q, said)
    assert sentence in refusal.value.detail


def test_each_change_is_in_the_audit_log_once(fleet):
    put(fleet, "web", "role=web", logMaxGib=5)
    put(fleet, "web", "role=web", logMaxGib=5)
    put(fleet, "web", "role=web", logMaxGib=6)
    store.remove(fleet, NOON, "ada", "web")

    entries = [entry for entry in fleet.query(Entry).order_by(Entry.seq) if entry.target == "web"]
    assert [entry.action for entry in entries] == ["threshold.put", "threshold.put", "threshold.remove"]
    assert entries[1].diff["before"] == {"q": "role=web", "settings": {"logMaxGib": 5}}
    with pytest.raises(Missing):
        store.remove(fleet, NOON, "ada", "web")


def test_there_are_not_too_many(fleet, monkeypatch):
    monkeypatch.setattr(store, "MOST", 1)
    put(fleet, "a", "env=prod", logMaxGib=5)
    put(fleet, "a", "env=prod", logMaxGib=6)
    with pytest.raises(Conflict):
        put(fleet, "b", "env=prod", logMaxGib=5)


def test_whether_its_agent_looks_by_it(fleet):
    put(fleet, "web", "role=web", logMaxGib=5)
    assert not store.on_node(fleet, NOON, "eu-1").is_taken

    store.told(fleet, NOON, "eu-1", Taken(digest=digest({"logMaxGib": 5}), own=["tlsWarnDays", "nonsense"]))
    on_node = store.on_node(fleet, NOON, "eu-1")
    assert on_node.is_taken
    assert [row.name for row in on_node.settings if row.own] == ["tlsWarnDays"]
    put(fleet, "web", "role=web", logMaxGib=6)
    assert not store.on_node(fleet, NOON, "eu-1").is_taken
    store.told(fleet, NOON, "eu-1", Taken(digest=digest({"logMaxGib": 6}), refused="no"))
    assert not store.on_node(fleet, NOON, "eu-1").is_taken


def test_the_same_word_again_is_not_written_again(fleet):
    said = Taken(digest=digest({}))
    store.told(fleet, NOON, "eu-1", said)
    store.told(fleet, NOON + minutes(15), "eu-1", said)

    assert store.on_node(fleet, NOON, "eu-1").taken.at == NOON


def test_a_renamed_node_keeps_it_and_a_deleted_one_does_not(fleet):
    store.told(fleet, NOON, "eu-1", Taken(digest=digest({})))
    nodes.rename(fleet, NOON, "ada", "eu-1", "eu-3")
    fleet.expire_all()
    assert store.on_node(fleet, NOON, "eu-3").is_taken

    nodes.delete_node(fleet, NOON, "ada", "eu-3")
    assert store.on_node(fleet, NOON, "eu-3").taken is None


def test_what_an_agent_is_told_is_what_it_checks(fleet):
    put(fleet, "web", "role=web", logMaxGib=5, scannersOff=["smart", "oom"])
    stored = json.loads(json.dumps(settings(fleet, "eu-1")))

    assert digest(stored) == store.on_node(fleet, NOON, "eu-1").digest
