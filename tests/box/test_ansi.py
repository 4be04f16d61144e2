"""A job's output becomes HTML in which colours are classes and nothing else takes effect."""

import pytest

from hyprbox.jobs.ansi import LONGEST_LINE, Painter
from hyprbox.jobs.tail import whole


def paint(*pieces):
    painter = Painter()
    return "".join(painter.paint(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("\x1b[31mred\x1b[0m not", '<span class="ansi-red">red</span> not'),
        ("\x1b[1;32mgo", '<span class="ansi-green ansi-bold">go</span>'),
        ("\x1b[91mbright\x1b[39m", '<span class="ansi-red">bright</span>'),
        ("\x1b[2mdim\x1b[22m no", '<span class="ansi-dim">dim</span> no'),
        ("\x1b[38;5;196mmany\x1b[m", "many"),
        ("\x1b[38;2;1;2;3;1mbold", '<span class="ansi-bold">bold</span>'),
        ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b", "ab"),
        ("\x1b[2J\x1b[1;1Hhome\x1b[?25l", "home"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202ereverse", "U+202Ereverse"),
        ("\x1b[31ma\nb\x1b[0m", '<span class="ansi-red">a</span>\n<span class="ansi-red">b</span>'),
    ],
    ids=ascii,
)
def test_colours_stay_and_the_rest_takes_no_effect(text, html):
    assert paint(text) == html


def test_a_sequence_that_is_cut_between_pieces_is_one():
    assert paint("a\x1b[3", "1mb", "\x1b", "[0mc") == 'a<span class="ansi-red">b</span>c'
    assert paint("a\r", "\nb") == "a\nb"


def test_a_colour_goes_on_in_the_next_piece():
    assert paint("\x1b[33mone ", "two") == '<span class="ansi-yellow">one </span><span class="ansi-yellow">two</span>'


def test_a_line_of_a_megabyte_is_cut_once_and_the_next_line_is_whole():
    html = paint("x" * 600_000, "x" * 400_000, "\nnext")
    assert len(html) < LONGEST_LINE + 100
    assert html.count("the rest of this line") == 1
    assert html.endswith("\nnext")


def test_half_a_character_waits_for_its_other_half():
    data = "aä".encode()
    assert whole(data[:2], 0, final=False) == ("a", 1)
    assert whole(data, 0, final=False) == ("aä", 3)
    assert whole(data[:2], 0, final=True) == ("a\ufffd", 2)
