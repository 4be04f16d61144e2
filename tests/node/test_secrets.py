"""No secret appears in a job's output, however it is written and however it is cut."""

import base64
import re
import subprocess
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hyprnode.jobs.redactor import MARK, Redactor
from hyprnode.jobs.secrets import forms, forms_of_all, looks_secret

SECRET = "correct horse/battery+staple"
TEXT = st.text("abx\n ", max_size=60).map(str.encode)
NEEDLES = st.lists(st.text("abx\n", min_size=1, max_size=6).map(str.encode), min_size=1, max_size=4)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=20)


def cleaned(secrets, raw, cuts=(10**9,)):
    redactor = Redactor(secrets)
    clean, start, number = b"", 0, 0
    while start < len(raw):
        size = cuts[number % len(cuts)]
        clean += redactor.feed(raw[start : start + size])
        start, number = start + size, number + 1
    return clean + redactor.flush()


@settings(max_examples=400, deadline=None)
@given(secrets=NEEDLES, raw=TEXT, cuts=CUTS)
@example(secrets=[b"ab", b"abx"], raw=b"ababx", cuts=[1])
@example(secrets=[b"aab", b"abx"], raw=b"aabx", cuts=[3, 1])
def test_however_it_is_cut_the_first_and_longest_secret_is_taken_out(secrets, raw, cuts):
    longest_first = sorted(secrets, key=len, reverse=True)
    assert cleaned(secrets, raw, cuts) == re.sub(b"|".join(map(re.escape, longest_first)), MARK, raw)


@settings(max_examples=200, deadline=None)
@given(
    before=st.binary(max_size=200),
    after=st.binary(max_size=200),
    width=st.sampled_from([64, 76, 10**6]),
    cuts=st.lists(st.integers(1, 100), min_size=1, max_size=20),
)
def test_in_base64_it_is_found_wherever_it_stands_and_wherever_lines_break(before, after, width, cuts):
    encoded = base64.b64encode(before + SECRET.encode() + after)
    raw = b"\n".join(encoded[start : start + width] for start in range(0, len(encoded), width)) + b"\n"
    secrets = list(forms(SECRET))

    clean = cleaned(secrets, raw, cuts)
    assert clean == cleaned(secrets, raw)
    assert clean.count(MARK) == 1
    assert clean.endswith(b"\n")
    assert not any(secret in clean.replace(b"\n", b"") for secret in secrets)


LINES = st.lists(st.sampled_from([b"x" * 64, b"x" * 76, b"secret", b"sec", b"ret", b"", b"\n"]), max_size=12)


@settings(max_examples=300, deadline=None)
@given(lines=LINES, cuts=CUTS)
def test_line_breaks_of_base64_make_no_difference_to_how_it_is_cut(lines, cuts):
    raw = b"\n".join(lines)
    clean = cleaned([b"secret", b"x" * 62 + b"secret"], raw, cuts)

    assert clean == cleaned([b"secret", b"x" * 62 + b"secret"], raw)
    if b"sec" not in raw:
        assert clean == raw


WAYS = {
    "as it is": SECRET,
    "in a URL": quote(SECRET, safe=""),
    "in a path": quote(SECRET),
    "in a query": quote_plus(SECRET),
    "in a URL in lower case": quote(SECRET, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "in base64": base64.b64encode(SECRET.encode()).decode(),
    "in base64, one further": base64.b64encode(b":" + SECRET.encode()).decode(),
    "in base64, two further": base64.b64encode(b"u:" + SECRET.encode()).decode(),
    "in base64 for URLs": base64.urlsafe_b64encode(b"~~?~~?" + SECRET.encode()).decode(),
}


@pytest.mark.parametrize("written", WAYS.values(), ids=WAYS.keys())
def test_a_secret_is_known_however_it_is_written(written):
    clean = cleaned(forms(SECRET), f"before {written} after".encode())

    assert MARK in clean
    assert not any(part in clean for part in (b"horse", b"battery", written[4:-4].encode()))
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")


def test_a_shell_that_shows_its_commands_shows_no_secret():
    ran = subprocess.run(
        ["/bin/bash", "-xc", ': "$X" ; : "login=$X"'], env={"X": 'it\'s a "secret"'}, capture_output=True, check=True
    )

    assert b"secret" not in cleaned(forms('it\'s a "secret"'), ran.stderr)


def test_of_a_secret_of_several_lines_no_line_appears():
    key = "-----BEGIN KEY-----\n" + "\n".join(["c2VjcmV0LWtleS1tYXRlcmlhbA" * 2] * 3) + "\n-----END KEY-----\n"
    clean = cleaned(forms(key), key.replace("\n", "\r\n").encode() + key.replace("\n", " ").encode())

    assert b"c2VjcmV0" not in clean


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASS",
        "MYSQL_PWD",
        "pgpassword",
        "API_KEY",
        "apiKey",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "SSH_PASSPHRASE",
        "BASIC_AUTH",
        "SESSION_COOKIE",
        "credentials",
        "PRIVATE_KEY",
        "X_AUTH_BEARER",
    ],
)
def test_a_name_tells_a_secret(name):
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["PATH", "PWD", "KEYBOARD", "AUTHOR", "COMPASS", "MONKEY", "PORT", "BYPASS_ALL", "X"])
def test_other_names_do_not(name):
    assert not looks_secret(name)


def test_the_token_and_what_is_listed_are_secret_whatever_they_are_called_and_however_short():
    secrets = forms_of_all("hbnt_x", {"COLOUR": "red", "PIN": "17", "TOKEN": "no!", "DEBUG_TOKENS": "true"}, ["PIN"])

    assert cleaned(secrets, b"hbnt_x red 17 no! true") == MARK + b" red " + MARK + b" no! true"


def test_the_start_of_a_secret_is_shown_when_nothing_follows():
    redactor = Redactor([b"secret"])

    assert redactor.feed(b"it was sec") == b"it was "
    assert redactor.flush() == b"sec"


def test_what_cannot_be_a_secret_is_shown_at_once():
    redactor = Redactor(forms(SECRET))

    assert redactor.feed(b"Continue? [y/n] ") == b"Continue? [y/n] "
