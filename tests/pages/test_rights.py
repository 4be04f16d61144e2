"""Who may fetch and send what: every route of the dashboard, as everybody."""

import re
import time
from itertools import pairwise

import httpx
import pytest

from hyprbox import app, secret
from hyprbox.door import COOKIE
from hyprbox.people import doors
from hyprbox.people.model import Role
from tests.world import PASSWORD

NOBODY, VIEWER, OPERATOR, ADMIN = None, Role.VIEWER, Role.OPERATOR, Role.ADMIN
PEOPLE = {NOBODY: None, VIEWER: "bo", OPERATOR: "olga", ADMIN: "ada"}

NEEDS = {
    "GET /": VIEWER,
    "GET /live": VIEWER,
    "GET /search": VIEWER,
    "GET /palette": VIEWER,
    "GET /completions": VIEWER,
    "POST /confirm/passkey": VIEWER,
    "GET /sign-in": NOBODY,
    "POST /sign-in": NOBODY,
    "POST /sign-in/code": NOBODY,
    "POST /sign-in/passkey/options": NOBODY,
    "POST /sign-in/passkey": NOBODY,
    "GET /sign-in/openid": NOBODY,
    "GET /sign-in/openid/back": NOBODY,
    "POST /sign-out": VIEWER,
    "GET /welcome/{link}": NOBODY,
    "POST /welcome/{link}": NOBODY,
    "GET /nodes": VIEWER,
    "POST /queries": OPERATOR,
    "POST /queries/{name}/deletion": OPERATOR,
    "GET /nodes/{node_id}": VIEWER,
    "GET /nodes/{node_id}/findings": VIEWER,
    "GET /nodes/{node_id}/jobs": VIEWER,
    "GET /nodes/{node_id}/inventory": VIEWER,
    "GET /nodes/{node_id}/settings": OPERATOR,
    "POST /nodes/{node_id}/labels": OPERATOR,
    "GET /label-nodes": OPERATOR,
    "POST /label-nodes": OPERATOR,
    "POST /nodes/{node_id}/renaming": ADMIN,
    "POST /nodes/{node_id}/deletion": ADMIN,
    "POST /nodes/{node_id}/tokens": ADMIN,
    "GET /add-node": ADMIN,
    "POST /add-node": ADMIN,
    "POST /add-node/{enrolment_id}/revocation": ADMIN,
    "GET /findings": VIEWER,
    "GET /findings/acknowledgement": OPERATOR,
    "POST /findings/acknowledgement": OPERATOR,
    "GET /findings/{finding_id}": VIEWER,
    "POST /findings/{finding_id}/acknowledgement": OPERATOR,
    "POST /findings/{finding_id}/snooze": OPERATOR,
    "POST /findings/{finding_id}/withdrawal": OPERATOR,
    "POST /findings/{finding_id}/resolution": OPERATOR,
    "POST /findings/{finding_id}/fix": OPERATOR,
    "POST /nodes/{node_id}/fix": OPERATOR,
    "GET /suppressions": VIEWER,
    "POST /suppressions": OPERATOR,
    "POST /suppressions/{suppression_id}/lifting": OPERATOR,
    "GET /jobs": VIEWER,
    "GET /jobs/{job_id}": VIEWER,
    "GET /jobs/{job_id}/live": OPERATOR,
    "POST /jobs/{job_id}/cancellation": OPERATOR,
    "POST /jobs/{job_id}/rerun": OPERATOR,
    "POST /jobs/{job_id}/reversal": OPERATOR,
    "GET /guards/{job_id}": VIEWER,
    "POST /guards/{job_id}/confirmation": OPERATOR,
    "GET /remediations/{remediation_id}/proof": VIEWER,
    "GET /runs": VIEWER,
    "GET /begin-run": OPERATOR,
    "POST /begin-run": OPERATOR,
    "GET /runs/{run_id}": VIEWER,
    "POST /runs/{run_id}/pausing": OPERATOR,
    "POST /runs/{run_id}/resumption": OPERATOR,
    "POST /runs/{run_id}/stopping": OPERATOR,
    "POST /runs/{run_id}/retry": OPERATOR,
    "GET /schedules": VIEWER,
    "POST /schedules": OPERATOR,
    "POST /schedules/{schedule_id}/removal": OPERATOR,
    "POST /schedules/{schedule_id}/pausing": OPERATOR,
    "POST /schedules/{schedule_id}/resumption": OPERATOR,
    "POST /windows": ADMIN,
    "POST /windows/{window_id}/removal": ADMIN,
    "GET /run": ADMIN,
    "POST /run": ADMIN,
    "GET /presets": VIEWER,
    "GET /presets/{preset_id}": VIEWER,
    "POST /presets/{preset_id}": OPERATOR,
    "GET /settings": VIEWER,
    "GET /settings/tokens": ADMIN,
    "POST /settings/tokens": ADMIN,
    "POST /settings/tokens/{token_id}/rotation": ADMIN,
    "POST /settings/tokens/{token_id}/revocation": ADMIN,
    "GET /settings/people": ADMIN,
    "POST /settings/people": ADMIN,
    "POST /settings/people/{name}/reset": ADMIN,
    "POST /settings/people/{name}/disabling": ADMIN,
    "GET /settings/keys": ADMIN,
    "POST /settings/keys": ADMIN,
    "POST /settings/keys/{key_id}/revocation": ADMIN,
    "GET /settings/notifications": ADMIN,
    "POST /settings/notifications/channels": ADMIN,
    "POST /settings/notifications/channels/{channel_id}/test": ADMIN,
    "POST /settings/notifications/channels/{channel_id}/removal": ADMIN,
    "POST /settings/notifications/rules": ADMIN,
    "POST /settings/notifications/rules/{rule_id}/test": ADMIN,
    "POST /settings/notifications/rules/{rule_id}/removal": ADMIN,
    "POST /settings/notifications/deliveries/{delivery_id}/retry": ADMIN,
    "GET /settings/thresholds": ADMIN,
    "POST /settings/thresholds": ADMIN,
    "POST /settings/thresholds/{name}/removal": ADMIN,
    "GET /settings/audit": ADMIN,
    "GET /settings/retention": ADMIN,
    "GET /settings/server": ADMIN,
    "GET /settings/sessions": ADMIN,
    "POST /settings/sessions/{digest}/closing": ADMIN,
    "GET /settings/account": VIEWER,
    "POST /settings/account/password": VIEWER,
    "POST /settings/account/sessions/{digest}/closing": VIEWER,
    "GET /settings/account/second-factor": VIEWER,
    "POST /settings/account/second-factor": VIEWER,
    "POST /settings/account/second-factor/removal": VIEWER,
    "POST /settings/account/recovery-codes": VIEWER,
    "POST /settings/account/passkeys/options": VIEWER,
    "POST /settings/account/passkeys": VIEWER,
    "POST /settings/account/passkeys/{key_id}/removal": VIEWER,
}
ENDS_NOT = {"GET /live", "GET /jobs/{job_id}/live"}
ENDS_THE_SESSION = {"POST /sign-out"}


def routes():
    return {
        f"{method} {re.sub(r':[a-z]+}', '}', path)}"
        for pages in app.PAGES
        for handler in pages.handlers
        for path in handler.paths
        for method in handler.http_methods
        if method not in ("HEAD", "OPTIONS")
    }


def test_every_route_says_who_may_use_it():
    assert routes() == NEEDS.keys()


@pytest.mark.parametrize("route", sorted(NEEDS.keys() - ENDS_NOT - ENDS_THE_SESSION))
def test_a_route_lets_in_whom_it_should_and_nobody_else(world, route):
    method, path = route.split()
    path = "/dashboard" + re.sub(r"\{\w+\}", "no-such", path).rstrip("/")
    for role, name in PEOPLE.items():
        visitor = world.visitor(name)
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        if role is NOBODY and NEEDS[route] is not NOBODY:
            assert (answer.status_code, "/dashboard/sign-in" in answer.headers["location"]) == (303, True)
        else:
            refused = "is viewer, expected" in answer.text or "is operator, expected" in answer.text
            assert refused == (not covers(role, NEEDS[route])), (name, answer.status_code)
        assert answer.status_code < 500


def covers(role, needed):
    return needed is NOBODY or (role is not NOBODY and role.covers(needed))


@pytest.mark.parametrize("path", ["/dashboard/live", "/dashboard/jobs/no-such/live"])
def test_a_stream_asks_who_is_there_before_it_begins(world, path):
    assert world.visitor().get(path).status_code == 303


@pytest.mark.parametrize("path", ["/dashboard/jobs/{}/live", "/api/jobs/{}/events", "/dashboard/live"])
def test_a_stream_ends_with_the_session_that_opened_it(world, path):
    agent = world.agent(f"streams-{len(path)}")
    agent.beat()
    job = world.queue(agent.node_id)
    agent.accept(job)
    agent.say(job, "before")
    cookie = world.visitor_with(None).send("/dashboard/sign-in", {"name": "olga", "password": PASSWORD}).cookies[COOKIE]
    with (
        httpx.Client(base_url=world.url, headers={"cookie": f"{COOKIE}={cookie}"}, timeout=30) as browser,
        browser.stream("GET", path.format(job)) as stream,
    ):
        heard = stream.iter_text()
        first = next(heard)
        with world.db.session() as session:
            doors.close(session, secret.digest(cookie))
        time.sleep(1.2)
        agent.say(job, "after")
        assert "after" not in first + "".join(heard)


def test_a_form_without_the_secret_of_this_very_session_changes_nothing(world):
    ada, bo = world.visitor("ada"), world.visitor("bo")
    fields = {"node": "eu-9"}
    for wrong in ("", "guess", "ä", bo.csrf()):
        assert ada.post("/dashboard/add-node", fields, csrf=wrong).status_code == 403
    assert ada.post("/dashboard/add-node", fields).status_code == 200


@pytest.mark.parametrize("role", [VIEWER, OPERATOR, ADMIN])
def test_every_form_asks_for_the_secret_of_the_session(world, role):
    """By whoever may send it; what is for less than their role was asked of the others."""
    sent = [route.split()[1] for route, needed in NEEDS.items() if route.startswith("POST") and needed == role]
    assert sent
    for path in sent:
        answer = world.visitor(PEOPLE[role]).post(f"/dashboard{re.sub(r'{[^}]*}', 'no-such', path)}", csrf="guess")
        assert (answer.status_code, "is not from this session" in answer.text) == (403, True), path


def test_a_key_of_the_api_needs_no_secret_of_a_page(world):
    """Nobody's browser sends it by itself."""
    key = {"authorization": f"Bearer {world.server.key(Role.ADMIN)}"}
    assert world.visitor().post("/dashboard/add-node", {"node": "eu-8"}, csrf="", **key).status_code == 200


def test_roles_are_in_order():
    assert all(higher.covers(lower) and not lower.covers(higher) for lower, higher in pairwise(Role))
