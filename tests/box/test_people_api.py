"""What people and their scripts may do over HTTP, and how lists and errors look."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from hyprbox.people.model import Role
from tests.cast import BEAT
from tests.servers import serving, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server"), HYPRBOX_SWEEP_INTERVAL="500ms") as server:
        with server.client(server.token("--fleet")) as agent:
            for node_id in ("eu-1", "eu-2", "eu-3"):
                agent.post("/api/heartbeat", json=asdict(BEAT) | {"node_id": node_id})
            finding = {"type": "tls.expiring", "key": "/etc/a.pem", "severity": "CRITICAL", "message": "2 days"}
            agent.post("/api/findings", json={"nodeId": "eu-1", "findings": [finding]})
        yield server


@pytest.fixture(scope="module")
def clients(server):
    clients = {role: server.client(server.key(role)) for role in Role} | {None: server.client()}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def ada(clients):
    return clients[Role.ADMIN]


ROUTES = [
    (Role.VIEWER, "GET", "/api/nodes", None),
    (Role.VIEWER, "GET", "/api/nodes/eu-1", None),
    (Role.VIEWER, "GET", "/api/nodes/eu-1/samples", None),
    (Role.VIEWER, "GET", "/api/findings", None),
    (Role.VIEWER, "GET", "/api/jobs", None),
    (Role.VIEWER, "GET", "/api/presets", None),
    (Role.VIEWER, "GET", "/api/presets/certbot-renew", None),
    (Role.VIEWER, "GET", "/api/recommendations", None),
    (Role.ADMIN, "PUT", "/api/presets/nothing", {"toml": "", "script": ""}),
    (Role.ADMIN, "DELETE", "/api/presets/nothing", None),
    (Role.VIEWER, "GET", "/api/remediations", None),
    (Role.VIEWER, "GET", "/api/discovery/prometheus", None),
    (Role.VIEWER, "GET", "/api/remediations/nothing", None),
    (Role.VIEWER, "GET", "/api/remediations/nothing/proof", None),
    (Role.VIEWER, "GET", "/api/presets/certbot-renew/record", None),
    (Role.OPERATOR, "PATCH", "/api/nodes/eu-1", {"labels": {"env": "prod"}}),
    (Role.OPERATOR, "GET", "/api/jobs/nothing/output", None),
    (Role.OPERATOR, "GET", "/api/jobs/nothing/events", None),
    (Role.OPERATOR, "POST", "/api/jobs/nothing/cancellation", None),
    (Role.OPERATOR, "POST", "/api/jobs/nothing/rerun", None),
    (Role.OPERATOR, "POST", "/api/findings/nothing/acknowledgement", {}),
    (Role.OPERATOR, "POST", "/api/findings/nothing/snooze", {"until": "2099-01-01T00:00:00Z"}),
    (Role.OPERATOR, "POST", "/api/findings/nothing/resolution", {}),
    (Role.OPERATOR, "POST", "/api/findings/nothing/fix", {}),
    (Role.OPERATOR, "DELETE", "/api/findings/nothing/acknowledgement", None),
    (Role.OPERATOR, "DELETE", "/api/findings/nothing/snooze", None),
    (Role.OPERATOR, "POST", "/api/jobs", {"nodeId": "eu-1", "preset": "web-reload"}),
    (Role.ADMIN, "POST", "/api/jobs", {"nodeId": "eu-1", "script": "true"}),
    (Role.ADMIN, "DELETE", "/api/nodes/nothing", None),
    (Role.ADMIN, "POST", "/api/nodes/nothing/renaming", {"nodeId": "eu-9"}),
    (Role.ADMIN, "GET", "/api/tokens", None),
    (Role.ADMIN, "POST", "/api/tokens", {"nodeId": "eu-1"}),
    (Role.ADMIN, "POST", "/api/tokens/nothing/revocation", None),
    (Role.ADMIN, "POST", "/api/tokens/nothing/rotation", None),
    (Role.ADMIN, "GET", "/api/enrolments", None),
    (Role.ADMIN, "POST", "/api/enrolments", {"labels": {"env": "prod"}}),
    (Role.ADMIN, "POST", "/api/enrolments/nothing/revocation", None),
    (Role.ADMIN, "GET", "/api/people", None),
    (Role.ADMIN, "POST", "/api/people", {"name": "bo"}),
    (Role.ADMIN, "POST", "/api/people/nobody/disabling", None),
    (Role.ADMIN, "POST", "/api/people/nobody/reset", None),
    (Role.ADMIN, "GET", "/api/keys", None),
    (Role.ADMIN, "POST", "/api/keys", {"name": "k"}),
    (Role.ADMIN, "POST", "/api/keys/nothing/revocation", None),
    (Role.VIEWER, "GET", "/api/nodes/eu-1/inventory", None),
    (Role.VIEWER, "GET", "/api/nodes/eu-1/changes", None),
    (Role.VIEWER, "GET", "/api/thresholds", None),
    (Role.VIEWER, "GET", "/api/nodes/eu-1/thresholds", None),
    (Role.ADMIN, "PUT", "/api/thresholds/nothing", {"q": "node=*", "settings": {"tlsWarnDays": 30}}),
    (Role.ADMIN, "DELETE", "/api/thresholds/nothing", None),
    (Role.VIEWER, "GET", "/api/queries", None),
    (Role.VIEWER, "GET", "/api/findings/nothing", None),
    (Role.VIEWER, "GET", "/api/suppressions", None),
    (Role.VIEWER, "GET", "/api/jobs/nothing", None),
    (Role.VIEWER, "GET", "/api/guards", None),
    (Role.VIEWER, "GET", "/api/guards/nothing", None),
    (Role.VIEWER, "GET", "/api/windows", None),
    (Role.VIEWER, "GET", "/api/runs", None),
    (Role.VIEWER, "GET", "/api/runs/nothing", None),
    (Role.VIEWER, "GET", "/api/runs/nothing/targets", None),
    (Role.VIEWER, "GET", "/api/schedules", None),
    (Role.OPERATOR, "PUT", "/api/queries/nothing", {}),
    (Role.OPERATOR, "DELETE", "/api/queries/nothing", None),
    (Role.OPERATOR, "POST", "/api/suppressions", {}),
    (Role.OPERATOR, "DELETE", "/api/suppressions/nothing", None),
    (Role.OPERATOR, "POST", "/api/guards/nothing/confirmation", None),
    (Role.OPERATOR, "POST", "/api/nodes/nothing/fix", None),
    (Role.OPERATOR, "POST", "/api/findings/nothing/plan", None),
    (Role.OPERATOR, "POST", "/api/jobs/nothing/reversal", None),
    (Role.OPERATOR, "POST", "/api/runs", {}),
    (Role.OPERATOR, "POST", "/api/runs/preview", {}),
    (Role.OPERATOR, "POST", "/api/runs/nothing/pausing", None),
    (Role.OPERATOR, "POST", "/api/runs/nothing/resumption", None),
    (Role.OPERATOR, "POST", "/api/runs/nothing/stopping", None),
    (Role.OPERATOR, "POST", "/api/runs/nothing/retry", None),
    (Role.OPERATOR, "POST", "/api/schedules", {}),
    (Role.OPERATOR, "DELETE", "/api/schedules/nothing", None),
    (Role.OPERATOR, "POST", "/api/schedules/nothing/pausing", None),
    (Role.OPERATOR, "POST", "/api/schedules/nothing/resumption", None),
    (Role.ADMIN, "PUT", "/api/nodes/nothing/door", {}),
    (Role.ADMIN, "DELETE", "/api/nodes/nothing/door", None),
    (Role.ADMIN, "POST", "/api/windows", {}),
    (Role.ADMIN, "DELETE", "/api/windows/nothing", None),
    (Role.ADMIN, "GET", "/api/channels", None),
    (Role.ADMIN, "POST", "/api/channels", {}),
    (Role.ADMIN, "DELETE", "/api/channels/nothing", None),
    (Role.ADMIN, "POST", "/api/channels/nothing/test", None),
    (Role.ADMIN, "GET", "/api/rules", None),
    (Role.ADMIN, "POST", "/api/rules", {}),
    (Role.ADMIN, "PUT", "/api/rules/nothing", {}),
    (Role.ADMIN, "DELETE", "/api/rules/nothing", None),
    (Role.ADMIN, "GET", "/api/deliveries", None),
    (Role.ADMIN, "POST", "/api/deliveries/nothing/retry", None),
]


@pytest.mark.parametrize(("needed", "method", "path", "body"), ROUTES, ids=lambda value: str(value)[:40])
def test_each_role_may_do_its_part_and_no_more(clients, needed, method, path, body):
    for role, client in clients.items():
        status = client.request(method, path, json=body).status_code
        if role is None:
            assert status == 401
        elif role.covers(needed):
            assert status not in (401, 403)
        else:
            assert status == 403


def pattern(path):
    return re.sub(r"/(nothing|nobody|eu-1|certbot-renew)(?=/|$)", "/*", path)


def test_every_route_is_in_that_list(ada):
    schema = ada.get("/api/openapi.json").json()
    served = {
        (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method in methods
        if path.startswith("/api")
    }
    told = {(method, pattern(path)) for _, method, path, _ in ROUTES} | {
        ("POST", "/api/enrolment")
    }  # its code says who
    assert {(method, re.sub(r"{.*?}", "*", path)) for method, path in served} == told
    assert schema["openapi"].startswith("3.1")


def test_a_list_comes_in_pages(ada):
    first = ada.get("/api/nodes", params={"limit": 2}).json()
    rest = ada.get("/api/nodes", params={"limit": 2, "cursor": first["next"]}).json()

    assert [node["nodeId"] for node in first["items"] + rest["items"]] == ["eu-1", "eu-2", "eu-3"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"stauts": "ONLINE"}, "'stauts' is unknown, expected q, status, limit, cursor"),
        ({"limit": "501"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"status": "GONE"}, "status"),
    ],
    ids=str,
)
def test_a_wrong_parameter_is_named(ada, query, complaint):
    answered = ada.get("/api/nodes", params=query)
    assert answered.status_code == 400
    assert complaint in answered.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status", "complaint"),
    [
        ("/api/jobs", {"nodeId": "eu-1"}, 400, "either script or preset"),
        ("/api/jobs", {"nodeId": "eu-1", "script": 5}, 400, "script"),
        ("/api/jobs", {"script": "true"}, 400, "nodeId"),
        ("/api/jobs", {"nodeId": "eu-7", "script": "true"}, 404, "eu-7"),
        ("/api/jobs", {"nodeId": "eu-1", "script": "x" * 1_048_577}, 413, "1048577 bytes"),
        ("/api/jobs", {"nodeId": "eu-1", "preset": "nothing"}, 404, "preset nothing is not known"),
        ("/api/jobs", {"nodeId": "eu-1", "preset": "web-reload", "params": {"x": "1"}}, 400, "no parameter of"),
        ("/api/tokens", {}, 400, "nodeId"),
        ("/api/tokens", {"nodeId": "a b"}, 400, "white space"),
        ("/api/tokens", {"nodeId": None, "expiresAt": "2020-01-01T00:00:00Z"}, 400, "future"),
        ("/api/tokens", {"nodeId": None, "expiresAt": "2099-01-01T00:00:00"}, 400, "timezone"),
        ("/api/jobs", {"nodeId": "eu-1", "script": "true", "expiresAt": "2099-01-01T00:00:00"}, 400, "timezone"),
        ("/api/findings/x/snooze", {"until": "2099-01-01T00:00:00"}, 400, "timezone"),
        ("/api/suppressions", {"type": "a.b", "reason": "r", "until": "2099-01-01T00:00:00"}, 400, "timezone"),
        ("/api/people", {"name": "b\no"}, 400, "name"),
        ("/api/people", {"name": "x", "role": "king"}, 400, "role"),
        ("/api/keys", {"name": ""}, 400, "name has 0 characters, expected 1 to 100"),
        ("/api/keys", {"name": "x" * 101}, 400, "name has 101 characters"),
        ("/api/tokens", {"nodeId": "eu-1", "name": "x" * 101}, 400, "name has 101 characters"),
    ],
)
def test_a_wrong_body_is_explained(ada, path, body, status, complaint):
    answered = ada.post(path, json=body)
    assert (answered.status_code, answered.headers["content-type"]) == (status, "application/problem+json")
    assert complaint in answered.text


def test_a_time_without_an_offset_is_refused(ada):
    for path in ("samples?from=2026-11-22T12:00:00", "samples?to=2026-11-22T12:00:00", "changes?since=2026-11-22"):
        assert ada.get(f"/api/nodes/eu-1/{path}").status_code == 400


@pytest.mark.parametrize("path", ["/api/nothing", "/api/nodes/nobody", "/api/findings/nothing", "/api/jobs/nothing"])
def test_what_is_not_there_is_404(ada, path):
    answered = ada.get(path)
    assert (answered.status_code, answered.json()["status"]) == (404, 404)


def test_malformed_json_is_400(ada):
    answered = ada.post("/api/jobs", content=b"{", headers={"content-type": "application/json"})
    assert answered.status_code == 400


def test_a_finding_is_acknowledged_and_taken_up_again(clients, ada):
    (finding,) = ada.get("/api/findings", params={"nodeId": "eu-1"}).json()["items"]
    path = f"/api/findings/{finding['id']}"
    held = clients[Role.OPERATOR].post(f"{path}/acknowledgement", json={"reason": "known"}).json()
    assert (held["state"], held["reason"], held["events"][-1]["became"]) == ("ACKNOWLEDGED", "known", "ACKNOWLEDGED")
    assert ada.get("/api/nodes/eu-1").json()["openCritical"] == 0

    assert clients[Role.OPERATOR].delete(f"{path}/acknowledgement").status_code == 204
    assert ada.get(path).json()["state"] == "OPEN"
    assert ada.delete(f"{path}/snooze").status_code == 409


def test_a_finding_is_fixed_by_its_preset(ada):
    (finding,) = ada.get("/api/findings", params={"type": "tls.expiring"}).json()["items"]
    missing = ada.post(f"/api/findings/{finding['id']}/fix", json={})
    assert (missing.status_code, list(missing.json()["parameters"])) == (400, ["lineage"])

    job = ada.post(f"/api/findings/{finding['id']}/fix", json={"params": {"lineage": "example.org"}}).json()
    assert (job["preset"], job["params"]["lineage"], job["nodeId"]) == ("certbot-renew", "example.org", "eu-1")
    fixing = ada.get(f"/api/findings/{finding['id']}").json()
    assert (fixing["state"], fixing["jobId"]) == ("FIXING", job["id"])
    ada.post(f"/api/jobs/{job['id']}/cancellation")
    assert ada.get(f"/api/findings/{finding['id']}").json()["state"] == "OPEN"


def test_a_fix_has_a_proof_that_holds_and_a_changed_one_does_not(server, ada, tmp_path):
    (fix, *_) = ada.get("/api/remediations", params={"nodeId": "eu-1"}).json()["items"]
    wait_until(lambda: ada.get(f"/api/remediations/{fix['id']}").json()["verdict"], seconds=40)
    bundle = ada.get(f"/api/remediations/{fix['id']}/proof").json()
    good, bad, key = tmp_path / "good", tmp_path / "bad", tmp_path / "key.pub"
    good.write_text(json.dumps(bundle))
    bad.write_text(json.dumps(bundle | {"payload": bundle["payload"].replace("UNVERIFIED", "VERIFIED_FIXED")}))
    key.write_text(bundle["publicKey"])

    assert "UNVERIFIED by certbot-renew" in server.cli("proof", "verify", str(good), "--key", str(key)).stdout
    assert "does not fit" in server.cli("proof", "verify", str(bad), check=False).stderr
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther")
    assert "another key" in server.cli("proof", "verify", str(good), "--key", str(key), check=False).stderr
    key.write_text("no proof at all")
    assert "expected what `hyprbox proof get` prints" in server.cli("proof", "verify", str(key), check=False).stderr
    assert fix["id"] in server.cli("proof", "list", "--node", "eu-1", remote=True).stdout
    assert (Path(server.env["HYPRBOX_DATA_DIR"]) / "secret.key").stat().st_mode & 0o077 == 0


def test_a_viewer_sees_no_script(clients, ada):
    job = ada.post("/api/jobs", json={"nodeId": "eu-2", "script": "echo secret"}).json()
    path = f"/api/jobs/{job['id']}"
    assert ada.get(path).json()["script"] == "echo secret"
    assert clients[Role.VIEWER].get(path).json()["script"] is None


def test_an_operator_runs_presets_again_but_no_scripts(clients, ada):
    job = ada.post("/api/jobs", json={"nodeId": "eu-2", "script": "true"}).json()
    assert clients[Role.OPERATOR].post(f"/api/jobs/{job['id']}/rerun").status_code == 403
    assert ada.post(f"/api/jobs/{job['id']}/rerun").json()["rerunOf"] == job["id"]


def test_a_revoked_key_stops_working(server, ada):
    made = ada.post("/api/keys", json={"name": "short", "role": "viewer"}).json()
    with server.client(made["key"]) as client:
        assert client.get("/api/nodes").status_code == 200
        ada.post(f"/api/keys/{made['id']}/revocation")
        wait_until(lambda: client.get("/api/nodes").status_code == 401, seconds=5)


def test_health_and_metrics_need_nobody(clients):
    assert clients[None].get("/health").text == "alive\n"
    assert clients[None].get("/ready").text == "ready\n"
    assert 'hyprbox_nodes{status="online"} 3.0' in clients[None].get("/metrics").text
