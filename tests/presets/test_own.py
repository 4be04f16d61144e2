"""Presets of our own: beside the shipped ones, never in their place, known to every process."""

import pytest

from hyprbox.audit.model import Entry
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.presets import own
from hyprbox.presets.catalogue import load_all
from hyprbox.presets.model import Own
from hyprbox.presets.own import Presets
from tests.cast import NOON

TOML = 'id = "own-true"\nversion = 1\ntitle = "T"\ndescription = "D"\nrisk = "low"\n'
SCRIPT = "check() { return 10; }\n"
SHIPPED = load_all()


@pytest.fixture
def presets():
    return Presets(SHIPPED)


def put(session, presets, toml=TOML, script=SCRIPT, name="own-true"):
    return own.put(session, NOON, "ada", presets, name, toml, script)


def test_one_is_put_and_every_process_knows_it_after_a_look(session, presets):
    elsewhere = Presets(SHIPPED)
    put(session, presets)
    assert "own-true" not in elsewhere

    elsewhere.refresh(session)
    assert elsewhere["own-true"].script == SCRIPT
    assert set(elsewhere) == {*SHIPPED, "own-true"}
    own.remove(session, NOON, "ada", "own-true")
    elsewhere.refresh(session)
    assert set(elsewhere) == set(SHIPPED)


def test_what_is_shipped_is_never_replaced(session, presets):
    with pytest.raises(Conflict):
        put(session, presets, name="certbot-renew")
    session.add(Own(id="certbot-renew", toml=TOML, script=SCRIPT, sha256="x", made_by="ada", made_at=NOON))
    session.flush()
    presets.refresh(session)
    assert presets["certbot-renew"] == SHIPPED["certbot-renew"]


@pytest.mark.parametrize(
    ("toml", "script", "name", "sentence"),
    [
        (TOML, SCRIPT, "other", "id is 'own-true', expected other"),
        ("id =", SCRIPT, "own-true", "is no TOML"),
        (TOML + "typo = 1\n", SCRIPT, "own-true", "typo means nothing"),
        (TOML, "check() { \x1b; }\n", "own-true", "U+001B in line 1, expected no invisible characters"),
        (TOML, "x" * 300_000, "own-true", "more than 262144 bytes"),
    ],
)
def test_what_is_no_preset_is_refused(session, presets, toml, script, name, sentence):
    with pytest.raises(Invalid) as refusal:
        put(session, presets, toml, script, name)
    assert sentence in refusal.value.detail


def test_each_change_is_in_the_audit_log_once(session, presets):
    first = put(session, presets)
    put(session, presets)
    second = put(session, presets, script="check() { return 0; }\n")
    own.remove(session, NOON, "ada", "own-true")

    entries = session.query(Entry).order_by(Entry.seq).all()
    assert [(entry.action, entry.diff["before"]) for entry in entries] == [
        ("preset.put", None), ("preset.put", first.sha256), ("preset.remove", second.sha256),
    ]  # fmt: skip
    with pytest.raises(Missing):
        own.remove(session, NOON, "ada", "own-true")


def test_one_that_no_longer_fits_is_left_out_and_said_once(session, presets, caplog):
    session.add(Own(id="broken", toml="id =", script=SCRIPT, sha256="x", made_by="ada", made_at=NOON))
    session.flush()
    presets.refresh(session)
    presets.refresh(session)

    assert "broken" not in presets
    assert len(caplog.records) == 1
