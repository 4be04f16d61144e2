"""Certificates that have not begun, whose issuers end first, and that somebody is about to renew."""

import shutil
from datetime import timedelta

import pytest

from hyprnode import config
from hyprnode.host import Host
from hyprnode.scanners import tls
from hyprwire import Finding, Severity
from tests.node.cases import write
from tests.node.certificates import end_of, issued, self_signed

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """leaf by middle by ca; lasting has middle's key and lasts longer."""
    folder = tmp_path_factory.mktemp("made")
    self_signed(folder, "ca", days=3650, name="Example Root")
    issued(folder, "ca", "middle", days=100, name="Example Middle", is_ca=True)
    issued(folder, "middle", "leaf", days=365)
    issued(folder, "ca", "lasting", days=1000, name="Example Middle", is_ca=True, key="middle")
    return folder


def scan(root, now, **settings):
    found = tls.scan(Host(root=root, now=lambda: now), config.load(settings))
    return [one for one in found if isinstance(one, Finding)]


def chain(made, folder, *names):
    path = folder / "fullchain.pem"
    path.write_bytes(b"".join((made / f"{name}.crt").read_bytes() for name in names))
    return path


def test_an_issuer_that_ends_first_is_found_by_its_own_name(made, tmp_path):
    chain(made, tmp_path, "leaf", "middle", "ca")
    soon = end_of(made / "middle.crt") - 5 * DAY

    assert scan(tmp_path, soon - 30 * DAY, HYPRBOX_TLS_PATHS="/fullchain.pem") == []
    (finding,) = scan(tmp_path, soon, HYPRBOX_TLS_PATHS="/fullchain.pem")
    assert (finding.type, finding.severity) == ("tls.chain_expiring", Severity.WARN)
    assert finding.key.startswith("/fullchain.pem#")
    assert finding.message == "Example Middle, between b.example and its root, expires in 5 days"


def test_an_issuer_may_end_when_another_with_its_key_does_not(made, tmp_path):
    soon = end_of(made / "middle.crt") - 5 * DAY
    chain(made, tmp_path, "leaf", "middle", "lasting")
    assert scan(tmp_path, soon, HYPRBOX_TLS_PATHS="/fullchain.pem") == []

    chain(made, tmp_path, "leaf", "middle")
    (tmp_path / "etc/ssl/certs").mkdir(parents=True)
    shutil.copy(made / "lasting.crt", tmp_path / "etc/ssl/certs/ca-certificates.crt")
    assert scan(tmp_path, soon, HYPRBOX_TLS_PATHS="/fullchain.pem") == []


def test_a_certificate_of_the_future_is_found(made, tmp_path):
    shutil.copy(made / "ca.crt", tmp_path / "a.crt")
    begins = end_of(tmp_path / "a.crt") - 3650 * DAY

    assert scan(tmp_path, begins - timedelta(minutes=1), HYPRBOX_TLS_PATHS="/a.crt") == []
    (finding,) = scan(tmp_path, begins - 2 * DAY, HYPRBOX_TLS_PATHS="/a.crt")
    assert (finding.type, finding.severity) == ("tls.not_yet_valid", Severity.CRITICAL)


@pytest.fixture
def certbot(made, tmp_path):
    """A root with one lineage, and a timer that renews it."""
    live = tmp_path / "etc/letsencrypt/live/b"
    live.mkdir(parents=True)
    shutil.copy(made / "leaf.crt", live / "fullchain.pem")
    (tmp_path / "etc/letsencrypt/renewal").mkdir()
    (tmp_path / "etc/letsencrypt/renewal/b.conf").write_text("# certbot\n")
    wants = tmp_path / "etc/systemd/system/timers.target.wants"
    wants.mkdir(parents=True)
    (wants / "certbot.timer").symlink_to("/lib/systemd/system/certbot.timer")
    return tmp_path


def test_whoever_renews_it_has_a_day_for_that(certbot, made):
    end = end_of(made / "leaf.crt")

    assert scan(certbot, end - 29.5 * DAY) == []
    assert [one.type for one in scan(certbot, end - 28.5 * DAY)] == ["tls.expiring"]
    assert [one.type for one in scan(certbot, end - 29.5 * DAY, HYPRBOX_TLS_WARN_DAYS="30")] == ["tls.expiring"]


def test_where_nobody_renews_it_there_is_no_grace(certbot, made):
    (certbot / "etc/systemd/system/timers.target.wants/certbot.timer").unlink()
    end = end_of(made / "leaf.crt")

    assert [one.type for one in scan(certbot, end - 29.5 * DAY)] == ["tls.expiring", "tls.renewal_inactive"]


DEBIANS_CRON = "0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && certbot -q renew\n"


@pytest.mark.parametrize(
    ("path", "text", "is_active"),
    [
        ("/etc/cron.d/certbot", DEBIANS_CRON, False),
        ("/etc/cron.d/own", "0 3 * * * root /opt/certbot/bin/certbot renew\n", True),
        ("/etc/cron.d/own", "# 0 3 * * * root certbot renew\n", False),
        ("/var/spool/cron/crontabs/root", "0 3 * * * certbot renew -q\n", True),
        ("/etc/cron.weekly/letsencrypt", "#!/bin/sh\nexec certbot renew\n", True),
    ],
)
def test_cron_may_renew_them_as_well(certbot, path, text, is_active):
    (certbot / "etc/systemd/system/timers.target.wants/certbot.timer").unlink()
    (certbot / "run/systemd/system").mkdir(parents=True)
    write(certbot / path.lstrip("/"), text)

    now = end_of(certbot / "etc/letsencrypt/live/b/fullchain.pem") - 200 * DAY
    found = [(one.type, one.key) for one in scan(certbot, now)]
    assert found == ([] if is_active else [("tls.renewal_inactive", "certbot")])


def test_what_is_renewed_by_hand_needs_no_timer(certbot):
    (certbot / "etc/systemd/system/timers.target.wants/certbot.timer").unlink()
    (certbot / "etc/letsencrypt/renewal/b.conf").write_text("autorenew = False\n")

    assert scan(certbot, end_of(certbot / "etc/letsencrypt/live/b/fullchain.pem") - 200 * DAY) == []


def test_what_servers_show_is_watched_unless_somebody_named_something(made, tmp_path):
    shutil.copy(made / "leaf.crt", tmp_path / "web.pem")
    site = "server {\n  # ssl_certificate /old.pem;\n  ssl_certificate /web.pem;\n  ssl_certificate $x;\n}\n"
    write(tmp_path / "etc/nginx/sites-enabled/a", site)
    now = end_of(made / "leaf.crt") - 3 * DAY

    assert [one.key for one in scan(tmp_path, now)] == ["/web.pem"]
    assert scan(tmp_path, now, HYPRBOX_TLS_PATHS="/none/*.pem") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/etc/apache2/sites-enabled/a.conf", "<VirtualHost *:443>\n\tSSLCertificateFile /web.pem\n</VirtualHost>\n"),
        ("/etc/httpd/conf.d/ssl.conf", 'SSLCertificateFile "/web.pem"\n'),
        ("/etc/haproxy/haproxy.cfg", "frontend a\n  bind :443 ssl crt /web.pem alpn h2\n"),
        ("/etc/haproxy/haproxy.cfg", "frontend a\n  bind :443 ssl crt /folder/\n"),
        ("/etc/postfix/main.cf", "smtpd_tls_cert_file=/web.pem\n"),
        ("/etc/dovecot/conf.d/10-ssl.conf", "ssl_cert = </web.pem\n"),
        ("/etc/nginx/conf.d/a.conf", "ssl_certificate ../../web.pem;\n"),
    ],
)
def test_every_servers_way_to_say_it_is_understood(made, tmp_path, path, text):
    place = tmp_path / ("folder" if "folder" in text else "")
    place.mkdir(exist_ok=True)
    shutil.copy(made / "leaf.crt", place / "web.pem")
    write(tmp_path / path.lstrip("/"), text)

    (finding,) = scan(tmp_path, end_of(made / "leaf.crt") - 3 * DAY)
    assert finding.type == "tls.expiring"
