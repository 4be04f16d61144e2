"""Who comes too often is told so, and nobody else is."""

from hypothesis import given
from hypothesis import strategies as st

from hyprbox import pace
from hyprbox.pace import Pace
from tests.box.test_gate import Late


def test_a_burst_is_let_in_and_then_so_many_a_second():
    late = Late()
    gently = Pace(10, 5, late)

    assert [gently.allows("eu-1") for _ in range(8)].count(True) == 6
    late.now += 0.1
    assert [gently.allows("eu-1") for _ in range(2)] == [True, False]


def test_others_are_not_kept_out():
    gently = Pace(1, 1, Late())
    for _ in range(10):
        gently.allows("eu-1")

    assert gently.allows("eu-2")


def test_what_is_remembered_has_an_end(monkeypatch):
    monkeypatch.setattr(pace, "MOST", 100)
    gently = Pace(1, 1, Late())
    for number in range(1000):
        gently.allows(number)

    assert len(gently._paid_until) <= 100


@given(st.lists(st.floats(0, 3), max_size=60))
def test_never_more_than_the_burst_and_the_rate(gaps):
    late = Late()
    gently, let_in = Pace(4, 8, late), 0
    for gap in gaps:
        late.now += gap
        let_in += gently.allows("eu-1")

    assert let_in <= 8 + 1 + 4 * late.now + 1e-6
