"""What may be set of a scanner, and nothing else."""

import pytest

from hyprnode import config
from hyprwire.thresholds import OFF, THRESHOLDS, check, digest


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"HYPRBOX_API_URL": "http://elsewhere"}, "'HYPRBOX_API_URL' cannot be set, expected one of tlsWarnDays"),
        ({"diskWarnPercent": 101}, "diskWarnPercent is 101, expected a whole number from 1 to 100"),
        ({"diskWarnPercent": "80"}, "diskWarnPercent is '80', expected a whole number"),
        ({"diskWarnPercent": True}, "diskWarnPercent is True, expected a whole number"),
        (
            {"diskWarnPercent": 96, "diskCriticalPercent": 95},
            "is 96, expected at most diskCriticalPercent, which is 95",
        ),
        ({OFF: "smart"}, "scannersOff is 'smart', expected a list"),
        ({OFF: ["../smart"]}, "expected a list of at most 50 names of scanners"),
        ({OFF: ["smart"] * 51}, "expected a list of at most 50 names of scanners"),
    ],
)
def test_what_does_not_fit_is_one_sentence(said, sentence):
    with pytest.raises(ValueError, match="expected") as error:
        check(said)
    assert sentence in str(error.value)


def test_the_same_settings_have_the_same_digest_in_any_order():
    one = check({"diskWarnPercent": 70, OFF: ["smart", "oom", "smart"]})
    other = check({OFF: ["oom", "smart"], "diskWarnPercent": 70})

    assert digest(one) == digest(other) != digest({})


def test_each_is_a_variable_of_the_agent_with_the_same_bounds():
    by_variable = {setting.name: setting for setting in config.table().values()}
    for kind in THRESHOLDS.values():
        setting = by_variable[kind.variable]
        assert setting.read(kind.variable, setting.default) == kind.default
        for out in (kind.least - 1, kind.most + 1):
            with pytest.raises(config.values.BadSetting):
                setting.read(kind.variable, str(out))
