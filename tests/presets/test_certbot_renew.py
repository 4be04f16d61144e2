"""From a certificate that is about to end to a web server that shows the new one, with a certbot that is played."""

from datetime import timedelta

import pytest

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.form import prefill
from hyprbox.presets.render import Mode, render
from tests.presets import web
from tests.presets.certificates import Authority

HOME = "/etc/letsencrypt"
LIVE = f"{HOME}/live/example.com/fullchain.pem"

# Like the real one: a new certificate is the next number in archive/, and then the links in live/ move to it. What
# the authority says is in /srv/authority: the new certificate, or why there is none.
CERTBOT = """#!/bin/bash
echo "$@" >>/srv/certbot.log
while [ $# -gt 0 ]; do
  if [ "$1" = --cert-name ]; then name=$2; fi
  shift
done
cd /etc/letsencrypt || exit
answer=/srv/authority/$name
if ! grep -q CERTIFICATE "$answer"; then cat "$answer" >&2; exit "$(grep -c challenges "$answer")"; fi
last=$(readlink "live/$name/cert.pem"); last=${last##*cert}; next=$((${last%.pem} + 1))
for part in cert chain fullchain privkey; do
  cp "$answer" "archive/$name/$part$next.pem"
  if [ ! -e /srv/links-stay ]; then ln -sf "../../archive/$name/$part$next.pem" "live/$name/$part.pem"; fi
done
echo "Congratulations, all renewals succeeded"
"""
FAILS = "Failed to renew: some challenges have failed.\n"
LIMITED = "Too many certificates (5) already issued for this exact set of identifiers; challenges not tried.\n"
NOT_DUE = "Certificate not yet due for renewal\n"


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture(scope="module")
def old(authority):
    return authority.issue(days(-79.5), days(10.5))


@pytest.fixture(scope="module")
def new(authority):
    return authority.issue(days(-0.1), days(89.9))


@pytest.fixture
def served(machine, old, new):
    """A machine with certbot, an active nginx and example.com, for which the authority has a new certificate."""
    web.install(machine, "nginx")
    machine.program("certbot", CERTBOT)
    machine.write("/srv/certbot.log", "")
    keep(machine, "example.com", old)
    machine.write("/srv/authority/example.com", new)
    return machine


def keep(machine, name, certificate):
    machine.write(f"{HOME}/renewal/{name}.conf", "")
    machine.path(f"{HOME}/live/{name}").mkdir(parents=True)
    for part in ("cert", "chain", "fullchain", "privkey"):
        machine.write(f"{HOME}/archive/{name}/{part}1.pem", certificate)
        machine.path(f"{HOME}/live/{name}/{part}.pem").symlink_to(f"../../archive/{name}/{part}1.pem")


def run(machine, mode="apply", lineage="example.com"):
    return machine.run(render(load(shipped() / "certbot-renew"), {"lineage": lineage}, Mode(mode), "job-1"))


def asked(machine):
    """How often the authority was asked."""
    return len(machine.path("/srv/certbot.log").read_text().splitlines())


def test_a_renewal_is_proven_and_served(served, new):
    ended = run(served)

    assert ended.code == 0
    assert [line.split(" ")[0] for line in ended.said] == ["renewing", "example.com", "reloaded", "applied"]
    assert ended.said[0] == "renewing example.com, which lasts 10 more days"
    assert served.path(f"{HOME}/archive/example.com/fullchain2.pem").read_text() == new
    assert served.path(LIVE).readlink().name == "fullchain2.pem"
    assert web.reloads(served) == ["nginx"]
    assert served.path("/srv/certbot.log").read_text() == (
        "renew --cert-name example.com --non-interactive --no-random-sleep-on-renew\n"
    )


def test_the_second_time_there_is_nothing_to_do(served):
    run(served)
    ended = run(served)
    assert (ended.code, ended.said[-1]) == (0, "nothing to do")
    assert (asked(served), web.reloads(served)) == (1, ["nginx"])


def test_only_the_lineage_that_is_named_is_renewed(served, old):
    keep(served, "other.example", old)
    run(served)
    assert served.path(f"{HOME}/live/other.example/fullchain.pem").readlink().name == "fullchain1.pem"


@pytest.mark.parametrize("mode", ["check", "plan"])
def test_looking_asks_nobody_and_changes_nothing(served, mode):
    before = served.tree("/etc")

    ended = run(served, mode)

    assert ended.code == 0
    assert (asked(served), web.reloads(served)) == (0, [])
    assert served.tree("/etc") == before


def test_a_plan_names_the_steps(served):
    certbot = "certbot renew --cert-name example.com --non-interactive --no-random-sleep-on-renew"
    assert run(served, "plan").said[1:3] == [f"would run: {certbot}", "would run: systemctl reload -- nginx.service"]


def test_an_expired_certificate_is_renewed(served, authority):
    served.write(f"{HOME}/archive/example.com/fullchain1.pem", authority.issue(days(-93), days(-3)))
    ended = run(served)
    assert ended.code == 0
    assert ended.said[0].startswith("renewing example.com, which ended on 20")


@pytest.mark.parametrize(("left", "code"), [(29.9, 0), (30.1, 10), (89, 10)])
def test_thirty_days_are_far_enough(served, authority, left, code):
    served.write(f"{HOME}/archive/example.com/fullchain1.pem", authority.issue(days(left - 90), days(left)))
    assert run(served, "check").code == code


def test_without_certbot_it_is_refused(machine):
    ended = run(machine)
    assert (ended.code, ended.said) == (21, ["certbot is not installed, expected it on PATH"])


def test_a_lineage_that_certbot_does_not_know_is_refused(served):
    ended = run(served, lineage="example.org")
    assert (ended.code, ended.said) == (22, ["certbot has no lineage example.org, expected one of: example.com"])


@pytest.mark.parametrize("content", ["", "no certificate\n"])
def test_what_is_no_certificate_is_refused(served, content):
    served.write(f"{HOME}/archive/example.com/fullchain1.pem", content)
    ended = run(served)
    assert (ended.code, ended.said) == (
        23,
        [f"{LIVE} cannot be read, expected a certificate and openssl to read it"],
    )


def test_a_certificate_of_today_is_not_renewed_again(served, authority):
    """However short it lasts: the authority counts, and one more would end as soon."""
    served.write(f"{HOME}/archive/example.com/fullchain1.pem", authority.issue(days(-0.25), days(6)))

    ended = run(served)

    archived = f"{HOME}/archive/example.com/fullchain1.pem"
    assert (ended.code, ended.said) == (24, [f"{archived} was issued 6 hours ago, expected a day between two renewals"])
    assert asked(served) == 0


def test_a_certificate_that_lasts_a_day_may_be_renewed_on_that_day(served, authority):
    served.write(f"{HOME}/archive/example.com/fullchain1.pem", authority.issue(days(-0.7), days(0.3)))
    assert run(served).code == 0


def test_links_that_stay_behind_fail_once_and_are_then_refused(served):
    served.write("/srv/links-stay", "")

    first, second = run(served), run(served)

    assert first.code == 30
    assert f"certbot has got {HOME}/archive/example.com/fullchain2.pem, but {LIVE} is still the old one" in first.said
    assert second.code == 24
    assert (asked(served), web.reloads(served)) == (1, [])


@pytest.mark.parametrize("words", [FAILS, LIMITED])
def test_what_the_authority_refuses_leaves_everything_as_it_was(served, words):
    served.write("/srv/authority/example.com", words)
    before = served.tree("/etc")

    ended = run(served)

    assert (ended.code, ended.said[-1]) == (30, "apply failed, taken back")
    assert words in ended.output
    assert served.tree("/etc") == before
    assert web.reloads(served) == []


def test_what_certbot_does_not_hold_to_be_due_is_refused(served):
    served.write("/srv/authority/example.com", NOT_DUE)
    ended = run(served)
    assert ended.code == 25
    assert ended.said[-1] == "certbot holds that example.com, which lasts 10 more days, is not due yet"


def test_a_server_with_a_broken_configuration_is_left_alone_and_the_others_are_reloaded(served):
    served.write("/srv/active/haproxy", "")
    served.write("/srv/broken/nginx", "")

    ended = run(served)

    assert (ended.code, ended.said[-1]) == (30, "apply failed, taken back")
    assert "the configuration of nginx is broken, it is not reloaded" in ended.said
    assert "the new certificate stays, although a web server may not show it yet" in ended.said
    assert web.reloads(served) == ["haproxy"]
    assert served.path(LIVE).readlink().name == "fullchain2.pem"


def test_without_a_web_server_the_renewal_is_enough(served):
    served.path("/srv/active/nginx").unlink()
    ended = run(served)
    assert ended.code == 0
    assert "no web server is active here, there is nothing to reload" in ended.said


def test_a_renewal_cannot_be_reverted(served):
    assert run(served, "revert").code == 28


def test_a_finding_says_which_lineage_it_is():
    preset = load(shipped() / "certbot-renew")
    assert prefill(preset, LIVE, {"daysLeft": 10}) == {"lineage": "example.com"}
    assert prefill(preset, "/etc/ssl/example.com.pem", {"daysLeft": 10}) == {}
    assert prefill(preset, f"{HOME}/live/$(id)/fullchain.pem", {}) == {}
