"""What strangers write takes no effect on a page."""

import pytest
from markupsafe import Markup

from hyprbox.visible import clip, finish, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "aU+202Eb"),
        ("\u2066x\u2069", "U+2066xU+2069"),
        ("bell\x07 esc\x1b[31m", "bellU+0007 escU+001B[31m"),
        ("zero\u200bwidth\ufeff", "zeroU+200BwidthU+FEFF"),
        ("tag\U000e0041", "tagU+E0041"),
        ("tab\tline\nend", "tab\tline\nend"),
        ("Füße, 日本, 👩‍🔧", "Füße, 日本, 👩‍🔧"),
        ("\u0645\u0631\u062d\u0628\u0627", "\u0645\u0631\u062d\u0628\u0627"),
    ],
    ids=ascii,
)
def test_what_would_be_invisible_is_shown_by_its_number(text, shown):
    assert visible(text) == shown


def test_marks_do_not_pile_up_over_the_lines_above():
    assert len(visible("Z" + "\u0301" * 500)) == 5


def test_every_expression_of_a_template_goes_through_it_but_html_of_our_own():
    assert finish("\u202e") == "U+202E"
    assert finish(Markup("<b>")) == "<b>"
    assert finish(7) == 7


def test_a_long_text_is_cut_with_a_sign():
    assert clip("x" * 1_000_000, 10) == "x" * 9 + "…"
    assert clip("short", 10) == "short"
