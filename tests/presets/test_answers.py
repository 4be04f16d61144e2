"""Every type of finding has an answer: a preset, or a sentence on what a person does."""

import pytest

from hyprbox.findings.byhand import BY_HAND, by_hand
from hyprbox.findings.own import TYPES as OWN
from hyprbox.findings.titles import TITLES
from hyprbox.presets.catalogue import answering, load_all
from hyprnode import scanners

PRESETS = load_all()
TYPES = sorted({kind.name for scanner in scanners.ALL.values() for kind in scanner.types} | OWN.keys())


@pytest.mark.parametrize("finding_type", TYPES)
def test_a_type_has_a_preset_or_a_sentence_for_a_person(finding_type):
    answered = [preset.id for preset in answering(PRESETS.values(), finding_type)]
    assert bool(answered) != bool(by_hand(finding_type)), answered


def test_a_type_is_called_as_people_call_it():
    """ "Updates: auto disabled" is what a program calls it."""
    assert set(TYPES) <= TITLES.keys(), set(TYPES) - TITLES.keys()


def test_nothing_is_said_of_types_that_nobody_reports():
    assert BY_HAND.keys() <= set(TYPES)


def test_a_preset_answers_only_types_that_there_are_and_is_proven_by_their_scanners():
    """Else its fix would wait for a scan that never says anything of it."""
    of = {kind.name: name for name, scanner in scanners.ALL.items() for kind in scanner.types}
    for preset in PRESETS.values():
        assert set(preset.resolves) <= set(TYPES), preset.id
        assert {of[each] for each in preset.resolves if each in of} <= set(preset.rescan), preset.id


def test_what_a_scanner_could_not_read_is_for_a_person():
    assert by_hand("firewall.unreadable")
    assert by_hand("tls.unreadable") != by_hand("firewall.unreadable")
