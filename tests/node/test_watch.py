"""Scans reach the API: with it, as it wishes to hear them; without a word when there is nothing to say."""

from dataclasses import replace

import pytest

from hyprnode.report import parts, reports, tell
from hyprwire import Finding, FindingReport, Scan, ScannerRun, Severity
from tests.node.certificates import self_signed
from tests.node.far_end import Reply


@pytest.fixture
def certs(tmp_path):
    directory = tmp_path / "certs"
    directory.mkdir()
    self_signed(directory, "short", days=5)
    return directory


def test_a_plain_api_gets_findings_and_nothing_else(plain_api, start, certs):
    start(plain_api, HYPRBOX_SCAN_INTERVAL="300ms")

    first, *_, last = plain_api.wait_for(lambda: len(plain_api.asked("findings")) >= 3 and plain_api.asked("findings"))
    assert set(first.body) == {"nodeId", "findings"}
    (finding,) = first.body["findings"]
    assert (finding["type"], finding["key"], finding["severity"]) == ("tls.expiring", f"{certs}/short.crt", "CRITICAL")
    assert finding["metadata"]["daysLeft"] == 4
    assert last.body["findings"][0]["key"] == finding["key"]


def test_a_plain_api_hears_nothing_when_there_is_nothing(plain_api, start):
    start(plain_api, HYPRBOX_SCAN_INTERVAL="200ms", HYPRBOX_INTERVAL="200ms")
    plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 6)

    assert plain_api.asked("findings") == []


def test_an_api_that_accepts_scans_hears_of_clean_ones_too(full_api, start):
    start(full_api, HYPRBOX_SCAN_INTERVAL="200ms")

    first, second = full_api.wait_for(lambda: len(full_api.findings) >= 2 and full_api.findings[:2])
    assert first["findings"] == []
    assert first["scan"]["final"] is True
    (run,) = [run for run in first["scan"]["scanners"] if run["name"] == "tls"]
    assert run["ok"] is True
    assert {"tls.expiring", "tls.unreadable", "tls.key_mismatch"} <= set(run["types"])
    assert second["scan"]["seq"] > first["scan"]["seq"]
    assert second["scan"]["id"] != first["scan"]["id"]


def test_the_numbers_of_scans_grow_across_a_restart(full_api, start):
    agent = start(full_api, HYPRBOX_SCAN_INTERVAL="2s")
    full_api.wait_for(lambda: full_api.findings)
    agent.restart()
    full_api.wait_for(lambda: len(full_api.findings) >= 2)

    assert full_api.findings[1]["scan"]["seq"] > full_api.findings[0]["scan"]["seq"]


def test_after_a_job_what_it_was_to_mend_is_looked_at_before_the_next_job(full_api, start, certs):
    full_api.run(f"rm {certs}/short.crt", job_id="fix", rescan=["tls"])
    full_api.run("exit 0", job_id="next")
    start(full_api, HYPRBOX_SCAN_INTERVAL="1h")
    full_api.ended("next")

    (proof,) = [report for report in full_api.findings if report["scan"]["jobId"] == "fix"]
    assert proof["findings"] == []
    assert proof["scan"]["startedAt"] >= full_api.ended("fix")["finishedAt"]
    said = [(call.route, call.job if call.path.startswith("/api/jobs/") else "") for call in full_api.calls]
    asked = [word for word in said if word in [("complete", "fix"), ("accept", "next")]]
    assert asked == [("complete", "fix"), ("accept", "next")]
    place = next(n for n, call in enumerate(full_api.calls) if call.route == "findings" and call.body["scan"]["jobId"])
    assert said.index(("complete", "fix")) < place < said.index(("accept", "next"))


def test_a_rescan_that_was_owed_is_done_after_a_restart(full_api, start, tmp_path):
    full_api.then("findings", *[Reply(500)] * 20)
    full_api.run("exit 0", job_id="fix", rescan=["tls"])
    agent = start(full_api, HYPRBOX_SCAN_INTERVAL="1h")
    full_api.wait_for(lambda: full_api.asked("findings"))
    agent.kill()
    full_api.script["findings"].clear()
    agent.start()

    full_api.wait_for(lambda: [report for report in full_api.findings if report["scan"]["jobId"] == "fix"])
    assert len(full_api.asked("complete")) == 1


def found(number):
    return Finding(type="t.x", key=f"key {number}", severity=Severity.INFO, message="m", metadata={})


SCAN = Scan(id="one", seq=1)


def test_a_large_report_comes_in_parts_of_which_the_last_is_final():
    sent = list(reports("eu-1", [found(n) for n in range(4500)], SCAN))

    assert [len(report.findings) for report in sent] == [2000, 2000, 500]
    assert [report.scan.final for report in sent] == [False, False, True]
    assert {report.scan.id for report in sent} == {"one"}


def test_a_finding_beyond_all_measure_is_cut():
    huge = Finding(
        type="t.x", key="k", severity=Severity.INFO, message="m" * 5000, metadata={"list": ["x" * 100] * 500}
    )
    (report,) = reports("eu-1", [huge], SCAN)

    assert len(report.findings[0].message) == 1000
    assert report.findings[0].metadata == {"leftOut": "too large"}


class Answer413:
    """An API that takes at most `limit` findings, and none that is called so."""

    def __init__(self, limit, hated=""):
        self.limit, self.hated, self.taken = limit, hated, []

    def post(self, report):
        from hyprnode.answer import Answer

        if len(report.findings) > self.limit or self.hated in [finding.key for finding in report.findings]:
            return Answer(413)
        self.taken.append(report)
        return Answer(200)


def test_what_is_too_much_at_once_is_halved():
    api = Answer413(limit=3)
    tell("eu-1", [found(n) for n in range(10)], SCAN, api.post)

    assert [finding.key for report in api.taken for finding in report.findings] == [f"key {n}" for n in range(10)]
    assert [report.scan.final for report in api.taken][-1] is True
    assert not any(report.scan.final for report in api.taken[:-1])


def test_a_finding_that_is_too_much_alone_is_dropped_and_the_scan_still_ends(capsys):
    api = Answer413(limit=3, hated="key 9")
    tell("eu-1", [found(n) for n in range(10)], SCAN, api.post)

    assert len([finding for report in api.taken for finding in report.findings]) == 9
    assert api.taken[-1].scan.final is True
    assert "findings dropped: API returned 413" in capsys.readouterr().err


def test_a_scan_of_which_something_was_dropped_proves_nothing_there(capsys):
    api = Answer413(limit=3, hated="key 4")
    looked = [ScannerRun(name="t", types=["t.x"]), ScannerRun(name="u", types=["u.x"])]
    tell("eu-1", [found(n) for n in range(10)], replace(SCAN, scanners=looked), api.post)

    last = api.taken[-1].scan
    assert (last.final, [run.ok for run in last.scanners]) == (True, [False, True])
    assert last.scanners[0].error == "1 of what it saw was not taken: API returned 413"


def test_nor_does_one_whose_very_last_finding_was_dropped(capsys):
    api = Answer413(limit=3, hated="key 9")
    tell("eu-1", [found(n) for n in range(10)], replace(SCAN, scanners=[ScannerRun(name="t", types=["t.x"])]), api.post)

    last = api.taken[-1]
    assert (last.findings, last.scan.final, last.scan.scanners[0].ok) == ([], True, False)


def test_parts_of_nothing_are_one():
    assert [part.findings for part in parts(FindingReport(nodeId="eu-1", findings=[], scan=SCAN), 5)] == [[]]
