"""One in 256 carries what no database holds, U+0000 or half a surrogate pair: it costs itself alone, on every route."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace

import pytest
from sqlalchemy import select

from hyprbox.db import Database
from hyprbox.nodes.beats import Beat, record
from hyprbox.nodes.model import Node
from tests.cast import BEAT, NOON, beat_of

MANY = 256
BAD = 77
POISONS = pytest.mark.parametrize("poison", ["\0", "\ud800", "\ud800\0"], ids=["nul", "half a pair", "both"])
REPLACED = str.maketrans({"\0": "\ufffd", "\ud800": "\ufffd"})


def at_once(client, requests):
    """The statuses of (path, body) in their order; the bodies go out as JSON that says \\u0000 and \\ud800."""

    def send(request):
        return client.post(request[0], content=json.dumps(request[1])).status_code

    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(send, requests))


def beats(prefix, **bad):
    rows = [asdict(beat_of(f"{prefix}-{n}")) for n in range(MANY)]
    rows[BAD] |= bad
    return [("/api/heartbeat", row) for row in rows]


def known(admin, prefix):
    found, cursor = {}, ""
    while cursor is not None:
        page = admin.get(
            "/api/nodes", params={"q": f"node={prefix}-*", "limit": 200} | ({"cursor": cursor} if cursor else {})
        )
        found |= {node["nodeId"]: node for node in page.json()["items"]}
        cursor = page.json()["next"]
    return found


@POISONS
def test_a_text_of_one_heartbeat_is_replaced_and_all_are_kept(fleet, admin, poison):
    prefix = f"text{len(poison)}{ord(poison[0])}"
    assert at_once(fleet, beats(prefix, hostname=f"h{poison}", kernel=poison)) == [200] * MANY

    nodes = known(admin, prefix)
    assert len(nodes) == MANY
    assert nodes[f"{prefix}-{BAD}"]["hostname"] == f"h{poison}".translate(REPLACED)


@POISONS
def test_a_name_of_one_heartbeat_is_refused_and_all_others_are_kept(fleet, admin, poison):
    prefix = f"name{len(poison)}{ord(poison[0])}"
    statuses = at_once(fleet, beats(prefix, node_id=f"{prefix}-x{poison}"))

    assert [n for n, status in enumerate(statuses) if status != 200] == [BAD]
    assert statuses[BAD] == 400
    assert set(known(admin, prefix)) == {f"{prefix}-{n}" for n in range(MANY) if n != BAD}


@POISONS
def test_one_finding_among_many_reports(fleet, admin, poison):
    def report(n, key="k", message="m"):
        finding = {"type": "t.t", "key": key, "severity": "WARN", "message": message, "metadata": {"a": message}}
        return "/api/findings", {"nodeId": f"found-{n}", "findings": [finding]}

    at_once(fleet, [("/api/heartbeat", asdict(beat_of(f"found-{n}"))) for n in range(32)])
    reports = [report(n, message=f"m{poison}" if n == 7 else "m") for n in range(32)]
    reports[8] = report(8, key=f"k{poison}")
    assert at_once(fleet, reports) == [200] * 8 + [400] + [200] * 23

    (found,) = admin.get("/api/findings", params={"nodeId": "found-7"}).json()["items"]
    assert (found["message"], found["metadata"]) == (
        f"m{poison}".translate(REPLACED),
        {"a": f"m{poison}".translate(REPLACED)},
    )
    assert len(admin.get("/api/findings", params={"type": "t.t", "limit": 500}).json()["items"]) >= 31


@POISONS
def test_one_job_among_many_that_print(fleet, admin, poison):
    node = f"job{len(poison)}{ord(poison[0])}"
    ids = []
    for n in range(8):
        fleet.post("/api/heartbeat", json=asdict(beat_of(f"{node}-{n}")))
        ids.append(admin.post("/api/jobs", json={"nodeId": f"{node}-{n}", "script": "true"}).json()["id"])
    texts = [f"a{poison}b" if n == 3 else "ab" for n in range(8)]

    def all_say(verb, bodies):
        return at_once(fleet, [(f"/api/jobs/{id}/{verb}", body) for id, body in zip(ids, bodies, strict=True)])

    assert all_say("accept", [{"runId": "r"}] * 8) == [200] * 8
    assert all_say("output", [{"output": text, "offset": 0, "runId": "r"} for text in texts]) == [200] * 8
    assert all_say("ping", [{"runId": f"r{poison}" if n == 3 else "r"} for n in range(8)])[:3] == [200] * 3
    assert all_say("complete", [{"exitCode": 0, "runId": "r", "errorMsg": text} for text in texts]) == [200] * 8

    kept = [admin.get(f"/api/jobs/{id}/output").text for id in ids]
    halves = str.maketrans({"\ud800": "\ufffd"})  # U+0000 stays in what a job prints
    assert kept == [text.translate(halves) for text in texts]
    assert {admin.get(f"/api/jobs/{id}").json()["state"] for id in ids} == {"SUCCEEDED"}


@POISONS
def test_a_poll_with_such_a_name_is_refused_and_a_run_with_one_is_another_run(fleet, poison):
    assert fleet.get("/api/jobs/pending?nodeId=eu%00").status_code == 400
    assert fleet.get("/api/jobs/pending?nodeId=eu%0A").status_code == 400
    assert at_once(fleet, [("/api/jobs/nothing/accept", {"runId": f"r{poison}"})]) == [404]


@POISONS
def test_what_slips_past_the_edge_costs_only_itself(database_url, poison):
    """Should a row ever reach the statement of many: the others are written one by one, each hears of its own."""

    async def main():
        db = Database(database_url)
        db.start(lambda topics: None)
        rows = [Beat(beat_of(f"slip-{n}"), NOON) for n in range(MANY)]
        rows[BAD] = Beat(replace(BEAT, node_id=f"slip-{BAD}", hostname=f"h{poison}"), NOON)
        try:
            return await asyncio.gather(*(db.write_many(record, row) for row in rows), return_exceptions=True)
        finally:
            await db.stop()

    outcomes = asyncio.run(main())
    assert [n for n, outcome in enumerate(outcomes) if outcome is not None] in ([], [BAD])
    with closing(Database(database_url)) as db, db.session() as session:
        kept = set(session.scalars(select(Node.node_id).where(Node.node_id.like("slip-%"))))
    assert kept >= {f"slip-{n}" for n in range(MANY) if n != BAD}
