"""What is risky needs a fresh proof of who is there: a browser that was left alone, or stolen, does none of it."""

import re
from datetime import UTC, datetime

import pytest

from hyprbox import fresh
from hyprbox.door import COOKIE
from hyprbox.people import doors
from hyprbox.people import store as people
from hyprbox.people.model import Role
from tests.servers import wait_until
from tests.world import PASSWORD, finding, hashed

HARDEN = {"q": "node=calm-0", "preset": "ssh-harden"}
NIGHTLY = {"name": "nightly", "cron": "30 2 * * *", "zone": "UTC"}
ASKED = "Is it still you?"


@pytest.fixture(scope="module")
def calm(world):
    for n in range(11):
        world.agent(f"calm-{n}").beat()


@pytest.fixture
def left_alone(world, calm):
    """An admin's browser in which nobody has proved anything for a quarter of an hour."""
    return world.visitor_with(world.enter("ada", ago=2 * fresh.LENGTH))


def begun(world, **form):
    """A run that was begun by somebody who had proved to be there, and was paused."""
    ada = world.visitor("ada")
    place = ada.post("/dashboard/begin-run", {"sure": "yes", "batches": "1", **form}).headers["location"]
    assert ada.post(f"{place}/pausing").status_code == 303
    return place


def scheduled(world, **form):
    world.visitor("ada").post("/dashboard/schedules", NIGHTLY | form)
    return re.search(r"schedule-(\w+)", world.visitor("ada").get("/dashboard/schedules").text)[1]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/dashboard/begin-run", HARDEN | {"sure": "yes"}),
        ("/dashboard/begin-run", {"q": "node=calm-*", "script": "true", "sure": "yes"}),
        ("/dashboard/presets/ssh-harden", {"nodes": "calm-0"}),
        ("/dashboard/run", {"nodes": " ".join(f"calm-{n}" for n in range(11)), "script": "true"}),
        ("/dashboard/schedules", NIGHTLY | HARDEN),
        ("/dashboard/schedules", NIGHTLY | {"q": "node=calm-*", "script": "true"}),
        ("/dashboard/begin-run", {"q": "node=calm-0", "script": "true", "sure": "yes"}),
        ("/dashboard/run", {"nodes": "calm-0", "script": "true"}),
        ("/dashboard/schedules", NIGHTLY | {"q": "node=calm-0", "script": "true"}),
        ("/dashboard/settings/tokens", {"name": "for good", "scope": "fleet", "lifetime": "never"}),
        ("/dashboard/settings/tokens", {"name": "for good", "scope": "node", "node": "calm-0", "lifetime": "never"}),
        ("/dashboard/settings/tokens/nothing/rotation", {}),
        ("/dashboard/nodes/calm-0/tokens", {}),
        ("/dashboard/nodes/calm-0/deletion", {}),
        ("/dashboard/add-node", {"uses": "9"}),
        ("/dashboard/add-node", {"node": "calm-0"}),
        ("/dashboard/settings/notifications/channels", {"name": "home", "url": "https://thief.example/"}),
        ("/dashboard/settings/notifications/channels/nothing/removal", {}),
        ("/dashboard/settings/notifications/rules", {"rule": "never", "kind": "finding"}),
        ("/dashboard/settings/notifications/rules/nothing/removal", {}),
        ("/dashboard/settings/keys", {"name": "for good", "role": "admin"}),
        ("/dashboard/settings/thresholds", {"name": "quiet", "q": "node=calm-0", "scannersOff": "ssh port"}),
        ("/dashboard/suppressions", {"type": "ssh.*", "q": "node=calm-0", "ceiling": "CRITICAL", "reason": "none"}),
        ("/dashboard/settings/people", {"name": "for good", "role": "admin"}),
        ("/dashboard/settings/people/bo/reset", {}),
        ("/dashboard/settings/people/bo/disabling", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_form_that_is_risky_asks_first(left_alone, path, form):
    answer = left_alone.post(path, form)
    assert (answer.status_code, ASKED in answer.text) == (403, True)
    assert all(f'name="{name}"' in answer.text for name in form)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/runs", HARDEN),
        ("/api/jobs", {"nodeId": "calm-0", "script": "true"}),
        ("/api/tokens", {"nodeId": None}),
        ("/api/tokens", {"nodeId": "calm-0"}),
        ("/api/tokens/nothing/rotation", None),
        ("/api/enrolments", {"uses": 9}),
        ("/api/enrolments", {"nodeId": "calm-0"}),
        ("/api/enrolments", {"expiresAt": "2099-01-01T00:00:00Z"}),
        ("/api/channels", {"name": "home", "url": "https://thief.example/"}),
        ("/api/rules", {"name": "never", "kinds": ["finding"], "channels": [], "severity": "CRITICAL"}),
        ("/api/schedules", {"name": "n", "cron": "30 2 * * *", "run": HARDEN}),
        ("/api/suppressions", {"type": "ssh.*", "ceiling": "CRITICAL", "reason": "none"}),
        ("/api/keys", {"name": "for good", "role": "admin"}),
        ("/api/people", {"name": "for good", "role": "admin"}),
        ("/api/people/bo/reset", None),
        ("/api/people/bo/disabling", None),
    ],
)
def test_a_session_does_not_get_around_it_over_the_api(world, left_alone, path, body):
    headers = {"cookie": f"{COOKIE}={left_alone.cookie}", "x-csrf-token": left_alone.csrf()}
    answer = world.http.post(path, json=body, headers=headers)
    assert (answer.status_code, answer.json().get("title")) == (403, "Confirm that it is you")


def test_no_scanner_is_switched_off_over_the_api_by_a_session_left_alone(world, left_alone):
    headers = {"cookie": f"{COOKIE}={left_alone.cookie}", "x-csrf-token": left_alone.csrf()}

    def put(**settings):
        body = {"q": "node=calm-0", "settings": settings}
        return world.http.put("/api/thresholds/quiet", json=body, headers=headers)

    assert put(scannersOff=["ssh"]).json().get("title") == "Confirm that it is you"
    assert put(logMaxGib=5).status_code == 200


@pytest.mark.parametrize("path", ["/api/nodes/calm-0", "/api/channels/nothing", "/api/rules/nothing"])
def test_nor_does_it_delete(world, left_alone, path):
    headers = {"cookie": f"{COOKIE}={left_alone.cookie}", "x-csrf-token": left_alone.csrf()}
    answer = world.http.delete(path, headers=headers)
    assert (answer.status_code, answer.json().get("title")) == (403, "Confirm that it is you")


def test_a_script_is_run_again_only_for_who_is_there(world, left_alone):
    job_id = world.queue("calm-0", "true")
    assert ASKED in left_alone.post(f"/dashboard/jobs/{job_id}/rerun").text
    assert left_alone.post(f"/dashboard/jobs/{job_id}/cancellation").status_code == 303


def test_who_has_nothing_but_a_link_is_told_how_to_come_in_again(world):
    with world.db.session() as session:
        now = datetime.now(UTC) - 2 * fresh.LENGTH
        newcomer = people.create(session, now, "test", "newcomer", Role.ADMIN)
        session.flush()
        cookie = doors.open_session(session, now, newcomer, "127.0.0.1", "a browser")
    answer = world.visitor_with(cookie).post("/dashboard/settings/keys", {"name": "k", "role": "admin"})
    assert "hyprbox user reset newcomer" in answer.text


@pytest.mark.parametrize("form", [HARDEN, {"q": "node=calm-*", "script": "true"}], ids=["risky preset", "many nodes"])
def test_a_run_goes_on_only_for_who_is_there(world, left_alone, form):
    place = begun(world, **form)
    for step in ("resumption", "retry"):
        assert ASKED in left_alone.post(f"{place}/{step}").text
        answer = world.http.post(
            f"/api/runs/{place.rpartition('/')[2]}/{step}",
            headers={"cookie": f"{COOKIE}={left_alone.cookie}", "x-csrf-token": left_alone.csrf()},
        )
        assert answer.status_code == 403
    assert left_alone.post(f"{place}/stopping").status_code == 303  # to stop something is never kept from anybody


def test_a_change_is_taken_back_only_by_who_is_there(world, left_alone):
    agent, ada = world.agent("calm-1"), world.visitor("ada")
    job = ada.post("/dashboard/presets/ssh-harden", {"nodes": "calm-1"}).headers["location"].rpartition("/")[2]
    agent.accept(job)
    agent.complete(job)
    assert ASKED in left_alone.post(f"/dashboard/jobs/{job}/reversal").text
    confirmed = left_alone.post(f"/dashboard/jobs/{job}/reversal", {"confirm.password": PASSWORD})
    assert confirmed.headers["location"].startswith("/dashboard/jobs/")
    assert left_alone.post("/dashboard/settings/keys", {"name": "k", "role": "viewer"}).status_code == 200  # it holds


def test_a_schedule_begins_again_only_for_who_is_there(world, left_alone):
    schedule = scheduled(world, **HARDEN)
    assert left_alone.post(f"/dashboard/schedules/{schedule}/pausing").status_code == 303
    assert ASKED in left_alone.post(f"/dashboard/schedules/{schedule}/resumption").text
    assert left_alone.post(f"/dashboard/schedules/{schedule}/removal").status_code == 303


def test_what_shows_more_or_holds_back_only_what_is_there_asks_nothing(world, left_alone):
    agent = world.agent("calm-2")
    agent.beat()
    agent.report(finding("smart.failing", "/dev/calm"), types=["smart.failing"])
    held = {"type": "smart.failing", "severity": "WARN", "reason": "known"}
    assert left_alone.post("/dashboard/findings/acknowledgement", held).status_code == 303

    made = world.visitor("olga").post("/dashboard/suppressions", {"type": "smart.gone", "reason": "known"})
    assert made.status_code == 303
    (lifting,) = re.findall(
        r'action="(/dashboard/suppressions/\w+/lifting)"', left_alone.get("/dashboard/suppressions").text
    )
    assert left_alone.post(lifting).status_code == 303


def test_what_is_not_risky_asks_nothing(left_alone):
    calm = {"q": "node=calm-0", "preset": "apt-refresh"}
    assert left_alone.post("/dashboard/begin-run", calm | {"sure": "yes"}).status_code == 303
    assert "install.sh" in left_alone.post("/dashboard/add-node", {"uses": "1"}).text


def test_the_keys_of_somebody_who_is_disabled_stop_working_and_those_that_their_keys_made_as_well(world):
    with world.db.session() as session:
        now = datetime.now(UTC)
        ben = people.create(session, now, "test", "ben", Role.ADMIN)
        session.flush()
        people.set_password(session, now, "ben", ben.id, hashed())
    cookie = world.visitor().send("/dashboard/sign-in", {"name": "ben", "password": PASSWORD}).cookies[COOKIE]
    made = world.visitor_with(cookie).post("/dashboard/settings/keys", {"name": "his", "role": "admin"}).text
    first = {"authorization": "Bearer " + re.search(r"hbak_[\w-]+", made)[0]}
    answer = world.http.post("/api/keys", json={"name": "made by a key", "role": "admin"}, headers=first)
    second = {"authorization": f"Bearer {answer.json()['key']}"}
    assert world.http.get("/api/people", headers=second).status_code == 200

    assert world.visitor("ada").post("/dashboard/settings/people/ben/disabling").status_code == 303
    for key in (first, second):
        wait_until(lambda key=key: world.http.get("/api/nodes", headers=key).status_code == 401)
