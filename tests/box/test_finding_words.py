"""What findings are called, what happened to them, what was read."""

import pytest

from hyprbox.errors import Invalid
from hyprbox.findings.evidence import rows
from hyprbox.findings.model import Event, Finding
from hyprbox.findings.titles import title
from hyprbox.findings.until import until
from hyprbox.findings.words import happened, sign
from hyprwire import Severity
from tests.cast import NOON, minutes


@pytest.mark.parametrize(
    ("type", "said"),
    [
        ("tls.expiring", "Certificate expires"),
        ("nginx.config_invalid", "Nginx: config invalid"),
        ("ssh.too_many.keys", "SSH: too many keys"),
        ("odd", "Odd"),
        ("", ""),
    ],
)
def test_a_type_without_a_title_is_called_by_its_own_words(type, said):
    assert title(type) == said


def test_colour_and_shape_follow_state_then_severity():
    assert sign(Finding(state="OPEN", severity=Severity.CRITICAL)).icon == "critical"
    assert sign(Finding(state="ACKNOWLEDGED", severity=Severity.CRITICAL)).tone == "idle"
    assert sign(Finding(state="RESOLVED", resolved_how="verified")).icon == "verified"
    assert sign(Finding(state="RESOLVED", resolved_how="absent")).icon == "done"


@pytest.mark.parametrize(
    ("was", "became", "actor", "job", "heading"),
    [
        (None, "OPEN", "agent", None, "Seen"),
        ("RESOLVED", "OPEN", "agent", None, "Open again"),
        ("OPEN", "ACKNOWLEDGED", "bo", None, "Acknowledged by bo"),
        ("OPEN", "FIXING", "ada", "j1", "Fix started by ada"),
        ("FIXING", "OPEN", "agent", "j1", "Not fixed"),
        ("FIXING", "RESOLVED", "agent", "j1", "Resolved, verified fixed"),
        ("FIXING", "OPEN", "hyprbox", "j1", "Not fixed"),
        ("OPEN", "RESOLVED", "agent", None, "Resolved"),
        ("OPEN", "RESOLVED", "bo", None, "Resolved by bo"),
    ],
)
def test_each_step_of_its_history_has_a_heading(was, became, actor, job, heading):
    assert happened(Event(was=was, became=became, actor=actor, job_id=job))[1] == heading


@pytest.mark.parametrize(
    ("was", "became", "how", "heading"),
    [
        ("FIXING", "OPEN", "unproven", "Fix not proven"),
        ("FIXING", "ACKNOWLEDGED", "unproven", "Fix not proven"),
        ("SNOOZED", "OPEN", "CRITICAL", "Became critical"),
        ("SNOOZED", "OPEN", "of a later version", "Open again"),
    ],
)
def test_how_it_came_about_decides_whatever_its_note_says(was, became, how, heading):
    event = Event(was=was, became=became, actor="hyprbox", how=how, note="it became CRITICAL")
    assert happened(event)[1] == heading


def test_what_was_read_is_shown_in_rows_of_lines():
    found = rows(
        {"notAfter": "2026", "names": ["a", "b"], "sha256": "ff", "freeBytes": 2048, "ok": True, "x": {"k": 1}}
    )
    assert [(row.name, row.lines) for row in found] == [
        ("Not after", ["2026"]),
        ("Names", ["a", "b"]),
        ("SHA-256", ["ff"]),
        ("Free bytes", ["2.0\u00a0KiB"]),
        ("Ok", ["yes"]),
        ("X", ["k: 1"]),
    ]


def test_hostile_evidence_stays_short():
    found = rows({f"k{n}": ["x" * 10_000] * 1000 for n in range(1000)})
    assert len(found) == 60
    assert {len(row.lines) for row in found} == {50}
    assert max(len(line) for row in found for line in row.lines) == 500


def test_a_finding_is_set_aside_for_a_while_or_until_taken_up():
    assert until("", NOON) is None
    assert until("1d", NOON) == NOON + minutes(24 * 60)
    with pytest.raises(Invalid):
        until("whenever", NOON)
