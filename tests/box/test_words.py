"""Times, spans and sizes read as a person says them."""

import pytest

from hyprbox import words
from tests.cast import NOON, minutes


def plain(text):
    return text.replace(words.NBSP, " ")


@pytest.mark.parametrize(
    ("minutes_ago", "said"),
    [
        (0, "just now"), (0.2, "12 s ago"), (26, "26 min ago"), (60 * 26, "26 h ago"), (60 * 24 * 5, "5 d ago"),
        (-15, "in 15 min"), (-60 * 24 * 90, "in 90 d"),
    ],
)  # fmt: skip
def test_how_long_ago(minutes_ago, said):
    assert plain(words.relative(NOON - minutes(minutes_ago), NOON)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"), (0.4, "0.4 s"), (47, "47 s"), (69, "1 min 9 s"), (1800, "30 min"), (4320, "1 h 12 min"),
        (23 * 86400 + 5 * 3600, "23 d 5 h"), (86400, "1 d"),
    ],
)  # fmt: skip
def test_how_long_it_took(seconds, said):
    assert plain(words.span(seconds)) == said


@pytest.mark.parametrize(
    ("count", "said"), [(904, "904 B"), (4200, "4.1 KiB"), (214 * 2**20, "214 MiB"), (3 * 2**40, "3.0 TiB")]
)
def test_how_large(count, said):
    assert plain(words.size(count)) == said


def test_the_exact_time_has_no_doubt():
    assert words.exact(NOON) == "Sun 22 Nov 2026, 12:00:00 UTC"
    assert words.short(NOON, NOON + minutes(60)) == "12:00:00"
    assert words.short(NOON, NOON + minutes(60 * 24)) == "22 Nov, 12:00:00"


def test_a_long_list_is_cut_with_a_number():
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert (words.count(1, "node"), words.count(1204, "node")) == ("1 node", "1,204 nodes")


@pytest.mark.parametrize(
    ("full", "short"),
    [("Debian GNU/Linux 13 (trixie)", "Debian 13"), ("Ubuntu 24.04.3 LTS", "Ubuntu 24.04.3 LTS"), ("(x)", "")],
)
def test_a_system_in_short(full, short):
    assert words.system(full) == short


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0.0.0 Safari/537.36", "Chrome 128 on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/128.0 Safari/537.36 Edg/128.0", "Edge 128 on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari 17 on macOS"),
        ("curl/8.14.1", "curl/8.14.1"),
    ],
)
def test_a_browser_in_words(agent, said):
    assert words.browser(agent) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"env": "prod", "role": "db"}, "env=prod role=db"),
        ({"q": "env=prod", "settings": {"diskWarnPercent": 75, "off": []}},
         "q=env=prod settings=(diskWarnPercent=75 off=nothing)"),
        ({}, "nothing"), (True, "yes"), (0, "0"), (["a", "b"], "a, b"), ("{'text': 'of a stranger'}",) * 2,
    ],
)  # fmt: skip
def test_what_a_program_noted_is_no_python(value, said):
    assert words.spelled(value) == said
