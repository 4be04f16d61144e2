"""A node is fixed as far as that is safe: presets of low risk that need no answer from anybody."""

from hyprbox.findings import reports
from hyprbox.findings.model import Finding
from hyprbox.nodes import beats
from hyprbox.presets import catalogue, store
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity
from tests.cast import BEAT, NOON

CATALOGUE = catalogue.load_all()
SEEN = [
    Seen(type="perm.loose", key="/etc/shadow", severity=Severity.CRITICAL, message="open to all"),
    Seen(type="perm.home", key="/home/ada", severity=Severity.WARN, message="open to all"),
    Seen(type="systemd.failed", key="app.service", severity=Severity.WARN, message="failed"),
    Seen(type="perm.loose", key="relative/path", severity=Severity.WARN, message="no path that a preset takes"),
    Seen(type="ssh.password_auth", key="sshd", severity=Severity.WARN, message="of high risk"),
    Seen(type="account.empty_password", key="ada", severity=Severity.CRITICAL, message="of medium risk"),
    Seen(type="account.uid0", key="toor", severity=Severity.CRITICAL, message="nothing answers it"),
]


def test_what_is_safe_is_fixed_the_worst_first_and_the_rest_is_left(session):
    beats.record(session, [beats.Beat(BEAT, NOON)])
    run = ScannerRun(name="all", types=sorted({seen.type for seen in SEEN}))
    reports.record(session, FindingReport(nodeId="eu-1", findings=SEEN, scan=Scan(id="s", seq=1, scanners=[run])), NOON)

    jobs = store.fix_node(session, NOON, "ada", CATALOGUE, "eu-1")

    assert [(job.preset, job.params) for job in jobs] == [
        ("perms-fix", {"paths": "/etc/shadow"}),
        ("perms-fix", {"paths": "/home/ada"}),
        ("service-recover", jobs[2].params),
    ]
    states = {finding.key: finding.state for finding in session.query(Finding)}
    assert [key for key, state in states.items() if state == "FIXING"] == ["/etc/shadow", "/home/ada", "app.service"]
    assert store.fix_node(session, NOON, "ada", CATALOGUE, "eu-1") == []
