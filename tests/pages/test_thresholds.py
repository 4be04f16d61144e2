"""Thresholds on their page of the settings."""

import pytest

HERE = "/dashboard/settings/thresholds"


@pytest.fixture
def ada(world):
    yield world.visitor("ada")
    world.visitor("ada").post(f"{HERE}/page-test/removal")


def test_one_is_set_changed_and_removed(ada):
    sent = {"name": "page-test", "q": "env=nowhere", "diskWarnPercent": "75", "scannersOff": "smart, oom"}
    assert ada.post(HERE, sent).status_code == 303
    page = ada.get(HERE).text
    assert "diskWarnPercent 75" in page
    assert "scannersOff oom smart" in page

    assert 'name="diskWarnPercent" value="75"' in ada.get(f"{HERE}?change=page-test").text
    assert ada.post(f"{HERE}/page-test/removal").status_code == 303
    assert "page-test" not in ada.get(HERE).text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"diskWarnPercent": "75%"}, "expected a whole number from 1 to 100"),
        ({"diskWarnPercent": "0"}, "expected a whole number from 1 to 100"),
        ({"q": "cpu>80", "logMaxGib": "3"}, "changes by the minute"),
        ({"name": "<b>", "logMaxGib": "3"}, "expected lower-case letters"),
        ({}, "Settings is empty"),
    ],
)
def test_what_does_not_fit_is_said_and_stays_typed(ada, sent, sentence):
    answer = ada.post(HERE, {"name": "page-test", "q": "env=nowhere", **sent})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="page-test"' in answer.text or "&lt;b&gt;" in answer.text
