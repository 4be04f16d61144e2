"""What is not as it should be, and not as it seems, is told where people look."""

import re

from sqlalchemy import update

from hyprbox.nodes.model import State
from hyprbox.people.model import Role
from tests.world import finding


def test_home_tells_a_fix_without_proof_and_its_finding_does_not_call_it_failed(world):
    agent = world.agent("lost-fix")
    agent.beat()
    agent.report(finding("updates.stale_lists", "cache"), types=["updates.stale_lists"])
    found = world.finding_id("lost-fix", "updates.stale_lists")
    olga = world.visitor("olga")
    assert found not in callout(olga)

    headers = {"authorization": f"Bearer {world.server.key(Role.OPERATOR)}"}
    started = world.http.post(f"/api/findings/{found}/fix", json={}, headers=headers)
    agent.accept(started.json()["id"])
    agent.complete(started.json()["id"], None, reason="agent_lost", errorMsg="power was out <b>")

    assert f'href="/dashboard/findings/{found}"' in callout(olga)
    assert "power was out &lt;b&gt;" in callout(olga)
    page = olga.get(f"/dashboard/findings/{found}").text
    assert "Fix not proven" in page
    assert "Not fixed" not in page
    record = world.http.get("/api/presets/apt-refresh", headers=headers).json()["record"]
    assert record["unproven"] >= 1
    assert record == world.http.get("/api/presets/apt-refresh/record", headers=headers).json()

    agent.report(types=["updates.stale_lists"])
    assert found not in callout(olga)


def test_a_finding_that_nobody_looks_for_any_more_says_so_and_why(world):
    agent = world.agent("blind")
    agent.beat()
    agent.report(finding("updates.stale_lists", "cache"), types=["updates.stale_lists"])
    agent.report(types=["updates.stale_lists"], off=True)

    page = world.visitor("bo").get(f"/dashboard/findings/{world.finding_id('blind', 'updates.stale_lists')}").text
    assert "<h2>Nobody looks any more</h2>" in page
    assert "It was not fixed: the scanner test is switched off by the node&#39;s own settings" in page
    assert "Out of sight since" in page

    agent.report(finding("updates.stale_lists", "cache"), types=["updates.stale_lists"])
    page = world.visitor("bo").get(f"/dashboard/findings/{world.finding_id('blind', 'updates.stale_lists')}").text
    assert "Nobody looks any more" not in page


def test_what_a_node_did_when_it_was_last_heard_is_not_told_as_now(world):
    world.agent("away").beat(cpu_percent=90, uptime_seconds=50_000)
    bo = world.visitor("bo")
    assert "when last heard" not in bo.get("/dashboard/nodes/away").text
    with world.db.session() as session:
        session.execute(update(State).where(State.node_id == "away").values(status="OFFLINE"))

    page = bo.get("/dashboard/nodes/away").text
    assert page.count("when last heard, peak") == 3
    assert "<dt>Was up</dt>" in page
    world.agent("away").beat()


def test_the_audit_log_speaks_no_python(world):
    world.agent("labelled").beat()
    headers = {"authorization": f"Bearer {world.server.key(Role.ADMIN)}"}
    world.http.patch("/api/nodes/labelled", json={"labels": {"env": "prod", "role": "db"}}, headers=headers)
    log = world.visitor("ada").get("/dashboard/settings/audit").text
    assert "<i>before</i> nothing" in log
    assert "<i>after</i> env=prod role=db" in log


def test_a_machine_elsewhere_does_not_reach_a_loopback_address_and_that_is_said(world):
    assert "Other machines do not reach this one at" in world.visitor("ada").get("/dashboard/add-node").text


def callout(visitor):
    home = visitor.get("/dashboard").text
    found = re.search(r'id="unproven">(.*?)</div></div>', home, re.DOTALL)
    return found[1] if found else ""
