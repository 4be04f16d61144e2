"""What holds for every query: it reads what it writes, and both engines mean what plain Python means."""

import random
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy import text as sql

from hyprbox.errors import Invalid
from hyprbox.findings.model import Finding
from hyprbox.nodes import labels, search
from hyprbox.nodes.model import Node, State, Status, as_text, from_text
from hyprbox.nodes.query import parse
from hyprbox.nodes.terms import FIELDS, LOADS, Field, Is, Label, Load, Not, Query, Reports, Seen, Word, Worst
from hyprbox.nodes.truth import matching
from hyprwire import Severity
from tests.box import plainly
from tests.cast import NOON

NODES = 10_000

name = st.sampled_from(["env", "role", "rack", "os", "a.b"])
value = st.sampled_from(["prod", "pro", "Prod", "", "web", "db", "7", "x/y", "a_b"])
value_or_start = st.builds(lambda text, more: text + more, value, st.sampled_from(["", "", "*"]))
text = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters='"'), min_size=1, max_size=6)
known = st.sampled_from(["web", "EU-1", "deb", "%", "_", "\\", "env=", "prod", "10.", "é", "É", "ß", "12", " "])
words = (known | text).filter(lambda each: each.strip()).map(Word)
pattern = st.text("abew*-.1%_EU2", min_size=1, max_size=6)
systems = st.sampled_from(
    ["debian-12", "debian", "ubuntu-24.04", "ubuntu-24", "debian-1", "d*", "*-12", "é-1", "linux"]
)
sign = st.sampled_from(["<", "<=", ">", ">="])
types = st.sampled_from(["tls.expiring", "tls.*", "disk.full", "d*", "*", "t.x", "TLS.*"])


def some(each):
    return st.lists(each, min_size=1, max_size=3).map(tuple)


positive = st.one_of(
    words,
    st.builds(Label, name, some(value_or_start) | st.just(())),
    st.builds(Field, st.sampled_from([each for each in FIELDS if each != "os"]), some(pattern)),
    st.builds(Field, st.just("os"), some(systems)),
    st.builds(Is, st.sampled_from(Status)),
    st.builds(Worst, st.sampled_from(Severity)),
    st.builds(Reports, some(types)),
    st.builds(Load, st.sampled_from(LOADS), sign, st.integers(0, 1000)),
    st.builds(Seen, sign, st.integers(1, 10**9).map(lambda ms: timedelta(milliseconds=ms))),
)
queries = st.lists(positive | positive.map(Not), max_size=4).map(lambda terms: Query(tuple(terms)))


@given(queries)
def test_it_reads_what_it_writes(query):
    assert parse(str(query)) == query


@given(st.text(max_size=40) | st.lists(st.sampled_from(list("ab=<>!@\"'.,*-1 \t:")), max_size=14).map("".join))
def test_whatever_is_typed_is_understood_or_refused_and_written_it_means_the_same(typed):
    try:
        query = parse(typed)
    except Invalid as refusal:
        assert refusal.extra["term"] in typed  # noqa: PT017  # it may be refused or not
    else:
        assert parse(str(query)) == query


def crowd():
    """Nodes of every kind, the same ones each time."""
    chance = random.Random(8)
    for n in range(NODES):
        pairs = {
            each: chance.choice(["prod", "pro", "Prod", "", "web", "db", "7", "x/y", "a_b"])
            for each in chance.sample(["env", "role", "rack", "os", "a.b"], chance.randrange(4))
        }
        of_agent = {"env": chance.choice(["prod", "web"])} if chance.random() < 0.3 else None
        yield (
            {
                "node_id": f"{chance.choice(['eu', 'EU', 'us', 'é', '%', '_'])}-{n}",
                "hostname": chance.choice(["web-3", "WEB", "db\\1", "Élan", "a_b", "straße"]),
                "os": chance.choice(
                    ["Debian GNU/Linux 12", "debian 12.5", "Ubuntu 24.04.1 LTS", "Debian GNU/Linux 13 (trixie)", "é 1"]
                ),
                "agent_version": "0.1.0", "ip": chance.choice([None, "10.0.0.1"]),
                "region": chance.choice([None, "eu-1", ""]), "kernel": chance.choice([None, "6.1"]),
                "architecture": "x86_64", "labels": pairs, "agent_labels": of_agent, "first_seen": NOON,
            },
            {
                "status": chance.choice(["ONLINE", "OFFLINE"]),
                "last_seen": NOON - timedelta(milliseconds=chance.choice([0, 1, 60_000, 10**6, 10**8])),
                "cpu": chance.randrange(1001), "ram": chance.randrange(1001), "disk": chance.choice([0, 800, 1000]),
                "open_critical": chance.choice([0, 0, 1]), "open_warn": chance.choice([0, 2]),
                "open_info": chance.choice([0, 1]), "said": "",
            },
            [
                (chance.choice(["tls.expiring", "tls.x", "disk.full", "t.x"]), chance.choice(["OPEN", "RESOLVED"]))
                for _ in range(chance.choice([0, 0, 1]))
            ],
        )  # fmt: skip


@pytest.fixture(scope="module")
def people():
    return list(crowd())


def settle_in(session, people):
    together = insert(Node).execution_options(render_nulls=True)  # else whoever has other gaps is a statement apart
    session.execute(together, [node for node, _, _ in people])
    session.execute(insert(State), [{"node_id": node["node_id"], **state} for node, state, _ in people])
    session.execute(
        insert(Finding),
        [
            {
                "node_id": node["node_id"], "id": f"{node['node_id']}{n}", "type": type, "key": str(n), "state": state,
                "severity": Severity.WARN, "message": "", "details": {}, "scanner": "", "first_seen": NOON,
                "seen_at": NOON, "in_last_report": True, "reopen_count": 0,
            }
            for node, _, findings in people
            for n, (type, state) in enumerate(findings)
        ],
    )  # fmt: skip
    session.execute(sql("ANALYZE"))  # where PostgreSQL has just done so by itself, it took uncommitted rows for none


def test_the_database_agrees_with_plain_python(session, people):
    settle_in(session, people)
    nodes = [SimpleNamespace(**node, state=SimpleNamespace(**state)) for node, state, _ in people]
    open_types = [[type for type, state in findings if state == "OPEN"] for _, _, findings in people]

    @settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
    @given(queries)
    def agree(query):
        found = set(session.scalars(matching(query, NOON).with_only_columns(Node.node_id)))
        pairs = zip(nodes, open_types, strict=True)
        assert found == {node.node_id for node, types in pairs if plainly.fits(query, node, types, NOON)}

    agree()


def test_whether_one_is_among_them_is_the_same_question(session, people):
    settle_in(session, people[:200])
    among = search.names(session, NOON, "env=prod", 1000)
    ids = [node["node_id"] for node, _, _ in people[:200]]
    assert sorted(among) == sorted(each for each in ids if search.fits(session, NOON, "env=prod", each))


@given(st.dictionaries(st.from_regex(labels.NAME, fullmatch=True), st.from_regex(labels.VALUE, fullmatch=True)))
def test_labels_come_back_as_they_were_kept(pairs):
    assert from_text(as_text(pairs)) == pairs
