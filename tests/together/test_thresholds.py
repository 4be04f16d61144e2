"""What somebody sets for the likes of a node decides what its agent finds, and the page of the node says so."""

from hyprnode.scanners import ALL
from tests.servers import wait_until
from tests.together.agents import agent

OTHERS = ",".join(name for name in ALL if name != "disk")
EVERYTHING = {"diskWarnPercent": 1, "diskCriticalPercent": 100, "diskPlentyGib": 100_000}


def findings(admin):
    params = {"nodeId": "set-1", "type": "disk.full", "state": "OPEN"}
    return admin.get("/api/findings", params=params).json()["items"]


def test_a_threshold_by_label_reaches_the_scanner_and_is_seen_to_be_taken(server, admin, tmp_path):
    body = {"q": "rack=set", "settings": EVERYTHING}
    with agent(server, tmp_path, "set-1", HYPRBOX_SCAN_INTERVAL="300ms", HYPRBOX_SCANNERS_OFF=OTHERS):
        wait_until(lambda: admin.get("/api/nodes/set-1/thresholds").json().get("taken"), seconds=30)
        admin.put("/api/thresholds/set", json=body).raise_for_status()
        assert findings(admin) == []
        admin.patch("/api/nodes/set-1", json={"labels": {"rack": "set"}}).raise_for_status()

        wait_until(lambda: findings(admin), seconds=30)
        found = admin.get("/api/nodes/set-1/thresholds").json()
        said = {row["name"]: (row["value"], row["threshold"]) for row in found["items"]}
        assert (found["taken"], said["diskWarnPercent"], said["tlsWarnDays"]) == (True, (1, "set"), (30, None))
        assert [row["name"] for row in found["items"] if row["own"]] == ["scannersOff"]

        admin.delete("/api/thresholds/set").raise_for_status()
        wait_until(lambda: not findings(admin), seconds=30)
