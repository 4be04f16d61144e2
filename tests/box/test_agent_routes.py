"""The agents' side of the API over real HTTP: who is let in, what is refused and how."""

import json
import threading
import time
from dataclasses import asdict

import httpx
import pytest

from tests.cast import BEAT
from tests.servers import wait_until


def beat(node_id="eu-1", **changed):
    return asdict(BEAT) | {"node_id": node_id} | changed


def pending(client, node_id, wait=None):
    prefer = {} if wait is None else {"prefer": f"wait={wait}, offer"}
    return client.get("/api/jobs/pending", params={"nodeId": node_id}, headers=prefer)


def test_a_heartbeat_is_answered_and_shown(fleet, admin):
    answered = fleet.post("/api/heartbeat", json=beat(gpu="from the future"))

    assert answered.status_code == 200
    assert answered.json()["accepts"] == ["scan", "settings", "inventory"]
    node = admin.get("/api/nodes/eu-1").json()
    assert (node["status"], node["cpuPercent"], node["openFindings"]) == ("ONLINE", 3.1, 0)


@pytest.mark.parametrize("shown", [None, "Bearer hbnt_nobody", "Bearer", "Basic YTpi", "Bearer hbak_wrongkind"])
def test_without_a_known_token_nobody_comes_in(server, shown):
    headers = {} if shown is None else {"authorization": shown}
    answered = httpx.post(f"{server.url}/api/heartbeat", json=beat(), headers=headers)

    assert answered.status_code == 401
    assert answered.headers["content-type"] == "application/problem+json"


def test_a_pinned_token_speaks_for_its_node_alone_and_silences_fleet_wide_ones(server, fleet):
    with server.client(server.token("--node", "eu-5")) as pinned:
        assert pinned.post("/api/heartbeat", json=beat("eu-5")).status_code == 200
        refused = pinned.post("/api/heartbeat", json=beat("eu-6"))
    assert refused.status_code == 403
    assert "pinned to node eu-5" in refused.json()["detail"]
    assert fleet.post("/api/heartbeat", json=beat("eu-5")).status_code == 403


def test_a_revoked_token_stops_working_within_a_second(server, admin):
    minted = admin.post("/api/tokens", json={"nodeId": "eu-7"}).json()
    with server.client(minted["token"]) as pinned:
        assert pinned.post("/api/heartbeat", json=beat("eu-7")).status_code == 200
        server.cli("token", "revoke", minted["id"])  # by another process
        time.sleep(1)
        assert pinned.post("/api/heartbeat", json=beat("eu-7")).status_code == 401


def test_a_token_revoked_while_a_poll_is_held_gets_no_job(server, admin):
    minted = admin.post("/api/tokens", json={"nodeId": "eu-8"}).json()
    with server.client(minted["token"]) as pinned:
        pinned.post("/api/heartbeat", json=beat("eu-8"))
        got = []
        poll = threading.Thread(target=lambda: got.append(pending(pinned, "eu-8", wait=10)))
        poll.start()
        time.sleep(0.3)
        admin.post(f"/api/tokens/{minted['id']}/revocation")
        time.sleep(1)
        admin.post("/api/jobs", json={"nodeId": "eu-8", "script": "true"})
        poll.join(5)
    assert got[0].status_code == 401


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "malformed"),
        (json.dumps(beat(cpu_percent=1e9)), "cpu_percent is 1000000000.0, expected 0 to 100"),
        (json.dumps(beat(cpu_percent="3")), "cpu_percent"),
        (json.dumps(beat()).replace("3.1", "NaN"), "malformed"),
        (json.dumps(beat(hostname=None)), "hostname"),
        (json.dumps({"node_id": "eu-1"}), "missing required field"),
        (json.dumps(beat("a/b")), "node_id is"),
        (json.dumps(beat("a" * 10_000)), "node_id has 10000 characters"),
        (json.dumps(beat("a\x00")), "node_id is"),
        (json.dumps(beat("a\ud800")), "node_id is"),
        (b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "nested too deeply"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_nonsense_is_refused_with_its_reason(fleet, body, complaint):
    answered = fleet.post("/api/heartbeat", content=body)

    assert answered.status_code == 400
    assert complaint in answered.json()["detail"]


def test_what_is_too_large_is_refused_before_it_is_read(fleet):
    assert fleet.post("/api/heartbeat", content=b"x" * 10_000_000).status_code == 413


def test_a_large_body_without_a_length_is_cut_off(fleet):
    answered = fleet.post("/api/heartbeat", content=(b"x" * 60_000 for _ in range(50)))
    assert answered.status_code == 413


def test_compressed_bodies_are_not_taken(fleet):
    answered = fleet.post("/api/heartbeat", content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    assert answered.status_code == 415


def test_what_no_database_holds_is_replaced(fleet, admin):
    assert fleet.post("/api/heartbeat", content=json.dumps(beat("eu-9", hostname="a\0b\ud800"))).status_code == 200
    assert admin.get("/api/nodes/eu-9").json()["hostname"] == "a\ufffdb\ufffd"


def test_a_claim_is_handed_out_once(fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-20"))
    queued = admin.post("/api/jobs", json={"nodeId": "eu-20", "script": "echo hi"}).json()

    got = pending(fleet, "eu-20")
    assert (got.json()["id"], got.json()["script"]) == (queued["id"], "echo hi")
    assert "preference-applied" not in got.headers
    assert pending(fleet, "eu-20").json() is None


def test_a_held_poll_is_answered_the_moment_a_job_is_queued(fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-21"))
    got = []

    def poll():
        got.append((pending(fleet, "eu-21", wait=10), time.monotonic()))

    waiting = threading.Thread(target=poll)
    waiting.start()
    time.sleep(0.3)
    queued_at = time.monotonic()
    queued = admin.post("/api/jobs", json={"nodeId": "eu-21", "script": "true"}).json()
    waiting.join(5)

    answered, at = got[0]
    assert answered.json()["id"] == queued["id"]
    assert answered.headers["preference-applied"] == "wait=10, offer"
    assert at - queued_at < 1


def test_the_newest_poll_of_a_node_wins(fleet, server):
    fleet.post("/api/heartbeat", json=beat("eu-22"))
    answered = threading.Event()

    def first():
        with server.client(fleet.headers["authorization"].removeprefix("Bearer ")) as other:
            pending(other, "eu-22", wait=20)
            answered.set()

    thread = threading.Thread(target=first)
    thread.start()
    wait_until(lambda: pending(fleet, "eu-22", wait=1) and answered.is_set(), seconds=15)  # the first may be late
    thread.join()


def test_a_job_from_offer_to_end(fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-23"))
    job = admin.post("/api/jobs", json={"nodeId": "eu-23", "script": "echo ä"}).json()
    offered = pending(fleet, "eu-23", wait=1).json()
    path = f"/api/jobs/{offered['id']}"
    assert fleet.post(f"{path}/accept", json={"runId": "r1"}).status_code == 200
    assert fleet.post(f"{path}/accept", json={"runId": "r2"}).status_code == 409

    piece = {"output": "ä\0", "offset": 0, "runId": "r1"}
    assert fleet.post(f"{path}/output", json=piece).json() == {"nextOffset": 3, "cancel": False}
    gap = fleet.post(f"{path}/output", json=piece | {"offset": 50})
    assert (gap.status_code, gap.json()["expectedOffset"]) == (409, 3)
    assert fleet.post(f"{path}/complete", json={"exitCode": 0, "runId": "r1", "output": "\n", "offset": 3}).is_success

    ended = admin.get(f"/api/jobs/{job['id']}").json()
    assert (ended["state"], ended["exitCode"], ended["outputBytes"]) == ("SUCCEEDED", 0, 4)
    assert admin.get(f"/api/jobs/{job['id']}/output").content == "ä\0\n".encode()


def test_a_cancel_reaches_a_held_ping_at_once(fleet, admin, server):
    fleet.post("/api/heartbeat", json=beat("eu-24"))
    job = admin.post("/api/jobs", json={"nodeId": "eu-24", "script": "sleep 60"}).json()
    fleet.post(f"/api/jobs/{job['id']}/accept", json={"runId": "r1"})
    got = []

    def ping():
        with server.client(fleet.headers["authorization"].removeprefix("Bearer ")) as other:
            held = other.post(f"/api/jobs/{job['id']}/ping", json={"runId": "r1"}, headers={"prefer": "wait=20"})
            got.append((held.json()["cancel"], time.monotonic()))

    thread = threading.Thread(target=ping)
    thread.start()
    time.sleep(0.3)
    asked = time.monotonic()
    assert admin.post(f"/api/jobs/{job['id']}/cancellation").status_code == 202
    thread.join(5)
    assert got[0][0] is True
    assert got[0][1] - asked < 1


@pytest.mark.parametrize("verb", ["accept", "output", "ping", "complete"])
def test_there_is_no_such_job(fleet, verb):
    body = {"runId": "r1", "output": "", "exitCode": 0}
    assert fleet.post(f"/api/jobs/nothing/{verb}", json=body).status_code == 404


def test_output_is_followed_live_and_taken_up_again(fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-25"))
    job = admin.post("/api/jobs", json={"nodeId": "eu-25", "script": "true"}).json()
    path = f"/api/jobs/{job['id']}"
    fleet.post(f"{path}/accept", json={"runId": "r1"})

    def work():
        time.sleep(0.2)
        fleet.post(f"{path}/output", json={"output": "one\n\ntwo: \x1b[1m", "offset": 0, "runId": "r1"})
        fleet.post(f"{path}/complete", json={"exitCode": 0, "runId": "r1"})

    threading.Thread(target=work).start()
    with admin.stream("GET", f"{path}/events") as events:
        text = "".join(events.iter_text())
    assert '"one\\n\\ntwo: \\u001b[1m"' in text
    assert text.rstrip().endswith('data: {"state": "SUCCEEDED", "exitCode": 0}')
    resumed = admin.get(f"{path}/events", headers={"last-event-id": "5"}).text
    assert '"two: \\u001b[1m"' in resumed


def test_findings_are_stored_and_resolved_by_the_next_scan(fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-26"))
    seen = {"type": "tls.expiring", "key": '"a" 🕐\'', "severity": "WARN", "message": "x\0y", "metadata": {"n": [1]}}
    scan = {"id": "s1", "seq": 1, "final": True, "scanners": [{"name": "tls", "ok": True, "types": ["tls.expiring"]}]}
    assert fleet.post("/api/findings", json={"nodeId": "eu-26", "findings": [seen], "scan": scan}).status_code == 200

    (finding,) = admin.get("/api/findings", params={"nodeId": "eu-26"}).json()["items"]
    assert (finding["key"], finding["message"], finding["metadata"]) == (seen["key"], "x\ufffdy", {"n": [1]})
    assert finding["recommendation"]["preset"] == "certbot-renew"
    fleet.post("/api/findings", json={"nodeId": "eu-26", "findings": [], "scan": scan | {"id": "s2", "seq": 2}})
    assert admin.get(f"/api/findings/{finding['id']}").json()["state"] == "RESOLVED"


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([{"type": "t", "key": "k", "severity": "LOUD", "message": "m"}], 400),
        ([{"type": "t", "key": "k\n", "severity": "INFO", "message": "m"}], 400),
        ([{"type": "t", "key": "k", "severity": "INFO", "message": "m" * 20_000}], 413),
        ([{"type": "t", "key": "k", "severity": "INFO", "message": "m"}] * 2001, 413),
    ],
    ids=["severity", "key", "too large", "too many"],
)
def test_a_bad_report_changes_nothing(fleet, admin, findings, status):
    fleet.post("/api/heartbeat", json=beat("eu-27"))
    assert fleet.post("/api/findings", json={"nodeId": "eu-27", "findings": findings}).status_code == status
    assert admin.get("/api/findings", params={"nodeId": "eu-27"}).json()["items"] == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"scanners": [{"name": f"made-up-{n}"} for n in range(101)]}, "scan.scanners has 101 entries"),
        ({"scanners": [{"name": "tls", "types": ["t"] * 2001}]}, "scan.scanners[0].types has 2001 entries"),
        ({"scanners": [{"name": "tls", "unexamined": ["k" * 1025]}]}, "scan.scanners[0].unexamined has 1 entries"),
        ({"id": "i" * 129}, "scan.id has 129 characters"),
        ({"seq": 2**63}, "scan.seq is 9223372036854775808"),
        ({"scanners": [{"name": "tls", "types": ["agent.duplicate_identity"]}]}, "agent.duplicate_identity is"),
        ({"scanners": [{"name": "hyprbox.agent.outdated"}]}, "scan.scanners[0].name is hyprbox.agent.outdated"),
    ],
)
def test_a_scan_that_names_too_much_is_refused_as_a_whole(fleet, admin, said, field):
    fleet.post("/api/heartbeat", json=beat("eu-28"))
    seen = {"type": "t", "key": "k", "severity": "INFO", "message": "m"}
    body = {"nodeId": "eu-28", "findings": [seen], "scan": {"id": "s", "seq": 1} | said}

    answered = fleet.post("/api/findings", json=body)

    assert (answered.status_code, field in answered.json()["detail"]) == (400, True)
    assert admin.get("/api/findings", params={"nodeId": "eu-28"}).json()["items"] == []


def test_a_node_neither_finds_nor_hides_what_only_the_control_plane_sees(fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-29"))
    seen = {"type": "agent.journal_broken", "key": "k", "severity": "INFO", "message": "m"}

    answered = fleet.post("/api/findings", json={"nodeId": "eu-29", "findings": [seen]})

    assert answered.status_code == 400
    assert "findings[0].type is agent.journal_broken" in answered.json()["detail"]


@pytest.mark.parametrize("part", [b"[],", b'{"a":{}},'], ids=["lists", "fields"])
def test_a_body_of_nothing_but_parts_is_refused_before_it_is_read(fleet, part):
    """30 MiB of them were a gigabyte, and seconds in which nobody else was answered."""
    finding = b'{"type":"t","key":"k","severity":"INFO","message":"m","metadata":{"x":[' + part * 3_000_000 + b"0]}}"
    answered = fleet.post("/api/findings", content=b'{"nodeId":"eu-27","findings":[' + finding + b"]}")
    assert (answered.status_code, "lists, objects and fields" in answered.json()["detail"]) == (400, True)


def test_metadata_too_deep_is_refused(fleet):
    deep: object = 1
    for _ in range(40):
        deep = [deep]
    finding = {"type": "t", "key": "k", "severity": "INFO", "message": "m", "metadata": {"x": deep}}
    assert fleet.post("/api/findings", json={"nodeId": "eu-27", "findings": [finding]}).status_code == 400


def test_a_deleted_node_is_out_until_it_is_enrolled_again(server, fleet, admin):
    fleet.post("/api/heartbeat", json=beat("eu-28"))
    assert admin.delete("/api/nodes/eu-28").status_code == 204
    wait_until(lambda: fleet.post("/api/heartbeat", json=beat("eu-28")).status_code == 403)

    with server.client(server.token("--node", "eu-28")) as pinned:
        assert pinned.post("/api/heartbeat", json=beat("eu-28")).status_code == 200


def test_one_poisoned_heartbeat_among_many_costs_only_itself(server, fleet):
    statuses = []

    def send(node_id, **changed):
        statuses.append(fleet.post("/api/heartbeat", content=json.dumps(beat(node_id, **changed))).status_code)

    threads = [threading.Thread(target=send, args=(f"many-{n}",), kwargs={"hostname": "h\0"}) for n in range(20)]
    threads.append(threading.Thread(target=send, args=("many-x\0",)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 20 + [400]
