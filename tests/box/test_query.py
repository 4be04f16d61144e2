"""The one language in which nodes are chosen."""

from datetime import timedelta

import pytest

from hyprbox.errors import Invalid
from hyprbox.nodes import saved, search, store
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.chips import chips
from hyprbox.nodes.model import State, Status
from hyprbox.nodes.query import parse
from hyprbox.nodes.terms import Field, Is, Label, Load, Not, Reports, Seen, Word, Worst
from hyprwire import Severity
from tests.cast import NOON, beat_of, minutes


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", ()),
        ("web  fra", (Word("web"), Word("fra"))),
        ('"web 3" "a=b"', (Word("web 3"), Word("a=b"))),
        ("status=offline", (Is(Status.OFFLINE),)),
        ("Status=ONLINE", (Is(Status.ONLINE),)),
        ("finding>=critical", (Worst(Severity.CRITICAL),)),
        ("finding=tls.*,disk.full", (Reports(("tls.*", "disk.full")),)),
        ("env=prod web", (Label("env", ("prod",)), Word("web"))),
        ("env=prod,st* !role=db", (Label("env", ("prod", "st*")), Not(Label("role", ("db",))))),
        ("label=env label=os=plan9", (Label("env"), Label("os", ("plan9",)))),
        ("os=debian-12 node=eu-*", (Field("os", ("debian-12",)), Field("node", ("eu-*",)))),
        ("cpu>80 ram<=12.5", (Load("cpu", ">", 800), Load("ram", "<=", 125))),
        ("seen<10m seen>=1h30m", (Seen("<", timedelta(minutes=10)), Seen(">=", timedelta(minutes=90)))),
    ],
)
def test_what_each_term_means(typed, terms):
    assert parse(typed).terms == terms


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("web status=asleep", "status=asleep", "expected status=online or status=offline"),
        ("finding>critical", "finding>critical", "expected finding>=critical"),
        ("finding=critical", "finding=critical", "expected finding>=critical for how bad"),
        ("finding=tls*ing", "finding=tls*ing", "for example finding=tls.expiring"),
        ("cpu>much", "cpu>much", "'much' is no percentage"),
        ("cpu=80", "cpu=80", "expected cpu<80 or cpu>80"),
        ("disk>=101", "disk>=101", "expected 0 to 100"),
        ("seen<10", "seen<10", "expected a duration"),
        ("load>3", "load>3", "load cannot be compared"),
        ("Env=prod", "Env=prod", "'Env' is no label"),
        ("env!=prod", "env!=prod", "expected !env=prod"),
        ("env=pr*d", "env=pr*d", "'pr*d' is no value"),
        ("a=b=c", "a=b=c", "'b=c' is no value"),
        ('web "open', '"open', "second quotation mark"),
        ('""', '""', "something between"),
        ("! web", "!", "expected a term behind !"),
        ("node=", "node=", "expected a value"),
        ("a<b", "a<b", "a cannot be compared"),
        ("<b", "<b", "expected a name before the sign"),
    ],
)
def test_what_is_no_term_is_refused_with_the_word_itself(typed, word, expected):
    with pytest.raises(Invalid) as refusal:
        parse(typed)
    assert (refusal.value.extra["term"], refusal.value.extra["at"]) == (word, typed.index(word))
    assert expected in refusal.value.detail


def test_chips_take_off_what_is_applied_and_offer_what_is_not():
    found = {chip.term: (chip.q, chip.on) for chip in chips('web status=offline "a b"')}
    assert found["web"] == ('status=offline "a b"', True)
    assert found['"a b"'] == ("web status=offline", True)
    assert found["finding>=warn"] == ('web status=offline "a b" finding>=warn', False)


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
    return [node.node_id for node in search.worst(session, NOON + minutes(1), typed, after, limit)]


def test_the_worst_come_first_page_by_page(session, fleet):
    first = search.worst(session, NOON, "", None, 2)
    assert [node.node_id for node in first] == ["b-1", "a-1"]
    assert ids(session, "", search.cursor(first[-1])) == ["c-1", "d-1"]
    assert ids(session, "", search.cursor(first[0])) == ["a-1", "c-1", "d-1"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("finding>=critical", ["b-1", "a-1"]),
        ("env=prod", ["c-1"]),
        ("env=pro", []),
        ("env=pro*", ["c-1"]),
        ("!env=prod", ["b-1", "a-1", "d-1"]),
        ("label=env !node=d*", ["c-1"]),
        ("env=prod status=offline", []),
        ("os=debian-12 node=a-1,c-1", ["a-1", "c-1"]),
        ("os=debian-1", []),
        ("seen<2m", ["b-1", "a-1", "c-1", "d-1"]),
        ("seen>2m", []),
        ("disk>62.4 disk<62.6 prod", ["c-1"]),
    ],
)
def test_terms_narrow(session, fleet, typed, found):
    assert ids(session, typed) == found


@pytest.mark.parametrize("near", [(1, 2), (1, 3), (3, 4), (4,)])
@pytest.mark.parametrize("typed", ["1", "!node=b*", "c-1", "finding>=critical"])
def test_the_same_are_found_however_many_are_looked_at_first(session, fleet, monkeypatch, near, typed):
    among_all = ids(session, typed)
    monkeypatch.setattr(search, "NEAR", near)
    assert ids(session, typed, limit=2) == among_all[:2]


def test_what_the_agent_calls_its_node_counts_until_a_person_says_otherwise(session, fleet):
    from_agent = beat_of("d-1")
    object.__setattr__(from_agent, "labels", {"env": "test", "rack": "7", "Not": "a label", "x": "two words"})
    record(session, [Beat(from_agent, NOON)])
    assert ids(session, "env=test rack=7") == ["d-1"]

    store.label(session, NOON, "ada", "d-1", {"env": "prod"})
    session.flush()
    node = store.get(session, "d-1")
    session.refresh(node)
    assert (node.all_labels, node.agent_labels) == ({"env": "prod", "rack": "7"}, {"env": "test", "rack": "7"})
    assert ids(session, "env=test") == []
    assert ids(session, "env=prod rack=7") == ["d-1"]

    record(session, [Beat(beat_of("d-1"), NOON + minutes(1))])  # one that says nothing of labels leaves them
    assert ids(session, "rack=7") == ["d-1"]


def test_a_query_is_kept_under_a_name(session, fleet):
    saved.save(session, NOON, "ada", "prod", "env=prod")
    assert ids(session, "@prod !node=d*") == ["c-1"]
    with pytest.raises(Invalid, match="no query is saved under this name"):
        ids(session, "@gone")
    with pytest.raises(Invalid, match="expected a term behind @"):
        saved.save(session, NOON, "ada", "again", "@prod")


@pytest.mark.parametrize("after", ["x", "1.2", "a.b.c", "1..x", "-1.0.a"])
def test_a_cursor_that_no_list_has_made_is_refused(session, after):
    with pytest.raises(Invalid, match="after is"):
        search.worst(session, NOON, "", after, 10)
