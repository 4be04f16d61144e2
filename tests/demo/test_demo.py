"""A fleet that is not there is believable: it has a past, it lives, it can be worked with, and it leaves nothing."""

from tests.servers import wait_until


def items(ada, path):
    return ada.get(path).json()["items"]


def first(ada, path):
    return items(ada, path)[0]


def test_the_link_lets_ada_in(demo, http):
    assert "Welcome, ada" in http.get(demo.link()).text


def test_forty_servers_with_all_that_a_page_can_show(ada):
    nodes = items(ada, "/api/nodes")
    assert len(nodes) == 40
    assert sorted(node["nodeId"] for node in nodes if node["status"] == "OFFLINE") == ["edge-hel-01", "legacy-nbg-03"]
    states = {finding["state"] for finding in items(ada, "/api/findings")}
    assert states == {"OPEN", "ACKNOWLEDGED", "SNOOZED", "FIXING"}
    ends = {job["state"] for job in items(ada, "/api/jobs?limit=500")}
    assert ends >= {"QUEUED", "SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "LOST"}


def test_there_is_a_past_of_weeks(ada):
    month = ada.get("/api/nodes/db-fra-02/samples?from=2000-01-01T00:00:00Z&step=604800").json()
    assert len(month) >= 5
    assert month[0]["disk"] < month[-1]["disk"]
    disk = first(ada, "/api/findings?nodeId=db-fra-02&type=disk.full")
    assert disk["severity"] == "CRITICAL"


def test_fixes_were_proven_when_they_were_made(ada):
    record = ada.get("/api/presets/certbot-renew/record").json()
    assert record["fixed"] >= 10
    assert 30 < record["medianSeconds"] < 60


def test_servers_live(ada):
    before = ada.get("/api/nodes/web-fra-06").json()["lastSeen"]
    wait_until(lambda: ada.get("/api/nodes/web-fra-06").json()["lastSeen"] > before, seconds=25)


def test_a_fix_is_worked_off_and_proven(ada):
    finding = first(ada, "/api/findings?nodeId=shop-ams-01&type=tls.expiring")
    path = f"/dashboard/findings/{finding['id']}"
    fixed = ada.post(f"{path}/fix", {"preset": "certbot-renew", "p.lineage": "checkout.nordhaven.example"})
    assert fixed.headers["location"].startswith("/dashboard/jobs/")
    wait_until(lambda: ada.get(f"/api/findings/{finding['id']}").json()["resolvedHow"] == "verified", seconds=60)


def test_a_script_says_that_nothing_runs_and_can_be_stopped(ada):
    started = ada.post("/dashboard/run", {"nodes": "web-fra-06", "script": "rm -rf /", "timeout": "5m"})
    job = started.headers["location"].replace("/dashboard", "/api")
    wait_until(lambda: "nothing runs" in ada.get(f"{job}/output").text, seconds=30)
    ada.post(f"{started.headers['location']}/cancellation")
    wait_until(lambda: ada.get(job).json()["state"] == "CANCELLED", seconds=30)


def test_it_leaves_nothing(demo):
    assert list(demo.folder.glob("hyprbox-demo-*"))
    demo.stop()
    assert not list(demo.folder.glob("hyprbox-demo-*"))
    assert "Traceback" not in demo.log.read_text()
