from datetime import timedelta

import pytest

from hyprwire import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), (".5s", 0.5), ("90d", 7_776_000)],
)
def test_go_durations(text, seconds):
    assert duration.parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "5x", "-5m", "0s", "m", "5 m", "5m ", "1e9h", "٣s", "9" * 400 + "h"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match="expected a duration"):
        duration.parse(text)
