"""How people get in and out, and who does not."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from hyprbox import config, fresh, secret
from hyprbox.box import build
from hyprbox.door import COOKIE
from hyprbox.people import doors, places
from hyprbox.people import store as people
from hyprbox.people.model import Role
from hyprbox.people.pages.session import BROWSER, cookie
from tests.world import PASSWORD


@pytest.fixture
def stranger(world):
    return world.visitor()


def sign_in(world, name="ada", password=PASSWORD, **more):
    headers = more.pop("headers", {})
    return world.visitor().send("/dashboard/sign-in", {"name": name, "password": password, **more}, **headers)


def invited(world, name):
    """A person who has never been here, and the path of the link that lets them in."""
    now = datetime.now(UTC)
    with world.db.session() as session:
        person = people.create(session, now, "ada", name, Role.VIEWER)
        session.flush()
        return urlsplit(doors.address(world.url, doors.link(session, now, person))).path


def test_who_is_not_signed_in_is_asked_to_and_comes_back(world, stranger):
    asked = stranger.get("/dashboard/nodes?q=web%20eu")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/dashboard/sign-in?next=%2Fdashboard%2Fnodes%3Fq%3Dweb%2520eu",
    )
    entered = sign_in(world, next="/dashboard/nodes?q=web%20eu")
    assert (entered.status_code, entered.headers["location"]) == (303, "/dashboard/nodes?q=web%20eu")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil", "//evil", "/dashboard//evil\r\nx: y", "/\\evil", "/dashboardevil", "javascript:x", ""]
)
def test_signing_in_leads_to_no_other_site(world, elsewhere):
    assert sign_in(world, next=elsewhere).headers["location"] == "/dashboard"


def test_the_cookie_is_new_at_every_sign_in_and_out_of_reach(world):
    first, second = sign_in(world), sign_in(world)
    assert first.cookies[COOKIE] != second.cookies[COOKIE]
    cookie = first.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/", "max-age=1209600"))
    assert "secure" not in cookie  # this one is reached over plain http


@pytest.mark.parametrize(("address", "secure"), [("https://box.example", True), ("http://box.example", False)])
def test_where_the_public_address_is_https_the_cookie_goes_over_nothing_else(address, secure):
    box = build(config.read({"HYPRBOX_PUBLIC_URL": address, "HYPRBOX_DATA_DIR": "/nowhere"}))
    assert cookie(box, "text").secure is secure
    box.db.close()


def test_signing_out_ends_the_session_itself(world):
    ada = world.visitor_with(sign_in(world).cookies[COOKIE])
    assert ada.post("/dashboard/sign-out").headers["location"] == "/dashboard/sign-in"
    assert ada.get("/dashboard/nodes").status_code == 303


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(world):
    wrong, unknown = sign_in(world, password="x" * 12), sign_in(world, name="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert "Name or password is wrong." in wrong.text
    assert "Name or password is wrong." in unknown.text


def test_after_five_wrong_passwords_the_right_one_is_answered_like_a_wrong_one_and_a_name_that_nobody_has(world):
    world.visitor().post(invited(world, "hans"), {"password": "first password"})
    forget_places(world, "hans")
    answers = [sign_in(world, name="hans", password="wrong password") for _ in range(5)]
    answers += [sign_in(world, name="hans", password="first password")]
    answers += [sign_in(world, name="HANS", password="x"), sign_in(world, name="hanz", password="x")]

    said = {re.sub(r'value="han[sz]"', "", answer.text, flags=re.IGNORECASE) for answer in answers}
    assert {answer.status_code for answer in answers} == {401}
    assert len(said) == 1
    assert "nothing is taken from there for five minutes" in said.pop()


def test_a_browser_that_has_let_somebody_in_does_so_while_others_guess(world):
    entered = world.visitor().post(invited(world, "ines"), {"password": "first password"})
    kept = entered.cookies[BROWSER]
    assert [part for part in entered.headers.get_list("set-cookie") if kept in part and "HttpOnly" in part]
    for _ in range(5):
        sign_in(world, name="ines", password="wrong password")

    assert sign_in(world, name="ines", password="first password").status_code == 401
    headers = {"cookie": f"{BROWSER}={kept}"}
    again = world.http.post("/dashboard/sign-in", data={"name": "ines", "password": "first password"}, headers=headers)
    assert again.status_code == 303
    assert BROWSER not in again.cookies


def forget_places(world, name):
    with world.db.session() as session:
        places.forget(session, people.known(session, name).id)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil"}], ids=str)
def test_another_site_signs_nobody_in(world, headers):
    assert sign_in(world, headers=headers).status_code == 403


def test_looking_at_a_link_does_not_use_it_and_coming_in_does(world, stranger):
    path = invited(world, "carla")
    for _ in range(2):
        assert "Welcome, carla" in stranger.get(path).text

    entered = stranger.post(path)
    assert entered.headers["location"] == "/dashboard"
    assert world.visitor_with(entered.cookies[COOKIE]).get("/dashboard/nodes").status_code == 200
    assert stranger.get(path).status_code == stranger.post(path).status_code == 410


def test_a_password_that_is_too_short_does_not_use_the_link(world, stranger):
    path = invited(world, "dora")
    refused = stranger.post(path, {"password": "short"})
    assert (refused.status_code, "expected 10 to 1000" in refused.text) == (400, True)

    stranger.post(path, {"password": "long enough"})
    assert sign_in(world, name="dora", password="long enough").status_code == 303


def test_another_site_does_not_use_a_link(world, stranger):
    path = invited(world, "emma")
    assert stranger.post(path, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert "Welcome, emma" in stranger.get(path).text


def test_a_new_password_needs_the_old_one_and_signs_the_others_out(world):
    path = invited(world, "fred")
    first = world.visitor_with(world.visitor().post(path, {"password": "first password"}).cookies[COOKIE])
    second = world.visitor_with(sign_in(world, name="fred", password="first password").cookies[COOKIE])
    change = "/dashboard/settings/account/password"

    assert second.post(change, {"old": "guessed it", "new": "second password"}).status_code == 403
    assert second.post(change, {"old": "first password", "new": "short"}).status_code == 400
    assert second.post(change, {"old": "first password", "new": "second password"}).status_code == 303
    assert first.get("/dashboard/nodes").status_code == 303
    assert second.get("/dashboard/nodes").status_code == 200
    assert sign_in(world, name="fred", password="second password").status_code == 303


def test_a_stolen_session_chooses_no_first_password_and_guesses_no_other(world):
    change = "/dashboard/settings/account/password"
    thief = world.visitor_with(world.visitor().post(invited(world, "gina")).cookies[COOKIE])
    with world.db.session() as session:
        doors.confirm(session, datetime.now(UTC) - 2 * fresh.LENGTH, secret.digest(thief.cookie))
    assert "still you" in thief.post(change, {"new": "a password of mine"}).text

    path = invited(world, "hugo")
    thief = world.visitor_with(world.visitor().post(path, {"password": "first password"}).cookies[COOKIE])
    for _ in range(5):
        thief.post(change, {"old": "guessed it", "new": "second password"})
    assert "for five minutes" in thief.post(change, {"old": "first password", "new": "second password"}).text
    assert sign_in(world, name="hugo", password="first password").status_code == 303  # who it belongs to comes in


def test_one_signs_out_ones_own_other_browsers_and_nobody_elses(world):
    other = sign_in(world).cookies[COOKIE]
    ada, bo = world.visitor("ada"), world.visitor("bo")
    digest = re.search(r"sessions/(\w+)/closing", ada.get("/dashboard/settings/account").text)[1]

    assert bo.post(f"/dashboard/settings/account/sessions/{digest}/closing").status_code == 404
    assert ada.post(f"/dashboard/settings/account/sessions/{digest}/closing").status_code == 303
    assert world.visitor_with(other).get("/dashboard/nodes").status_code == 303
